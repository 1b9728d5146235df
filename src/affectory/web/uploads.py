"""Files that a person drops on the page: bounded, traced in a process of their own, watched.

A file counts once it has come whole; it is kept under the lake's folder until its trace has
ended, so that nothing is lost when the server stops; the trace is the same command that a person
would type, and goes on where it stopped.
"""

__all__ = ["Work", "router"]

import asyncio
import json
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.responses import Response

from affectory.core.errors import BadChoice
from affectory.web.receiving import PART, plain, taken, whole
from affectory.web.settings import Settings

router = APIRouter(tags=["uploads"])
RUN = """
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, ({room}, {room}))
except ImportError:
    pass  # no such limit on this machine
from affectory.cli.main import main
main()
"""
PACKED = (".bz2", ".xz", ".zst", ".zip", ".7z", ".rar")
KEPT = 100  # uploads whose end is remembered
WAITING = 50  # uploads that wait for their trace at most
SAID = 20  # sentences of a trace that are kept
ROOM = 16 << 30  # bytes of addresses that a trace may use, so that no file takes all memory
ENDED = ("done", "failed")
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
        ended = [one.id for one in self.known.values() if one.state in ENDED]
        for old in ended[: max(0, len(self.known) - KEPT)]:
            del self.known[old]
        task = asyncio.get_running_loop().create_task(self._watched(path, told, done))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return told

    @property
    def full(self) -> bool:
        """Whether too many uploads wait already."""
        return sum(one.state not in ENDED for one in self.known.values()) >= WAITING

    def resume(self, done: Any) -> None:
        """Go on with the files whose trace had not ended when the last server did."""
        home = self.settings.out / "uploads"
        for torn in home.glob(f"*{PART}"):  # it came in half; a half is never traced as a whole
            shutil.rmtree(torn, ignore_errors=True)
        for path in sorted(home.glob("*/*")):
            self.begin(path, path.name, done)

    async def close(self) -> None:
        """Stop the traces that run, and wait until they have stopped."""
        self.stopped = True
        for process in self.running:
            _killed(process)
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _watched(self, path: Path, told: Progress, done: Any) -> None:
        """Trace a file, and tell whatever goes wrong on the way."""
        ended = "failed"
        try:
            async with self.gate:
                if self.stopped:
                    return  # the file stays, and the next server goes on with it
                told.state = "running"
                ended = await self._traced(path, told)
        except (OSError, ValueError, ExceptionGroup) as error:  # who waits is told
            told.error = f"its trace could not be followed: {type(error).__name__}"
        if not self.stopped:
            shutil.rmtree(path.parent, ignore_errors=True)
            done()
            told.state = ended

    async def _traced(self, path: Path, told: Progress) -> str:
        """Run the trace of a file, and return how it ended."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", RUN.format(room=ROOM), "trace", str(path),
            "--out", str(self.settings.out), "--json",
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE, limit=1 << 20,
        )  # fmt: skip
        self.running.add(process)
        if self.stopped:
            _killed(process)
        late = asyncio.get_running_loop().call_later(PATIENCE, _end, process, told)
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_counted(told, process.stdout))
                both.create_task(_heard(told, process.stderr))
        except BaseException:
            _killed(process)
            raise
        finally:
            await process.wait()
            late.cancel()
            self.running.discard(process)
        here = f"{path.parent}/"
        told.said = [line.replace(here, "")[:500] for line in told.said]
        if process.returncode == 0:
            return "done"
        last = told.said.pop() if told.said else "it ended without a word"
        told.error = last.removeprefix("affectory: ")
        return "failed"


def _end(process: asyncio.subprocess.Process, told: Progress) -> None:
    """End a trace that takes too long."""
    told.said.append(f"not done after {PATIENCE:.0f} s; trace it on the command line")
    _killed(process)


def _killed(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()


async def _counted(told: Progress, lines: asyncio.StreamReader) -> None:
    """Take over how far the trace has come."""
    async for line in lines:
        heard = json.loads(line)
        told.records = heard["records"]
        told.job = heard.get("job", "")


async def _heard(told: Progress, lines: asyncio.StreamReader) -> None:
    """Keep the last sentences that the trace says to people."""
    async for line in lines:
        told.said = [*told.said, line.decode("utf-8", "replace").rstrip()][-SAID:]


@router.post("/uploads", response_model=Progress)
async def upload(
    request: Request,
    name: Annotated[str, Header(alias="x-name", max_length=1000)] = "upload",
) -> Response | Progress:
    """Take a file, whose name stands in the header x-name, and begin its trace."""
    settings: Settings = request.app.state.settings
    work: Work = request.app.state.work
    own = plain(unquote(name))
    if Path(own).suffix.lower() in PACKED:
        return JSONResponse({"detail": f"{own} is packed; unpack it first"}, status_code=415)
    if work.full:
        told = f"{WAITING} files wait already; send it when some are done"
        return JSONResponse({"detail": told}, status_code=429)
    try:
        with whole(settings.out / "uploads", own) as path:
            await taken(request.stream(), path, settings.largest)
    except ValueError as error:
        return JSONResponse({"detail": str(error)}, status_code=413)
    return work.begin(path.parent.with_suffix("") / own, own, request.app.state.shelves.forget)


@router.get("/uploads/{upload}")
def progress(request: Request, upload: str) -> Progress:
    """Return how far an upload has come."""
    work: Work = request.app.state.work
    if upload not in work.known:
        raise BadChoice("upload", upload[:40], "one of this server's uploads since its start")
    return work.known[upload]
