"""Emotional trajectories: how an emotion moves over time.

Names load on first use, so that `import affectory` costs next to nothing; `_HOME` is the
whole of the public face, and an unknown name raises AttributeError as usual.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from affectory.core.evidence import Evidence as Evidence
    from affectory.core.figure import Figure as Figure
    from affectory.core.records import Clock as Clock
    from affectory.core.records import Records as Records
    from affectory.core.registry import make as make
    from affectory.core.registry import methods as methods
    from affectory.core.reply import Reply as Reply
    from affectory.core.space import Space as Space
    from affectory.core.states import States as States
    from affectory.core.trajectory import Trajectory as Trajectory
    from affectory.sources import read as read
    from affectory.store.lake import open_lake as open_lake

__version__ = "0.1.0"

_HOME = {
    "Clock": "core.records",
    "Evidence": "core.evidence",
    "Figure": "core.figure",
    "Records": "core.records",
    "Reply": "core.reply",
    "Space": "core.space",
    "States": "core.states",
    "Trajectory": "core.trajectory",
    "make": "core.registry",
    "methods": "core.registry",
    "open_lake": "store.lake",
    "read": "sources",
}
__all__ = [*_HOME, "__version__"]


def __getattr__(name: str) -> Any:
    """Load a public name from its home on first use."""
    if name not in _HOME:
        raise AttributeError(f"module 'affectory' has no attribute {name!r}")
    return getattr(import_module(f"affectory.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """List the public face."""
    return sorted(__all__)
