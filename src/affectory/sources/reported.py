"""What people reported of their own emotions: the situations of ISEAR.

Scherer & Wallbott 1994: `isear.csv`, separated by bars, with EMOT (1 joy, 2 fear, 3 anger, 4
sadness, 5 disgust, 6 shame, 7 guilt), INTS (how intense, from 1 to 4) and SIT (what happened);
plain or gzipped. Lines with another number of fields are left out, as are answers that are none.
"""

__all__ = ["Reported", "read_isear"]

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadFile
from affectory.sources.published import AGAIN, content, published

EMOTIONS = ("joy", "fear", "anger", "sadness", "disgust", "shame", "guilt")
BREAK = "á"  # stands for a line break


class Reported(NamedTuple):
    """Situations, and what was felt in them.

    Attributes:
        texts: n situations.
        emotion: The emotion of each.
        intensity: From 0 (not very) to 1 (very intense), as its writer said. Shape (n,).
        person: Who wrote it.
    """

    texts: list[str]
    emotion: list[str]
    intensity: NDArray[np.float64]
    person: list[str]


def read_isear(folder: Path) -> Reported:
    """Return the situations that have an intensity.

    Raises:
        MissingFile: if the file is not in `folder`.
        BadFile: if a column is missing.
    """
    path = published(folder, "isear.csv")
    lines = content(path).decode("utf-8", errors="replace").splitlines()
    head = lines[0].split("|")
    if not {"EMOT", "INTS", "SIT", "ID"} <= set(head):
        raise BadFile(path, f"columns {head[:5]}", "ID, EMOT, INTS, SIT", AGAIN)
    rows = [dict(zip(head, row, strict=True)) for line in lines[1:]
            if len(row := line.split("|")) == len(head)]  # fmt: skip
    held = [row for row in rows if row["INTS"] in {"1", "2", "3", "4"} and _told(row["SIT"])]
    return Reported(
        [row["SIT"].replace(BREAK, " ").strip() for row in held],
        [EMOTIONS[int(row["EMOT"]) - 1] for row in held],
        np.array([(int(row["INTS"]) - 1) / 3 for row in held]),
        [row["ID"] for row in held],
    )


def _told(text: str) -> bool:
    """Whether a situation was told at all: not "[ No response.]" and its like."""
    return len(text.strip()) > 2 and not text.strip().startswith("[")
