"""Personal data out of texts, placeholders in; what leaves the machine passes here.

Finds what has a shape: addresses, numbers, links, handles, and the names it is handed. Not
here: people, places and employers that nobody listed. Redacted is not anonymous.
"""

__all__ = ["KINDS", "redact"]

import re
from collections.abc import Sequence
from itertools import groupby

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import BadChoice
from affectory.guard.spans import Texts, as_series, matches

KINDS = ("url", "email", "iban", "card", "ip", "phone", "number", "handle", "name")


def redact(texts: Texts, kinds: Sequence[str] = KINDS, names: Sequence[str] = ()) -> pl.Series:
    """Return `texts` with personal data replaced by placeholders such as ``[EMAIL]``.

    Kinds: ``url`` (with or without scheme), ``email``, ``iban`` (checksum mod 97), ``card``
    (13 to 19 digits, Luhn), ``ip`` (v4 and v6), ``phone`` (written with a plus, a leading zero
    or in groups), ``number`` (six digits or more in a row, or 13 and more in groups: whatever
    looked like a card but is none), ``handle`` (@someone), ``name`` (those in `names`).
    Redacting twice changes nothing. Dates and clock times with separators stay.

    Args:
        texts: n texts; None stays None.
        kinds: Which of `KINDS` to take out.
        names: Names to take out wherever they stand as whole words, in any case and with or
            without accents. A name that is also a word ("Will") takes the word with it.

    Returns:
        A String series of length n, in the order of `texts`.

    Raises:
        BadChoice: if a kind is unknown.
        BadValues: if a text is neither a string nor None.

    Example:
        >>> redact(["Write to ana@mail.org, ask for Ana"], names=["Ana"]).to_list()
        ['Write to [EMAIL], ask for [NAME]']
    """
    if unknown := sorted(set(kinds) - set(KINDS)):
        raise BadChoice("kinds", ", ".join(unknown), KINDS)
    series = as_series(texts)
    shapes = _shapes(kinds, names)
    found = matches(series, "|".join(shapes.values()))
    if found.is_empty():
        return series
    marked = found.join(_placeholders(found["match"].unique(), shapes), on="match")
    skipped = pl.col("piece").str.len_chars() - pl.col("match").str.len_chars()
    filled = (
        marked.sort("row", "start")
        .with_columns(head=pl.col("piece").str.head(skipped) + pl.col("put"))
        .group_by("row", maintain_order=True)
        .agg(head=pl.col("head").str.join(), stop=pl.col("stop").last())
    )
    rows = pl.DataFrame(
        {"row": pl.int_range(len(series), dtype=pl.UInt32, eager=True), "t": series}
    )
    return rows.join(filled, on="row", how="left", maintain_order="left").select(
        text=pl.when(pl.col("head").is_null())
        .then(pl.col("t"))
        .otherwise(pl.col("head") + pl.col("t").str.slice(pl.col("stop").fill_null(0)))
    )["text"]


