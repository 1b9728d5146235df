"""web/media: recordings are found, added, moved and removed, and nothing else is ever served."""

import io
import json
import stat
import wave
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HEADERS, HERE, traced

from affectory.core.errors import MissingFile
from affectory.web import recordings
from affectory.web.app import create_app
from affectory.web.settings import Settings

TOKEN = "a token of many letters"


def sound(seconds: float = 1.0, rate: int = 8000) -> bytes:
    """Return silence as a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(2 * int(rate * seconds)))
    return out.getvalue()


def put(path: Path, content: bytes) -> Path:
    """Write a file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.fixture
def over(tmp_path):
    """A function that opens a client over a lake of its own, and returns the session's address."""
    out = traced(tmp_path / "out")
    opened = []

    def client(**settings: object) -> tuple[TestClient, str]:
        app = create_app(Settings(out, **settings))
        one = TestClient(app, base_url=HERE, headers=HEADERS)
        one.__enter__()
        opened.append(one)
        job = one.get("/api/traces").json()[0]["job"]
        return one, f"/api/traces/{job}/sessions/0/media"

    yield client
    for one in opened:
        one.__exit__(None, None, None)


@pytest.fixture
def folder(tmp_path):
    """A folder of recordings; one has the name of the session."""
    put(tmp_path / "media" / "inner" / "talk.wav", sound())
    put(tmp_path / "media" / "other.wav", sound())
    return tmp_path / "media"


def test_a_recording_of_the_sessions_name_is_found_at_any_depth(over, folder):
    client, base = over(media=folder)
    told = client.get(f"{base}/facts").json()
    assert (told["kind"], told["added"], told["offset"]) == ("audio", False, 0)
    answer = client.get(base)
    assert answer.content == sound()
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.headers["content-disposition"] == "inline"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_ranges_are_answered_so_that_a_player_can_jump(over, folder):
    client, base = over(media=folder)
    whole = sound()
    part = client.get(base, headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole)}"
    many = client.get(base, headers={"range": "bytes=0-3,100-103"})
    assert many.status_code == 206
    assert many.headers["content-type"].startswith("multipart/byteranges")
    assert client.get(base, headers={"range": f"bytes={len(whole)}-"}).status_code == 416
    head = client.head(base)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["accept-ranges"] == "bytes"
    assert int(head.headers["content-length"]) == len(whole)


def test_where_nothing_has_its_name_there_is_none(over, tmp_path):
    put(tmp_path / "media" / "talk.txt", b"not a recording")
    client, base = over(media=tmp_path / "media")
    assert client.get(f"{base}/facts").json()["kind"] is None
    assert client.get(base).status_code == 404
    assert client.post(f"{base}/offset", json={"offset": 1}).status_code == 404


def test_two_files_of_one_name_are_told_and_neither_is_served(over, folder):
    put(folder / "else" / "talk.mp4", b"0000ftyp")
    client, base = over(media=folder)
    told = client.get(f"{base}/facts").json()
    assert told["kind"] is None
    assert "2 recordings" in told["note"]
    assert str(folder) not in told["note"]


def test_the_whole_name_goes_before_the_last_part_and_pictures_before_sound(tmp_path):
    for name in ("a/s1.wav", "a/s1.webm", "b/s1.wav", "cafe\u0301.wav", "s2.wav", "x/s2.wav"):
        put(tmp_path / name, sound())
    library = recordings.Library(tmp_path)
    assert library.find("a/s1")[0] == tmp_path.resolve() / "a/s1.webm"
    assert library.find("c/s1")[0] is None
    assert library.find("s2")[0] == tmp_path.resolve() / "s2.wav"  # all of its name, at the top
    assert library.find("caf\u00e9")[0] is not None  # the same name, written in another way
    assert library.find("who/knows", named="cafe\u0301.wav")[0] is not None


def test_a_link_out_of_the_folder_is_not_served(over, tmp_path):
    secret = put(tmp_path / "secret.wav", sound())
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "talk.wav").symlink_to(secret)
    client, base = over(media=tmp_path / "media")
    assert client.get(base).status_code == 404
    assert client.get(f"{base}/facts").json()["kind"] is None


