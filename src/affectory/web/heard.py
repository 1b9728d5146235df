"""What is heard of a turn, and how a turn is put before the methods that hear it."""

__all__ = ["LONGEST", "Heard", "named", "records", "row", "shown"]

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import polars as pl

from affectory.core.records import Channel, Records
from affectory.represent.vocabularies import VAD
from affectory.senses.trace import call_of
from affectory.web.transcript import Told

LONGEST = 20_000  # characters of one turn that are read
ROW = {"session": pl.String, "actor": pl.String, "text": pl.String, "start": pl.Float64,
       "channel": pl.String, "meta": pl.String}  # fmt: skip
TURN = ("seq", "actor", "text", "time", "id")  # of what was heard, what the turn itself says


@dataclass(frozen=True, slots=True)
class Heard:
    """What is said of one turn.

    Args:
        seq: Number of the turn.
        actor: Who spoke.
        values: Value of each axis of vad; null where nothing was read.
        spreads: One standard deviation of each.
        emotion: The strongest of seven, and its share; None beside a notice, which no label fits.
        fan: Valence of the speaker's next turns: low, middle and high of an 80 % band.
        signs: Signs of how the conversation goes, such as a correction, that this turn shows.
        crisis: Kinds of crisis language in this turn.
        notice: What must be shown with it; None where nothing urgent was found.
        seconds: How long the answer took.
        id: The sender's own number of the turn; None where it has none.
        text: What was said; of a tool, its call or its answer.
        time: When it was kept, in seconds since 1970.
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
    text: str = ""
    time: float | None = None

    def kept(self) -> dict[str, Any]:
        """Return what is kept beside the turn, which says the rest itself."""
        return {name: value for name, value in asdict(self).items() if name not in TURN}

    @classmethod
    def again(cls, told: Told, seq: int, known: Mapping[str, Any]) -> Self:
        """Return what was heard of a turn, from what `kept` returned.

        Raises:
            LookupError: if something is missing.
            TypeError: if something is of another kind.
        """
        emotion = known["emotion"]
        return cls(
            seq, told.actor, _axes(known["values"]), _axes(known["spreads"]),
            emotion and (str(emotion[0]), float(emotion[1])), dict(known["fan"]),
            tuple(known["signs"]), tuple(known["crisis"]), known["notice"],
            float(known["seconds"]), told.id, shown(told), told.time,
        )  # fmt: skip


def named(values: Any) -> dict[str, float | None]:
    """Return values by the names of their axes, null where nothing was read."""
    return {
        name: None if np.isnan(value) else round(float(value), 4)
        for name, value in zip(VAD.names, values, strict=True)
    }


def row(told: Told, seq: int) -> dict[str, Any]:
    """Return a turn as a record, as a log of messages is read."""
    meta = json.dumps({"tool_calls": told.calls}) if told.calls else None
    channel = Channel.TRACE if told.silent else Channel.TEXT
    text = told.text if told.result is None else told.result
    cells = ("live", told.actor, text[:LONGEST], float(seq), channel.value, meta)
    return dict(zip(ROW, cells, strict=True))


def records(rows: list[dict[str, Any]]) -> Records:
    """Return rows as one session."""
    return Records(pl.DataFrame(rows, schema=ROW))


def shown(told: Told) -> str:
    """Return what a person reads of a turn: its words, or what tools were asked and answered."""
    if told.result is not None:
        return told.result
    calls = (call_of(call) for call in told.calls)
    return told.text or "\n".join(f"{call.name}({call.arguments})" for call in calls)


def _axes(told: Mapping[str, float | None]) -> dict[str, float | None]:
    return {name: told[name] for name in VAD.names}
