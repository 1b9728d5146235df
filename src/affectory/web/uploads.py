"""Files that a person drops on the page: bounded, traced in a process of their own, watched.

A file counts once it has come whole; it is kept under the lake's folder until its trace has
ended, so that nothing is lost when the server stops; the trace is the same command that a person
would type, and goes on where it stopped.
"""

__all__ = ["Work", "router"]

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from affectory.core.errors import BadChoice
from affectory.web.columns import NOTE, named, options
from affectory.web.holding import FREE, freed, held
from affectory.web.receiving import PART, SWELL, large, plain, taken, whole
from affectory.web.settings import Settings, without

router = APIRouter(tags=["uploads"])
RUN = ("-P", "-m", "affectory.cli.dropped")  # the folder that it starts in is no place for code
PACKED = (".bz2", ".xz", ".zst", ".zip", ".7z", ".rar")
KEPT = 100  # uploads whose end is remembered
WAITING = 50  # uploads that wait for their trace at most
COMING = 8  # uploads that come in at once at most
SAID = 20  # sentences of a trace that are kept
ROOM = 16 << 30  # bytes of addresses that a trace may use, so that no file takes all memory
ENDED = ("done", "failed")
ENDED_BY = "it was ended, perhaps for want of memory; trace it on the command line"
AGAIN = 0.5  # seconds until it is seen whether nobody works on a file any more
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
    coming: int = 0
    stopped: bool = False
    gate: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        """Let only so many traces run at once."""
        self.gate = asyncio.Semaphore(self.settings.traces)

    def begin(self, path: Path, name: str, done: Any, holder: int | None = None) -> Progress:
        """Start the trace of an uploaded file, or let it wait for its turn."""
        told = Progress(id=path.parent.name, name=name, state="waiting")
        holder = held(path.parent) if holder is None else holder
        self.known[told.id] = told
        ended = [one.id for one in self.known.values() if one.state in ENDED]
        for old in ended[: max(0, len(self.known) - KEPT)]:
            del self.known[old]
        task = self._started(self._watched(path, told, done, holder))
        task.add_done_callback(lambda _: freed(holder))
        return told

    @contextmanager
    def admit(self) -> Iterator[None]:
        """Let one more file come in, whoever brings it.

        Raises:
            HTTPException: if too many wait or come in already, or there is no room for it.
        """
        if sum(one.state not in ENDED for one in self.known.values()) >= WAITING:
            told = f"{WAITING} files wait already; send it when some are done"
            raise HTTPException(429, told)
        if self.coming >= COMING:
            raise HTTPException(429, f"{COMING} files come in already; send it when one is there")
        self.coming += 1
        try:
            yield
        except OSError as error:
            raise HTTPException(507, f"it could not be kept: {error.strerror}") from error
        finally:
            self.coming -= 1

    def resume(self, done: Any) -> None:
        """Go on with the files whose trace had not ended when the last server did."""
        self._started(self._resumed(done))

    async def _resumed(self, done: Any) -> None:
        """Go on with each file as soon as nobody works on it any more."""
        home = self.settings.out / "uploads"
        left = [one for one in sorted(home.glob("*")) if one.is_dir() and not one.is_symlink()]
        while left and not self.stopped:
            busy = []
            for folder in left:
                holder = held(folder)
                if holder is None:
                    busy.append(folder)
                elif not self._goes_on(folder, done, holder):
                    freed(holder)
            left = [one for one in busy if one.is_dir()]
            await asyncio.sleep(AGAIN if left else 0)

    def _goes_on(self, folder: Path, done: Any, holder: int) -> bool:
        """Trace what a folder holds; one that came in half is never traced as a whole."""
        if folder.name.endswith(PART):
            shutil.rmtree(folder, ignore_errors=True)
            return False
        for path in folder.iterdir():
            if path.name == NOTE:
                continue
            if path.is_file() and not path.is_symlink():  # a link may lead to anything
                self.begin(path, path.name, done, holder)
                return True
        return False

    def _started(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def close(self) -> None:
        """Stop the traces that run, and wait until they have stopped."""
        self.stopped = True
        for process in self.running:
            _killed(process)
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _watched(self, path: Path, told: Progress, done: Any, holder: int | None) -> None:
        """Trace a file, and tell whatever goes wrong on the way."""
        ended = "failed"
        if holder is None:
            told.error, told.state = "another server over this lake reads it", ended
            return
        try:
            async with self.gate:
                if self.stopped:
                    return  # the file stays, and the next server goes on with it
                told.state = "running"
                ended = await self._traced(path, told, holder)
        except (OSError, ValueError, ExceptionGroup) as error:  # who waits is told
            told.error = f"its trace could not be followed: {type(error).__name__}"
        if not self.stopped:
            shutil.rmtree(path.parent, ignore_errors=True)
            done()
            told.state = ended

    async def _traced(self, path: Path, told: Progress, holder: int) -> str:
        """Run the trace of a file, and return how it ended."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, *RUN,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE, limit=1 << 20, **_alone(holder),
        )  # fmt: skip
        self.running.add(process)
        if self.stopped:
            _killed(process)
        late = asyncio.get_running_loop().call_later(PATIENCE, _end, process, told)
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(self._wish(path))  # it stays open: the trace ends when we do
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
        told.said = [without(line, self.settings)[:500] for line in told.said]
        if process.returncode == 0:
            return "done"
        known = told.said and process.returncode and process.returncode > 0
        last = told.said.pop() if known else ENDED_BY
        told.error = told.error or last.removeprefix("affectory: ")
        return "failed"

    def _wish(self, path: Path) -> bytes:
        """Return what the trace is told: its file, and how much of it there may be."""
        told = {
            "path": str(path.absolute()),
            "out": str(self.settings.out.absolute()),
            "room": ROOM,
            "rows": self.settings.rows,
            "letters": SWELL * self.settings.largest,
            "columns": options(path.parent),
        }
        return json.dumps(told).encode() + b"\n"


def _alone(holder: int) -> dict[str, Any]:
    """Return how a trace is started: what it writes is its owner's, and it holds its upload."""
    if os.name != "posix":  # pragma: no cover
        return {}
    return {"umask": 0o077, "pass_fds": () if holder == FREE else (holder,)}


def _end(process: asyncio.subprocess.Process, told: Progress) -> None:
    """End a trace that takes too long."""
    told.error = f"not done after {PATIENCE:.0f} s; trace it on the command line"
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
    columns: Annotated[str, Header(alias="x-columns", max_length=4000)] = "",
) -> Response | Progress:
    """Take a file, whose name stands in the header x-name, and begin its trace.

    The header x-columns may name its columns: JSON with text, actor, time, session.
    """
    said = named(columns)
    settings: Settings = request.app.state.settings
    work: Work = request.app.state.work
    own = plain(unquote(name))
    if Path(own).suffix.lower() in PACKED:
        return JSONResponse({"detail": f"{own} is packed; unpack it first"}, status_code=415)
    try:
        with work.admit():
            size = request.headers.get("content-length", "")
            if size.isdecimal() and int(size) > settings.largest:
                raise ValueError(large(settings.largest))
            with whole(settings.out / "uploads", own) as path:
                await taken(request.stream(), path, settings.largest)
                if columns:
                    (path.parent / NOTE).write_text(said.model_dump_json(), encoding="utf-8")
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
