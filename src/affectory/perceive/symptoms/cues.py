"""Phrases that mention a criterion, and whose they are: rules before anything is learned.

`cues.toml` holds phrases per symptom, figures of speech that shield the words inside them, and
plain outer causes. For suicidal thoughts `guard.crisis` is asked first, and what it holds denied
or another's is taken from there. Search is that of `guard.phrases`: linear in the text.
"""

__all__ = ["FIGURE", "OUTER", "Mention", "criteria", "mentions", "reasons"]

import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from string import ascii_lowercase
from typing import Any, NamedTuple

import polars as pl

from affectory.guard import crisis
from affectory.guard.phrases import PhraseTable, compile_table
from affectory.represent.vocabularies import DSM5_9
from affectory.senses.scopes import Scope, Scoped

FIGURE, OUTER = 64, 128  # bits beside those of `Scope`: a figure of speech, a plain outer cause
CAUSED = frozenset(
    DSM5_9.index(name)
    for name in ("appetite_change", "cognitive_issues", "fatigue", "psychomotor", "sleep_issues")
)
SUICIDAL = DSM5_9.index("suicidal_thoughts")
LOST = DSM5_9.index("anhedonia")  # "used to love" is a loss now


class Mention(NamedTuple):
    """One phrase that names a symptom.

    Attributes:
        row: Which sentence.
        axis: Which symptom, by its place in dsm5-9.
        start: First character in the sentence.
        stop: One past the last.
        reach: Scopes, `FIGURE` and `OUTER`; 0: the writer's own, now.
        degree: 1 where it is heightened, -1 where it is softened.
    """

    row: int
    axis: int
    start: int
    stop: int
    reach: int
    degree: int


def mentions(sentences: Sequence[str], told: Sequence[Scoped]) -> list[Mention]:
    """Return every mention in `sentences`, by row, axis and place.

    Args:
        sentences: n sentences.
        told: Their scopes. Length n.
    """
    texts = pl.Series("text", list(sentences), pl.String)
    causes = _spans(_find("cause", "cue", texts))
    outer = {row for row, low, high in causes if not told[row].over(low, high) & Scope.DENIED}
    out: list[Mention] = []
    for axis, name in enumerate(DSM5_9.names):
        found = {cue[:2]: (*cue, -1) for cue in _spans(_find(name, "cue", texts))}
        if axis == SUICIDAL:
            found |= {flag[:2]: flag for flag in _crises(texts)}
        shields = _shields(name, texts) if found else {}
        for row, start, stop, given in found.values():
            own = told[row].over(start, stop, own_past=axis == LOST)
            reach = _reach(own, told[row].personal, given)
            if _overlaps(shields.get(row, []), start, stop):
                reach |= FIGURE
            if axis in CAUSED and row in outer:
                reach |= OUTER
            degree = _degree(told[row], start)
            out.append(Mention(row, axis, start, stop, reach, degree))
    return sorted(out)


def criteria() -> tuple[str, ...]:
    """Return the words of each criterion, in the order of dsm5-9."""
    return tuple(str(_told()[name]["criterion"]) for name in DSM5_9.names)


def reasons(reach: int) -> tuple[str, ...]:
    """Return the scopes of a mention in plain words; none for the writer's own, now."""
    return tuple(word for bit, word in WORDS if reach & bit)


def _crises(texts: pl.Series) -> list[tuple[int, int, int, int]]:
    """Return what the crisis table finds: row, start, stop and the scope it holds."""
    found = crisis.flags(texts).filter(pl.col("kind").is_in(list(HELD)))
    rows = found.select("row", "start", "stop", pl.col("kind").cast(pl.String)).rows()
    return [(row, start, stop, HELD[kind]) for row, start, stop, kind in rows]


def _reach(own: Scope, personal: bool, given: int) -> int:
    """Return the scopes of a mention; denial is the crisis table's affair where it speaks.

    What that table holds spoken of in general is the writer's where the writer is in the sentence.
    """
    if given < 0:
        return int(own)
    return int(own & ~Scope.DENIED) | (0 if given == Scope.OTHER and personal else given)


def _degree(told: Scoped, start: int) -> int:
    at = bisect_right(told.stop, start)
    return int(told.degree[at]) if at < len(told.degree) else 0


def _overlaps(spans: list[tuple[int, int]], start: int, stop: int) -> bool:
    """Whether one of `spans`, which are in order and disjoint, shares a character."""
    at = bisect_left(spans, (stop, stop))
    return at > 0 and spans[at - 1][1] > start


def _shields(name: str, texts: pl.Series) -> dict[int, list[tuple[int, int]]]:
    """Return where figures of speech stand in each sentence that has any."""
    out: dict[int, list[tuple[int, int]]] = {}
    for row, start, stop in _spans(_find(name, "figure", texts)):
        out.setdefault(row, []).append((start, stop))
    return out


def _find(name: str, kind: str, texts: pl.Series) -> pl.DataFrame:
    """Return the hits of a table, which reads only texts with a word that every hit needs."""
    table, needed = _table(name, kind)
    likely = texts.str.contains_any(list(needed), ascii_case_insensitive=True)
    rows = (likely | texts.str.contains(HELD_LETTERS)).fill_null(False).arg_true()
    if rows.is_empty():
        return NOTHING
    found = table.find(texts.gather(rows))
    return found.with_columns(row=rows.gather(found["row"]))


def _spans(found: pl.DataFrame) -> list[tuple[int, int, int]]:
    return found.select("row", "start", "stop").rows()


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("cues.toml").read_text(encoding="utf-8"))


@cache
def _table(name: str, kind: str) -> tuple[PhraseTable, tuple[str, ...]]:
    """Return a table and its anchors: beginnings of words one of which every hit holds."""
    told = _told()
    table = compile_table((kind, phrase, told["lists"]) for phrase in told[name][kind])
    needed = tuple(word for word, code in table.codes.items() if code in table.anchors)
    # apostrophes are gone from the table, not from texts: what stands before one will do
    return table, tuple(word[:-2] if word[-2:] in ENDINGS else word for word in needed)


# What the crisis table holds of its kinds; harm by others is no symptom.
HELD = {
    "suicide": 0,
    "self-harm": 0,
    "denied": int(Scope.DENIED),
    "another": int(Scope.OTHER),
    "asked": int(Scope.OTHER),
}
NOTHING = pl.DataFrame(schema={"row": pl.UInt32, "start": pl.UInt32, "stop": pl.UInt32})
HELD_LETTERS = "|".join(letter + "{3}" for letter in ascii_lowercase)  # "tireeed" is looked at
ENDINGS = ("nt", "im", "id", "ve", "ll", "re")
WORDS = (
    (Scope.DENIED, "denied"),
    (Scope.OTHER, "another person's"),
    (Scope.PAST, "over"),
    (Scope.SUPPOSED, "supposed"),
    (Scope.QUOTED, "quoted"),
    (Scope.THING, "said of a thing"),
    (FIGURE, "a figure of speech"),
    (OUTER, "with an outer cause"),
)
