"""Files that a person drops on the page: bounded, traced in a process of their own, watched.

The file is kept under the lake's folder until its trace has ended, so that nothing is lost when
the server stops; the trace is the same command that a person would type, and goes on where it
stopped. The name of a file is data: it travels in a header, and never becomes a path as it is.
"""

__all__ = ["Work", "router"]

import asyncio
import json
import re
import secrets
import shutil
import sys
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.responses import Response

from affectory.core.errors import BadChoice
from affectory.web.settings import Settings

router = APIRouter(tags=["uploads"])
RUN = "from affectory.cli.main import main; main()"
PACKED = (".bz2", ".xz", ".zst", ".zip", ".7z", ".rar")
KEPT = 100  # uploads whose end is remembered
SWELL = 20  # times its size that a packed file may unfold to
SAID = 20  # sentences of a trace that are kept
ROOM = 16 << 30  # bytes of addresses that a trace may use
PATIENCE = 3600.0  # seconds that one trace may take


class Progress(BaseModel):
    """How far an upload has come."""

    id: str
    name: str
    state: str
    records: int = 0
    job: str = ""
    said: list[str] = []
    error: str = ""


@dataclass
class Work:
    """The uploads of one server, and the traces that they become.

    Args:
        settings: Where to, how large, how many at once.
    """

    settings: Settings
    known: dict[str, Progress] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    running: set[asyncio.subprocess.Process] = field(default_factory=set)
    stopped: bool = False
    gate: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        """Let only so many traces run at once."""
        self.gate = asyncio.Semaphore(self.settings.traces)

    def begin(self, path: Path, name: str, done: Any) -> Progress:
        """Start the trace of an uploaded file, or let it wait for its turn."""
        told = Progress(id=path.parent.name, name=name, state="waiting")
        self.known[told.id] = told
        while len(self.known) > KEPT:
            self.known.pop(next(iter(self.known)))
        task = asyncio.get_running_loop().create_task(self._trace(path, told, done))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return told

    def resume(self, done: Any) -> None:
        """Go on with the files whose trace had not ended when the last server did."""
        for path in sorted((self.settings.out / "uploads").glob("*/*")):
            self.begin(path, path.name, done)

    async def close(self) -> None:
        """Stop the traces that run, and wait until they have stopped."""
        self.stopped = True
        for process in self.running:
            process.kill()
        await asyncio.gather(*self.tasks)

    async def _trace(self, path: Path, told: Progress, done: Any) -> None:
        async with self.gate:
            if self.stopped:
                return  # the file stays, and the next server goes on with it
            told.state = "running"
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", RUN, "trace", str(path),
                "--out", str(self.settings.out), "--json",
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE, limit=1 << 20, preexec_fn=_bounded,
            )  # fmt: skip
            self.running.add(process)
            if self.stopped:
                process.kill()
            late = asyncio.get_running_loop().call_later(PATIENCE, _end, process, told)
            assert process.stdout is not None
            assert process.stderr is not None
            said = asyncio.create_task(_heard(told, process.stderr))
            async for line in process.stdout:
                _count(told, line)
            await said
            await process.wait()
            late.cancel()
            self.running.discard(process)
        if self.stopped:
            return
        if process.returncode == 0:
            told.state = "done"
            shutil.rmtree(path.parent, ignore_errors=True)
        else:
            told.state = "failed"
            told.error = told.said.pop() if told.said else "it ended without a word"
        here = str(path.parent)
        told.said = [line.replace(f"{here}/", "")[:500] for line in told.said]
        told.error = told.error.removeprefix("affectory: ").replace(f"{here}/", "")[:500]
        done()


def _end(process: asyncio.subprocess.Process, told: Progress) -> None:
    """End a trace that takes too long."""
    told.said.append(f"not done after {PATIENCE:.0f} s; trace it on the command line")
    process.kill()


def _count(told: Progress, line: bytes) -> None:
    """Take over how far the trace has come."""
    heard = json.loads(line)
    told.records = heard["records"]
    told.job = heard.get("job", "")


async def _heard(told: Progress, lines: asyncio.StreamReader) -> None:
    """Keep the last sentences that the trace says to people."""
    async for line in lines:
        told.said = [*told.said, line.decode("utf-8", "replace").rstrip()][-SAID:]


def _bounded() -> None:
    """Let no file take all memory; runs in the new process."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM))


@router.post("/uploads", response_model=Progress)
async def upload(
    request: Request,
    name: Annotated[str, Header(alias="x-name", max_length=1000)] = "upload",
) -> Response | Progress:
    """Take a file, whose name stands in the header x-name, and begin its trace."""
    settings: Settings = request.app.state.settings
    work: Work = request.app.state.work
    plain = _plain(unquote(name))
    if Path(plain).suffix.lower() in PACKED:
        return JSONResponse({"detail": f"{plain} is packed; unpack it first"}, status_code=415)
    home = settings.out / "uploads" / secrets.token_hex(8)
    home.mkdir(parents=True, mode=0o700)
    path = home / plain
    try:
        await _taken(request.stream(), path, settings.largest)
    except ValueError as error:
        shutil.rmtree(home, ignore_errors=True)
        return JSONResponse({"detail": str(error)}, status_code=413)
    return work.begin(path, plain, request.app.state.shelves.forget)


@router.get("/uploads/{upload}")
def progress(request: Request, upload: str) -> Progress:
    """Return how far an upload has come."""
    work: Work = request.app.state.work
    if upload not in work.known:
        raise BadChoice("upload", upload[:40], "one of this server's uploads since its start")
    return work.known[upload]


def _plain(name: str) -> str:
    """Return a name that is a file's alone: no folder, nothing hidden, not too long."""
    last = re.split(r"[/\\]", name)[-1]
    kept = re.sub(r"[^\w. ()-]", "_", last).strip(" .")
    return kept[-120:] or "upload.txt"


async def _taken(parts: AsyncIterator[bytes], path: Path, largest: int) -> None:
    """Write what comes to `path`; refuse it as soon as it is too much.

    Raises:
        ValueError: if it is larger than `largest`, empty, or unfolds to too much.
    """
    size = swollen = 0
    unfold = zlib.decompressobj(wbits=47) if path.suffix.lower() == ".gz" else None
    with path.open("xb") as file:
        async for part in parts:
            size += len(part)
            if size > largest:
                raise ValueError(f"the file is larger than {largest:,} bytes; trace it on the "
                                 "command line")  # fmt: skip
            if unfold is not None:
                swollen += _unfolded(unfold, part, SWELL * largest - swollen)
            file.write(part)
    if not size:
        raise ValueError("the file is empty")


def _unfolded(unfold: Any, part: bytes, room: int) -> int:
    """Return how many bytes a packed part unfolds to, without ever holding them all.

    Raises:
        ValueError: if they are more than there is room for, or it is not packed at all.
    """
    size, rest = 0, part
    while rest:
        try:
            size += len(unfold.decompress(rest, 1 << 20))
        except zlib.error as error:
            raise ValueError("the file ends in .gz but is not packed with gzip") from error
        if size > room:
            raise ValueError("the file unfolds to too much; unpack it and trace it on the "
                             "command line")  # fmt: skip
        rest = unfold.unconsumed_tail
    return size
