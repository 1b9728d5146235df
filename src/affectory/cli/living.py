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
from affectory.core.errors import BadValues

BAR = 21  # letters of the scale from -1 to 1


LIVE_HELP = """Say of each turn, as it is said, how it feels and where it may go.

Turns are lines of standard input, `Speaker: words` or words alone; or, with
--proxy, what passes between a program and an OpenAI-compatible server. The
proxy hands everything on as it is, part by part, and keeps no key. It hears
/v1/chat/completions; a conversation is known by its messages, or by the header
x-affectory-talk. Text that can mean danger brings a notice on stderr.

[bold]Examples[/]

  affectory live\n
  tail -f chat.txt | affectory live --json\n
  affectory live --proxy http://127.0.0.1:8080/v1 --lake out\n
  OPENAI_BASE_URL=http://127.0.0.1:8322/v1 python my_agent.py
"""


def live(
    actor: Annotated[str, typer.Option(help="Who speaks where a line names nobody.")] = "user",
    keep: Annotated[
        Path | None,
        typer.Option(
            help="File to keep the turns in; it is gone on with. With --proxy a folder: a file a "
            "conversation."
        ),
    ] = None,
    lake: Annotated[
        Path | None,
        typer.Option(
            help="Keep them beside this lake instead: `affectory serve` shows them, under Live, as "
            "they are said."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines.")] = False,
    proxy: Annotated[
        str | None,
        typer.Option(
            help="Stand before this OpenAI-compatible server and hear what passes; its base, such "
            "as http://127.0.0.1:8080/v1.",
            show_default=False,
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="Of the proxy: address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help="Of the proxy: port; 0 takes a free one.", min=0, max=65535)
    ] = 8322,
    token: Annotated[
        str | None,
        typer.Option(
            help="Of the proxy, beyond loopback: what callers say in the header "
            "x-affectory-token; 16 letters or more.",
            envvar="AFFECTORY_TOKEN",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Follow one conversation, or those that pass; the help a person sees is `LIVE_HELP`."""
    if keep is not None and lake is not None:
        raise BadValues("live", "--keep and --lake", "one of them", "a lake keeps turns too")
    for stream in (sys.stdin, sys.stdout):  # one odd letter must not end a talk
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    if proxy is not None:
        from affectory.cli.proxying import Place, stand

        stand(proxy, Place(_folder(keep, lake), host, port, token), as_json)
        return
    from affectory.web.talk import Talk

    path = keep if lake is None else _beside(lake)
    talk = Talk.of(path)
    talk.warm()
    try:
        _follow(talk, actor, as_json)
    except KeyboardInterrupt:
        dealt_with()
        typer.secho(f"stopped; the turns are in {path}" if path else "stopped", err=True)
        raise typer.Exit(130) from None


def _folder(keep: Path | None, lake: Path | None) -> Path | None:
    from affectory.web.naming import FOLDER

    return keep if lake is None else lake / FOLDER


def _beside(lake: Path) -> Path:
    """Return a file for a new talk beside a lake."""
    from affectory.web.naming import FOLDER, coined

    home = lake / FOLDER
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return home / f"{coined()}.jsonl"


def _follow(talk: Any, actor: str, as_json: bool) -> None:
    """Answer the turns that were kept, then each line as it comes."""
    console = Console(soft_wrap=True)
    for heard in talk.resume():
        show(console, heard, as_json)
    for line in sys.stdin:
        name, colon, words = line.strip().partition(": ")
        if not line.strip():
            continue
        spoken = (name, words) if colon and 0 < len(name) <= 40 else (actor, line.strip())
        show(console, talk.say(*spoken), as_json)


def show(console: Console, heard: Any, as_json: bool, talk: str | None = None) -> None:
    """Print what was heard of a turn.

    Args:
        console: Where a person reads it.
        heard: What was heard.
        as_json: Whether a program reads it.
        talk: Name of the conversation, where there are several.
    """
    told = asdict(heard)
    if told["notice"]:
        typer.secho(told["notice"], err=True, fg="yellow")
    if as_json:
        named = {} if talk is None else {"talk": talk}
        sys.stdout.write(json.dumps(named | told) + "\n")
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
    whose = "" if talk is None else f"{talk[-4:]}  "
    console.print(
        Text(f"{whose}{''.join(scale)}  {valence}  {told['actor']}: {what}  {signs}".rstrip())
    )


def _place(value: float) -> int:
    return round((value + 1) / 2 * (BAR - 1))
