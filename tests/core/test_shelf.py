"""core.shelf: weights are written whole or not at all, and read only where they are weights."""

import json
import stat

import numpy as np
import pytest
from safetensors.numpy import save_file

from affectory.core import shelf
from affectory.core.errors import BadFile, NotTrained, UnknownMethod

ARRAYS = {"w": np.arange(6.0).reshape(2, 3).T}  # not contiguous


def test_what_is_saved_is_loaded_with_its_note(tmp_path):
    path = tmp_path / "new" / "w.safetensors"
    shelf.save(path, ARRAYS, {"name": "x", "seed": 3})
    arrays, note = shelf.load(path)
    np.testing.assert_array_equal(arrays["w"], ARRAYS["w"])
    assert note == {"name": "x", "seed": 3}
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_two_writers_of_one_file_do_not_meet(tmp_path):
    path = tmp_path / "w.safetensors"
    with shelf.whole(path) as one, shelf.whole(path) as other:
        assert one != other
        one.write_text("one")
        other.write_text("other")
        assert not path.exists()
    assert path.read_text() == "one"  # the block that ended last
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "w.safetensors"
    shelf.save(path, ARRAYS, {})
    before = path.read_bytes()
    with pytest.raises(TypeError):
        shelf.save(path, ARRAYS, {"no json": object()})
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("note", ["{half a note", '["a list"]'])
def test_a_note_that_is_none_is_a_bad_file(tmp_path, note):
    path = tmp_path / "w.safetensors"
    save_file({"w": np.zeros(1)}, path, metadata={"note": note})
    with pytest.raises(BadFile, match=r"w\.safetensors"):
        shelf.load(path)


def test_a_file_of_something_else_is_a_bad_file(tmp_path):
    path = tmp_path / "w.safetensors"
    path.write_text(json.dumps({"not": "weights"}))
    with pytest.raises(BadFile, match="expected safetensors weights"):
        shelf.load(path)


def test_a_note_that_says_otherwise_is_refused_with_both_sides(tmp_path):
    shelf.agree(tmp_path, {"name": "x", "more": 1}, {"name": "x"})
    with pytest.raises(BadFile, match=r"encoder 'a', expected 'b'.*train the method again"):
        shelf.agree(tmp_path, {"encoder": "a"}, {"encoder": "b"})
    with pytest.raises(BadFile, match="encoder None"):
        shelf.agree(tmp_path, {}, {"encoder": "b"})


def test_a_file_written_anew_has_another_stamp(tmp_path):
    path = tmp_path / "w.safetensors"
    shelf.save(path, ARRAYS, {})
    first = shelf.stamp(path)
    assert first == shelf.stamp(path)
    shelf.save(path, ARRAYS, {"longer": True})
    assert shelf.stamp(path) != first


def test_weights_that_are_nowhere_are_not_trained(tmp_path, monkeypatch):
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path))
    with pytest.raises(NotTrained, match="affectory train perceive/none"):
        shelf.weights_of("perceive/none")
    shelf.save(shelf.place("perceive/none"), ARRAYS, {})
    assert shelf.weights_of("perceive/none") == shelf.place("perceive/none")
    with pytest.raises(NotTrained, match=r"perceive-none-large\.safetensors"):
        shelf.weights_of("perceive/none", size="large")
    with pytest.raises(NotTrained, match="elsewhere"):
        shelf.weights_of("perceive/none", tmp_path / "elsewhere")


def test_who_has_to_learn_first_is_known_by_the_weights_that_are_here(tmp_path, monkeypatch):
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path))
    assert shelf.untrained("perceive/empathy")
    assert not shelf.untrained("perceive/utterance")  # its weights ship
    assert not shelf.untrained("perceive/lexicon")  # it has nothing to learn
    shelf.save(shelf.place("perceive/empathy"), ARRAYS, {})
    assert not shelf.untrained("perceive/empathy")
    with pytest.raises(UnknownMethod):
        shelf.untrained("perceive/none")


def test_the_users_own_weights_go_before_the_shipped(tmp_path, monkeypatch):
    monkeypatch.setattr(shelf, "SHIPPED", tmp_path / "shipped")
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path))
    for size, name in (("", "model"), ("large", "large")):
        shipped = tmp_path / "shipped" / "none" / f"{name}.safetensors"
        shelf.save(shipped, ARRAYS, {})
        assert shelf.weights_of("perceive/none", size=size) == shipped
        shelf.save(shelf.place("perceive/none", size), ARRAYS, {})
        assert shelf.weights_of("perceive/none", size=size) == shelf.place("perceive/none", size)


def test_what_is_put_lies_in_both_places(tmp_path, monkeypatch):
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path / "home"))
    made = shelf.put("perceive/none", tmp_path / "out", ARRAYS, {"name": "perceive/none"})
    assert made == tmp_path / "out" / "none.safetensors"
    assert made.read_bytes() == shelf.weights_of("perceive/none").read_bytes()


def test_weights_are_made_once_until_their_file_changes(tmp_path):
    path, calls = tmp_path / "w.safetensors", []

    def make(arrays, note, power):
        calls.append(power)
        return float(arrays["w"].sum()) ** power, note["of"]

    for times in (1, 2):
        shelf.save(path, {"w": np.ones(2 * times)}, {"name": "x", "of": ["a", 1]})
        for power in (1, 2):
            for _ in range(2):
                told = shelf.take(path, {"name": "x", "of": ("a", 1)}, make, power)
                assert told == ((2 * times) ** power, ["a", 1])
    assert calls == [1, 2, 1, 2]


def test_weights_learned_beside_something_else_or_not_whole_are_refused(tmp_path):
    path = tmp_path / "w.safetensors"
    shelf.save(path, ARRAYS, {"name": "x", "encoder": "a"})
    first = lambda arrays, note: arrays["v"]  # noqa: E731
    with pytest.raises(BadFile, match="encoder 'a', expected 'b'"):
        shelf.take(path, {"name": "x", "encoder": "b"}, first)
    with pytest.raises(BadFile, match=r"no 'v', expected weights of x; train"):
        shelf.take(path, {"name": "x"}, first)


def test_a_digest_tells_what_was_learned_and_what_is_beside(tmp_path):
    path = tmp_path / "w.safetensors"
    shelf.save(path, ARRAYS, {})
    first = shelf.digest_of(path)
    assert first == shelf.digest_of(path)
    told = [shelf.digest(path, {}), shelf.digest(path, {"k": 1}), shelf.digest((1, 2), {"k": 1})]
    shelf.save(path, {"w": ARRAYS["w"] + 1}, {"longer": True})
    told += [shelf.digest(path, {}), shelf.digest((1, 3), {"k": 1})]
    assert len({first, shelf.digest_of(path), *told}) == 7
    assert shelf.digest((1, 2), {"k": 1}) == told[2]


def test_parts_are_joined_and_parted_again():
    parts = {"a": {"x": np.ones(2), "y/z": np.zeros(1)}, "ab": {"x": np.full(3, 2.0)}}
    whole = shelf.joined(parts)
    assert set(whole) == {"a/x", "a/y/z", "ab/x"}
    for name, own in parts.items():
        assert {key: a.tolist() for key, a in shelf.within(whole, name).items()} == {
            key: a.tolist() for key, a in own.items()
        }
