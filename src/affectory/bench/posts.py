"""Posts as they are measured: as records, and which of them are one however they were encoded."""

__all__ = ["LOW", "records_of", "same"]

import re
from collections.abc import Sequence

import polars as pl

from affectory.core.records import Records
from affectory.core.space import Axis, Kind, Space

LOW = Space("depression", Kind.FLAGS, (Axis("depression", 0.0, 1.0),), "DR of IMHI, weak labels")


def records_of(texts: Sequence[str]) -> Records:
    """Return texts as the turns of one person, in their order."""
    return Records(pl.DataFrame({"session": "posts", "actor": "poster", "text": list(texts)}))


def same(post: str) -> str:
    """Return what is the same of a post however its marks were encoded."""
    return re.sub("[^a-z]", "", post.lower())[:200]
