"""Where a trace left its lake: the folder itself, `lake` inside the folder of `--out`, a bucket."""

from pathlib import Path

from affectory.core.errors import BadFile, MissingFile
from affectory.store.lake import Lake, open_lake


def lake_at(place: str | Path) -> Lake:
    """Open the lake in the folder `place`, or in `place/lake`, or at an address as it is.

    Raises:
        MissingFile: if there is none.
    """
    if remote(place):
        lake = open_lake(place)
        if not lake.tables():
            raise MissingFile(place, "there is no lake; write one: affectory trace ... --lake")
        return lake
    inner = Path(place) / "lake"
    return open_lake(inner if inner.is_dir() else place, create=False)


def lake_for(place: str | Path) -> Lake:
    """Open the lake as `lake_at` does, or begin one where a trace into `place` would.

    Raises:
        BadFile: if `place` is a file.
    """
    if remote(place):
        return open_lake(place)
    try:
        return lake_at(place)
    except (MissingFile, BadFile):
        if Path(place).is_file():
            raise
        return open_lake(Path(place) / "lake")  # nothing was traced into that folder yet


def remote(place: str | Path) -> bool:
    """Whether `place` is an address in an object store."""
    return "://" in str(place) and not str(place).startswith("file://")
