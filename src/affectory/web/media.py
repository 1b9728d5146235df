"""The recording of a session: what it is, its bytes, and how it is added, moved and removed."""

__all__ = ["named", "router"]

import errno
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote

import polars as pl
from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel, Field
from starlette.responses import Response

from affectory.core.errors import AffectoryError, BadChoice, BadFile, MissingFile
from affectory.web.asking import Number, Trace
from affectory.web.containers import HEAD, KINDS, Container, container, sound
from affectory.web.receiving import taken
from affectory.web.recordings import Found, Recordings
from affectory.web.settings import Settings
from affectory.web.shelf import Shelf

router = APIRouter(tags=["media"])
PATH = "/traces/{job}/sessions/{number}/media"
NAMES = ("media", "uri")  # of what a source says besides
FURTHEST = 1e7  # seconds that turns and their recording may lie apart
CURE = "make it smaller, or put it into the folder of affectory serve --media"


class About(BaseModel):
    """The recording of a session; `kind` is null where there is none."""

    kind: Literal["audio", "video"] | None
    added: bool
    offset: float
    note: str
    version: str
    largest: int
    endings: list[str]


class Shift(BaseModel):
    """By how many seconds turns come later in the recording than their times say."""

    offset: float = Field(ge=-FURTHEST, le=FURTHEST, allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class Spot:
    """One session, and all recordings.

    Args:
        recordings: Where its recording is looked for.
        job: Its trace.
        session: Its name.
        named: The name of a file that its source gives.
        settings: How large a recording may be.
    """

    recordings: Recordings
    job: str
    session: str
    named: str | None
    settings: Settings

    @property
    def place(self) -> Path:
        """The folder of what is added to it."""
        return self.recordings.kept.place(self.job, self.session)

    def found(self) -> Found:
        """Return what there is for it."""
        return self.recordings.find(self.job, self.session, self.named)

    def about(self) -> About:
        """Return what a page is told of it."""
        found = self.found()
        one = found.recording
        return About(
            kind="video" if one and one.what.kind == "video" else "audio" if one else None,
            added=bool(one and one.added),
            offset=found.offset,
            note=found.note,
            version=f"{one.path.stat().st_mtime_ns:x}" if one else "",
            largest=self.settings.recording,
            endings=list(KINDS),
        )


def _spot(request: Request, trace: Trace, number: Number) -> Spot:
    recordings: Recordings = request.app.state.recordings
    session = trace.name(number)
    own = named(trace, session) if recordings.library else None
    return Spot(recordings, trace.lake.job or "", session, own, request.app.state.settings)


At = Annotated[Spot, Depends(_spot)]


@router.get(f"{PATH}/facts")
def facts(at: At) -> About:
    """Return whether a session has a recording, of what kind, and how late it is."""
    return at.about()


@router.head(PATH, include_in_schema=False, response_class=FileResponse)
@router.get(PATH, response_class=FileResponse)
def media(at: At) -> FileResponse:
    """Return the recording of a session, or the ranges of it that are asked for."""
    one = at.found().recording
    if one is None:
        raise MissingFile("the recording of this session", "add one on its page")
    kept = {"Content-Disposition": "inline"}  # its name may say who is heard
    return FileResponse(one.path, media_type=one.what.type, headers=kept)


@router.post(PATH, response_model=About)
async def add(
    request: Request, at: At, name: Annotated[str, Header(alias="x-name", max_length=1000)]
) -> Response | About:
    """Take a recording, whose name stands in the header x-name, in place of the one there was."""
    what, ending = container(unquote(name)), Path(unquote(name)).suffix.lower()
    if what is None:
        raise BadChoice("the ending of a recording", ending[:10], tuple(KINDS))
    try:
        with at.recordings.kept.adding(at.place, ending) as path:
            parts = _begun(request.stream(), what, ending)
            await taken(parts, path, at.settings.recording, CURE)
    except AffectoryError:
        raise
    except ValueError as error:
        return JSONResponse({"detail": str(error)}, status_code=413)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        told = "the disk is full; nothing was kept; make room, and send it again"
        return JSONResponse({"detail": told}, status_code=507)
    return at.about()


@router.post(f"{PATH}/offset")
def shift(at: At, wish: Shift) -> About:
    """Set how late the turns are in the recording, for everybody."""
    if at.found().recording is None:
        raise MissingFile("the recording of this session", "add one on its page")
    at.recordings.kept.write(at.place, offset=wish.offset)
    return at.about()


@router.delete(PATH)
def remove(at: At) -> About:
    """Remove a recording that was added on the page."""
    one = at.found().recording
    if one is None or not one.added:
        raise MissingFile("a recording that was added here", "one in the folder is removed there")
    at.recordings.kept.remove(at.place)
    return at.about()


async def _begun(parts: AsyncIterator[bytes], what: Container, ending: str) -> AsyncIterator[bytes]:
    """Yield what comes, once it has begun as files of its ending do.

    Raises:
        BadFile: if it has not.
    """
    head, told = b"", False
    async for part in parts:
        head += b"" if told else part
        if told:
            yield part
        elif len(head) >= HEAD:
            _checked(what, head, ending)
            told = True
            yield head
    if head and not told:
        _checked(what, head, ending)
        yield head


def _checked(what: Container, head: bytes, ending: str) -> None:
    if not sound(what, head[:HEAD]):
        raise BadFile("the recording", "other content than its ending says", f"a {ending} file",
                      "give it its own ending, or convert it")  # fmt: skip


def named(trace: Shelf, session: str) -> str | None:
    """Return the name of the file that the source of a session gives as its recording."""
    told = pl.coalesce("uri", *(pl.col("meta").str.json_path_match(f"$.{key}") for key in NAMES))
    rows = trace.lake.scan("records").filter(pl.col("session") == session).select(told.alias("uri"))
    names = rows.drop_nulls().head(1).collect()["uri"].to_list()
    return re.split(r"[/\\]", names[0])[-1] if names else None
