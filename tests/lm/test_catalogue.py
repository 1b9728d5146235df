"""lm/catalogue, fetching, converting: the whole walk with pip and real files, then its failures."""

import os
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the lm extra")
pytest.importorskip("gguf", reason="needs the lm extra")

from affectory.core.errors import (
    BadFile,
    MissingExtra,
    MissingModel,
    ServerFailed,
    TermsNotAccepted,
    UnknownModel,
)
from affectory.lm import catalogue, converting, fetching
from affectory.lm.catalogue import Terms, open_model, place
from affectory.lm.local import told
from affectory.lm.model import Ask, Sampling, chat

PAGE = """<html><script>no()</script><p>Menu</p><div class="x devsite-article-body y">
<h1>Terms of Test</h1><div>Be kind.</div></div><p>Footer</p></html>"""
TERMS = Terms("the Terms of Test", "https://example.org/terms", "tiny_a/TERMS.html")
ASKED = [Ask(chat("What is it?"), ("joy", "anger", "fear"))]

spec = spec_from_file_location("wheels", Path(__file__).with_name("wheels.py"))
wheels = module_from_spec(spec)
spec.loader.exec_module(wheels)


@pytest.fixture(scope="module")
def gguf(tiny_folder, tmp_path_factory):
    """Give the tiny model as a GGUF file."""
    return wheels.gguf_of(tiny_folder, tmp_path_factory.mktemp("gguf") / "tiny.gguf")


@pytest.fixture
def shop(tmp_path, gguf, monkeypatch):
    """Give an entry whose wheels lie in a folder where pip looks, and nowhere else."""
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    entry = wheels.entry_of(tmp_path, gguf.read_bytes(), page=PAGE)
    monkeypatch.setattr(catalogue, "ENTRIES", (entry,))
    return entry


@pytest.fixture
def quick(monkeypatch, shop):
    """Give the entry, with a stand-in for pip that takes no time."""

    def download(wheel, draft, _show):
        source = Path(os.environ["PIP_FIND_LINKS"])
        (path,) = source.glob(f"{wheel.package.replace('-', '_')}-*.whl")
        into = draft / path.name
        into.write_bytes(path.read_bytes())
        return into

    monkeypatch.setattr(fetching, "_download", download)
    return shop


def left():
    """Return what lies in the folder of the models."""
    models = place("tiny").parent
    return sorted(path.name for path in models.iterdir()) if models.is_dir() else []


def logps(model):
    return np.concatenate([each.logp for each in model.score(ASKED)[0]])


def test_a_fetched_model_says_what_the_original_says(shop, tiny):
    steps = []
    folder = fetching.get(shop, step=lambda doing, share: steps.append((doing, share)))
    assert left() == ["tiny"]
    assert (folder / "NOTICE.md").read_text() == "made in a test"
    assert steps[-1] == ("ready", 1.0)
    shares = [share for _, share in steps]
    assert shares == sorted(shares)
    model = open_model("tiny")
    assert model.network.written(chat("hi")) == tiny.network.written(chat("hi"))
    np.testing.assert_allclose(logps(model), logps(tiny), atol=0.05)  # float16 weights
    assert fetching.check("tiny") == []


def test_only_safe_kinds_of_file_are_kept(quick):
    folder = fetching.get(quick)
    kinds = {path.suffix for path in folder.iterdir()}
    assert kinds <= {".safetensors", ".json", ".jinja", ".md"}


def test_one_that_is_here_is_not_fetched_again(quick, monkeypatch):
    folder = fetching.get(quick)
    monkeypatch.setattr(fetching, "_joined", None)
    assert fetching.get(quick) == folder


def test_one_that_is_cut_is_fetched_anew(quick):
    folder = fetching.get(quick)
    with (folder / "model.safetensors").open("r+b") as file:
        file.truncate(100)
    with pytest.raises(MissingModel, match=r"model\.safetensors.*models get tiny"):
        open_model("tiny")
    assert fetching.check("tiny") == ["model.safetensors is gone or cut"]
    assert fetching.get(quick) == folder
    assert fetching.check("tiny") == []


def test_a_changed_byte_is_found_and_a_removed_model_is_gone(quick):
    folder = fetching.get(quick)
    with (folder / "model.safetensors").open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        last = file.read(1)
        file.seek(-1, os.SEEK_END)
        file.write(bytes([last[0] ^ 1]))
    assert fetching.check("tiny") == ["model.safetensors was changed"]
    assert fetching.remove("tiny") > 0
    assert left() == []
    with pytest.raises(MissingModel, match="not fetched"):
        open_model("tiny")


def test_a_wrong_hash_is_refused_and_leaves_nothing(quick):
    with pytest.raises(BadFile, match=r"SHA-256.*do not use it"):
        fetching.get(replace(quick, sha256="0" * 64))
    assert left() == []


@pytest.mark.parametrize("at", ["_download", "hashed", "converted"])
def test_a_stopped_fetch_leaves_nothing_half(quick, monkeypatch, at):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(fetching, at, stopped)
    with pytest.raises(KeyboardInterrupt):
        fetching.get(quick)
    assert left() == []


