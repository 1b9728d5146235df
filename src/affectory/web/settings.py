"""What a running explorer is told at its start."""

__all__ = ["LOOPBACK", "Settings"]

import ipaddress
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
