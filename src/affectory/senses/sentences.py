"""Where the sentences of a text begin and end.

A sentence ends after ``. ! ? …`` with the quotes and brackets that close it, where white space
follows, and at every line end; not after the stop of a title, an initial or "e.g.". Time grows
with the length of the text and with nothing else. Not here: any other script than those with
these marks; a text without them is one sentence.
"""

__all__ = ["cut"]

import re

_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]]*+(?=\s|$)|\n++")  # noqa: RUF001
_SHORT = frozenset(("mr", "mrs", "ms", "dr", "prof", "st", "vs", "e.g", "i.e", "approx"))
_LONGEST_SHORT = 8  # letters looked back at, for a stop that ends no sentence


def cut(text: str) -> list[tuple[int, int]]:
    """Return first and one past the last character of each sentence, white space left out.

    Example:
        >>> from affectory.senses.sentences import cut
        >>> text = "Dr. No lay awake. He did!  Really?"
        >>> [text[low:high] for low, high in cut(text)]
        ['Dr. No lay awake.', 'He did!', 'Really?']
    """
    out: list[tuple[int, int]] = []
    low = 0
    for end in _END.finditer(text):
        if not _abbreviated(text, end):
            out.extend(_trimmed(text, low, end.end()))
            low = end.end()
    out.extend(_trimmed(text, low, len(text)))
    return out


def _abbreviated(text: str, end: re.Match[str]) -> bool:
    if end[0] != ".":
        return False
    before = text[max(0, end.start() - _LONGEST_SHORT) : end.start()].split()
    word = before[-1].lower() if before and not text[end.start() - 1].isspace() else ""
    return word in _SHORT or (len(word) == 1 and word.isalpha() and word != "i")


def _trimmed(text: str, low: int, high: int) -> list[tuple[int, int]]:
    piece = text[low:high]
    bare = piece.strip()
    if not bare:
        return []
    start = low + len(piece) - len(piece.lstrip())
    return [(start, start + len(bare))]
