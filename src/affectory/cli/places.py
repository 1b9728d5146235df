"""Where a trace left its lake: the folder itself, or `lake` inside the folder of `--out`."""

from pathlib import Path

from affectory.store.lake import Lake, open_lake


def lake_at(path: Path) -> Lake:
    """Open the lake in `path`, or in `path/lake`; there must be one.

    Raises:
        MissingFile: if there is none.
    """
    inner = path / "lake"
    return open_lake(inner if inner.is_dir() else path, create=False)
