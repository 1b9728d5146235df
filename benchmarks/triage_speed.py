"""perceive/signals: messages a second on one core, and a plain reading of the same rules beside it.

    python benchmarks/triage_speed.py --data DIR

Conversations are those of ESConv (people who seek support, and who give it: short chats) and the
runs of tau-bench (an agent with tools: long answers), from DIR. Speed is CPU time on one thread,
the median of `ROUNDS`: of messages held as lists to reports, then of the whole command, a file or
a pipe of JSON lines to JSON lines, with and without the start of the program.

The plain reading below is written from the definitions alone: every message of a user against
every phrase by all three layers, sets and loops, the `re` module. It has the same table of phrases
and of wordings of errors. Agreement is counted per type over messages: of all, and of those that
either calls a sign (2 both / (2 both + one only)). Where the two differ, it is about marks within
a word ("ok,thanks"), which the plain reading leaves in, as the authors' port does.

Last, texts made to hurt, at two lengths each, and the peak of memory at two lengths of a log.
"""

import argparse
import gzip
import json
import os

os.environ.update(OMP_NUM_THREADS="1", POLARS_MAX_THREADS="1", RAYON_NUM_THREADS="1")

import re
import statistics
import string
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from math import sqrt
from pathlib import Path
from typing import Any

from affectory.measure.triage import TYPES, leaf
from affectory.perceive.signals import SignalReader, bank
from affectory.senses.faults import families
from affectory.senses.trace import call_of

ROUNDS = 5
FEW = 400  # conversations of each kind that the plain reading reads, at most
Talk = Sequence[Mapping[str, Any]]
Signs = set[tuple[int, str]]


def esconv(data: Path) -> list[Talk]:
    """Return the conversations of ESConv; who seeks support is the user."""
    talks = []
    for part in ("train", "valid", "test"):
        with gzip.open(data / "esconv" / f"{part}.jsonl.gz", "rt", encoding="utf-8") as file:
            for line in file:
                said = json.loads(line)["dialog"]
                talks.append([{"role": "user" if turn["speaker"] == "usr" else "assistant",
                               "content": turn["text"]} for turn in said])  # fmt: skip
    return talks


def tau_bench(data: Path) -> list[Talk]:
    """Return the runs of an agent of an airline."""
    with gzip.open(data / "tau_bench" / "gpt-4o-airline.json.gz", "rt", encoding="utf-8") as file:
        return [run["traj"] for run in json.load(file)]


# ------------------------------------------------------------------ the plain reading


def told(talk: Talk, *, strict: bool) -> Signs:
    """Return the signs of one conversation: message and leaf."""
    steps = list(_steps(talk))[-100:]
    first = len(list(_steps(talk))) - len(steps)
    out: Signs = set()
    for at, (role, text, _) in enumerate(steps):
        if role == "human":
            out |= {(first + at, kind) for kind in _said(text, strict=strict)}
            before = next((k for k in range(at - 1, -1, -1) if steps[k][0] == "human"), None)
            taken = {kind for place, kind in out if place == first + at}
            if before is not None and at - before <= 3 and not taken & {
                "correction", "rephrase", "clarification"
            } and _reworded(text, steps[before][1]):  # fmt: skip
                out.add((first + at, "rephrase"))
        if role in ("human", "gpt") and _again(steps, at):
            out.add((first + at, "repetition"))
        if role == "observation":
            out |= {(first + at, kind) for kind in _errors(text)}
    turns = sum(role == "human" for role, _, _ in steps)
    if turns > 5 and 1 / (1 + 0.25 * (turns - 5)) < 0.5:
        out.add((first + len(steps) - 1, "dragging"))
    calls = [(first + at, call) for at, (role, _, call) in enumerate(steps) if role == "call"]
    return out | _circles(calls)


def _steps(talk: Talk) -> Iterator[tuple[str, str, Any]]:
    names = {"user": "human", "assistant": "gpt", "tool": "observation"}
    for message in talk:
        role, text = names.get(message["role"]), message.get("content") or ""
        if len(text) > 2000:
            text = f"{text[:400]} {text[-1599:]}"
        if role and (role != "gpt" or text.strip()):
            yield role, text, None
        for call in message.get("tool_calls") or ():
            yield "call", "", call_of(call)


@cache
def _tokens(text: str) -> tuple[str, ...]:
    for marks, plain in (("\u2018\u2019", "'"), ("\u201c\u201d", '"'), ("\u2013\u2014", "-")):
        for mark in marks:
            text = text.replace(mark, plain)
    words = (word.strip(string.punctuation) for word in text.lower().split())
    return tuple(word for word in words if word)


