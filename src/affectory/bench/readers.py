"""The sizes of the default text model that can be measured here."""

__all__ = ["METHOD", "readers"]

from typing import Any

from affectory.core import registry
from affectory.core.errors import MissingExtra, MissingFile

METHOD = "perceive/utterance"


def readers() -> dict[str, Any]:
    """Return the default text model in each size, by name; "accurate" where its extra is there."""
    found: dict[str, Any] = {METHOD: registry.make(METHOD)}
    careful = registry.make(METHOD, size="accurate")
    try:
        careful.read(["try"])
    except (MissingExtra, MissingFile):
        return found
    return found | {f"{METHOD}, accurate": careful}
