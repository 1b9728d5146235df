"""Turns as they are said: a socket that answers each with its state, its fan and its signs."""

__all__ = ["Talks", "router"]

import asyncio
import secrets
import shutil
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path as File
from typing import Annotated
from weakref import WeakValueDictionary

from fastapi import APIRouter, Path, Request, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field, ValidationError

from affectory.core import registry
from affectory.core.errors import BadChoice, BadFile
from affectory.web.receiving import whole
from affectory.web.settings import Settings
from affectory.web.talk import LONGEST, Talk
from affectory.web.uploads import Progress, Work

router = APIRouter(tags=["live"])
LARGEST = 4 * LONGEST  # bytes of one message
BAD, GONE = 4400, 4404
Talks = WeakValueDictionary[str, Talk]  # those that a socket is open on


class Turn(BaseModel):
    """What is said; `id` is the sender's own number, which the answer bears."""

    id: int = Field(ge=0, le=2**53)
    actor: str = Field(min_length=1, max_length=100)
    text: str = Field(max_length=LONGEST)


class Begun(BaseModel):
    """A talk that was begun."""

    talk: str


Name = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]


@router.post("/talks")
def begin(request: Request) -> Begun:
    """Begin a talk; its turns are kept in a file beside the lake."""
    settings: Settings = request.app.state.settings
    home = settings.out / "live"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = secrets.token_hex(8)
    (home / f"{name}.jsonl").touch(mode=0o600)
    return Begun(talk=name)


@router.websocket("/talks/{talk}/turns")
async def turns(socket: WebSocket, talk: str) -> None:
    """Answer each turn that comes; what was said before is answered first."""
    await socket.accept()
    path = _file(socket.app.state.settings, talk)
    if path is None:
        await socket.close(GONE, "there is no such talk")
        return
    known: Talks = socket.app.state.talks
    one = known.get(talk) or _talk(path)
    known[talk] = one  # who comes back while it is still at work finds the same
    try:
        await asyncio.to_thread(one.wake)
    except BadFile as error:
        await socket.close(GONE, str(error)[:120])
        return
    with suppress(WebSocketDisconnect):
        try:
            await _answer(socket, one)
        except (ValidationError, ValueError) as error:
            first = str(error).partition("\n")[0]
            await socket.close(BAD, f"this is no turn: {first}"[:120])


async def _answer(socket: WebSocket, one: Talk) -> None:
    """Tell what was said before, then answer turn after turn."""
    told = 0
    while told < len(one.heard):
        await socket.send_json({**asdict(one.heard[told]), "text": one.turns[told]["text"]})
        told += 1
    while True:
        turn = await _next(socket)
        heard = await asyncio.to_thread(one.say, turn.actor, turn.text, turn.id)
        await socket.send_json(asdict(heard))


@router.post("/talks/{talk}/keep")
async def keep(request: Request, talk: Name) -> Progress:
    """Trace a talk into the lake, as an uploaded file is."""
    settings: Settings = request.app.state.settings
    work: Work = request.app.state.work
    path = _file(settings, talk)
    if path is None or not path.stat().st_size:
        raise BadChoice("talk", talk, "one with turns")
    name = f"live-{talk}.jsonl"
    with whole(settings.out / "uploads", name) as copy:
        await asyncio.to_thread(shutil.copyfile, path, copy)
    kept = copy.parent.with_suffix("") / name
    return work.begin(kept, name, request.app.state.shelves.forget)


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


def _talk(path: File) -> Talk:
    return Talk(
        registry.make("perceive/utterance"),
        registry.make("forecast/states"),
        registry.make("perceive/signals"),
        path,
    )


def _file(settings: Settings, talk: str) -> File | None:
    """Return the file of a talk; a name is sixteen digits, and so never a way out."""
    known = len(talk) == 16 and set(talk) <= set("0123456789abcdef")
    path = settings.out / "live" / f"{talk}.jsonl"
    return path if known and path.is_file() else None
