"""A text without each of its words in turn: the rest tells what the word did."""

__all__ = ["Cuts"]

from dataclasses import dataclass
from typing import Self

from affectory.senses.tokens import join, split

MOST_WORDS = 400  # of one text


@dataclass(frozen=True)
class Cuts:
    """A text up to its 400th word, and the same with each of its words cut out.

    Args:
        raw: The text as bytes, up to the last word that is looked at.
        spans: First and one past the last byte of each word, at most `MOST_WORDS`.
        texts: The text, then the text without each word.
    """

    raw: bytes
    spans: tuple[tuple[int, int], ...]
    texts: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Self:
        """Cut `text`."""
        raw = text.encode("utf-8", errors="replace")
        tokens = split(join([text]), 1)
        pairs = zip(tokens.start.tolist(), tokens.stop.tolist(), strict=True)
        spans = tuple(pairs)[:MOST_WORDS]
        if len(spans) == MOST_WORDS:  # each word costs a reading of all: a book would never end
            raw = raw[: spans[-1][1]]
            text = raw.decode("utf-8", "replace")
        cut = ((raw[:a] + b" " + raw[b:]).decode("utf-8", "replace") for a, b in spans)
        return cls(raw, spans, (text, *cut))

    def span(self, word: int) -> tuple[int, int]:
        """Return first and one past the last character of a word."""
        low, high = (len(self.raw[:end].decode("utf-8", "replace")) for end in self.spans[word])
        return low, high

    def word(self, word: int) -> str:
        """Return the word itself."""
        return self.raw[slice(*self.spans[word])].decode("utf-8", "replace")
