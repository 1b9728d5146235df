"""Rows that could not be read: of a trace, or of a file that was dropped."""

__all__ = ["router"]

from typing import Annotated

import polars as pl
from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel

from affectory.store.lake import Lake
from affectory.store.schema import FIXED
from affectory.web.asking import Asked, Trace
from affectory.web.files import FileKind, as_file

router = APIRouter(tags=["refused"])
Most = Annotated[int, Query(ge=1, le=1000)]
Upload = Annotated[str, Path(pattern="^[0-9a-f]{8,64}$", description="Name of the upload.")]
FOLDER = r"^.*[\\/]"  # where a file lay on this machine is nobody's business


class Refused(BaseModel):
    """A row that could not be read: file, line, reason, and how it begins."""

    file: str
    line: int | None
    reason: str
    raw: str | None


@router.get("/traces/{job}/rejected")
def of_trace(trace: Trace, most: Most = 200) -> list[Refused]:
    """Return rows of a trace that could not be read."""
    return _listed(_every(trace.lake), most)


@router.get("/traces/{job}/rejected/file", response_class=Response)
def of_trace_file(trace: Trace, kind: FileKind = "csv") -> Response:
    """Return every row of a trace that could not be read as a file."""
    return _file(_every(trace.lake), kind)


@router.get("/uploads/{upload}/rejected")
def of_upload(shelves: Asked, upload: Upload, most: Most = 200) -> list[Refused]:
    """Return rows of a dropped file that could not be read, also where none could."""
    return _listed(_own(shelves.lake, upload), most)


@router.get("/uploads/{upload}/rejected/file", response_class=Response)
def of_upload_file(shelves: Asked, upload: Upload, kind: FileKind = "csv") -> Response:
    """Return every row of a dropped file that could not be read as a file."""
    return _file(_own(shelves.lake, upload), kind)


def _every(lake: Lake | None) -> pl.LazyFrame:
    """Return a view of the rows as they were written: where few are shown, few are read."""
    if lake is None or "rejected" not in lake.tables():
        return pl.LazyFrame(schema=FIXED["rejected"])
    rows = lake.scan("rejected").sort("job", "batch", maintain_order=True)
    return rows.select(list(FIXED["rejected"]))


def _own(lake: Lake | None, upload: str) -> pl.LazyFrame:
    """Return the rows whose file lay in the folder of an upload."""
    file = pl.col("file").str.replace_all("\\", "/", literal=True)
    return _every(lake).filter(file.str.contains(f"/uploads/{upload}/", literal=True))


def _plain(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows without the folders of their files, which reasons begin with as well."""
    reason = pl.col("reason")
    for folder in rows["file"].str.extract(f"({FOLDER})").drop_nulls().unique():
        reason = reason.str.replace_all(folder, "", literal=True)
    return rows.with_columns(pl.col("file").str.replace(FOLDER, ""), reason)


def _listed(rows: pl.LazyFrame, most: int) -> list[Refused]:
    few = rows.head(most).collect(engine="streaming")
    return [Refused(**row) for row in _plain(few).to_dicts()]


def _file(rows: pl.LazyFrame, kind: FileKind) -> Response:
    return as_file(_plain(rows.collect(engine="streaming")), kind, "rejected")
