"""A perceiver from the words of the command line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from affectory.core import registry
from affectory.core.errors import AffectoryError, BadChoice
from affectory.core.verbs import Perceiver

SIZES = (None, "accurate")  # None: as the method comes


@dataclass(frozen=True)
class Wanted:
    """Which perceiver a person wants.

    Args:
        method: Registry name.
        lexicon: The user's word list, None where the method takes none.
        size: "light" or "accurate", None where the method has one size.
    """

    method: str = "perceive/utterance"
    lexicon: Path | None = None
    size: str | None = None

    def make(self) -> Any:
        """Build the perceiver.

        Raises:
            UnknownMethod: if there is no such method.
            BadChoice: if the method does not perceive, or is given a word list or a size and
                takes none.
        """
        told: dict[str, Any] = {}
        if self.lexicon is not None:
            if self.method != "perceive/lexicon":
                raise BadChoice("--with, beside --lexicon,", self.method, ["perceive/lexicon"])
            from affectory.senses.lexicon import read_lexicon

            told["lexicon"] = read_lexicon(self.lexicon)
        if self.size is not None:
            if self.method != "perceive/utterance":
                raise BadChoice("--with, beside --size,", self.method, ["perceive/utterance"])
            told["size"] = self.size
        made = registry.make(self.method, **told)
        if not isinstance(made, Perceiver):
            known = [name for name in registry.methods() if name.startswith("perceive/")]
            raise BadChoice("--with", self.method, known)
        return made

    @property
    def digest(self) -> str:
        """What tells this perceiver from another of the same name: its list, its weights."""
        return str(getattr(self.make(), "digest", ""))


def remade(method: str, lexicon: Path | None, digest: str) -> Any:
    """Return the perceiver that once had `digest`, or None where it cannot be had again."""
    for size in SIZES if method == "perceive/utterance" else SIZES[:1]:
        wanted = Wanted(method, lexicon, size)
        try:
            if wanted.digest == digest:
                return wanted.make()
        except (AffectoryError, OSError):  # its weights or its extra are gone
            continue
    return None
