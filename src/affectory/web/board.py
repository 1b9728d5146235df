"""The figures that runs noted in a lake: a board by task and figure."""

__all__ = ["router"]

from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel

from affectory.measure.catalogue import Way, better
from affectory.store.lake import Lake
from affectory.web.asking import Asked
from affectory.web.files import FileKind, as_file

router = APIRouter(tags=["figures"])


class Noted(BaseModel):
    """A figure of a run; `better` says which way is, null where its name does not tell."""

    run: str
    task: str
    method: str
    figure: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    unit: str
    setting: str
    published: float | None
    at: str
    better: Way | None


@router.get("/figures")
def figures(shelves: Asked, most: Annotated[int, Query(ge=1, le=5000)] = 2000) -> list[Noted]:
    """Return the figures that the lake has, the last noted first."""
    lake = shelves.lake
    return [] if lake is None else [Noted(**row) for row in _rows(lake, most)]


@router.get("/figures/file", response_class=Response)
def figures_file(shelves: Asked, kind: FileKind = "csv") -> Response:
    """Return every figure of the lake as a file."""
    lake = shelves.lake
    rows = [] if lake is None else list(_rows(lake))
    number = dict.fromkeys(("value", "low", "high", "published"), pl.Float64)
    schema = {**dict.fromkeys(Noted.model_fields, pl.String), **number, "n": pl.Int64}
    return as_file(pl.DataFrame(rows, schema=schema), kind, "figures")


def _rows(lake: Lake, most: int | None = None) -> list[dict[str, Any]]:
    return [
        {
            **{name: row[name] for name in Noted.model_fields if name not in ("at", "better")},
            **{name: row[name] or "" for name in ("method", "unit", "setting")},
            "at": row["at"].isoformat(timespec="seconds"),
            "better": better(row["figure"]),
        }
        for row in lake.runs().reverse().slice(0, most).iter_rows(named=True)
    ]