def test_what_a_killed_fetch_left_is_no_model_and_is_swept_later(quick):
    old = place(".part-tiny-killed")
    old.mkdir(parents=True)
    assert fetching.here() == []
    os.utime(old, (1, 1))
    fetching.get(quick)
    assert left() == ["tiny"]


def test_terms_are_shown_and_must_be_accepted(quick):
    bound = replace(quick, terms=TERMS)
    said = fetching.terms(bound)
    assert "Terms of Test\nBe kind." in said
    assert not any(word in said for word in ("Menu", "Footer", "no()"))
    with pytest.raises(TermsNotAccepted, match=r"the Terms of Test.*--accept"):
        fetching.get(bound)
    assert left() == []
    assert told(fetching.get(bound, accept=True))["accepted"] is True


def test_a_wheel_without_the_file_is_refused(quick):
    first = replace(quick.wheels[0], part="tiny_a/other")
    with pytest.raises(BadFile, match="no tiny_a/other"):
        fetching.get(replace(quick, wheels=(first, *quick.wheels[1:])))


def test_a_disk_without_room_says_so_before_anything_is_fetched(quick, monkeypatch):
    monkeypatch.setattr(fetching.shutil, "disk_usage", lambda _: SimpleNamespace(free=10))
    with pytest.raises(OSError, match="make room"):
        fetching.get(quick)
    assert left() == []


def test_without_the_extra_nothing_is_fetched(quick, monkeypatch):
    monkeypatch.setattr(converting, "PACKAGES", ("torch", "no_such_package"))
    with pytest.raises(MissingExtra, match=r"no_such_package.*affectory\[lm\]"):
        fetching.get(quick)
    assert left() == []


def test_a_package_that_is_nowhere_says_what_pip_said(shop):
    lost = replace(shop.wheels[0], version="9.9")
    with pytest.raises(ServerFailed, match=r"tiny-a==9\.9: No matching distribution"):
        fetching.get(replace(shop, wheels=(lost,)))
    assert left() == []


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("WARNING: Retrying (Retry(total=1)) after NewConnectionError", "no package index"),
        ("/usr/bin/python: No module named pip", "no pip"),
        ("ERROR: [Errno 28] No space left on device", "disk is full"),
        ("", "without a word"),
    ],
)
def test_pips_words_are_understood(said, found):
    assert found in fetching._why(said)[0]


def test_a_gguf_file_of_ones_own_is_converted_once(gguf, tmp_path, tiny, monkeypatch):
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path / "home"))
    model = open_model(gguf)
    np.testing.assert_allclose(logps(model), logps(tiny), atol=0.05)
    monkeypatch.setattr(fetching, "converted", None)
    assert open_model(str(gguf)).digest == model.digest
    assert gguf.is_file()


def test_what_is_no_gguf_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path / "home"))
    (tmp_path / "x.gguf").write_bytes(b"PK\x03\x04")
    with pytest.raises(BadFile, match="no GGUF"):
        open_model(tmp_path / "x.gguf")
    (tmp_path / "y.gguf").write_bytes(b"GGUF" + b"\x00" * 40)
    with pytest.raises(BadFile):
        open_model(tmp_path / "y.gguf")


def test_names_lead_nowhere_else(shop, tmp_path):
    (tmp_path / "home" / "models" / "in").mkdir(parents=True)
    (tmp_path / "home" / "mine").mkdir()
    for act in (fetching.remove, fetching.check):
        with pytest.raises(UnknownModel):
            act("../mine")
    assert (tmp_path / "home" / "mine").is_dir()
    with pytest.raises(UnknownModel, match=r"tiny, or a folder or \.gguf file that is there"):
        open_model("nothing")
    with pytest.raises(UnknownModel) as refused:
        catalogue.entry("nothing")
    assert "folder" not in str(refused.value)  # that cannot be fetched, checked or removed


def test_a_folder_that_holds_no_model_says_what_it_lacks(tmp_path):
    with pytest.raises(BadFile, match=r"no config\.json in it"):
        open_model(tmp_path)


def test_a_model_whose_own_words_are_cut_is_not_whole_and_can_be_fetched_anew(quick):
    folder = fetching.get(quick)
    for cut in ("{", "[]", '{"name": "tiny"}', "\0"):
        (folder / "affectory.json").write_text(cut)
        assert fetching.check("tiny") == ["affectory.json is gone or cut"]
        with pytest.raises(MissingModel, match=r"affectory\.json.*models get tiny"):
            open_model("tiny")
    assert fetching.check(fetching.get(quick).name) == []


def test_every_entry_of_the_catalogue_is_pinned():
    for entry in catalogue.ENTRIES:
        assert len(entry.sha256) == 64
        assert entry.download > 1e7 < entry.size
        assert entry.licence
        assert all(wheel.version and wheel.size for wheel in entry.wheels)
    assert catalogue.entry(catalogue.DEFAULT).terms is None


def test_smollm2_answers():
    if catalogue.lost(place(catalogue.DEFAULT)):
        pytest.skip("SmolLM2 is not fetched: affectory models get smollm2-135m")
    (answer,) = open_model().generate([chat("What is the capital of France?")], Sampling(tokens=12))
    assert "Paris" in answer.text
    assert answer.ending == "stop"
