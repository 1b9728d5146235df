"""Names of talks, and where their turns are kept beside a lake."""

__all__ = ["FOLDER", "NAME", "coined", "overheard", "place"]

import hashlib
import re
import secrets
from pathlib import Path

FOLDER = "live"
ELSEWHERE = "chat-"  # begins the names of talks that another process writes
NAME = rf"^(?:{ELSEWHERE})?[0-9a-f]{{16}}$"


def coined(name: str | None = None) -> str:
    """Return a name for a talk that another process writes: made of a given one, or new."""
    if name is None:
        return f"{ELSEWHERE}{secrets.token_hex(8)}"
    return f"{ELSEWHERE}{hashlib.blake2b(name.encode(), digest_size=8).hexdigest()}"


def overheard(talk: str) -> bool:
    """Return whether another process writes a talk."""
    return talk.startswith(ELSEWHERE)


def place(out: Path, talk: str) -> Path | None:
    """Return where the turns of a talk are kept; None where this is no name of a talk."""
    return out / FOLDER / f"{talk}.jsonl" if re.fullmatch(NAME, talk) else None