def test_a_file_that_became_a_link_after_it_was_found_is_not_served(over, folder, tmp_path):
    client, base = over(media=folder)
    assert client.get(base).status_code == 200
    secret = put(tmp_path / "secret.wav", sound())
    (folder / "inner" / "talk.wav").unlink()
    (folder / "inner" / "talk.wav").symlink_to(secret)
    assert client.get(base).status_code == 404


def test_a_session_whose_name_climbs_finds_nothing(tmp_path):
    put(tmp_path / "secret.wav", sound())
    (tmp_path / "media").mkdir()
    library = recordings.Library(tmp_path / "media")
    for name in ("../secret", "/etc/passwd", "..", "", "media/../../secret"):
        assert library.find(name, named="../secret.wav") == (None, "")


def test_a_recording_is_added_replaced_moved_and_removed(over, tmp_path):
    client, base = over()
    name = {"x-name": quote("Gespr\u00e4ch mit Ann.WAV")}
    first = client.post(base, content=sound(), headers=name).json()
    assert (first["kind"], first["added"]) == ("audio", True)
    assert client.post(f"{base}/offset", json={"offset": -2.5}).json()["offset"] == -2.5
    assert client.get(base).content == sound()
    kept = list((tmp_path / "out" / "media").rglob("recording.*"))
    assert [path.name for path in kept] == ["recording.wav"]
    assert stat.S_IMODE(kept[0].stat().st_mode) == 0o600
    again = client.post(base, content=sound(2), headers={"x-name": "b.wav"}).json()
    assert again["version"] != first["version"]
    assert again["offset"] == 0  # another recording may begin at another time
    assert len(list((tmp_path / "out" / "media").rglob("recording.*"))) == 1
    assert client.get(base).content == sound(2)
    assert client.delete(base).json()["kind"] is None
    assert client.delete(base).status_code == 404
    assert list((tmp_path / "out" / "media").rglob("*")) == []


def test_what_is_added_counts_before_the_folder_and_what_is_there_cannot_be_removed(over, folder):
    client, base = over(media=folder)
    assert client.delete(base).status_code == 404
    assert client.post(f"{base}/offset", json={"offset": 3}).json()["offset"] == 3
    client.post(base, content=sound(2), headers={"x-name": "a.wav"})
    assert client.get(base).content == sound(2)
    client.delete(base)
    assert client.get(base).content == sound()
    assert (folder / "inner" / "talk.wav").exists()


@pytest.mark.parametrize(
    ("name", "content", "status", "words"),
    [
        ("a.wav", b"<html><script>", 422, "other content"),
        ("a.webm", sound(), 422, "other content"),
        ("a.mp3", b"\xff\xd8\xff\xe0 a picture", 422, "other content"),
        ("a.html", b"<html>", 422, "choose one of"),
        ("talk", b"RIFF", 422, "choose one of"),
        ("a.wav", b"", 413, "empty"),
        ("a.wav", sound(5), 413, "larger than"),
    ],
)
def test_what_is_no_recording_or_too_much_leaves_what_was_there(
    over, tmp_path, name, content, status, words
):
    client, base = over(recording=20_000)
    client.post(base, content=sound(), headers={"x-name": "first.wav"})
    answer = client.post(base, content=content, headers={"x-name": name})
    assert answer.status_code == status
    assert words in answer.json()["detail"]
    assert client.get(base).content == sound()
    assert len(list((tmp_path / "out" / "media").rglob("recording.*"))) == 1


