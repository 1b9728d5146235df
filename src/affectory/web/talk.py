"""A conversation while it goes on: each turn's state, where it may go, what it shows, at once.

Every turn is on the disk before it is answered, as a line of a transcript that `affectory trace`
reads; whoever comes back after a crash goes on where the file ends.
"""

__all__ = ["Heard", "Talk"]

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from affectory.core.records import Clock, Records
from affectory.core.trajectory import Trajectory
from affectory.core.verbs import Forecaster, Perceiver
from affectory.guard import crisis
from affectory.measure.forecasts import band
from affectory.represent.vocabularies import VAD

MEMORY = 200  # turns of one speaker from which the forecast is made
AHEAD = 5
LEVEL = 0.8
LONGEST = 20_000  # characters of one turn
MOST = 20_000  # turns of one talk


@dataclass(frozen=True)
class Heard:
    """What is said of one turn.

    Args:
        seq: Number of the turn.
        actor: Who spoke.
        values: Value of each axis of vad; null where nothing was read.
        spreads: One standard deviation of each.
        emotion: The strongest of seven, and its share.
        fan: Valence of the speaker's next turns: low, middle and high of an 80 % band.
        signs: Signs of how the conversation goes, such as a correction, in this turn.
        crisis: Kinds of crisis language in this turn.
        notice: What must be shown with it; None where nothing urgent was found.
        seconds: How long the answer took.
    """

    seq: int
    actor: str
    values: dict[str, float | None]
    spreads: dict[str, float | None]
    emotion: tuple[str, float] | None
    fan: dict[str, list[float]]
    signs: tuple[str, ...]
    crisis: tuple[str, ...]
    notice: str | None
    seconds: float


@dataclass
class Talk:
    """One conversation and what reads it.

    Args:
        perceiver: Gives vad, and ekman7n where it can, of a turn.
        forecaster: Continues the states of one speaker.
        signals: Finds signs in the whole; None for none.
        path: File that keeps the turns; None keeps them in memory alone.
    """

    perceiver: Perceiver
    forecaster: Forecaster
    signals: Perceiver | None = None
    path: Path | None = None
    turns: list[dict[str, Any]] = field(default_factory=list)
    states: dict[str, list[Any]] = field(default_factory=dict)

    def warm(self) -> None:
        """Read what methods read when first asked, so that the first turn does not wait for it."""
        words = [{"session": "live", "actor": "ann", "text": "hello", "start": 0.0}]
        self.perceiver.perceive(Records(pl.DataFrame(words)))

    def resume(self) -> Iterator[Heard]:
        """Yield again what is said of the turns that the file holds, without a torn last line."""
        if self.path is None or not self.path.exists():
            return
        text = self.path.read_text(encoding="utf-8")
        whole, _, torn = text.rpartition("\n")
        if torn:
            self.path.write_text(f"{whole}\n" if whole else "", encoding="utf-8")
        for line in whole.splitlines():
            told = json.loads(line)
            yield self._hear(told["actor"], told["text"])

    def say(self, actor: str, text: str) -> Heard:
        """Keep a turn, and return what is said of it.

        Raises:
            ValueError: if it is too long, or the talk has too many turns.
        """
        if len(text) > LONGEST or len(self.turns) >= MOST:
            raise ValueError(f"a turn has at most {LONGEST:,} letters, a talk {MOST:,} turns")
        if self.path is not None:
            told = {"actor": actor, "text": text, "time": time.time()}
            line = json.dumps(told, ensure_ascii=False)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")
                file.flush()
                os.fsync(file.fileno())
        return self._hear(actor, text)

    def _hear(self, actor: str, text: str) -> Heard:
        begun = time.perf_counter()
        seq = len(self.turns)
        self.turns.append({"session": "live", "actor": actor, "text": text, "start": float(seq)})
        felt = self.perceiver.perceive(Records(pl.DataFrame(self.turns[-1:])))
        vad = felt[VAD.name]
        own = self.states.setdefault(actor, [])
        own.append(vad.values[0])
        spread = vad.spread[0] if vad.spread is not None else np.full(VAD.k, np.nan)
        labels = felt.get("ekman7n")
        best = None
        if labels is not None and not labels.missing[0]:
            place = int(labels.values[0].argmax())
            best = (labels.space.names[place], round(float(labels.values[0, place]), 3))
        flags = crisis.flags([text])
        return Heard(
            seq, actor, _named(vad.values[0]), _named(spread), best,
            self._fan(actor, own[-MEMORY:]), self._signs(seq), tuple(flags["kind"].unique().sort()),
            crisis.notice(flags, crisis.language_of(text)), round(time.perf_counter() - begun, 4),
        )  # fmt: skip

    def _fan(self, actor: str, own: list[Any]) -> dict[str, list[float]]:
        """Return where the speaker's valence may go, nothing before it has been read thrice."""
        known = [row for row in own if not np.isnan(row).any()]
        if len(known) < 3:
            return {}
        rows = [
            {"session": "live", "actor": actor, "start": float(at), "stop": float(at + 1),
             **dict(zip(VAD.names, map(float, row), strict=True))}
            for at, row in enumerate(known)
        ]  # fmt: skip
        past = Trajectory.from_frame(pl.DataFrame(rows), VAD, Clock.TURNS, by="live")
        told = self.forecaster.forecast(past, AHEAD)
        middle = told.axis("valence").astype(np.float64)
        width = told.spread[:, 0] if told.spread is not None else np.zeros(AHEAD)
        low, high = band(middle, width, LEVEL)
        ends = {"low": low, "middle": middle, "high": high}
        return {name: np.clip(v, -1, 1).round(4).tolist() for name, v in ends.items()}

    def _signs(self, seq: int) -> tuple[str, ...]:
        """Return the signs of the last turn."""
        if self.signals is None:
            return ()
        felt = next(iter(self.signals.perceive(Records(pl.DataFrame(self.turns))).values()))
        last = felt.rows(felt.seq == seq) if felt.seq is not None else felt
        names = last.space.names
        return tuple(names[at] for at in np.flatnonzero(np.nan_to_num(last.values[0]) > 0))


def _named(row: Any) -> dict[str, float | None]:
    return {
        name: None if np.isnan(value) else round(float(value), 4)
        for name, value in zip(VAD.names, row, strict=True)
    }
