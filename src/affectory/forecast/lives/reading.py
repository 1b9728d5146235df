"""A life as a document: what stays the same, then its dated events, as rows of codes and times.

``[CLS] background [SEP] event [SEP] event [SEP] ...``; a token's times are the person's age and the
absolute day; segment 1 is the background, then 2, 3, 1, 2, ... by event. Amounts are told by the
quantile bin of the persons that were learned from. Of a life that is too long the last events are
kept.
"""

__all__ = ["Batch", "Book", "Document", "batch_of", "before", "documents"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import ClockMismatch
from affectory.core.records import Clock, Records
from affectory.senses.life import CLS, PAD, SEP, Bins, Words

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]
NAME = "forecast/lives"
LONGEST = 512
YEAR = 365.25
UNITS = {Clock.DAYS: 1.0, Clock.SECONDS: 86_400.0}


@dataclass(frozen=True)
class Book:
    """What the persons that were learned from say of tokens and amounts.

    Args:
        words: The vocabulary.
        amounts: Edges of the bins of each amount, by its key in `meta`.
    """

    words: Words
    amounts: tuple[tuple[str, Bins], ...] = ()

    @classmethod
    def of(cls, past: Records, amounts: Sequence[str], bins: int, least: int) -> Self:
        """Return the book of the lives one learns from.

        Args:
            past: Events.
            amounts: Keys of `meta` that hold a number.
            bins: How many bins an amount has.
            least: Tokens of fewer occurrences are unknown.
        """
        own = tuple((key, Bins.fit(_amount(past, key), bins)) for key in amounts)
        blank = cls(Words.of(()), own)
        return cls(Words.of((w for said in blank.said(past) for w in said), least), own)

    def said(self, past: Records) -> list[list[str]]:
        """Return the tokens of each record."""
        out = [text.split() for text in past.frame["text"].fill_null("").to_list()]
        for key, bins in self.amounts:
            for at, code in enumerate(bins.codes(_amount(past, key)).tolist()):
                if code >= 0:
                    out[at].append(f"{key.upper()}_{code}")
        return out


class Document(NamedTuple):
    """One person's life, t tokens.

    Attributes:
        key: Session and actor.
        codes: Token and segment. Shape (t, 2).
        days: Absolute day. Shape (t,).
        ages: Years, 0 where the birth is not known. Shape (t,).
        records: `seq` of each token's record, -1 for special tokens. Shape (t,).
    """

    key: tuple[str, str]
    codes: Codes
    days: Floats
    ages: Floats
    records: Codes


class Batch(NamedTuple):
    """Documents side by side, as torch tensors."""

    codes: Any
    times: Any
    days: Any
    seen: Any


def _amount(past: Records, key: str) -> Floats:
    told = past.meta(key).cast(pl.Float64, strict=False)
    return told.fill_null(float("nan")).to_numpy()


def before(past: Records, cut: float | None) -> Records:
    """Return the records before the day `cut`, all where it is None.

    Raises:
        ClockMismatch: if times are neither days nor seconds.
    """
    if past.clock not in UNITS:
        raise ClockMismatch(past.clock, Clock.DAYS, NAME)
    if cut is None:
        return past
    return Records(past.frame.filter(pl.col("start") < cut * UNITS[past.clock]), past.clock)


def documents(
    book: Book, past: Records, cut: float | None = None, longest: int = LONGEST
) -> list[Document]:
    """Return the document of each session and actor.

    A record whose `meta` says ``{"kind": "background"}``, or whose text has only `SEX_` tokens, is
    the birth: its tokens stay the same for life, and its day is day 0 of the person's age.

    Args:
        book: Vocabulary and bins.
        past: Events.
        cut: Days from which on nothing is read; None: all is.
        longest: Tokens at most.

    Raises:
        ClockMismatch: if times are neither days nor seconds.
    """
    past = before(past, cut)
    frame = past.frame.select("session", "actor", "seq", "start").with_columns(
        pl.col("start") / UNITS[past.clock],
        tokens=pl.Series([book.words.codes(said).tolist() for said in book.said(past)],
                         dtype=pl.List(pl.Int64)),
        birth=(past.meta("kind") == "background").fill_null(False)
        | past.frame["text"].str.contains(r"^SEX_\S+$").fill_null(False),
    )  # fmt: skip
    return [
        _document((str(key[0]), str(key[1])), own, longest)
        for key, own in frame.group_by("session", "actor", maintain_order=True)
    ]


def _document(key: tuple[str, str], own: pl.DataFrame, longest: int) -> Document:
    births = own.filter("birth")
    events = own.filter(~pl.col("birth")).sort("start", maintain_order=True)
    born = float(births["start"][0]) if births.height else np.nan
    first = float(events["start"][0]) if events.height else 0.0 if np.isnan(born) else born
    rows = [(CLS, 1, first, -1)]
    for tokens, seq in zip(births["tokens"].to_list(), births["seq"].to_list(), strict=True):
        rows += [(token, 1, first, seq) for token in tokens]
    rows.append((SEP, 1, first, -1))
    tail: list[tuple[int, int, float, int]] = []
    parts = zip(*(events[name].to_list() for name in ("tokens", "start", "seq")), strict=True)
    for at, (tokens, day, seq) in enumerate(parts):
        segment = (2, 3, 1)[at % 3]
        tail += [(token, segment, day, seq) for token in tokens]
        tail.append((SEP, segment, day, -1))
    room = max(longest - len(rows), 0)
    table = np.array(rows + tail[max(len(tail) - room, 0) :], np.float64)
    days = table[:, 2]
    ages = np.zeros(len(days)) if np.isnan(born) else (days - born) / YEAR
    return Document(key, table[:, :2].astype(np.int64), days, ages, table[:, 3].astype(np.int64))


def batch_of(torch: Any, some: Sequence[Document]) -> Batch:
    """Return documents padded to one length. Times: age in decades, decades since 2000."""
    t = max(len(each.days) for each in some)
    codes = np.full((len(some), t, 2), PAD, np.int64)
    times, days = np.zeros((len(some), t, 2), np.float32), np.zeros((len(some), t), np.float32)
    seen = np.zeros((len(some), t), bool)
    for at, each in enumerate(some):
        n = len(each.days)
        codes[at, :n], days[at, :n], seen[at, :n] = each.codes, each.days - each.days[0], True
        times[at, :n, 0], times[at, :n, 1] = each.days / 3652.5 - 3, each.ages / 10
    return Batch(*(torch.from_numpy(array) for array in (codes, times, days, seen)))
