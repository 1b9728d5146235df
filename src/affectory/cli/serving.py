"""The explorer in the browser."""

from pathlib import Path
from typing import Annotated

import typer

from affectory.core.errors import MissingExtra


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
    open_page: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Look at a lake in the browser: sessions, what was said, how it moved.

    Examples: affectory serve out --open; affectory serve out --port 0
    """
    try:
        import uvicorn

        from affectory.web.app import create_app
    except ImportError as error:
        raise MissingExtra(error.name or "fastapi", "web", "affectory serve") from error
    import webbrowser

    from affectory.web.settings import Settings

    settings = Settings(lake, host, port, token)
    config = uvicorn.Config(
        create_app(settings), host=host, port=port, log_level="warning", access_log=False
    )
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    socket.listen()  # whoever reads the address may ask at once
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{socket.getsockname()[1]}/"
    typer.echo(address)
    if open_page:
        webbrowser.open(address)
    server.run(sockets=[socket])
