"""The explorer in the browser."""

import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from affectory.cli.stopping import dealt_with
from affectory.core.errors import BadValues, MissingExtra


def serve(
    lake: Annotated[Path, typer.Argument(help="Folder that a trace wrote, or will.")] = Path("out"),
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8321,
    token: Annotated[
        str | None,
        typer.Option(
            help="What a person must know; needed beyond loopback, 16 letters or more.",
            envvar="AFFECTORY_TOKEN",
            show_default=False,
        ),
    ] = None,
    media: Annotated[
        Path | None,
        typer.Option(help="Folder of recordings, which play beside the sessions of their names."),
    ] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Look at a lake in the browser: sessions, what was said, how it moved.

    Examples: affectory serve out --open; affectory serve out --media recordings
    """
    try:
        import uvicorn

        from affectory.web.app import create_app
        from affectory.web.listening import configured
    except ImportError as error:
        raise MissingExtra(error.name or "fastapi", "web", "affectory serve") from error
    import webbrowser

    from affectory.web.settings import Settings

    settings = Settings(lake, host, port, token, media=media)
    server = uvicorn.Server(configured(create_app(settings), settings))
    door = bound(host, port)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{door.getsockname()[1]}/"
    typer.echo(address)
    os.umask(0o077)  # what it writes is its owner's alone
    if open_page:
        webbrowser.open(address)
    with suppress(KeyboardInterrupt):  # the way in which a person ends it
        server.run(sockets=[door])
    dealt_with()


def bound(host: str, port: int, who: str = "serve") -> socket.socket:
    """Return a socket that listens: whoever reads the address may ask at once.

    Raises:
        BadValues: if the address cannot be listened on.
    """
    plain = host.strip("[]")
    family = socket.AF_INET6 if ":" in plain else socket.AF_INET
    # of a socket that does not name its protocol asyncio takes no small answer for urgent
    one = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        one.bind((plain, port))
    except OSError as error:
        one.close()
        cure = "choose another --port (0 takes a free one) or --host"
        raise BadValues(who, f"{host}:{port}: {error.strerror}", "a free address", cure) from None
    one.listen()
    return one
