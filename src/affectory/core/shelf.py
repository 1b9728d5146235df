"""Where trained weights lie, and how they are written and read: safetensors, never pickles.

Weights that may ship lie in the package; all others are trained once by
`affectory train METHOD` into the user's data folder (`AFFECTORY_HOME`, else the place that the
system has for it), where the method finds them by its name: `put` writes them, `take` reads them
once and refuses those that were learned beside something else, `digest` tells them apart.
"""

__all__ = [
    "Stamp",
    "agree",
    "digest",
    "digest_of",
    "home",
    "joined",
    "known_as",
    "load",
    "place",
    "put",
    "save",
    "stamp",
    "take",
    "untrained",
    "weights_of",
    "whole",
    "within",
]

import hashlib
import json
import os
import pickle
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from affectory.core import registry
from affectory.core.errors import BadFile, NotTrained

SHIPPED = Path(__file__).parent.parent / "weights"
AGAIN = "train the method again"
Arrays = dict[str, NDArray[Any]]
T = TypeVar("T")


class Stamp(NamedTuple):
    """A file as it is now: one that was written anew has another stamp.

    Attributes:
        path: Where it lies.
        changed: When it was written, in nanoseconds.
        size: In bytes.
    """

    path: Path
    changed: int
    size: int


def home() -> Path:
    """Return the folder of what the house keeps for its user: weights, models, caches."""
    from platformdirs import user_data_path  # asked for rarely; `import affectory` stays light

    named = os.environ.get("AFFECTORY_HOME")
    return Path(named) if named else user_data_path("affectory", appauthor=False)


def place(method: str, size: str = "") -> Path:
    """Return where `affectory train` puts the weights of `method`, such as "perceive/empathy"."""
    name = f"{method.replace('/', '-')}-{size}".rstrip("-")
    return home() / "weights" / f"{name}.safetensors"


def weights_of(method: str, named: Path | None = None, size: str = "") -> Path:
    """Return the file of a method's weights: the named one, the user's own, or the shipped.

    Args:
        method: Such as "perceive/empathy".
        named: The file that was asked for; None: none was.
        size: Which weights, of a method that has several; empty: the usual ones.

    Raises:
        NotTrained: if there is none.
    """
    own = place(method, size)
    shipped = SHIPPED / method.partition("/")[2] / f"{size or 'model'}.safetensors"
    for path in (own, shipped) if named is None else (named,):
        if path.is_file():
            return path
    raise NotTrained(method, named or own)


def untrained(method: str) -> bool:
    """Return whether a method must be trained before it is used: no weights of it are here.

    Raises:
        UnknownMethod: if there is no such method.
    """
    if not hasattr(registry.find(method), "train"):
        return False
    try:
        weights_of(method)
    except NotTrained:
        return True
    return False


def stamp(path: Path) -> Stamp:
    """Return what a cache of the file's content is keyed by."""
    told = path.stat()
    return Stamp(path, told.st_mtime_ns, told.st_size)


def digest_of(path: Path) -> str:
    """Return a hash of a file's bytes, read once as long as the file stays as it is."""
    return _digested(stamp(path))


@lru_cache(maxsize=32)
def _digested(kept: Stamp) -> str:
    return hashlib.blake2b(kept.path.read_bytes(), digest_size=8).hexdigest()


def digest(learned: object, beside: Mapping[str, Any]) -> str:
    """Return a hash of what was learned and of what is used beside it, for provenance.

    Args:
        learned: The learned thing itself, or the path of its file.
        beside: Names and values, as JSON can say them.
    """
    own = digest_of(learned).encode() if isinstance(learned, Path) else pickle.dumps(learned)
    return hashlib.blake2b(own + json.dumps(beside).encode(), digest_size=8).hexdigest()


def known_as(other: object) -> str:
    """Return what tells a method from others: its digest, else the name of its class."""
    return str(getattr(other, "digest", type(other).__name__))


def put(
    method: str, out: Path, arrays: Mapping[str, NDArray[Any]], note: Mapping[str, Any]
) -> Path:
    """Write weights into `out` and where `method` looks for its own; return the path in `out`."""
    made = out / f"{method.partition('/')[2]}.safetensors"
    for path in (made, place(method)):
        save(path, arrays, note)
    return made


def take(path: Path, told: Mapping[str, Any], make: Callable[..., T], *beside: Hashable) -> T:
    """Return what `make` makes of weights, made once as long as their file stays as it is.

    Args:
        path: Where they lie.
        told: What their note must say: the name of the method, and what they were learned beside.
        make: Called with the arrays, the note, and `beside`; the same function at every call.
        beside: What else it needs.

    Raises:
        BadFile: if the note says something else, or an array or a part of the note is missing.
    """
    made: T = _made(stamp(path), json.dumps(told), make, beside)
    return made


@lru_cache(maxsize=16)
def _made(kept: Stamp, told: str, make: Callable[..., Any], beside: tuple[Hashable, ...]) -> Any:
    wanted = json.loads(told)
    arrays, note = load(kept.path)
    agree(kept.path, note, wanted)
    try:
        return make(arrays, note, *beside)
    except KeyError as error:
        raise BadFile(
            kept.path, f"no {error}", f"weights of {wanted.get('name')}", AGAIN
        ) from error


def joined(parts: Mapping[str, Mapping[str, NDArray[Any]]]) -> Arrays:
    """Return the arrays of all parts in one, each under part/name."""
    return {f"{part}/{name}": a for part, own in parts.items() for name, a in own.items()}


def within(arrays: Mapping[str, NDArray[Any]], part: str) -> Arrays:
    """Return the arrays of one part by their names, as they were before they were `joined`."""
    head = f"{part}/"
    return {key.removeprefix(head): a for key, a in arrays.items() if key.startswith(head)}


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Lend a new file beside `path`, which takes its place if all goes well, and goes if not.

    Several writers may write the same `path` at once: the last one stands, never a mixture.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(
        dir=path.parent, prefix=f".{path.name}.", suffix=".partial", delete=False
    ) as made:
        partial = Path(made.name)
    try:
        yield partial
        partial.chmod(0o644)
        with partial.open("rb+") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def save(path: Path, arrays: Mapping[str, NDArray[Any]], note: Mapping[str, Any]) -> None:
    """Write `arrays` with a `note` (anything JSON can say) beside them, all or nothing."""
    from safetensors.numpy import save_file

    tight = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    with whole(path) as partial:
        save_file(tight, partial, metadata={"note": json.dumps(note)})


def load(path: Path) -> tuple[Arrays, dict[str, Any]]:
    """Return the arrays and the note that `save` wrote.

    Raises:
        BadFile: if it is no such file.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            note = json.loads((file.metadata() or {}).get("note", "{}"))
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, json.JSONDecodeError) as error:
        raise BadFile(path, str(error), "safetensors weights", AGAIN) from error
    if not isinstance(note, dict):
        raise BadFile(path, f"the note {note!r}", "a note of names and values", AGAIN)
    return arrays, note


def agree(path: Path, note: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    """Refuse weights whose note says otherwise than `told`.

    Args:
        path: Where they lie.
        note: What `load` returned of them.
        told: What the note must say, as JSON would return it.

    Raises:
        BadFile: if it says something else, or nothing.
    """
    for key, wanted in told.items():
        found = note.get(key)
        if found != wanted:
            raise BadFile(path, f"{key} {found!r}", f"{wanted!r}, as here", AGAIN)
