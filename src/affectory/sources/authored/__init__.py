"""Sentences that the house wrote itself, each with what it says and what it only seems to say.

`symptoms.tsv`: id, half, kind, symptoms, text. In kind "self" the symptoms (axes of dsm5-9) hold
for the writer now; in the others they are named and do not hold: denied ("negated"), another
person's ("other"), over ("past"), supposed or quoted ("supposed"), a figure of speech ("figure"),
or with a plain outer cause ("cause"); "plain" sentences name none. Written before any cue rule
was; within each kind and symptom every second sentence is the development half. They are
invented and by one hand: no person's words, and no sample of what persons write.
"""

__all__ = ["KINDS", "Authored", "read_symptom_sentences", "rows_of"]

import csv
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadChoice
from affectory.sources.redsm5 import SYMPTOMS

HALVES = ("dev", "held")
KINDS = ("self", "negated", "other", "past", "supposed", "figure", "cause", "plain")


class Authored(NamedTuple):
    """Sentences and what holds of their writer.

    Attributes:
        texts: n sentences.
        kinds: One of `KINDS` each. Length n.
        named: Which symptoms a sentence names, whether or not they hold. Shape (n, 9).
        values: Which hold; rows of zeros but in kind "self". Shape (n, 9).
    """

    texts: tuple[str, ...]
    kinds: tuple[str, ...]
    named: NDArray[np.float64]
    values: NDArray[np.float64]


def read_symptom_sentences(half: str) -> Authored:
    """Return the "dev" or the "held" half of the authored sentences.

    Raises:
        BadChoice: if there is no such half.
    """
    rows = rows_of("symptoms.tsv", half)
    named = np.array([[name in row["symptoms"].split(";") for name in SYMPTOMS]
                      for row in rows], np.float64)  # fmt: skip
    own = np.array([row["kind"] == "self" for row in rows], np.float64)
    texts, kinds = tuple(row["text"] for row in rows), tuple(row["kind"] for row in rows)
    return Authored(texts, kinds, named, named * own[:, None])


def rows_of(name: str, half: str | None = None) -> list[dict[str, str]]:
    """Return the rows of one of the tables here, of one half or all.

    Raises:
        BadChoice: if there is no such half.
    """
    if half is not None and half not in HALVES:
        raise BadChoice("half", half, HALVES)
    table = files(__package__).joinpath(name).read_text(encoding="utf-8")
    rows = csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [row for row in rows if half in (None, row.get("half"))]
