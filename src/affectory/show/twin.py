"""The report's numbers for a program: the same name with .json, and the arcs as .arcs.csv.

Names in the csv that a spreadsheet would run are written as `store.export` says.
"""

__all__ = ["write_twin"]

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from affectory.show.measures import as_frame
from affectory.show.page import Story
from affectory.store.export import write_csv


def write_twin(path: Path, story: Story) -> None:
    """Write what `story` says beside `path`; what is undefined is null.

    Args:
        path: Where the page is.
        story: What it says.
    """
    twin = {
        "title": story.title,
        "summary": [text for text in (story.headline.sentence, story.headline.course) if text],
        "counts": [{"value": value, "of": what} for value, what in story.headline.tiles],
        "rejected": [{"reason": reason, "rows": n} for reason, n in story.headline.refused],
        "notices": list(story.notices),
        "figures": [_plain(asdict(figure)) for figure in story.figures],
        "arcs": _rows(story.arcs),
        "dyads": _rows(as_frame(story.dyads)),
        "methods": story.methods,
        "provenance": dict(story.facts),
    }
    text = json.dumps(twin, ensure_ascii=False, indent=1, allow_nan=False, default=str)
    path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    if story.arcs is not None:
        flat = [name for name in story.arcs.columns if not story.arcs[name].dtype.is_nested()]
        write_csv(story.arcs.select(flat), path.with_name(f"{path.stem}.arcs.csv"))


def _rows(table: pl.DataFrame | None) -> list[dict[str, Any]]:
    return [] if table is None else [_plain(row) for row in table.iter_rows(named=True)]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return `row` with null for what is not finite: JSON knows no NaN."""
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in row.items()
    }
