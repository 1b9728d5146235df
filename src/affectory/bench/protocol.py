"""A protocol: data, a method, and the figures that come out; found by name, run by one command.

One file of `bench.protocols` is one published protocol; it names its data folder and gives a
function from that folder to Figures. Methods are found in the registry, never imported.
"""

__all__ = ["QUICK", "Protocol", "protocols"]

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from affectory.bench import protocols as room
from affectory.core.errors import MissingFile
from affectory.core.figure import Figure

QUICK = 1  # minutes


@dataclass(frozen=True)
class Protocol:
    """One published protocol.

    Args:
        name: What the command calls it.
        about: One sentence: what is measured, on what.
        folder: Name of its data set inside the data folder.
        measure: From the folder of the data set and a seed to figures.
        minutes: About how many CPU minutes that takes; 1 for less.
    """

    name: str
    about: str
    folder: str
    measure: Callable[[Path, int], tuple[Figure, ...]]
    minutes: int = QUICK

    @property
    def quick(self) -> bool:
        """Whether it runs unasked, beside the others."""
        return self.minutes <= QUICK

    def run(self, data: Path, seed: int = 0) -> tuple[Figure, ...]:
        """Return the figures of the protocol on the data sets in `data`.

        Raises:
            MissingFile: if its data set is not there.
        """
        folder = data / self.folder
        if not folder.is_dir():
            raise MissingFile(folder, f"put the data set {self.folder!r} there, or name --data")
        return self.measure(folder, seed)


def protocols() -> dict[str, Protocol]:
    """Return every protocol, by name."""
    found = [
        importlib.import_module(f"{room.__name__}.{module.name}").PROTOCOL
        for module in pkgutil.iter_modules(room.__path__)
    ]
    return {protocol.name: protocol for protocol in sorted(found, key=lambda each: each.name)}
