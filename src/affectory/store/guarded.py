"""Which SQL may be run over a lake: one SELECT over its tables, and nothing that opens a file.

The engine reads files for whoever asks (`read_csv('/etc/passwd')`) and reports success on
statements that change only its own copy of the list of tables. So a query is cut into words
first, comments are dropped, and what was checked, not what was sent, is what runs.
"""

__all__ = ["guarded"]

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

WORD, NAME, TEXT, MARK, SPACE = "word", "name", "text", "mark", "space"

# A quote that touches the word before it would open a string with rules of its own
# (E'..', R'..', U&'..'), and `$` one without quotes: where a string ends must not be a guess.
_TOKEN = re.compile(
    r"""
      (?P<odd>   [\w&]+['"`] | [$\#\\\x00] )
    | (?P<text>  '(?:[^']|'')*' )
    | (?P<name>  "(?:[^"]|"")*" | `(?:[^`]|``)*` )
    | (?P<open>  ['"`] )
    | (?P<word>  \w+ )
    | (?P<space> \s+ | --[^\n]* )
    | (?P<block> /\* )
    | (?P<mark>  . )
    """,
    re.VERBOSE | re.DOTALL,
)
_OPENS = re.compile(r"(?:^|_)(?:read|scan|sink|write)(?:_|$)")
_CHANGES = frozenset(
    "alter copy create delete drop insert into merge truncate update".split()  # noqa: SIM905
)


class Token(NamedTuple):
    """A piece of a query: what it is, how it is written, and what it says in lower case."""

    kind: str
    written: str
    said: str


def guarded(text: str) -> str:
    """Return the query `text` without its comments, if it is one SELECT over tables.

    Raises:
        ValueError: with what was found, if it is something else.
    """
    tokens = [token for token in _tokens(text) if token.kind != SPACE]
    while tokens and tokens[-1].written == ";":
        tokens.pop()
    _is_one_select(tokens)
    _opens_nothing(tokens)
    return "".join(token.written for token in _tokens(text) if token.written != ";")


def _is_one_select(tokens: Sequence[Token]) -> None:
    first = next((token for token in tokens if token.written != "("), None)
    if first is None or first.kind != WORD or first.said not in ("select", "with"):
        got = "nothing" if first is None else f"a query that begins with {first.written[:20]!r}"
        raise ValueError(f"found {got}, expected one SELECT")
    for token in tokens:
        if token.written == ";":
            raise ValueError("found a second statement, expected one SELECT")
        if token.kind == WORD and token.said in _CHANGES:
            cure = f'a column of that name is written "{token.written}"'
            raise ValueError(f"found {token.said.upper()}, expected one SELECT; {cure}")


def _opens_nothing(tokens: Sequence[Token]) -> None:
    """Refuse the functions that make a table of a file, however their names are quoted."""
    for token, after in pairwise(tokens):
        if token.kind in (WORD, NAME) and after.written == "(" and _OPENS.search(token.said):
            raise ValueError(f"found the function {token.said[:20]!r}, expected tables of the lake")


def _tokens(text: str) -> Iterator[Token]:
    """Yield the pieces of `text`; a comment is one space.

    Raises:
        ValueError: if a string or a comment has no end, or is written in a dialect's own way.
    """
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        assert found is not None  # `mark` takes whatever is left
        kind, written, at = str(found.lastgroup), found.group(), found.end()
        if kind == "odd":
            cure = "expected text as '...' and names as \"...\", after a space"
            raise ValueError(f"found {written[-1]!r} where no string begins, {cure}")
        if kind == "open":
            raise ValueError(f"found a {written} that is never closed, expected another one")
        if kind == "block":
            kind, written, at = SPACE, " ", _after_comment(text, at)
        elif kind == SPACE:
            written = " "
        yield Token(kind, written, _said(kind, written))


def _after_comment(text: str, at: int) -> int:
    """Return where the comment ends whose first mark ends at `at`; comments may be nested."""
    depth = 1
    for mark in re.compile(r"/\*|\*/").finditer(text, at):
        depth += 1 if mark.group() == "/*" else -1
        if not depth:
            return mark.end()
    raise ValueError("found a comment that is never closed, expected */")


def _said(kind: str, written: str) -> str:
    if kind != NAME:
        return written.casefold()
    quote = written[0]
    return written[1:-1].replace(2 * quote, quote).casefold()
