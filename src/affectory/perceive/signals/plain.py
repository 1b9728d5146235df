"""Texts in plain form: words in lower case, a space between two, and at either end.

Apostrophes go without a trace ("don't", "dont"), every other mark parts words. A whole batch is
one pass over its bytes.
"""

__all__ = ["plain", "plain_words", "rows_of"]

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]


def plain(texts: Sequence[str]) -> Bytes:
    """Return the plain form of `texts` as bytes, a zero byte between two."""
    low = [text if text.isascii() else text.translate(FAR).lower() for text in texts]
    whole = " \0 ".join(low)
    if whole.count("\0") != max(len(low) - 1, 0):
        whole = " \0 ".join([text.replace("\0", " ") for text in low])
    raw = f" {whole} ".encode("utf-8", "replace").translate(NEAR, b"'")
    buffer = np.frombuffer(raw, dtype=np.uint8)
    blank = buffer == SPACE
    keep = np.append(True, ~(blank[1:] & blank[:-1]))
    return np.asarray(buffer[keep])


def rows_of(buffer: Bytes) -> list[str]:
    """Return the texts that `plain` joined."""
    return buffer.tobytes().decode("utf-8", "replace").split("\0")


def plain_words(text: str) -> str:
    """Return the plain form of one text, without the spaces at its ends.

    Example:
        >>> from affectory.perceive.signals.plain import plain_words
        >>> plain_words("Don\u2019t, PLEASE...")
        'dont please'
    """
    return rows_of(plain([text]))[0].strip()


SPACE = 32
MARKS = (  # quotes, dashes, dots and blanks that are not ASCII
    "\u201c\u201d\u201e\u00ab\u00bb\u2013\u2014\u2015\u2026\u00bf\u00a1\u00a0\u2022"
    "\u3002\uff0c\uff01\uff1f\u3001\u2028\u2029\u200b"
)
FAR = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201b\u02bc\u00b4", "'") | dict.fromkeys(MARKS, " ")
)
NEAR = bytes(
    at if at >= 0x80 or at in b"\0'" else ord(chr(at).lower()) if chr(at).isalnum() else SPACE
    for at in range(256)
)
