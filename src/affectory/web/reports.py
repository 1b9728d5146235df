"""What is found of signs in each conversation of a trace, for who picks what to read."""

__all__ = ["reports"]

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from affectory.core import registry
from affectory.core.records import Records
from affectory.measure.triage import Report
from affectory.store.lake import Lake

SOME = 2000  # sessions that are looked through at once


def reports(lake: Lake, index: pl.DataFrame) -> tuple[Report, ...]:
    """Return a report of every session, without the words that its signs rest on.

    Args:
        lake: A view of one trace.
        index: Its sessions, with `session` and `clock`.
    """
    reader = registry.make("perceive/signals")
    return tuple(
        _wordless(report) for records in _parts(lake, index) for report in reader.reports(records)
    )


def _wordless(report: Report) -> Report:
    """Return a report that can be held for long: small, and nobody's words."""
    signs = (sign._replace(snippet="", metadata={}) for sign in report.signs)
    return replace(report, signs=tuple(signs))


def _parts(lake: Lake, index: pl.DataFrame) -> Iterator[Records]:
    """Yield records of some sessions of one clock after the other, so that memory stays flat."""
    for _, own in index.group_by("clock", maintain_order=True):
        for some in own.iter_slices(SOME):
            yield lake.records(some["session"].to_list())
