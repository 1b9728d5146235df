"""Numbers as pages show them: four digits, and nothing where there is none."""

__all__ = ["columns", "number", "rounded"]

import math
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

DIGITS = 4


def number(value: float, digits: int = DIGITS) -> float | None:
    """Return a number of so many digits after the point, None where it is NaN or infinite."""
    return round(float(value), digits) if math.isfinite(value) else None


def rounded(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row whose numbers are as pages show them."""
    return {name: number(v) if isinstance(v, float) else v for name, v in row.items()}


def columns(frame: pl.DataFrame, names: Sequence[str]) -> dict[str, list[float | None]]:
    """Return columns of numbers as pages show them."""
    shown = pl.col(names).cast(pl.Float64).round(DIGITS).fill_nan(None)
    return frame.select(shown).to_dict(as_series=False)
