"""store/clearing: a lake is emptied whole; one thing that is not ours, and nothing is touched."""

from pathlib import Path

import polars as pl
import pytest
from deltalake import write_deltalake

from affectory.core.errors import BadFile
from affectory.core.space import Axis, Kind, Space
from affectory.store.lake import Lake, open_lake

PART = "part-00001-00000000-0000-0000-0000-000000000000-c000.zstd.parquet"  # as Delta names them
SUDS = Space("suds", Kind.SCALE, (Axis("distress", 0.0, 100.0),), "Wolpe 1969")


@pytest.fixture
def lake(tmp_path) -> Lake:
    made = open_lake(tmp_path / "lake")
    fill(made)
    return made


def fill(lake: Lake, batches: int = 1) -> None:
    arcs = pl.DataFrame({"session": "s", "actor": "a", "axis": "distress", "mean": [0.5]})
    for batch in range(batches):
        lake.write_arcs(SUDS, arcs, "job", batch)
        lake.append("rejected", pl.DataFrame({"line": [batch]}), "job", batch)


def files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file() or path.is_symlink()}


def refused(lake: Lake, name: str) -> None:
    """Check that clearing names `name` and leaves every file where it was."""
    folder = Path(lake.uri)
    before = files(folder.parent)
    with pytest.raises(BadFile, match="nothing was deleted") as caught:
        lake.clear()
    assert str(caught.value).startswith(f"{folder / name}:")
    assert files(folder.parent) == before


def test_a_cleared_lake_is_empty_and_can_be_filled_anew(lake):
    assert lake.clear() == ("arcs/suds", "rejected", "spaces")
    assert list(Path(lake.uri).iterdir()) == []
    assert lake.tables() == lake.spaces() == ()
    assert lake.done("job", "rejected") == -1
    fill(lake)
    assert lake.rejected()["line"].to_list() == [0]
    assert lake.spaces() == (SUDS,)


def test_checkpoints_and_what_compaction_leaves_are_ours(lake):
    fill(lake, 30)  # a checkpoint is written every 25 commits
    lake.compact()
    assert Path(lake.uri, "rejected/_delta_log/_last_checkpoint").exists()
    assert lake.clear() == ("arcs/suds", "rejected", "spaces")
    assert files(Path(lake.uri)) == set()


def test_folders_without_files_are_cleared_away(lake):
    for name in ("records/_delta_log", "states/vad", "evidence"):
        (Path(lake.uri) / name).mkdir(parents=True)
    lake.clear()
    assert list(Path(lake.uri).iterdir()) == []


def test_a_lake_that_was_never_written_is_clear(tmp_path):
    assert open_lake(tmp_path / "nowhere").clear() == ()
    assert not (tmp_path / "nowhere").exists()


def test_hidden_files_beside_the_tables_stay(lake):
    keep = Path(lake.uri) / ".gitkeep"
    keep.touch()
    lake.clear()
    assert files(Path(lake.uri)) == {keep}


@pytest.mark.parametrize(
    "name",
    [
        "notes.txt", "records", "arcs/notes.txt", "rejected/mine.parquet", "rejected/.hidden",
        "rejected/_delta_log/notes.json", "arcs/suds/notes.txt", "spaces/_delta_log/.crc",
    ],
)  # fmt: skip
def test_a_file_that_is_not_ours_stops_the_whole(lake, name):
    (Path(lake.uri) / name).write_text("mine")
    refused(lake, name)


@pytest.mark.parametrize("name", ["photos", "records", "states/vad", "rejected/more", "arcs/.x"])
def test_a_folder_that_is_not_ours_stops_the_whole(lake, name):
    (Path(lake.uri) / name).mkdir(parents=True)
    (Path(lake.uri) / name / PART).write_text("mine")
    refused(lake, name)


def test_a_table_of_somebody_else_stops_the_whole(lake):
    write_deltalake(f"{lake.uri}/records", pl.DataFrame({"a": [1]}))
    before = files(Path(lake.uri))
    with pytest.raises(BadFile, match="records: a Delta table of something else"):
        lake.clear()
    assert files(Path(lake.uri)) == before


@pytest.mark.parametrize(
    "name", ["records", "states", "states/vad", f"rejected/{PART}", "evidence"]
)
def test_a_link_is_never_followed(lake, tmp_path, name):
    outside = open_lake(tmp_path / "outside")
    fill(outside)
    link = Path(lake.uri) / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(Path(outside.uri) / "rejected")
    refused(lake, name)
    assert outside.rejected().height == 1


def test_a_link_to_a_lake_is_not_emptied(lake, tmp_path):
    (tmp_path / "link").symlink_to(lake.uri)
    with pytest.raises(BadFile, match="link: a link"):
        open_lake(tmp_path / "link").clear()
    assert lake.rejected().height == 1


def test_who_was_killed_while_clearing_clears_again(lake, monkeypatch):
    left = len(files(Path(lake.uri)))
    real = Path.unlink
    fill(lake, 3)

    class KilledError(Exception):
        pass

    def slow(path, budget=[0]):  # noqa: B006  (one file more lives through each start)
        if budget[0] == 0:
            budget[0] = 2
            raise KilledError
        budget[0] -= 1
        real(path)

    monkeypatch.setattr(Path, "unlink", slow)
    starts = 0
    while left:
        try:
            open_lake(lake.uri).clear()
        except KilledError:
            starts += 1
        left = len(files(Path(lake.uri)))
    assert starts > 3


def test_a_lake_in_an_object_store_is_left_to_its_tools():
    with pytest.raises(BadFile, match="object store"):
        Lake("s3://bucket/lake").clear()
