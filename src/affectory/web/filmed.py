"""Where the time of a session lies in its recording, for documents that name the recording."""

__all__ = ["filmed"]

import polars as pl

from affectory.core.records import Clock
from affectory.web.elan import SELF, Film
from affectory.web.media import named
from affectory.web.recordings import Recordings
from affectory.web.shelf import Shelf

DATED = 1e6  # starts beyond are no seconds of a recording, but dates


def filmed(recordings: Recordings, trace: Shelf, session: str, clock: Clock) -> Film:
    """Return what the times of a document of a session are counted on.

    Seconds of a session are seconds of its recording; where a session has dates, its first turn
    is the beginning. A recording that was added on the page has no name of its own.
    """
    if clock is not Clock.SECONDS:
        return SELF
    own = named(trace, session) if recordings.library else None
    found = recordings.find(trace.lake.job or "", session, own)
    rows = trace.lake.scan("records").filter(pl.col("session") == session)
    first = float((rows.sort("seq").head(1).collect()["start"].to_list() or [0.0])[0] or 0.0)
    zero = (first if abs(first) >= DATED else 0.0) - found.offset
    one = found.recording
    if one is None or one.added:
        return Film(zero)
    return Film(zero, one.path.name, one.what.type)
