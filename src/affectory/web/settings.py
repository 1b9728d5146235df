"""What a running explorer is told at its start."""

__all__ = ["LOOPBACK", "Settings", "without"]

import ipaddress
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from affectory.core.errors import BadFile, BadValues, MissingFile

LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
FEWEST = 16  # letters of a token


@dataclass(frozen=True)
class Settings:
    """Where the lake is, who may look, and how much may be sent.

    Args:
        out: Folder of the lake; uploads are traced into it.
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        token: What a person must know; None only on loopback.
        largest: Bytes of one upload at most.
        rows: Rows of one upload at most.
        idle: Seconds that may pass between two parts of what is sent.
        longest: Seconds in which what is sent must have come whole; a second more for 50 kB.
        open: Talks that are open at once at most.
        connections: Connections at once at most; the one that has said least makes room.
        traces: Uploads that are traced at once at most.
        media: Folder of recordings that play beside the sessions of their names; None: none.
        recording: Bytes of one recording that is added on the page at most.
        secret: What cookies are signed with; fresh at each start.

    Raises:
        BadFile: if `out` is a file.
        MissingFile: if there is no folder `media`.
        BadValues: if `host` is not loopback and there is no token, or the token is short.
    """

    out: Path
    host: str = "127.0.0.1"
    port: int = 8321
    token: str | None = None
    largest: int = 200_000_000
    rows: int = 5_000_000
    idle: float = 30.0
    longest: float = 600.0
    open: int = 50
    connections: int = 200
    traces: int = 1
    media: Path | None = None
    recording: int = 4_000_000_000
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def __post_init__(self) -> None:
        """Refuse to be open to others without a token."""
        if self.out.is_file():
            raise BadFile(self.out, "a file", "a folder", "name the folder of a lake, or a new one")
        if self.media is not None and not self.media.is_dir():
            raise MissingFile(self.media, "name a folder of recordings after --media")
        if self.token is None and not self.local:
            why = "one, since whoever reaches this address could read every conversation"
            raise BadValues("--token", "none", why, "AFFECTORY_TOKEN=... affectory serve ...")
        if self.token is not None and len(self.token) < FEWEST:
            raise BadValues("--token", f"{len(self.token)} letters", f"{FEWEST} or more")

    @property
    def local(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host in LOOPBACK:
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False


def without(words: str, settings: Settings) -> str:
    """Return a sentence without the place of the lake: who reads it need not know this machine.

    Args:
        words: A sentence, which may name files of the lake or of its uploads.
        settings: Where the lake is.
    """
    name = settings.out.name or "the lake"
    for out in (settings.out.resolve(), settings.out.absolute()):
        place = rf"(?<![^\s'\"(]){re.escape(str(out))}"
        words = re.sub(rf"{place}/(uploads/[0-9a-f]+/)?", "", words)
        words = re.sub(rf"{place}(?![^\s'\"):;,])", name.replace("\\", ""), words)
    return words