@cache
def _bare(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", "", " ".join(_tokens(text))).split())


@cache
def _trigrams(bare: str) -> frozenset[str]:
    return frozenset(bare[at : at + 3] for at in range(len(bare) - 2))


def _jaccard(one: str, other: str) -> float:
    a, b = _trigrams(one), _trigrams(other)
    return len(a & b) / len(a | b) if a and b else 0.0


def _cosine(one: str, other: str) -> float:
    a, b = Counter(one.split()), Counter(other.split())
    dot = sum(a[word] * b[word] for word in a)
    norm = sqrt(sum(n * n for n in a.values()) * sum(n * n for n in b.values()))
    return dot / norm if norm else 0.0


def _alike(bare: str, phrase: str, *, strict: bool) -> bool:
    said, own = set(bare.split()), set(phrase.split())
    turning = bank.words("turning")
    turned = strict and said & turning != own & turning
    if not turned and _jaccard(bare, phrase) >= 0.65:
        return True
    weighty = own - bank.words("small")
    held = not strict or (not turned and bool(weighty) and weighty <= said)
    return held and _cosine(bare, phrase) >= 0.60


def _said(text: str, *, strict: bool) -> set[str]:
    bare = _bare(text)
    whole = f" {bare} "
    found = set()
    for phrase in bank.phrases():
        if phrase.family in found:
            continue
        if f" {phrase.words} " in whole:
            before = whole[: whole.find(f" {phrase.words} ")].split()[-3:]
            glad = phrase.family in ("gratitude", "confirmation", "success", "quit")
            if not (glad and bank.words("turning") & set(before)):
                found.add(phrase.family)
        if (
            phrase.alike
            and phrase.family not in found
            and _alike(bare, phrase.words, strict=strict)
        ):
            found.add(phrase.family)
    out = set()
    for rivals in (("correction", "rephrase", "clarification"),
                   ("gratitude", "confirmation", "success")):  # fmt: skip
        out |= set([one for one in rivals if one in found][:1])
    out |= found & {"escalation", "quit"}
    angry = "profanity" in found or ("complaint" in found and "escalation" not in found)
    letters = [letter for letter in text if letter.isascii() and letter.isalpha()]
    loud = len(letters) >= 10 and sum(map(str.isupper, letters)) >= 0.8 * len(letters)
    marks = re.search(r"\?\?|!!|[?!]{3}", text) and not whole.startswith(bank.openers("glad"))
    return out | ({"negative_stance"} if angry or loud or marks else set())


def _reworded(now: str, before: str) -> bool:
    if f" {_bare(now)} ".startswith(bank.openers("agreeing")):
        return False
    a, b = (set(_bare(text).split()) - bank.words("stop") for text in (now, before))
    if min(len(a), len(b)) < 4 or len(a - b) > 0.5 * len(a):
        return False
    return len(a & b) / min(len(a), len(b)) >= 0.75


def _again(steps: Sequence[tuple[str, str, Any]], at: int) -> bool:
    role, text, _ = steps[at]
    mine = [said for other, said, _ in steps[:at] if other == role][-2:]
    if role == "human" and f" {_bare(text)} ".startswith(bank.openers("glad")):
        return False
    return any(
        min(len(_tokens(text)), len(_tokens(said))) >= 5
        and _jaccard(_bare(text), _bare(said)) >= 0.85
        for said in mine
    )


@cache
def _rules(kind: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(rule)) for name, rule in families(kind).items())


def _errors(text: str) -> set[str]:
    out = set()
    for kind in ("failures", "environment"):
        out |= set([name for name, rule in _rules(kind) if rule.search(text)][:1])
    return out


def _circles(calls: Sequence[tuple[int, Any]]) -> Signs:
    out: Signs = set()
    retried: set[int] = set()
    for same, kind in ((lambda a, b: a == b, "retry"), (lambda a, b: a.name == b.name, "drift")):
        at = 0
        while at < len(calls):
            end = at + 1
            while end < len(calls) and same(calls[at][1], calls[end][1]):
                end += 1
            ways = {call.arguments for _, call in calls[at:end]}
            if end - at >= 3 and kind == "retry":
                out.add((calls[at][0], "retry"))
                retried |= set(range(at, end))
            elif end - at >= 3 and len(ways) > 1 and not retried & set(range(at, end)):
                out.add((calls[at][0], "parameter_drift"))
            at = end
    return out | _rounds(calls)


def _rounds(calls: Sequence[tuple[int, Any]]) -> Signs:
    names = [call.name for _, call in calls]
    found = []
    for size in range(2, 6):
        for at in range(len(names)):
            times = 1
            while names[at : at + size] == names[at + times * size : at + (times + 1) * size] != []:
                times += 1
            if times >= 3 and len(set(names[at : at + size])) > 1:
                found.append((times * size, at))
    out: Signs = set()
    taken: set[int] = set()
    for length, at in sorted(found, key=lambda one: (-one[0], one[1])):
        if not taken & set(range(at, at + length)):
            taken |= set(range(at, at + length))
            out.add((calls[at][0], "oscillation"))
    return out


