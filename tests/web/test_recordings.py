"""web/recordings: several change the recording of one session at once."""

import os
import threading

from affectory.web.recordings import NOTE, Kept


def add(kept, place, content):
    with kept.adding(place, ".wav") as path:
        path.write_bytes(content)


def whole(place):
    """The recordings that lie there, whether they count or not."""
    return [path.read_bytes() for path in place.glob("*/recording.wav")]


def test_a_recording_that_is_replaced_while_its_offset_is_saved_is_not_lost(tmp_path, monkeypatch):
    kept = Kept(tmp_path / "media")
    place = kept.place("job", "session")
    add(kept, place, b"old")
    real, others = Kept.note, []

    def read(self, at):
        told = real(self, at)
        if not others:  # between reading the note and replacing it
            others.append(threading.Thread(target=add, args=(kept, place, b"new")))
            others[0].start()
            others[0].join(0.3)
        return told

    monkeypatch.setattr(Kept, "note", read)
    kept.write(place, offset=2.5)
    others[0].join()
    assert kept.find(place).read_bytes() == b"new"
    assert whole(place) == [b"new"]


def test_of_two_that_are_added_at_once_one_is_left(tmp_path):
    kept = Kept(tmp_path / "media")
    place = kept.place("job", "session")
    with kept.adding(place, ".wav") as late:
        with kept.adding(place, ".wav") as early:
            early.write_bytes(b"early")
        late.write_bytes(b"late")
        assert kept.find(place).read_bytes() == b"early"
    assert kept.find(place).read_bytes() == b"late"
    assert whole(place) == [b"late"]


def test_one_that_is_removed_while_another_comes_in_leaves_room_for_it(tmp_path):
    kept = Kept(tmp_path / "media")
    place = kept.place("job", "session")
    add(kept, place, b"old")
    with kept.adding(place, ".wav") as path:
        path.write_bytes(b"new")
        kept.remove(place)
        assert kept.find(place) is None
    assert whole(place) == [b"new"]
    kept.remove(place)
    assert not place.exists()


def test_a_folder_that_goes_while_it_is_looked_at_is_made_again(tmp_path, monkeypatch):
    kept = Kept(tmp_path / "media")
    place = kept.place("job", "session")
    real, gone = os.mkdir, []

    def mkdir(path, *more):
        if str(path) == str(place) and not gone:
            gone.append(path)  # it was there, and somebody removed it before it was looked at
            raise FileExistsError(17, "File exists", str(path))
        real(path, *more)

    monkeypatch.setattr(os, "mkdir", mkdir)
    add(kept, place, b"new")
    assert gone
    assert whole(place) == [b"new"]


def test_many_at_once_leave_one_recording_and_a_note_of_it(tmp_path):
    kept = Kept(tmp_path / "media")
    place = kept.place("job", "session")

    def work(n):
        for turn in range(15):
            if n == 0:
                kept.remove(place)
            elif n == 1:
                kept.write(place, offset=float(turn))
            else:
                add(kept, place, b"%d" % n)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(5)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    add(kept, place, b"last")
    assert kept.find(place).read_bytes() == b"last"
    assert whole(place) == [b"last"]
    assert sorted(path.name for path in place.iterdir() if path.is_file()) == [NOTE]
