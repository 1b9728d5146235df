"""Texts as a column, and where a regular expression hits them.

The engine beneath polars has no backtracking, hence no text, however hostile, takes more than
linear time. Not here: what the expressions mean.
"""

__all__ = ["Texts", "as_series", "matches"]

from collections.abc import Sequence

import polars as pl

from affectory.core.errors import BadValues

Texts = Sequence[str | None] | pl.Series


def as_series(texts: Texts) -> pl.Series:
    """Return `texts` as a String series of the same length and order; None stays None.

    Raises:
        BadValues: if `texts` is one string, or holds something that is neither a string nor
            None.
    """
    if isinstance(texts, str):
        raise BadValues("texts", "one string", "a sequence of strings", "wrap it: [text]")
    series = texts if isinstance(texts, pl.Series) else pl.Series(list(texts), strict=False)
    if series.dtype not in (pl.String, pl.Null):
        raise BadValues("texts", series.dtype, "String", "cast them: series.cast(pl.String)")
    return series.cast(pl.String).alias("text")


def matches(texts: pl.Series, pattern: str) -> pl.DataFrame:
    """Return every leftmost match of `pattern`: columns row, match, piece, start, stop.

    Offsets count characters from 0, `stop` exclusive, so ``text[start:stop] == match``;
    `piece` is the match with all that lies between it and the match before. Matches of one row
    do not overlap and come in order. Rows without one do not appear. A pattern that can match
    nothing at all must not be given.
    """
    # The engine gives matches, never their places; a piece is the text skipped plus one match,
    # so the running sums of their lengths are the stops.
    frame = (
        pl.DataFrame({"row": pl.int_range(len(texts), dtype=pl.UInt32, eager=True), "text": texts})
        .filter(pl.col("text").str.contains(pattern))
        .select(
            "row",
            match=pl.col("text").str.extract_all(pattern),
            piece=pl.col("text").str.extract_all(rf"(?s:.*?)(?:{pattern})"),
        )
        .explode("match", "piece")
    )
    stop = pl.col("piece").str.len_chars().cum_sum().over("row")
    start = stop - pl.col("match").str.len_chars()
    return frame.select("row", "match", "piece", start=start, stop=stop)
