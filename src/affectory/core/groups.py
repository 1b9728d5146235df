"""Names as small integers, and the runs of rows that belong together.

Every measure runs over all (session, actor) groups in one vectorised pass; the offsets of
the groups are computed once, here.
"""

__all__ = ["Groups", "Names"]

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadValues


@dataclass(frozen=True, slots=True)
class Names:
    """A column of names, dictionary-encoded.

    Args:
        codes: Which name each row has. Shape (n,).
        names: The distinct names; codes index into them.
    """

    codes: NDArray[np.int32]
    names: tuple[str, ...]

    @classmethod
    def of(cls, column: Any) -> Self:
        """Encode a column of strings, in order of appearance. Length n.

        Raises:
            BadValues: if a name is missing.
        """
        if isinstance(column, cls):
            return column
        series = column if isinstance(column, pl.Series) else pl.Series(np.asarray(column, str))
        series = series.cast(pl.String)
        if series.null_count():
            raise BadValues("names", "a null", "a name in every row")
        distinct = series.unique(maintain_order=True)
        codes = series.cast(pl.Enum(distinct)).to_physical().to_numpy().astype(np.int32)
        return cls(codes, tuple(distinct.to_list()))

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.codes)

    def take(self, rows: NDArray[Any] | slice) -> "Names":
        """Return the column restricted to `rows`; the dictionary stays."""
        return Names(self.codes[rows], self.names)

    def to_series(self, name: str) -> pl.Series:
        """Return the column as polars strings."""
        words = pl.Series(name, self.names, dtype=pl.String)
        return words.gather(self.codes) if len(self.codes) else words.clear()


@dataclass(frozen=True, slots=True)
class Groups:
    """Consecutive rows of one session, actor and draw.

    Args:
        offsets: Where each group begins, and the total. Shape (g + 1,).
        session: Code of each group's session. Shape (g,).
        actor: Code of each group's actor. Shape (g,).
        draw: Number of each group's draw, 0 where there are none. Shape (g,).
    """

    offsets: NDArray[np.int64]
    session: NDArray[np.int32]
    actor: NDArray[np.int32]
    draw: NDArray[np.int32]

    @classmethod
    def of(
        cls, session: NDArray[np.int32], actor: NDArray[np.int32], draw: NDArray[np.int32]
    ) -> Self:
        """Find the groups of sorted columns. Shapes (n,) each."""
        n = len(session)
        fresh = np.zeros(n, dtype=bool)
        fresh[:1] = True
        for key in (session, actor, draw):
            fresh[1:] |= key[1:] != key[:-1]
        first = np.flatnonzero(fresh)
        return cls(np.append(first, n), session[first], actor[first], draw[first])

    def __len__(self) -> int:
        """Return how many groups there are."""
        return len(self.session)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Rows of each group. Shape (g,)."""
        return np.diff(self.offsets)

    @property
    def of_row(self) -> NDArray[np.int64]:
        """The group of each row. Shape (n,)."""
        return np.repeat(np.arange(len(self)), self.sizes)

    def reduce(self, ufunc: np.ufunc, rows: ArrayLike) -> NDArray[Any]:
        """Reduce `rows` (n, ...) within each group with `ufunc`. Shape (g, ...)."""
        array = np.asarray(rows)
        if not len(self):
            return array[:0]
        return np.asarray(ufunc.reduceat(array, self.offsets[:-1], axis=0))