# ------------------------------------------------------------------ what is printed


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds of one run."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def speed(name: str, talks: list[Talk]) -> float:
    """Print and return messages a second, from lists to reports."""
    reader = SignalReader()
    work = lambda: list(reader.told(talks))  # noqa: E731
    messages = sum(report.messages for report in work())
    letters = sum(len(m.get("content") or "") for talk in talks for m in talk)
    rates = sorted(messages / cpu(work) for _ in range(ROUNDS))
    middle = statistics.median(rates)
    print(f"{name}: {messages} messages, {letters / messages:.0f} characters each: {middle:,.0f} "
          f"messages/s ({rates[0]:,.0f} to {rates[-1]:,.0f})")  # fmt: skip
    return middle


def agreement(name: str, talks: list[Talk], *, strict: bool) -> None:
    """Print how the two readings agree, and how much faster one is."""
    reader = SignalReader(strict=strict)
    begin = time.process_time()
    theirs = [told(talk, strict=strict) for talk in talks]
    slow = time.process_time() - begin
    reports = list(reader.told(talks))
    quick = statistics.median(cpu(lambda: list(reader.told(talks))) for _ in range(ROUNDS))
    messages = sum(report.messages for report in reports)
    ours = [{(sign.message_index, leaf(sign.type)) for sign in report.signs} for report in reports]
    rule = "the conditions of ours" if strict else "the rule of the port"
    print(
        f"\n{name}, {len(talks)} conversations, {messages} messages, {rule}: the plain reading "
        f"{messages / slow:,.0f} messages/s, ours {messages / quick:,.0f}: "
        f"{slow / quick:,.0f} times"
    )
    for kind in map(leaf, TYPES):
        a, b = ({(n, at) for n, signs in enumerate(side) for at, each in signs if each == kind}
                for side in (ours, theirs))  # fmt: skip
        if a or b:
            both = 2 * len(a & b) / (len(a) + len(b))
            every = 1 - len(a ^ b) / messages
            counts = f"ours {len(a):5}  plain {len(b):5}"
            print(f"  {kind:20} {counts}  of signs {both:.3f}  of all {every:.4f}")


def command(talks: list[Talk], times: int) -> None:
    """Print the speed and the memory of the whole command, from a file and from a pipe."""
    with tempfile.TemporaryDirectory() as folder:
        one, many = Path(folder) / "one.jsonl", Path(folder) / "many.jsonl"
        lines = [json.dumps({"id": f"c{n}", "messages": talk}) for n, talk in enumerate(talks)]
        one.write_text(lines[0] + "\n", encoding="utf-8")
        for more in (1, times):
            with many.open("w", encoding="utf-8") as file:
                for k in range(more):
                    file.writelines(line.replace('"c', f'"c{k}-', 1) + "\n" for line in lines)
            messages = more * sum(len(talk) for talk in talks)
            for how in ("file", "pipe"):
                start, _ = _run(one, how)
                whole, peak = _run(many, how)
                rates = f"{messages / whole:,.0f} messages/s, {messages / (whole - start):,.0f}"
                print(
                    f"affectory triage, {how}, {messages} messages: {rates} once started "
                    f"({start:.1f} s); peak {peak:.0f} MiB"
                )


def _run(path: Path, how: str) -> tuple[float, float]:
    """Return CPU seconds and peak MiB of a triage."""
    start = "from affectory.cli.main import main; main()"
    words = [sys.executable, "-c", start, "triage", str(path) if how == "file" else "-", "--jsonl"]
    source = path.open("rb") if how == "file" else subprocess.Popen(
        ["cat", str(path)], stdout=subprocess.PIPE
    ).stdout  # fmt: skip
    with subprocess.Popen(words, stdin=source, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:  # fmt: skip
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def hostile() -> None:
    """Print what texts made to hurt cost, at two lengths."""
    reader = SignalReader(longest=1 << 30)
    for unit in ("a", "get me a ", "!?", "error ", "\u2019", "thank you "):
        spent = []
        for length in (20_000, 200_000):
            text = unit * (length // len(unit))
            talk = [{"role": "user", "content": text}, {"role": "tool", "content": text}] * 2
            spent.append(min(cpu(lambda talk=talk: reader.report(talk)) for _ in range(3)))
        more = f"ten times as long {spent[1] / spent[0]:.1f} times"
        print(f"  {unit!r:14} {spent[0] * 1e3:7.1f} ms, {more}")


def main() -> None:
    """Print it all."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--data", type=Path, required=True)
    data = words.parse_args().data
    chats, runs = esconv(data), tau_bench(data)
    speed("ESConv", chats)
    speed("tau-bench", runs)
    command(chats, 4)
    for strict in (True, False):
        agreement("ESConv", chats[: FEW if strict else FEW // 4], strict=strict)
        agreement("tau-bench", runs[:FEW], strict=strict)
    print("\ntexts made to hurt")
    hostile()


if __name__ == "__main__":
    main()
