"""Options that are the same on every command that works batch by batch."""

from typing import Annotated

import typer

On = Annotated[str, typer.Option("--on", help="Where to work: local, or ray (extra ray).")]
Address = Annotated[
    str | None,
    typer.Option(
        help="Cluster of --on ray: auto, or host:port; default: one of our own, on this machine.",
        show_default=False,
    ),
]
