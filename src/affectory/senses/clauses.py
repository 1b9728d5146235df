"""Words, the marks that end a clause, and what is quoted, in any script that sets words apart.

A word is folded: lower case, no accents, no invisible characters, drawn-out letters once. It is
cut at apostrophes and hyphens of every kind ("I’m" is "i", "m"), so that elision needs no rule.
Time grows with the length of the text. Not here: what language it is, what a word means.
"""  # noqa: RUF002

__all__ = ["COMMA", "END", "START", "STOP", "Clauses", "clauses", "fold"]

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from sys import maxsize

START, END, STOP, COMMA = "\x02", "\x03", ".", ","  # what stands among the words


@dataclass(frozen=True, slots=True)
class Clauses:
    """A text as words with the marks between its clauses.

    Args:
        words: `START`, folded words with `STOP` and `COMMA` among them, `END`. Length w.
        start: First character of each. Length w.
        stop: One past its last. Length w.
        quoted: First and one past the last character of each quotation, in order.
    """

    words: tuple[str, ...]
    start: tuple[int, ...]
    stop: tuple[int, ...]
    quoted: tuple[tuple[int, int], ...]

    def in_quotes(self, place: int) -> bool:
        """Whether the character at `place` is within a quotation."""
        at = bisect_right(self.quoted, (place, maxsize)) - 1
        return at >= 0 and place < self.quoted[at][1]


def clauses(text: str) -> Clauses:
    """Return the words and marks of `text`.

    A full stop, ``! ? ; :`` or a line end is `STOP`; commas, brackets, dashes, dots and inverted
    marks are `COMMA`. A text that is one quotation from end to end is not quoted.

    Example:
        >>> from affectory.senses.clauses import clauses
        >>> clauses("Désolé… je n'ai pas").words[1:-1]
        ('desole', ',', 'je', 'n', 'ai', 'pas')
    """
    words, start, stop = [START], [0], [0]
    marks: list[int] = []
    for piece in _PIECE.finditer(text):
        kind = piece.lastgroup
        if kind == "quote":
            marks.append(piece.start())
            continue
        words.append(fold(piece[0]) if kind == "word" else STOP if kind == "stop" else COMMA)
        start.append(piece.start())
        stop.append(piece.end())
    words.append(END)
    start.append(len(text))
    stop.append(len(text))
    spans = _quotations(text, marks) if marks or ">" in text else []
    if len(spans) == 1 and not (_WORD.search(text, 0, spans[0][0]) or
                                _WORD.search(text, spans[0][1])):  # fmt: skip
        spans = []
    return Clauses(tuple(words), tuple(start), tuple(stop), tuple(spans))


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """Return `word` in lower case, without accents or letters held for three or more."""
    if len(word) > LONGEST:
        return ""
    word = _HELD.sub(r"\1", word.casefold())
    if word.isascii():
        return word
    wide = unicodedata.normalize("NFKD", word).translate(_JOINED)
    return "".join(letter for letter in wide if letter.isalnum())


def _quotations(text: str, marks: list[int]) -> list[tuple[int, int]]:
    """Return the quotations that begin and end within one paragraph, and quoted lines."""
    out, opened, closers, looked = [], -1, "", 0
    for at in marks:
        mark = text[at]
        if opened >= 0 and text.find("\n\n", looked, at) >= 0:
            opened = -1
        looked = at
        if opened >= 0:
            if mark in closers and (mark not in _SINGLE or _closes(text, at)):
                out.append((opened, at + 1))
                opened = -1
        elif mark in _CLOSERS and (mark not in _SINGLE or _opens(text, at)):
            opened, closers = at, _CLOSERS[mark]
    if ">" in text:
        out = sorted({*out, *((line.start(), line.end()) for line in _CITED.finditer(text))})
    return out


def _opens(text: str, at: int) -> bool:
    """Whether a single quote stands before a word and after none."""
    before, after = text[at - 1 : at] or " ", text[at + 1 : at + 2]
    return not before.isalnum() and after.isalnum()


def _closes(text: str, at: int) -> bool:
    """Whether a single quote stands after a mark and before no letter: speech, no elision."""
    return text[at - 1] in ".,!?…" and not text[at + 1 : at + 2].isalnum()


LONGEST = 40  # letters of a word that can mean something here
_UNSEEN = "\u00ad\u200b-\u200d\u2060\ufeff"
_PIECE = re.compile(
    rf"(?P<word>(?:[^\W_\u02bc]++|[\u0300-\u036f{_UNSEEN}]++)+)"
    r"|(?P<comma>\.{2,}|[,()\[\]…—–¿¡]|(?<=\s)-(?=\s))"  # noqa: RUF001
    r"|(?P<stop>[.!?;:\n؟。！？]+)"  # noqa: RUF001
    r"|(?P<quote>[\"“”„«»‹›‘’'])"  # noqa: RUF001
)
_WORD = re.compile(r"[^\W_]")
_HELD = re.compile(r"([^\W\d_])\1{2,}")
_CITED = re.compile(r"^[ \t]*>[^\n]*", re.MULTILINE)
_SINGLE = "\u2018\u2019'"
_CLOSERS = {
    '"': '"\u201d', "\u201c": '\u201d"', "\u201e": '\u201c\u201d"', "\xab": "\xbb",
    "\xbb": "\xab", "\u2039": "\u203a", "\u203a": "\u2039", "\u2018": "\u2019'", "'": "'\u2019",
}  # fmt: skip
_JOINED = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "\u0131": "i"})
