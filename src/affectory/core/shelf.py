"""Where trained weights lie, and how they are written and read: safetensors, never pickles.

Weights that may ship lie in the package; all others are trained once by
`affectory train METHOD` into the user's data folder (`AFFECTORY_HOME`, else the place that the
system has for it), where the method finds them by its name.
"""

__all__ = ["home", "load", "place", "save", "weights_of"]

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadFile, NotTrained

SHIPPED = Path(__file__).parent.parent / "weights"


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


def save(path: Path, arrays: Mapping[str, NDArray[Any]], note: Mapping[str, Any]) -> None:
    """Write `arrays` with a `note` (anything JSON can say) beside them, all or nothing."""
    from safetensors.numpy import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    save_file(whole, partial, metadata={"note": json.dumps(note)})
    partial.replace(path)


def load(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Return the arrays and the note that `save` wrote.

    Raises:
        BadFile: if it is no such file.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            note = json.loads((file.metadata() or {}).get("note", "{}"))
            return {name: file.get_tensor(name) for name in file.keys()}, note  # noqa: SIM118
    except SafetensorError as error:
        raise BadFile(path, str(error), "safetensors weights", "train the method again") from error
