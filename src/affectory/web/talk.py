"""A conversation while it goes on: each turn's state, where it may go, what it shows, at once.

Every turn is on the disk before it is answered, as a line of a transcript that `affectory trace`
reads; whoever comes back after a crash goes on where the file ends.
"""

__all__ = ["Heard", "Talk"]

import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from affectory.core.errors import BadFile, BadValues
from affectory.core.records import Clock, Records
from affectory.core.trajectory import Trajectory
from affectory.core.verbs import Forecaster, Perceiver
from affectory.guard import crisis
from affectory.measure.forecasts import band
from affectory.represent.vocabularies import VAD

MEMORY = 200  # turns from which a forecast is made, and in which signs are looked for
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
        emotion: The strongest of seven, and its share; None beside a notice, which no label fits.
        fan: Valence of the speaker's next turns: low, middle and high of an 80 % band.
        signs: Signs of how the conversation goes, such as a correction, in this turn.
        crisis: Kinds of crisis language in this turn.
        notice: What must be shown with it; None where nothing urgent was found.
        seconds: How long the answer took.
        id: The sender's own number of the turn; None where it has none.
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
    id: int | None = None


@dataclass
class Talk:
    """One conversation and what reads it.

    Args:
        perceiver: Gives vad, and ekman7n where it can, of a turn.
        forecaster: Continues the states of one speaker.
        signals: Finds signs in what was said of late; None for none.
        path: File that keeps the turns; None keeps them in memory alone.
    """

    perceiver: Perceiver
    forecaster: Forecaster
    signals: Perceiver | None = None
    path: Path | None = None
    turns: list[dict[str, Any]] = field(default_factory=list)
    states: dict[str, list[Any]] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    numbers: dict[int, Heard] = field(default_factory=dict)  # by the sender's own number
    awake: bool = False
    turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def wake(self) -> None:
        """Warm up and hear what the file holds, once, however many wait for it.

        Raises:
            BadFile: if the file holds something else than turns.
        """
        with self.turn:
            if not self.awake:
                self.warm()
                for _ in self.resume():
                    pass
                self.awake = True

    def warm(self) -> None:
        """Read what methods read when first asked, so that the first turn does not wait for it."""
        words = [{"session": "live", "actor": "ann", "text": "hello", "start": 0.0}]
        self.perceiver.perceive(Records(pl.DataFrame(words)))

    def resume(self) -> Iterator[Heard]:
        """Yield again what is said of the turns that the file holds, without a torn last line.

        Raises:
            BadFile: if the file holds something else than turns.
        """
        if self.path is None or not self.path.exists():
            return
        kept = self.path.read_bytes()
        whole = kept.rfind(b"\n") + 1
        if whole < len(kept):
            os.truncate(self.path, whole)
        for line in kept[:whole].split(b"\n")[:-1]:  # a text may hold other ends of lines
            try:
                told = json.loads(line)
                actor, text, number = str(told["actor"]), str(told["text"]), told.get("id")
            except (ValueError, LookupError, TypeError) as error:
                cure = "name another file to keep the turns in"
                raise BadFile(self.path.name, str(error), "turns of a talk", cure) from error
            yield self._hear(actor, text, number)

    def say(self, actor: str, text: str, number: int | None = None) -> Heard:
        """Keep a turn, and return what is said of it; one sent again is kept once.

        Args:
            actor: Who speaks.
            text: What is said.
            number: The sender's own number, by which a turn that is sent again is known.

        Raises:
            BadValues: if it is too long, or the talk has too many turns.
        """
        with self.turn:
            if number is not None and number in self.numbers:
                return self.numbers[number]
            if len(text) > LONGEST or len(self.turns) >= MOST:
                most = f"at most {LONGEST:,} letters a turn and {MOST:,} turns a talk"
                raise BadValues("turn", f"{len(text):,} letters", most, "begin another")
            if self.path is not None:
                told = {"actor": actor, "text": text, "time": time.time(), "id": number}
                line = json.dumps(told, ensure_ascii=False)
                with self.path.open("a", encoding="utf-8") as file:
                    file.write(f"{line}\n")
                    file.flush()
                    os.fsync(file.fileno())
            return self._hear(actor, text, number)

    def _hear(self, actor: str, text: str, number: int | None) -> Heard:
        begun = time.perf_counter()
        seq = len(self.turns)
        self.turns.append({"session": "live", "actor": actor, "text": text, "start": float(seq)})
        felt = self.perceiver.perceive(Records(pl.DataFrame(self.turns[-1:])))
        vad = felt[VAD.name]
        own = self.states.setdefault(actor, [])
        own.append(vad.values[0])
        spread = vad.spread[0] if vad.spread is not None else np.full(VAD.k, np.nan)
        labels = felt.get("ekman7n")
        flags = crisis.flags([text])
        notice = crisis.notice(flags, crisis.language_of(text))
        best = None
        if labels is not None and not labels.missing[0]:
            place = int(labels.values[0].argmax())
            best = (labels.space.names[place], round(float(labels.values[0, place]), 3))
        heard = Heard(
            seq, actor, _named(vad.values[0]), _named(spread), None if notice else best,
            self._fan(actor, own[-MEMORY:]), self._signs(), tuple(flags["kind"].unique().sort()),
            notice, round(time.perf_counter() - begun, 4),
            number,
        )  # fmt: skip
        self.heard.append(heard)
        if number is not None:
            self.numbers[number] = heard
        return heard

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

    def _signs(self) -> tuple[str, ...]:
        """Return the signs of the last turn, which stands at the end of what was said of late."""
        if self.signals is None:
            return ()
        late = self.turns[-MEMORY:]
        felt = next(iter(self.signals.perceive(Records(pl.DataFrame(late))).values()))
        last = felt.rows(felt.seq == len(late) - 1) if felt.seq is not None else felt
        names = last.space.names
        return tuple(names[at] for at in np.flatnonzero(np.nan_to_num(last.values[0]) > 0))


def _named(row: Any) -> dict[str, float | None]:
    return {
        name: None if np.isnan(value) else round(float(value), 4)
        for name, value in zip(VAD.names, row, strict=True)
    }
