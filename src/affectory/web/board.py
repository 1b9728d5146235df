"""The figures that runs noted in a lake: a board by task and figure."""

__all__ = ["router"]

from typing import Annotated, Any, Literal

import polars as pl
from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel

from affectory.store.lake import Lake
from affectory.web.asking import Asked
from affectory.web.files import FileKind, as_file

router = APIRouter(tags=["figures"])
Way = Literal["more", "less"]
# A Figure does not say which way is better; these are measures of which everybody knows.
MORE = ("accuracy", "macro_f1", "micro_f1", "weighted_f1", "f1", "jaccard", "kappa", "ccc", "auc",
        "pearson", "spearman", "r_document", "ap_document", "top_k", "recall@1")  # fmt: skip
LESS = ("mae", "rmse", "ece", "brier", "kl", "js", "ade", "fde", "crps", "mase", "error")


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


def better(figure: str) -> Way | None:
    """Return whether more or less of a figure is better, None where its name does not tell.

    A name has parts, such as "macro_f1/ekman7n": the first is the measure.

    Example:
        >>> from affectory.web.board import better
        >>> better("pearson/valence"), better("mae/6"), better("records")
        ('more', 'less', None)
    """
    measure = figure.partition("/")[0].strip().lower()
    return "more" if measure in MORE else "less" if measure in LESS else None


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
