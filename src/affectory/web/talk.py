"""A conversation while it goes on: each turn's state, where it may go, what it shows, at once.

Every turn is on the disk before it is answered, as a line of a transcript that `affectory trace`
reads; whoever comes back after a crash goes on where the file ends, and hears at once what was
heard before.
"""

__all__ = ["Talk"]

import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import polars as pl

from affectory import __version__
from affectory.core import registry
from affectory.core.errors import BadValues
from affectory.core.records import Clock, Records
from affectory.core.trajectory import Trajectory
from affectory.core.verbs import Forecaster, Perceiver
from affectory.guard import crisis
from affectory.measure.forecasts import band
from affectory.represent.vocabularies import SIGNALS, VAD
from affectory.web.heard import LONGEST, Heard, named, records, row, shown
from affectory.web.transcript import Recollection, Told, Transcript

MEMORY = 200  # turns in which signs are looked for
RECENT = 100  # turns of a speaker from which a forecast is made; of more it takes longer
PATIENCE = 0.25  # seconds in which who writes a turn notes what he heard of it
AHEAD = 5
LEVEL = 0.8
MOST = 20_000  # turns of one talk


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
    sent: dict[tuple[int, str, str] | None, Heard] = field(default_factory=dict)
    seen: set[tuple[int, int]] | None = None  # turn and kind of the signs that were told
    awake: bool = False
    turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        """Find the file, and beside it what was heard; nothing is read yet."""
        self._transcript = None if self.path is None else Transcript(self.path)
        self._memory: Recollection | None = None
        self._key: str | None = None  # of the last turn, in what was heard
        self._waiting: list[tuple[bytes, Told]] = []  # turns that somebody else is hearing

    @classmethod
    def of(cls, path: Path | None = None) -> Self:
        """Return a talk that is read by the methods that come with the package."""
        return cls(
            registry.make("perceive/utterance"),
            registry.make("forecast/states"),
            registry.make("perceive/signals"),
            path,
        )

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
        for line, told in self._news():
            yield self._hear(told, line, keep=True)

    @property
    def stale(self) -> bool:
        """Whether the file holds turns that are not heard yet: somebody else writes it."""
        grown = self._transcript is not None and self._transcript.grown
        return grown or bool(self._waiting)

    def follow(self) -> None:
        """Hear what somebody else has written since; he notes what he hears, which is waited for.

        Raises:
            BadFile: if the file holds something else than turns.
        """
        with self.turn:
            self._waiting = self._news()
            while self._waiting and self._noted(*self._waiting[0]):
                line, told = self._waiting.pop(0)
                self._hear(told, line)

    def _noted(self, line: bytes, told: Told) -> bool:
        """Whether it is noted what was heard of a turn, or it has been waited for long enough."""
        memory = self._recollection()
        memory.look()
        late = time.time() - (told.time or 0.0) > PATIENCE
        return late or memory.key(self._key, line) in memory.known

    def say(self, actor: str, text: str, number: int | None = None) -> Heard:
        """Keep a turn, and return what is said of it; one sent again is kept once.

        Args:
            actor: Who speaks.
            text: What is said.
            number: The sender's own number. A turn of the same number, speaker and words is sent
                again; two senders may have the same numbers.

        Raises:
            BadValues: if it is too long, or the talk has too many turns.
            BadFile: if the file holds something else than turns.
        """
        if len(text) > LONGEST:
            most = f"at most {LONGEST:,} letters a turn"
            raise BadValues("turn", f"{len(text):,} letters", most, "say it in parts")
        with self.turn:
            return self._take(Told(actor, text, time.time(), number))

    def overhear(self, told: Told) -> Heard:
        """Keep a turn that was said elsewhere, of any length, and return what is said of it.

        Raises:
            BadValues: if the talk has too many turns.
            BadFile: if the file holds something else than turns.
        """
        with self.turn:
            return self._take(told)

    def _take(self, told: Told) -> Heard:
        """Keep a turn after what others have written since, and hear all in that order."""
        for line, other in self._news():
            self._hear(other, line)
        if told.sent in self.sent:
            return self.sent[told.sent]
        if len(self.turns) >= MOST:
            most = f"at most {MOST:,} turns a talk"
            raise BadValues("talk", f"{len(self.turns):,} turns", most, "begin another")
        if self._transcript is None:
            return self._hear(told)
        came = self._transcript.keep(told)
        for line, other in came[:-1]:
            self._hear(other, line)
        line, last = came[-1]
        heard = self._hear(last, line, keep=True)
        return self.sent.get(told.sent, heard)  # it may just have been written elsewhere

    def _news(self) -> list[tuple[bytes, Told]]:
        if self._transcript is None:
            return []
        came, self._waiting = [*self._waiting, *self._transcript.news()], []
        if came and self.path is not None:
            self._recollection().look()  # who wrote them may have noted what he heard
        return came

    def _hear(self, told: Told, line: bytes = b"", keep: bool = False) -> Heard:
        """Return what is said of a turn, from memory where it was heard before."""
        self.turns.append(row(told, len(self.turns)))
        key, known = self._recalled(line)
        heard = None if known is None else self._again(told, known)
        if heard is not None:
            self.seen = None
        else:
            heard, state = self._read(told)
            if keep and self._memory is not None:
                self._memory.note(key, {"state": state, **heard.kept()})
        self.heard.append(heard)
        if told.sent is not None:
            self.sent[told.sent] = heard
        return heard

    def _recalled(self, line: bytes) -> tuple[str, dict[str, Any] | None]:
        """Return the key of a line, and what is known of it."""
        if self.path is None:
            return "", None
        memory = self._recollection()
        self._key = memory.key(self._key, line)
        return self._key, memory.known.pop(self._key, None)

    def _recollection(self) -> Recollection:
        """Return what was heard of the turns on the disk by the same methods."""
        assert self.path is not None
        if self._memory is None:
            readers = (self.perceiver, self.forecaster, self.signals)
            by = [str(getattr(one, "digest", repr(one))) for one in readers]
            digest = hashlib.blake2b(
                repr((__version__, by, MEMORY, RECENT)).encode(), digest_size=12
            )
            self._memory = Recollection.of(self.path, digest.hexdigest())
        return self._memory

    def _again(self, told: Told, known: dict[str, Any]) -> Heard | None:
        """Return what was heard before; None where what is known is not whole."""
        try:
            heard = Heard.again(told, len(self.turns) - 1, known)
            state = known["state"]
            own = None if state is None else np.array(state, dtype=np.float64).reshape(VAD.k)
        except (LookupError, TypeError, ValueError):
            return None
        if own is not None:
            self.states.setdefault(told.actor, []).append(own)
        return heard

    def _read(self, told: Told) -> tuple[Heard, list[float] | None]:
        """Return what is said of the last turn, and its state as it is kept."""
        begun = time.perf_counter()
        seq, actor = len(self.turns) - 1, told.actor
        if told.silent:
            nothing = dict.fromkeys(VAD.names)
            heard = Heard(seq, actor, nothing, nothing, None, {}, self._signs(), (), None,
                          round(time.perf_counter() - begun, 4), told.id, shown(told),
                          told.time)  # fmt: skip
            return heard, None
        felt = self.perceiver.perceive(records(self.turns[-1:]))
        vad = felt[VAD.name]
        own = self.states.setdefault(actor, [])
        own.append(vad.values[0])
        spread = vad.spread[0] if vad.spread is not None else np.full(VAD.k, np.nan)
        labels = felt.get("ekman7n")
        text = told.text[:LONGEST]
        flags = crisis.flags([text])
        notice = crisis.notice(flags, crisis.language_of(text))
        best = None
        if labels is not None and not labels.missing[0]:
            place = int(labels.values[0].argmax())
            best = (labels.space.names[place], round(float(labels.values[0, place]), 3))
        heard = Heard(
            seq, actor, named(vad.values[0]), named(spread), None if notice else best,
            self._fan(actor, own[-RECENT:]), self._signs(), tuple(flags["kind"].unique().sort()),
            notice, round(time.perf_counter() - begun, 4),
            told.id, told.text, told.time,
        )  # fmt: skip
        return heard, vad.values[0].tolist()

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
        """Return the signs that are there since the last turn.

        A loop of tools is seen at its third turn and stands at its first: it is told then, once.
        """
        if self.signals is None:
            return ()
        if self.seen is None:
            self.seen = self._found(len(self.turns) - 1)
        now = self._found(len(self.turns))
        new, self.seen = now - self.seen, now
        return tuple(dict.fromkeys(SIGNALS.names[axis] for _, axis in sorted(new)))

    def _found(self, end: int) -> set[tuple[int, int]]:
        """Return turn and axis of each sign in the first `end` turns, as far as they are read."""
        begin = max(0, end - MEMORY)
        if self.signals is None or begin == end:
            return set()
        felt = next(iter(self.signals.perceive(records(self.turns[begin:end])).values()))
        seq = felt.seq if felt.seq is not None else np.arange(len(felt.values))
        at, axis = np.nonzero(np.nan_to_num(felt.values) > 0)
        return set(zip((seq[at] + begin).tolist(), axis.tolist(), strict=True))