@pytest.mark.parametrize(
    ("ending", "head"),
    [
        (".mp3", b"ID3\x04"),
        (".mp3", b"\xff\xfb\x90"),
        (".ogg", b"OggS"),
        (".opus", b"OggS"),
        (".flac", b"fLaC"),
        (".m4a", b"\0\0\0\x20ftypM4A "),
        (".aac", b"\xff\xf1\x50"),
        (".mp4", b"\0\0\0\x18ftypmp42"),
        (".webm", b"\x1a\x45\xdf\xa3\x01"),
        (".mov", b"\0\0\0\x08wide"),
    ],
)
def test_each_kind_of_recording_is_known_by_how_it_begins(over, ending, head):
    client, base = over()
    parts = (head[at : at + 1] for at in range(len(head)))  # it may come in any pieces
    told = client.post(base, content=parts, headers={"x-name": f"a{ending}"})
    assert told.status_code == 200, told.text


def test_a_server_that_stopped_in_the_middle_keeps_no_half(over, tmp_path):
    client, base = over()
    client.post(base, content=sound(), headers={"x-name": "first.wav"})
    (place,) = (tmp_path / "out" / "media").iterdir()
    put(place / "0123.part" / "recording.wav", b"RIFF")
    client, base = over()
    assert client.get(base).content == sound()
    assert len(list(place.rglob("recording.*"))) == 1


def test_what_another_server_takes_in_at_this_moment_stays(tmp_path):
    kept = recordings.Kept(tmp_path / "media")
    place = kept.place("job", "talk")
    with kept.adding(place, ".wav") as path:
        path.write_bytes(sound())
        recordings.Kept(tmp_path / "media").resume()
        assert path.exists()
    assert kept.find(place).read_bytes() == sound()


def test_a_torn_note_is_no_recording_and_no_error(over, tmp_path):
    client, base = over()
    client.post(base, content=sound(), headers={"x-name": "first.wav"})
    (note,) = (tmp_path / "out" / "media").rglob("note.json")
    for torn in ("{", "[]", json.dumps({"file": "../../..", "ending": ".wav"})):
        note.write_text(torn)
        assert client.get(f"{base}/facts").json()["kind"] is None


def test_a_disk_that_is_full_is_told_and_nothing_is_lost(over, monkeypatch):
    import errno

    from affectory.web import media

    client, base = over()
    client.post(base, content=sound(), headers={"x-name": "first.wav"})

    async def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(media, "taken", full)
    answer = client.post(base, content=sound(2), headers={"x-name": "b.wav"})
    assert (answer.status_code, "disk is full" in answer.json()["detail"]) == (507, True)
    assert client.get(base).content == sound()


def test_recordings_are_heard_by_who_knows_the_token_alone(over, folder):
    client, base = over(media=folder, token=None)
    locked = create_app(Settings(client.app.state.settings.out, media=folder, token=TOKEN))
    with TestClient(locked, base_url=HERE) as stranger:
        assert stranger.get(base).status_code == 401
        assert stranger.get(f"{base}/facts").status_code == 401
        stranger.post("/enter", json={"token": TOKEN}, headers=HEADERS, follow_redirects=False)
        assert stranger.get(base).status_code == 200  # as a media element asks: by cookie
        assert stranger.delete(base).status_code == 403
        assert stranger.post(base, content=sound()).status_code == 403


@pytest.mark.parametrize("wish", [1e8, "soon", None])
def test_an_offset_is_a_number_of_seconds(over, folder, wish):
    client, base = over(media=folder)
    assert client.post(f"{base}/offset", json={"offset": wish}).status_code == 422


def test_a_folder_that_is_not_there_is_told_at_the_start(tmp_path):
    with pytest.raises(MissingFile, match="--media"):
        Settings(tmp_path / "out", media=tmp_path / "none")


def test_a_recording_that_the_source_names_is_found_by_its_name_alone(tmp_path):
    text = "session,actor,text,time,uri\na,ann,I love it,0,C:\\films\\take 7.wav\n"
    out = traced(tmp_path / "out", text, "named.csv")
    put(tmp_path / "media" / "take 7.wav", sound())
    with TestClient(
        create_app(Settings(out, media=tmp_path / "media")), base_url=HERE, headers=HEADERS
    ) as client:
        job = client.get("/api/traces").json()[0]["job"]
        assert client.get(f"/api/traces/{job}/sessions/0/media").content == sound()
