"""Turns as they are said: a socket that tells of each its state, its fan and its signs.

A turn that another page says, or that `affectory live` writes beside the lake, is told as well.
"""

__all__ = ["Talks", "router"]

import asyncio
import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path as File
from typing import Annotated, Any
from weakref import WeakValueDictionary

from fastapi import APIRouter, Path, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, ValidationError
from starlette.responses import Response

from affectory.core.errors import BadChoice, BadFile
from affectory.measure.triage import TYPES, leaf
from affectory.web.heard import LONGEST, Heard
from affectory.web.naming import FOLDER, NAME, overheard, place
from affectory.web.receiving import whole
from affectory.web.settings import Settings
from affectory.web.talk import Talk
from affectory.web.talks import Listed, listed
from affectory.web.uploads import Progress, Work

router = APIRouter(tags=["live"])
LARGEST = 4 * LONGEST  # bytes of one message
KEPT = 10_000  # talks whose files are kept beside the lake at most
EMPTY = 1_000  # talks without a turn that are remembered
BAD, GONE, MANY, FULL = 4400, 4404, 4429, 4507
KINDS = {leaf(kind): kind for kind in TYPES}
BEAT = 0.02  # seconds between two looks whether somebody else has said something


@dataclass
class Talks:
    """The talks of one server.

    Args:
        open: Those that a socket is open on.
        begun: Names of those without a turn; a talk has no file before its first.
    """

    open: WeakValueDictionary[str, Talk] = field(default_factory=WeakValueDictionary)
    begun: dict[str, None] = field(default_factory=dict)

    def begin(self) -> str:
        """Return the name of a new talk; the oldest of many without a turn is forgotten."""
        name = secrets.token_hex(8)
        self.begun[name] = None
        for old in list(self.begun)[: max(0, len(self.begun) - EMPTY)]:
            self.begun.pop(old, None)
        return name

    async def talk(self, name: str, path: File) -> Talk:
        """Return the talk of a file; who comes back while it is still at work finds the same."""
        one = self.open.get(name)
        if one is None:
            made = await asyncio.to_thread(Talk.of, path)
            one = self.open.setdefault(name, made)
        return one


class Turn(BaseModel):
    """What is said; `id` is the sender's own number, which the answer bears."""

    id: int = Field(ge=0, le=2**53)
    actor: str = Field(min_length=1, max_length=100)
    text: str = Field(max_length=LONGEST)


class Begun(BaseModel):
    """A talk that was begun."""

    talk: str


Name = Annotated[str, Path(pattern=NAME)]


@router.get("/talks")
def talks(request: Request) -> list[Listed]:
    """Return the talks beside the lake, the one that was heard last first."""
    settings: Settings = request.app.state.settings
    return listed(settings.out)


@router.post("/talks", response_model=Begun)
def begin(request: Request) -> Response | Begun:
    """Begin a talk; its turns are kept in a file beside the lake, from the first on."""
    settings: Settings = request.app.state.settings
    home = settings.out / FOLDER
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if sum(name.endswith(".jsonl") for name in os.listdir(home)) >= KEPT:
        told = f"{KEPT:,} talks are kept already; delete old ones from the folder {FOLDER} first"
        return JSONResponse({"detail": told}, status_code=507)
    known: Talks = request.app.state.talks
    return Begun(talk=known.begin())


@router.websocket("/talks/{talk}/turns")
async def turns(socket: WebSocket, talk: str) -> None:
    """Answer each turn that comes; what was said before is answered first."""
    await socket.accept()
    state = socket.app.state
    if state.sockets >= state.settings.open:
        await socket.close(MANY, f"{state.settings.open} talks are open already; close one")
        return
    state.sockets += 1
    try:
        await _held(socket, talk)
    finally:
        state.sockets -= 1


