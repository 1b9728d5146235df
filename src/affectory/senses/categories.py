"""Word lists by category: one category a line, its name, then its terms, apart by tabs.

The form of Empath and of the marker lists of system 30. A term may be of several words, stand in
several categories, and be listed twice; UTF-8, or Windows-1252 where it is no UTF-8.
"""

__all__ = ["is_categories", "of_categories", "read_categories", "starter_markers"]

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from affectory.core.errors import BadFile, MissingFile
from affectory.core.space import Axis
from affectory.senses.lexicon import Lexicon
from affectory.senses.wordfile import text_of

WIDE = 6  # cells of a line that no weighted list has


def read_categories(path: Path | str, language: str = "") -> Lexicon:
    """Return the lists of a file as a Lexicon: an axis a category, weight 1 for its terms.

    Args:
        path: TSV, also gzipped.
        language: ISO 639-1 code of the terms; texts in another known language are then left out.

    Raises:
        MissingFile: if there is no such file.
        BadFile: if no line holds a name and a term.
    """
    path = Path(path)
    if not path.is_file():
        raise MissingFile(path)
    lists: dict[str, list[str]] = {}
    for line in text_of(path).splitlines():
        name, *terms = [cell.strip() for cell in line.split("\t")]
        if name and any(terms):
            lists.setdefault(name, []).extend(term for term in terms if term)
    if not lists:
        cure = "give one category a line: its name, then its terms, apart by tabs"
        raise BadFile(path, "no category with terms", "lists of terms", cure)
    made = of_categories(path.name.split(".")[0], lists, language)
    return replace(made, source=str(path))


def of_categories(name: str, lists: Mapping[str, Sequence[str]], language: str = "") -> Lexicon:
    """Return lists of terms as a Lexicon.

    Example:
        >>> from affectory.senses.categories import of_categories
        >>> of_categories("own", {"fear": ["afraid", "panic"], "rush": ["panic"]}).weights.tolist()
        [[1.0, 0.0], [1.0, 1.0]]
    """
    place: dict[str, int] = {}
    pairs = [
        (place.setdefault(" ".join(term.lower().split()), len(place)), column)
        for column, terms in enumerate(lists.values())
        for term in terms
    ]
    weights = np.zeros((len(place), len(lists)))
    weights[tuple(np.array(pairs).T)] = 1.0
    axes = tuple(Axis(each, 0.0, 1.0) for each in lists)
    reading = f"{len(lists)} categories, {len(place)} different terms"
    return Lexicon(name, tuple(place), weights, axes, language=language, reading=reading)


def is_categories(path: Path) -> bool:
    """Whether a file has the form of lists: tabs, and lines of many and of unlike lengths.

    Raises:
        MissingFile: if there is no such file.
    """
    if not path.is_file():
        raise MissingFile(path)
    if path.name.endswith((".parquet", ".arrow", ".ipc", ".feather")):
        return False
    cells = [line.count("\t") + 1 for line in text_of(path).splitlines() if line.strip()]
    return max(cells, default=0) > WIDE and len(set(cells)) > 1


@cache
def starter_markers() -> Lexicon:
    """Return the house's own few English words of anger, anxiety, sadness and joy.

    The judgement of its authors; for research, read published lists with `read_categories`.
    """
    with as_file(files("affectory.senses") / "starter_markers.tsv") as path:
        own = read_categories(path, "en")
    return replace(own, source="affectory, own judgement", licence="Apache-2.0")
