"""The application: its pages, and the interface that they and other programs ask."""

__all__ = ["create_app"]

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, Field
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from affectory import __version__
from affectory.core.errors import AffectoryError, Clash, Closed, Gone
from affectory.show.palette import DARK, LIGHT
from affectory.web import (
    agreement,
    beside,
    board,
    cards,
    corpus,
    courses,
    fusing,
    live,
    media,
    perceiving,
    queues,
    rating,
    refused,
    sample,
    taken,
    turns,
    uploads,
)
from affectory.web.bounding import Bounds
from affectory.web.guarding import COOKIE, Failures, Guard
from affectory.web.recordings import Recordings
from affectory.web.settings import Settings, without
from affectory.web.shelves import Shelves

STATIC = Path(__file__).parent / "static"


class Entry(BaseModel):
    """A token that somebody gives at the door."""

    token: str = Field(max_length=500)


def create_app(settings: Settings) -> FastAPI:
    """Return the application over one lake.

    Args:
        settings: Where the lake is, who may look, and how much may be sent.
    """
    app = FastAPI(
        title="Affectory",
        version=__version__,
        description="Emotional trajectories of one lake. States are estimates of expressed "
        "emotion, not of what a person feels.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=_life,
    )
    app.state.shelves = Shelves(settings)
    app.state.settings = settings
    app.state.work = uploads.Work(settings)
    app.state.recordings = Recordings.of(settings.out, settings.media)
    app.state.talks = live.Talks()
    app.state.sockets = 0
    app.state.reading = asyncio.Semaphore(queues.READERS)
    app.state.agreeing = asyncio.Semaphore(agreement.MAKERS)
    app.add_exception_handler(AffectoryError, _told)
    app.add_exception_handler(RequestValidationError, _unread)
    app.add_exception_handler(ClientDisconnect, _left)
    for room in (
        refused,
        board,
        cards,
        corpus,
        courses,
        turns,
        beside,
        perceiving,
        queues,
        uploads,
        sample,
        rating,
        taken,
        fusing,
        agreement,
        live,
        media,
    ):
        app.include_router(room.router, prefix="/api")
    failures: Failures = {}
    _doors(app, settings, failures)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(Bounds, settings=settings)
    app.add_middleware(Guard, settings=settings, failures=failures)
    return app


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    """Go on with what the last server began; stop what this one runs."""
    app.state.recordings.kept.resume()
    app.state.work.resume(app.state.shelves.forget)
    warming = asyncio.create_task(asyncio.to_thread(app.state.shelves.warm))
    yield
    await asyncio.gather(warming, return_exceptions=True)  # who asks for a broken lake is told
    try:
        await app.state.work.close()
    finally:
        app.state.shelves.close()


def _page() -> str:
    """Return the page with a link to every module, so that none waits for who imports it."""
    names = sorted(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*.js"))
    links = "\n".join(
        f'<link rel="modulepreload" href="/static/{name}">'
        for name in names
        if name not in ("js/theme.js", "js/enter.js")  # neither is a module of this page
    )
    text = (STATIC / "index.html").read_text(encoding="utf-8")
    return text.replace("</head>", f"{links}\n</head>")


def _doors(app: FastAPI, settings: Settings, failures: Failures) -> None:
    """Add the page itself, and the door through which a token becomes a cookie."""
    guard = Guard(app, settings, failures)
    first = _page()

    @app.get("/", include_in_schema=False)
    def page() -> Response:
        return HTMLResponse(first)

    @app.get("/static/theme.css", include_in_schema=False)
    def theme() -> Response:
        words = f":root{{{LIGHT.css()}}}:root[data-theme=dark]{{{DARK.css()}}}"
        return Response(words, media_type="text/css")

    @app.get("/enter", include_in_schema=False)
    def ask() -> Response:
        return FileResponse(STATIC / "enter.html")

    @app.post("/enter", include_in_schema=False)
    def enter(request: Request, given: Entry) -> Response:
        if guard.blocked(request.scope):
            return JSONResponse({"detail": "too many wrong tokens; wait a minute"}, 429)
        if not guard.admits(given.token, request.scope):
            return JSONResponse({"detail": "this token is not right"}, 401)
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(
            COOKIE, guard.pass_of(), httponly=True, samesite="strict", path="/",
            secure=request.url.scheme == "https",
        )  # fmt: skip
        return answer

    @app.get("/api/about", tags=["about"])
    def about() -> dict[str, Any]:
        """Return the version, and how much may be uploaded."""
        return {"version": __version__, "largest": settings.largest}


async def _left(_: Request, error: Exception) -> JSONResponse:
    """Answer nobody: who sent a request is gone before its end."""
    return JSONResponse({"detail": "the request ended in the middle"}, status_code=400)


async def _told(request: Request, error: Exception) -> JSONResponse:
    """Return the sentence of an error of ours: what was found, what to do."""
    status = 404 if isinstance(error, LookupError | FileNotFoundError) else 422
    status = 409 if isinstance(error, Clash | Closed) else status
    status = 410 if isinstance(error, Gone) else status
    told = without(str(error), request.app.state.settings)
    return JSONResponse({"detail": told}, status_code=status)


async def _unread(_: Request, error: Exception) -> JSONResponse:
    """Return in one sentence what of a request cannot be read; what was sent is not repeated."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    return JSONResponse({"detail": f"{place}: {first['msg']}"}, status_code=422)
