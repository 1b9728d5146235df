"""The proxy that listens, on the terminal."""

import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from affectory.cli.living import show
from affectory.cli.serving import bound
from affectory.cli.stopping import dealt_with
from affectory.core.errors import BadFile, BadValues, MissingExtra

SWITCH = 0.0005  # seconds after which the ear makes way for an answer that passes
LEAVE = 3  # seconds that answers on their way have when a person ends it


@dataclass(frozen=True)
class Place:
    """Where the proxy stands, and where turns are kept.

    Args:
        folder: Keeps a file a conversation; None: nothing is kept.
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        token: What callers must know; None only on loopback.
    """

    folder: Path | None
    host: str
    port: int
    token: str | None


def stand(url: str, place: Place, as_json: bool) -> None:
    """Stand before a server until somebody ends it.

    Args:
        url: The base of the server's interface.
        place: Where.
        as_json: Whether a program reads what was heard.

    Raises:
        MissingExtra: if what serves or asks is not installed.
        BadValues: if `url` is no address, or the proxy's own; or strangers could come in.
        BadFile: if the folder is a file.
    """
    try:
        import uvicorn

        from affectory.web.overhearing import Ear
        from affectory.web.proxy import create_proxy, upstream_of
        from affectory.web.settings import Settings
    except ImportError as error:
        raise MissingExtra(error.name or "httpx", "web", "affectory live --proxy") from error
    upstream = upstream_of(url)
    settings = Settings(place.folder or Path(), place.host, place.port, place.token)
    if upstream.host == place.host and upstream.port == place.port:
        raise BadValues("--proxy", "the proxy's own address", "the server behind it")
    _make(place.folder)
    door = bound(place.host, place.port, "live --proxy")
    ear = Ear(_printer(as_json), _trouble, place.folder)
    config = uvicorn.Config(
        create_proxy(upstream, ear, settings), log_level="critical", access_log=False,
        date_header=False, server_header=False, timeout_graceful_shutdown=LEAVE,
    )  # fmt: skip
    shown = f"[{place.host}]" if ":" in place.host else place.host
    told = f"http://{shown}:{door.getsockname()[1]}/v1 hears what passes to {upstream}"
    typer.secho(told, err=True)
    sys.setswitchinterval(SWITCH)
    with suppress(KeyboardInterrupt):  # the way in which a person ends it
        uvicorn.Server(config).run(sockets=[door])
    dealt_with()
    ear.close()
    if place.folder is not None:
        typer.secho(f"stopped; the turns are in {place.folder}", err=True)


def _make(folder: Path | None) -> None:
    if folder is None:
        return
    if folder.is_file():
        raise BadFile(folder, "a file", "a folder", "name a folder: each conversation has a file")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def _printer(as_json: bool) -> Any:
    console = Console(soft_wrap=True)

    def printed(talk: str, heard: Any) -> None:
        show(console, heard, as_json, talk)

    return printed


def _trouble(told: str) -> None:
    typer.secho(f"affectory: {told}", err=True, fg="yellow")
    sys.stderr.flush()
