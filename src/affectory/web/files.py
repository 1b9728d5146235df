"""Tables as files to keep: CSV that a spreadsheet never runs, and Parquet."""

__all__ = ["FileKind", "as_file"]

import io
from typing import Literal

import polars as pl
from fastapi.responses import Response

from affectory.store.export import harmless

FileKind = Literal["csv", "parquet"]
TYPES = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


def as_file(frame: pl.DataFrame, kind: FileKind, name: str) -> Response:
    """Return a table as a file that a browser keeps.

    Args:
        frame: Flat columns.
        kind: "csv" or "parquet".
        name: Its name without the ending; never what a person said or is called.
    """
    out = io.BytesIO()
    if kind == "csv":
        out.write("\ufeff".encode())  # or spreadsheets take it for another encoding
        harmless(frame).write_csv(out)
    else:
        frame.write_parquet(out)
    return Response(
        out.getvalue(),
        media_type=TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'},
    )
