"""`affectory triage`: which few of many conversations with an agent to read, and why."""

import io
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from affectory.cli.options import Address, On
from affectory.cli.stopping import dealt_with

if TYPE_CHECKING:
    from affectory.core.records import Records
    from affectory.core.verbs import Perceiver
    from affectory.measure.picking import Pick, Picker
    from affectory.measure.triage import Report, Sign
    from affectory.sources import Columns, Reading

TRIAGE_HELP = """Find signs in logs of an agent, and pick the conversations worth a look.

Signs are corrections, quits, thanks, failing tools, loops ...: 25 types, by rules, without a model.
They say where to look, not why; what is said is read in English. Reads what trace reads, message
logs with tool calls as a stream: `--jsonl` prints each report as soon as its conversation is there.

[bold]Examples[/]

  affectory triage logs/ --budget 20\n
  affectory triage runs.json --arm top --valence --out picks.jsonl\n
  tail -f agent.jsonl | affectory triage - --jsonl | jq .summary
"""


Sources = Annotated[
    list[str],
    typer.Argument(help="Files, folders, globs, or - for standard input.", show_default=False),
]
Budget = Annotated[int, typer.Option(help="How many to pick.", min=1)]
Arm = Annotated[str, typer.Option(help="signals, top, random, or heuristic: the longest.")]
Seed = Annotated[int, typer.Option(help="Seed of the draws.")]
Exemplars = Annotated[
    float, typer.Option(help="Share of picks for what went well.", min=0.0, max=1.0)
]
Out = Annotated[
    Path | None, typer.Option("--out", "-o", help="Write the picks here, a line of JSON each.")
]
Lines = Annotated[
    bool, typer.Option("--jsonl", help="Print every report, a line of JSON each, at once.")
]
Valence = Annotated[
    bool, typer.Option("--valence", help="Perceive what users express, turn by turn.")
]
Method = Annotated[str, typer.Option("--with", "-m", help="Perceiver for --valence.")]
Redact = Annotated[
    bool, typer.Option("--redact", help="Mask numbers, links, addresses in snippets.")
]
Agent = Annotated[
    list[str] | None, typer.Option(help="Name of an agent, beside the usual (repeatable).")
]
Window = Annotated[int, typer.Option(help="Last messages that are read; 0: all.", min=0)]
Session = Annotated[str | None, typer.Option(help="Column that names the conversation.")]
Actor = Annotated[str | None, typer.Option(help="Column that names the speaker.")]
Text = Annotated[str | None, typer.Option(help="Column that holds the words.")]
Time = Annotated[str | None, typer.Option(help="Column that holds the time.")]
Layout = Annotated[str | None, typer.Option(help="Format, where guessing fails.")]
Workers = Annotated[int | None, typer.Option("--workers", "-j", help="Processes; default: one.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def triage(
    sources: Sources,
    budget: Budget = 20,
    arm: Arm = "signals",
    seed: Seed = 0,
    exemplars: Exemplars = 0.2,
    out: Out = None,
    jsonl: Lines = False,
    valence: Valence = False,
    method: Method = "perceive/utterance",
    redact: Redact = False,
    agent: Agent = None,
    window: Window = 100,
    session: Session = None,
    actor: Actor = None,
    text: Text = None,
    time: Time = None,
    layout: Layout = None,
    on: On = "local",
    address: Address = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Pick conversations by their signs; the help a person sees is `TRIAGE_HELP`."""
    from affectory.core import registry
    from affectory.engine import engine
    from affectory.measure.picking import Picker
    from affectory.sources import Columns

    picker = Picker(budget, arm, seed, exemplars)
    felt = registry.make(method) if valence else None
    settings = {"agents": tuple(agent or ()), "window": window or None}
    look = Look(registry.make("perceive/signals", **settings), felt, redact)
    columns = Columns(session=session, actor=actor, text=text, time=time)
    tally = Tally()
    batches = tally.read(_readings(sources, columns, layout))
    alone = 1 if workers is None and on == "local" else workers
    reports = engine.map(look, batches, on=on, workers=alone, address=address)
    _passed(reports, picker, tally, jsonl=jsonl)
    picks = picker.picks()
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text("".join(line(_picked(one)) for one in picks), encoding="utf-8")
    _tell(picks, picker, tally, jsonl=jsonl, as_json=as_json)
    if tally.stopped:
        dealt_with()
        raise typer.Exit(130)


def _passed(
    batches: "Iterator[list[Report]]", picker: "Picker", tally: "Tally", *, jsonl: bool
) -> None:
    """Take note of every report as it comes, and print it where that is asked for."""
    from affectory.core.errors import NoRecords

    try:
        for reports in batches:
            tally.add(reports)
            for report in reports:
                picker.add(report)
            if jsonl:
                _print_lines(reports)
    except BrokenPipeError:  # whoever read along has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit from None
    except KeyboardInterrupt:  # a log that never ends: what came by is picked from
        tally.stopped = True
    if not tally.conversations:
        raise NoRecords(tally.reason or "triage", "give a log of conversations")


@dataclass(frozen=True)
class Look:
    """What is done with a batch: signs, what users felt, a mask over snippets."""

    method: Any
    felt: "Perceiver | None" = None
    redact: bool = False

    def __call__(self, records: "Records") -> "list[Report]":
        """Return the reports of a batch of whole sessions."""
        felt = None
        if self.felt is not None:
            states = self.felt.perceive(_of_users(records, self.method.agents))
            felt = states["vad"] if "vad" in states else next(iter(states.values()))
        reports = list(self.method.reports(records, felt))
        return masked(reports, records) if self.redact else reports


@dataclass
class Tally:
    """What came by: how much, how good, how much of it could not be read, and why."""

    conversations: int = 0
    messages: int = 0
    marked: int = 0
    rejected: int = 0
    reason: str = ""
    stopped: bool = False
    bands: Counter[str] = field(default_factory=Counter)

    def read(self, readings: "Iterator[Reading]") -> "Iterator[Records]":
        """Yield the records of what was read, and count what could not be."""
        for reading in readings:
            self.rejected += reading.rejected.height
            if reading.rejected.height and not self.reason:
                row = reading.rejected.row(0, named=True)
                where = f"{row['file']}:{row['line']}: " if row["line"] else ""  # 0: says itself
                self.reason = f"{where}{row['reason']}"
            if reading.records is not None and len(reading.records):
                yield reading.records

    def add(self, reports: "Sequence[Report]") -> None:
        """Count some reports."""
        self.conversations += len(reports)
        self.messages += sum(report.messages for report in reports)
        self.marked += sum(report.marked for report in reports)
        self.bands.update(report.quality for report in reports)


def masked(reports: "list[Report]", records: "Records") -> "list[Report]":
    """Return reports whose snippets, and errors, hold placeholders for personal data.

    Words are masked before they are cut: half an address is not known for one.
    """
    from affectory.guard.redact import redact

    said = {row[:2]: row[2] for row in records.frame.select("session", "seq", "text").rows()}
    parts = [part for report in reports for sign in report.signs
             for part in _parts(sign, said.get((report.session, sign.seq)))]  # fmt: skip
    clean = iter(redact(parts).to_list())
    return [
        replace(
            report, signs=tuple(_clean(sign, next(clean), next(clean)) for sign in report.signs)
        )
        for report in reports
    ]


def _parts(sign: "Sign", text: str | None) -> tuple[str, str]:
    """Return what stands before the words of a sign, and the words with what stands after."""
    if not sign.metadata.keys().isdisjoint(("tools", "total_turns")):
        return "", sign.snippet  # our own words, around the names of tools
    if text is None or sign.span is None:  # out of a long text that was cut: edges may be torn
        return "", sign.snippet.partition(" ")[2].rpartition(" ")[0]
    start, stop = sign.span
    return text[max(0, start - AROUND) : start], text[start : stop + AROUND]


def _clean(sign: "Sign", before: str, words: str) -> "Sign":
    known = sign.metadata.get("error")
    told = {} if known is None else {"error": words[: len(known)]}
    if sign.span is not None:
        words = words[: sign.span[1] - sign.span[0] + CONTEXT]
    snippet = f"{before[-CONTEXT:]}{words}".strip()
    return sign._replace(snippet=snippet, metadata={**sign.metadata, **told})


def line(value: Any) -> str:
    """Return a value as one line of JSON, with its line break."""
    return json.dumps(value, ensure_ascii=False) + "\n"


def _readings(sources: list[str], columns: "Columns", layout: str | None) -> "Iterator[Reading]":
    """Yield what is read, from a pipe as it comes where it is a log of messages."""
    from affectory.sources import stream
    from affectory.sources.files import STDIN, Origin
    from affectory.sources.messages import follow, follows

    if sources == ["-"] and layout in (None, "messages") and not columns.named:
        pipe = sys.stdin.buffer
        if isinstance(pipe, io.BufferedReader):
            head = pipe.peek(1 << 16)
        else:  # a stand-in that holds all there is
            head = pipe.read(1 << 16)
            pipe.seek(0)
        if follows(head):
            return follow(pipe, Origin(Path("-"), STDIN, "stdin", piped=True))
    return stream(sources, columns, layout=layout)


def _of_users(records: "Records", agents: tuple[str, ...]) -> "Records":
    import polars as pl

    from affectory.senses.trace import Role, role_of

    told = frozenset(name.strip().lower() for name in agents)
    users = [name for name in records.actors if role_of(name, told) is Role.HUMAN]
    return records.where(pl.col("actor").is_in(users) & pl.col("text").is_not_null())


def _print_lines(reports: "Sequence[Report]") -> None:
    from affectory.cli.tables import escaped

    typer.echo(escaped("".join(line(report.to_dict()) for report in reports)), nl=False)


def _picked(one: "Pick") -> dict[str, Any]:
    return {"reason": one.reason, "score": one.score, **one.report.to_dict()}


def _tell(
    picks: "Sequence[Pick]", picker: "Picker", tally: Tally, *, jsonl: bool, as_json: bool
) -> None:
    """Print the picks, and a line on what they were picked from."""
    import polars as pl

    from affectory.cli import tables

    bands = ", ".join(f"{tally.bands[band]} {band}" for band in BANDS if tally.bands[band])
    said = (
        f"{tally.conversations} conversations, {tally.messages} messages: {bands}; "
        f"{tally.marked} marked"
    )
    if tally.rejected:
        said += f"; {tally.rejected} rows could not be read ({tally.reason})"
    if as_json:
        told = [_picked(one) for one in picks]
        typer.echo(tables.escaped(json.dumps(told, ensure_ascii=False, indent=1)))
    elif not jsonl:
        rows = pl.DataFrame([_row(one) for one in picks])
        how = f"arm {picker.arm.value}, seed {picker.seed}"
        title = f"{len(picks)} of {tally.conversations} to read, {how}"
        tables.show(rows, limit=len(picks), as_json=False, title=title)
    typer.echo(tables.plain(said), err=True)


def _row(one: "Pick") -> dict[str, object]:
    report = one.report
    told: dict[str, object] = {
        "conversation": report.session,
        "quality": f"{report.quality} {report.score:.0f}",
        "why": one.reason,
        "look at": _foremost(report),
    }
    if report.felt and "valence" in report.felt[0]:
        course = [point["valence"] for point in report.felt]
        told["valence"] = f"{course[0]:+.2f} to {course[-1]:+.2f}, least {min(course):+.2f}"
    return told


def _foremost(report: "Report") -> str:
    """Return the sign to begin with: who asks for a human or quits, else what weighs most."""
    from affectory.measure.picking import WEIGHTS

    if not report.signs:
        return ""

    def grave(sign: "Sign") -> tuple[bool, float]:
        _, category, leaf = sign.type.split(".")
        return leaf in ("escalation", "quit"), WEIGHTS[category]

    sign = max(report.signs, key=grave)
    return f"#{sign.message_index} {sign.type.rpartition('.')[2]}: {sign.snippet}"


BANDS = ("excellent", "good", "neutral", "poor", "severe")
CONTEXT = 50  # characters of a snippet before and after the words of a sign
AROUND = 500  # characters beside them in which what is personal is looked for
