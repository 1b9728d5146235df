"""A perceiver from the words of the command line."""

from pathlib import Path
from typing import Any

from affectory.core import registry
from affectory.core.errors import BadChoice


def make(method: str, lexicon: Path | None) -> Any:
    """Build the perceiver, with the user's word list where one is named.

    Raises:
        UnknownMethod: if there is no such method.
        BadChoice: if a word list is given to a method that takes none.
    """
    if lexicon is None:
        return registry.make(method)
    if method != "perceive/lexicon":
        raise BadChoice("--with, beside --lexicon,", method, ["perceive/lexicon"])
    from affectory.senses.lexicon import read_lexicon

    return registry.make(method, lexicon=read_lexicon(lexicon))


def digest(method: str, lexicon: Path | None) -> str:
    """Return what tells this perceiver from another of the same name: its list, its weights."""
    return str(getattr(make(method, lexicon), "digest", ""))