def _shapes(kinds: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """Return a regex per wanted kind, first come first served at one place of the text."""
    # Placeholders are matched and put back, so that no later name ("Card") can bite them.
    shapes = {"kept": r"\[(?:" + "|".join(kind.upper() for kind in KINDS) + r")\]"}
    wanted = set(kinds)
    if "card" in wanted:
        wanted.add("number")  # a card that fails its checksum is still a long number
    for kind in KINDS:
        if kind in wanted and kind in _SHAPES:
            shapes[kind] = f"(?:{_SHAPES[kind]}){_AFTER}"
    words = [_lenient(name) for name in sorted(set(names), key=len, reverse=True) if name.strip()]
    if "name" in wanted and words:
        shapes["name"] = f"(?i:{_BEFORE}(?:{'|'.join(words)}){_AFTER})"
    return shapes


def _lenient(name: str) -> str:
    """Return a regex for `name` with letters drawn out, accents optional, any white space."""
    parts = []
    for letter, _ in groupby(name.strip().lower().translate(_PLAIN)):
        accented = _ACCENTED.get(letter)
        one = f"[{accented}]" if accented else re.escape(letter)
        parts.append(r"\s+" if letter.isspace() else one + "+")
    return "".join(parts)


def _placeholders(distinct: pl.Series, shapes: dict[str, str]) -> pl.DataFrame:
    """Return match -> put for every distinct match, checksums done."""
    groups = "|".join(f"(?P<{kind}>{shape})" for kind, shape in shapes.items())
    hits = distinct.str.extract_groups(f"^(?:{groups})$").struct.unnest()
    kind = hits.select(
        pl.coalesce(pl.when(pl.col(name).is_not_null()).then(pl.lit(name)) for name in hits.columns)
    ).to_series()
    frame = pl.DataFrame({"match": distinct, "kind": kind}).with_columns(
        luhn=pl.Series(_luhn(distinct.str.replace_all(r"\D", ""))),
        mod97=pl.Series(_mod97(distinct.str.replace_all(r"\s", ""))),
    )
    is_ = pl.col("kind").eq
    return frame.select(
        "match",
        put=pl.when(is_("kept"))
        .then("match")
        .when(is_("card") & ~pl.col("luhn"))
        .then(pl.lit("[NUMBER]"))
        .when(is_("iban") & ~pl.col("mod97"))
        .then("match")
        .otherwise("[" + pl.col("kind").str.to_uppercase() + "]"),
    )


def _codes(texts: pl.Series, width: int) -> NDArray[np.uint8]:
    """Return the last `width` bytes of each text, zero-filled on the left. Shape (n, width)."""
    fixed = texts.str.tail(width).str.pad_start(width, "\0").to_list()
    return np.frombuffer("".join(fixed).encode("ascii", "replace"), np.uint8).reshape(-1, width)


def _luhn(digits: pl.Series) -> NDArray[np.bool_]:
    """Return whether each run of digits passes the Luhn check. Shape (n,)."""
    value = _codes(digits, 20).astype(np.int64) - ord("0")
    value = np.where(value < 0, 0, value)
    value[:, -2::-2] *= 2
    passes: NDArray[np.bool_] = (value // 10 + value % 10).sum(axis=1) % 10 == 0
    return passes


def _mod97(codes: pl.Series) -> NDArray[np.bool_]:
    """Return whether each text passes the IBAN check (ISO 7064, mod 97 is 1). Shape (n,)."""
    turned = codes.str.slice(4) + codes.str.head(4)
    rest = np.zeros(len(codes), np.int64)
    for byte in _codes(turned, 40).T.astype(np.int64):
        value = np.where(byte >= ord("A"), byte - ord("A") + 10, byte - ord("0"))
        step = (rest * np.where(value > 9, 100, 10) + value) % 97
        rest = np.where(byte == 0, rest, step)
    passes: NDArray[np.bool_] = rest == 1
    return passes


# What follows a match is no word character, and what begins with one is preceded by none: a
# placeholder in between changes neither, which is why redacting twice changes nothing.
_BEFORE, _AFTER = r"\b{start-half}", r"\b{end-half}"
_ACCENTED = {"a": "aáàâäã", "e": "eéèêë", "i": "iíìîï", "o": "oóòôöõ", "u": "uúùûü", "n": "nñ"}
_PLAIN = str.maketrans("áàâäãéèêëíìîïóòôöõúùûüñ", "aaaaaeeeeiiiiooooouuuun")
# Endings that are no words: "so.It" and "ask.me" are sloppy typing, not addresses.
_DOMAINS = (
    "com|org|net|edu|gov|io|info|biz|app|dev|co|uk|eu|fr|nl|ch|ca|au|mx|cl|br|pt|dk|fi|pl|cz|ru|jp|"
    "cn|kr|tv|xyz|online|site|example"
)
_TAIL = r"[^\s<>\"'\[\]{}|\\^`]*[^\s<>\"'\[\]{}|\\^`.,;:!?()*~_-]"
# Every repetition that can fail late is bounded: a shape that stays possible to the end of the
# text, over and over, would cost quadratic time even without backtracking.
_SHAPES = {
    "url": rf"{_BEFORE}(?i:(?:https?|ftp)://{_TAIL}|www\.{_TAIL})"
    rf"|{_BEFORE}(?i:(?:[a-z0-9][a-z0-9-]{{0,62}}\.){{1,6}}(?:{_DOMAINS})(?:[/?#]{_TAIL}|/)?)"
    rf"|{_BEFORE}(?i:(?:[a-z0-9][a-z0-9-]{{0,62}}\.){{1,6}}[a-z]{{2,12}}/{_TAIL})",
    "email": rf"{_BEFORE}[\p{{L}}\p{{N}}_][^\s@<>()\[\],;:\"]{{0,63}}@"
    r"(?:[\p{L}\p{N}-]+\.)+[\p{L}\p{N}]+",
    "iban": rf"{_BEFORE}[A-Z]{{2}}[0-9]{{2}}(?: ?[A-Z0-9]{{4}}){{2,7}}(?: ?[A-Z0-9]{{1,3}})?",
    "card": rf"{_BEFORE}[0-9](?:[ -]?[0-9]){{12,18}}",
    "ip": rf"{_BEFORE}(?:[0-9]{{1,3}}\.){{3}}[0-9]{{1,3}}|{_BEFORE}"
    r"(?i:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6})",
    "phone": r"\+[0-9]{1,3}(?:[ .-]?\(?[0-9]{1,5}\)?){2,6}"
    rf"|(?:\(|{_BEFORE})0[0-9]{{1,4}}\)?[ .-]?[0-9]{{3,4}}[ .-]?[0-9]{{3,4}}(?:[ .-]?[0-9]{{2,4}})?"
    rf"|(?:\(|{_BEFORE})[0-9]{{3}}\)?[ .-]?[0-9]{{3}}[ .-][0-9]{{3,4}}"
    rf"|{_BEFORE}[0-9]{{3}}[ .-][0-9]{{2}}[ .-][0-9]{{2}}[ .-][0-9]{{2}}",
    "number": rf"{_BEFORE}[0-9]{{6,}}|{_BEFORE}[0-9](?:[ -]?[0-9]){{12,}}",
    "handle": r"@[\p{L}\p{N}_](?:[\p{L}\p{N}_.]*[\p{L}\p{N}_])?",
}
