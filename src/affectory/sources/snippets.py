"""Snippets rated for valence by twenty people each: the four sets of the VADER paper.

Hutto & Gilbert 2014: `*_GroundTruth.txt` with id, mean rating from -4 to 4 and text, tab
separated, without header; plain or gzipped, UTF-8 or Windows-1252. Ids of reviews and editorials
are document_sentence.
"""

__all__ = ["SETS", "Snippets", "read_snippets"]

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadChoice, BadFile
from affectory.sources.published import AGAIN, content, published

SETS = {
    "amazon": "amazonReviewSnippets",
    "movies": "movieReviewSnippets",
    "nyt": "nytEditorialSnippets",
    "tweets": "tweets",
}


class Snippets(NamedTuple):
    """Texts and their ratings.

    Attributes:
        texts: n texts.
        valence: Mean rating / 4, in [-1, 1]. Shape (n,).
        document: What each text is a sentence of; a tweet or movie snippet stands alone.
    """

    texts: list[str]
    valence: NDArray[np.float64]
    document: list[str]


def read_snippets(folder: Path, name: str) -> Snippets:
    """Return one of the four sets, in the order of the file.

    Raises:
        BadChoice: if there is no such set.
        MissingFile: if its file is not in `folder`.
        BadFile: if a line is not id, rating from -4 to 4 and text.
    """
    if name not in SETS:
        raise BadChoice("set", name, SETS)
    path = published(folder, f"{SETS[name]}_GroundTruth.txt")
    rows = [line.split("\t", 2) for line in _text(content(path)).splitlines() if line.strip()]
    try:
        rating = np.array([float(row[1]) for row in rows])
        texts = [row[2] for row in rows]
    except (ValueError, IndexError) as error:
        raise BadFile(path, f"a line that is none ({error})", "id, rating, text", AGAIN) from error
    if (np.abs(rating) > 4).any():
        raise BadFile(path, "a rating out of range", "-4 to 4", AGAIN)
    return Snippets(texts, rating / 4, [f"{name}/{row[0].partition('_')[0]}" for row in rows])


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")