async def _held(socket: WebSocket, name: str) -> None:
    """Hold a talk on a socket, until either is at an end."""
    known: Talks = socket.app.state.talks
    begun = place(socket.app.state.settings.out, name) if name in known.begun else None
    path = begun or _file(socket.app.state.settings, name)
    if path is None:
        await socket.close(GONE, "there is no such talk")
        return
    with suppress(WebSocketDisconnect):
        try:
            talk = await known.talk(name, path)
            await asyncio.to_thread(talk.wake)
            await _Line(socket, talk, name).serve()
        except BadFile as error:
            await socket.close(GONE, str(error)[:120])
        except (ValidationError, ValueError) as error:
            first = str(error).partition("\n")[0]
            await socket.close(BAD, f"this is no turn: {first}"[:120])
        except OSError as error:  # the disk is full, say
            await socket.close(FULL, f"it could not be kept: {error.strerror}"[:120])


@dataclass
class _Line:
    """One socket on a talk.

    Args:
        socket: Where turns come from, and what was heard goes to.
        talk: What hears them.
        name: Its name. Where another process says the turns, nothing is taken here.
    """

    socket: WebSocket
    talk: Talk
    name: str
    told: int = 0  # turns that this socket was told of
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def serve(self) -> None:
        """Tell what was said before, then answer turn after turn, and tell what others say.

        Raises:
            ValueError: if what came is no turn, or none is wanted.
            BadFile: if the file of the talk holds something else by now.
            OSError: if it could not be kept.
        """
        begun: dict[str, None] = self.socket.app.state.talks.begun
        await self._tell()
        others = asyncio.create_task(self._watch())
        try:
            while True:
                turn = await _next(self.socket)
                if overheard(self.name):
                    raise ValueError("what is heard elsewhere is only followed here")
                heard = await asyncio.to_thread(self.talk.say, turn.actor, turn.text, turn.id)
                begun.pop(self.name, None)
                if heard.seq < self.told:  # sent again, as its answer was lost
                    async with self.turn:
                        await self.socket.send_json(_told(heard))
                await self._tell()
        finally:
            others.cancel()

    async def _tell(self) -> None:
        async with self.turn:
            while self.told < len(self.talk.heard):
                await self.socket.send_json(_told(self.talk.heard[self.told]))
                self.told += 1

    async def _watch(self) -> None:
        """Tell what is said on other sockets, and what other processes write."""
        # who is gone is noticed by who listens; a file that is spoilt is told to the next who opens
        with suppress(WebSocketDisconnect, RuntimeError, BadFile, OSError):
            while True:
                await asyncio.sleep(BEAT)
                if self.talk.stale:
                    await asyncio.to_thread(self.talk.follow)
                await self._tell()


@router.post("/talks/{talk}/keep")
async def keep(request: Request, talk: Name) -> Progress:
    """Trace a talk into the lake, as an uploaded file is."""
    settings: Settings = request.app.state.settings
    work: Work = request.app.state.work
    path = _file(settings, talk)
    if path is None or not path.stat().st_size:
        raise BadChoice("talk", talk, "one with turns")
    name = f"live-{talk}.jsonl"
    with work.admit(), whole(settings.out / "uploads", name) as copy:
        await asyncio.to_thread(shutil.copyfile, path, copy)
    kept = copy.parent.with_suffix("") / name
    return work.begin(kept, name, request.app.state.shelves.forget)


def _told(heard: Heard) -> dict[str, Any]:
    """Return what a page is told of a turn: its signs by their types, as elsewhere."""
    return {**asdict(heard), "signs": [KINDS.get(sign, sign) for sign in heard.signs]}


async def _next(socket: WebSocket) -> Turn:
    """Return the next turn.

    Raises:
        ValueError: if what came is too long or no turn.
    """
    came = await socket.receive()
    if came["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(came.get("code", 1000))
    text = came.get("text")
    if text is None:
        raise ValueError("bytes")
    if len(text.encode()) > LARGEST:
        raise ValueError(f"more than {LARGEST:,} bytes")
    return Turn.model_validate_json(text)


def _file(settings: Settings, talk: str) -> File | None:
    """Return the file of a talk; a name has sixteen digits, and so never a way out."""
    path = place(settings.out, talk)
    known = path is not None and path.is_file() and not path.is_symlink()  # nor leads elsewhere
    return path if known else None
