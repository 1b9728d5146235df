"""What a person says of the columns of a file, where guessing went wrong; kept beside the file."""

__all__ = ["NOTE", "Named", "named", "options"]

from pathlib import Path
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from affectory.core.errors import BadChoice

NOTE = ".columns.json"  # beside an upload; no upload's name begins with a point
LONG = 200  # letters of a column's name


class Named(BaseModel):
    """The columns that hold the words, who said them, when, and in which conversation."""

    model_config = ConfigDict(extra="forbid")
    text: str | None = Field(None, max_length=LONG)
    actor: str | None = Field(None, max_length=LONG)
    time: str | None = Field(None, max_length=LONG)
    session: str | None = Field(None, max_length=LONG)


def named(header: str) -> Named:
    """Return what a header says, JSON with letters outside of ASCII as in an address.

    Raises:
        BadChoice: if it is something else.
    """
    try:
        return Named.model_validate_json(unquote(header) or "{}")
    except ValidationError:
        known = "JSON with text, actor, time, session and names of columns"
        raise BadChoice("x-columns", header[:40], known) from None


def options(folder: Path) -> list[str]:
    """Return the options of `affectory trace` that name the columns of an upload."""
    note = folder / NOTE
    if not note.is_file() or note.is_symlink():
        return []
    told = Named.model_validate_json(note.read_text(encoding="utf-8"))
    return [f"--{name}={value}" for name, value in told.model_dump().items() if value]
