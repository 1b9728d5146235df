"""What a text quotes, and where the quoted words stand in another.

Case, punctuation, white space and the kind of apostrophe make no difference; words and their
order do. A quote with an ellipsis is looked for piece by piece, in order.
"""

__all__ = ["found", "quotes"]

import re
from bisect import bisect_right
from itertools import accumulate


def quotes(text: str) -> tuple[str, ...]:
    r"""Return what stands between quotation marks, each once, in order.

    Example:
        >>> from affectory.senses.quotes import quotes
        >>> quotes('He says "I am done" and doesn\'t \u201csee the point\u201d.')
        ('I am done', 'see the point')
    """
    told = ("".join(piece for piece in match if piece).strip() for match in QUOTED.findall(text))
    return tuple(dict.fromkeys(each for each in told if WORD.search(each)))


def found(quote: str, text: str) -> tuple[tuple[int, int], ...]:
    """Return first and one past the last character in `text` of each piece of `quote`.

    Empty where a piece is not there, or there is nothing to look for.

    Example:
        >>> from affectory.senses.quotes import found
        >>> text = "I'm so tired,  so VERY tired."
        >>> [text[a:b] for a, b in found("so very tired!", text)]
        ['so VERY tired']
    """
    words = [(_plain(match[0]), *match.span()) for match in WORD.finditer(text)]
    line = " ".join(("", *(word for word, _, _ in words), ""))
    begins = list(accumulate((len(word) + 1 for word, _, _ in words), initial=1))
    out: list[tuple[int, int]] = []
    at = 0
    for piece in GAP.split(quote):
        wanted = [_plain(word) for word in WORD.findall(piece)]
        if not wanted:
            continue
        place = line.find(f" {' '.join(wanted)} ", at)
        if place < 0:
            return ()
        first = bisect_right(begins, place + 1) - 1
        out.append((words[first][1], words[first + len(wanted) - 1][2]))
        at = begins[first + len(wanted)] - 1
    return tuple(out)


def _plain(word: str) -> str:
    return word.casefold().replace("\u2019", "'")


WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
GAP = re.compile(r"\u2026|\.{2,}|\[[^\]]*\]")
QUOTED = re.compile(
    r"\"([^\"\n]*)\"|\u201c([^\u201d\n]+)\u201d|\u2018([^\u2018\n]+?)\u2019(?!\w)"
    r"|(?<![\w'])'([^'\n]+)'(?!\w)"
)
