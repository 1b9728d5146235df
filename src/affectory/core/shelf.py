"""Where trained weights lie, and how they are written and read: safetensors, never pickles.

Weights that may ship lie in the package; all others are trained once by
`affectory train METHOD` into the user's data folder (`AFFECTORY_HOME`, else the place that the
system has for it), where the method finds them by its name.
"""

__all__ = ["Stamp", "agree", "home", "load", "place", "save", "stamp", "weights_of", "whole"]

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadFile, NotTrained

SHIPPED = Path(__file__).parent.parent / "weights"
AGAIN = "train the method again"


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


def place(method: str) -> Path:
    """Return where `affectory train` puts the weights of `method`, such as "perceive/empathy"."""
    return home() / "weights" / f"{method.replace('/', '-')}.safetensors"


def weights_of(method: str, named: Path | None = None) -> Path:
    """Return the file of a method's weights: the named one, the user's own, or the shipped.

    Raises:
        NotTrained: if there is none.
    """
    shipped = SHIPPED / method.partition("/")[2] / "model.safetensors"
    for path in (named,) if named is not None else (place(method), shipped):
        if path is not None and path.is_file():
            return path
    raise NotTrained(method, named or place(method))


def stamp(path: Path) -> Stamp:
    """Return what a cache of the file's content is keyed by."""
    told = path.stat()
    return Stamp(path, told.st_mtime_ns, told.st_size)


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


def load(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
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
