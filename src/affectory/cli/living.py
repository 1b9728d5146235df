"""A conversation while it goes on, on the terminal."""

import json
import sys
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from affectory.cli.stopping import dealt_with

BAR = 21  # letters of the scale from -1 to 1


def live(
    actor: Annotated[str, typer.Option(help="Who speaks where a line names nobody.")] = "user",
    keep: Annotated[
        Path | None, typer.Option(help="File to keep the turns in; it is gone on with.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines.")] = False,
) -> None:
    """Read turns from standard input, and say of each how it feels and where it may go.

    A line is `Speaker: words`, or words alone.

    Examples: affectory live; tail -f chat.txt | affectory live --json
    """
    from affectory.core import registry
    from affectory.web.talk import Talk

    talk = Talk(
        registry.make("perceive/utterance"),
        registry.make("forecast/states"),
        registry.make("perceive/signals"),
        keep,
    )
    for stream in (sys.stdin, sys.stdout):  # one odd letter must not end a talk
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    talk.warm()
    try:
        _follow(talk, actor, as_json)
    except KeyboardInterrupt:
        dealt_with()
        typer.secho(f"stopped; the turns are in {keep}" if keep else "stopped", err=True)
        raise typer.Exit(130) from None


def _follow(talk: Any, actor: str, as_json: bool) -> None:
    """Answer the turns that were kept, then each line as it comes."""
    console = Console(soft_wrap=True)
    for heard in talk.resume():
        _show(console, heard, as_json)
    for line in sys.stdin:
        name, colon, words = line.strip().partition(": ")
        if not line.strip():
            continue
        spoken = (name, words) if colon and 0 < len(name) <= 40 else (actor, line.strip())
        _show(console, talk.say(*spoken), as_json)


def _show(console: Console, heard: Any, as_json: bool) -> None:
    told = asdict(heard)
    if told["notice"]:
        typer.secho(told["notice"], err=True, fg="yellow")
    if as_json:
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        return
    value = told["values"]["valence"]
    scale = ["·"] * BAR
    if told["fan"]:
        low, high = told["fan"]["low"][0], told["fan"]["high"][0]
        for at in range(_place(low), _place(high) + 1):
            scale[at] = "─"
    if value is not None:
        scale[_place(value)] = "●"
    unread = "" if told["notice"] else "not read"
    what = f"{told['emotion'][0]} {told['emotion'][1]:.0%}" if told["emotion"] else unread
    signs = ", ".join((*told["signs"], *(f"crisis/{kind}" for kind in told["crisis"])))
    valence = "    " if value is None else f"{value:+.2f}"
    console.print(Text(f"{''.join(scale)}  {valence}  {told['actor']}: {what}  {signs}".rstrip()))


def _place(value: float) -> int:
    return round((value + 1) / 2 * (BAR - 1))
