"""What is claimed of a record, in words, and why it should not be believed at once."""

__all__ = [
    "Doubt",
    "Interpretation",
    "claimed",
    "doubted",
    "evidence_of",
    "quoted",
    "reason",
    "standing",
    "texts_of",
]

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import BadValues
from affectory.core.evidence import Evidence, Ground
from affectory.core.records import Records
from affectory.core.space import Kind, Space
from affectory.core.trajectory import Trajectory
from affectory.explain.interpret.extracting import Quote, leaning
from affectory.senses.quotes import found, quotes

Floats = NDArray[np.float64]
KEYS = ("session", "seq", "actor", "start", "stop")
PULL = 0.1  # a label that leans less in valence cannot be contradicted by a sentiment


class Doubt(StrEnum):
    """Why a reason should not be believed at once."""

    UNREAD = "the model's answer could not be read"
    UNGROUNDED = "it quotes words that are not in the text"
    UNQUOTED = "it quotes nothing of the text"
    CONTRADICTED = "the listed words of the text lean the other way"
    DIFFERS = "the model gives another label than the state"
    CUT = "the model saw only the beginning of the text"


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What is claimed of one record, and why.

    Args:
        session: Name of the session.
        seq: Place of the record in it.
        actor: Who feels.
        start: Beginning of the state.
        stop: End of the state.
        axis: The axis that is explained; empty where nothing is claimed.
        value: The state on that axis; NaN where nothing is claimed.
        sign: 1 where the axis is claimed to be high, -1 where low.
        label: The claim in words, such as "sadness", "no fear" or "low valence".
        rationale: "label. Reasoning: ...".
        quotes: What it rests on.
        doubts: Why it should not be believed at once.
        notice: What to show beside it, where the text has crisis phrases; else empty.
    """

    session: str
    seq: int
    actor: str
    start: float
    stop: float
    axis: str = ""
    value: float = float("nan")
    sign: float = 1.0
    label: str = ""
    rationale: str = ""
    quotes: tuple[Quote, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    notice: str = ""


def standing(space: Space, values: Floats, axis: str | None) -> tuple[str, float, str]:
    """Return the axis of a state that stands out most, 1 or -1 for high or low, and the label.

    Args:
        space: Space of the state.
        values: The state. Shape (k,).
        axis: The axis to look at; None: the greatest share or flag, or the furthest from rest.
    """
    low, high = space.bounds
    graded = space.kind in (Kind.DIMENSIONS, Kind.SCALE)
    middle = space.rest if graded else (low + high) / 2
    off = np.abs(values - middle) / (high - low) if graded else (values - low) / (high - low)
    at = int(off.argmax()) if axis is None else space.index(axis)
    name, sign = space.names[at], 1.0 if values[at] >= middle[at] else -1.0
    word = name.replace("_", " ")
    if graded:
        return name, sign, f"{'high' if sign > 0 else 'low'} {word}"
    if axis is None and space.k > 1:  # the greatest of several, however great
        return name, 1.0, word
    return name, sign, word if sign > 0 else f"no {word}"


def texts_of(
    records: Records, felt: Trajectory | None
) -> tuple[list[Interpretation], list[str], list[Floats | None]]:
    """Return records that have words, with nothing claimed, their texts, and their states.

    Args:
        records: What was perceived.
        felt: States; a record without one is left out. None: all states are None.

    Raises:
        BadValues: if the states do not tell which records they were read from.
    """
    if felt is not None and felt.seq is None:
        raise BadValues("interpret", "states without seq", "what perceive returned")
    frame = records.frame.filter(pl.col("text").fill_null("").str.strip_chars() != "")
    states: dict[tuple[str, int], Floats] = {}
    if felt is not None and felt.seq is not None:
        here = np.flatnonzero(~felt.missing)
        names = [felt.session.names[code] for code in felt.session.codes[here]]
        keys = zip(names, felt.seq[here].tolist(), strict=True)
        states = dict(zip(keys, felt.values[here].astype(np.float64), strict=True))
    out, texts, values = [], [], []
    for row in frame.select(*KEYS, "text").iter_rows(named=True):
        state = states.get((row["session"], row["seq"]))
        if felt is None or state is not None:
            texts.append(row.pop("text"))
            out.append(Interpretation(**row))
            values.append(state)
    return out, texts, values


def claimed(one: Interpretation, space: Space, state: Any, axis: str | None) -> Interpretation:
    """Return `one` with what its state claims; without a state nothing is claimed."""
    if state is None:
        return one
    values = np.asarray(state, np.float64)
    name, sign, label = standing(space, values, axis)
    value = float(values[space.index(name)])
    return replace(one, axis=name, value=value, sign=sign, label=label)


def reason(label: str, quotes: Sequence[Quote], noun: str) -> str:
    """Return a reason put together from what it rests on."""
    if not quotes:
        return f"{label}. Reasoning: no {noun} of the text speaks for it."
    words = [f'"{quote.text}"' for quote in quotes]
    if len(words) == 1:
        return f"{label}. Reasoning: {words[0]} speaks for it."
    return f"{label}. Reasoning: {', '.join(words[:-1])} and {words[-1]} speak for it."


def quoted(rationale: str, text: str) -> tuple[Quote, ...]:
    """Return what a rationale quotes, with its places in the text; None where it is not there."""
    out: list[Quote] = []
    for quote in quotes(rationale):
        spans = found(quote, text)
        out += [Quote(text[low:high], (low, high)) for low, high in spans]
        if not spans:
            out.append(Quote(quote, None))
    return tuple(out)


def doubted(one: Interpretation, space: Space, lean: int) -> Interpretation:
    """Return `one` with the doubts that its quotes and the sentiment of its text raise.

    Args:
        one: A claim with its quotes.
        space: Space of the state.
        lean: -1, 0 or 1 for the sentiment of the text's words.
    """
    if not one.axis or not one.rationale:
        return one
    doubts = list(one.doubts)
    if any(quote.span is None for quote in one.quotes):
        doubts.append(Doubt.UNGROUNDED)
    if not any(quote.span is not None for quote in one.quotes):
        doubts.append(Doubt.UNQUOTED)
    pull = one.sign * leaning(space, one.axis)[0]
    if abs(pull) > PULL and lean * pull < 0:
        doubts.append(Doubt.CONTRADICTED)
    return replace(one, doubts=tuple(doubts))


def evidence_of(one: Interpretation, ground: Ground, by: str) -> Iterator[Evidence]:
    """Yield an interpretation as evidence: its notice, reason, quotes and doubts."""
    place = one.session, one.actor, one.start, one.stop, one.axis
    if one.notice:
        yield Evidence(*place, 0.0, Ground.RATIONALE, one.seq, None, one.notice, by="guard/crisis")
    if one.rationale:
        yield Evidence(*place, one.value, Ground.RATIONALE, one.seq, None, one.rationale, by=by)
    for quote in one.quotes:
        if quote.span is not None:
            weight = 0.0 if np.isnan(quote.weight) else quote.weight
            yield Evidence(*place, weight, ground, one.seq, quote.span, quote.text, by=by)
    for doubt in one.doubts:
        yield Evidence(*place, 0.0, Ground.RATIONALE, one.seq, None, f"doubt: {doubt}", by=by)
