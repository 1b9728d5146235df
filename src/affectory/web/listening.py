"""The server that listens: it waits for nobody for long, and holds little for anybody.

A connection on which a request does not begin, an answer that nobody fetches, a socket that
sends pieces without end: each is closed, so that others are answered. Where there are too many,
the one that has been slowest to say something makes room for the next.
"""

__all__ = ["Caller", "Speaker", "configured"]

import asyncio
import logging
import os
import traceback
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from affectory.web.settings import Settings

HEAD = 10.0  # seconds in which the head of a request must have come
STALL, PACE = 30.0, 10_000  # an answer that so few bytes are fetched of in so many seconds
LONGEST = 32_768  # bytes of the head of a request
LARGEST = 100_000  # bytes of one message on a socket
PIECES = 1000  # parts of one message on a socket
UNREAD = 1 << 20  # bytes of answers on a socket that nobody fetches
STOPPED = ("KeyboardInterrupt", "asyncio.exceptions.CancelledError")
GRACE = 10  # seconds in which requests may end when the server does


class Caller(H11Protocol):
    """One connection that requests come on."""

    most = 200  # connections; `configured` says otherwise

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self.since = self.loop.time()
        self.waiting: asyncio.TimerHandle | None = None
        self.stalled: asyncio.TimerHandle | None = None
        self._wait()
        if len(self.connections) > self.most:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._heard()
        if self.stalled is not None:
            self.stalled.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Wait until the head of a request is whole, and no longer."""
        super().data_received(data)
        handed = self.transport.get_protocol() is not self  # a socket begins with silence
        if handed or self.transport.is_closing() or self.rank != 0:
            self._heard()
        elif self.waiting is None:
            self._wait()

    def handle_websocket_upgrade(self, event: Any) -> None:
        """Hand the connection on to a socket, which has its own clock."""
        self._heard()
        super().handle_websocket_upgrade(event)

    def pause_writing(self) -> None:
        """Look from now on whether the answer is fetched."""
        super().pause_writing()
        if self.stalled is None:
            left = self.transport.get_write_buffer_size()
            self.stalled = self.loop.call_later(STALL, self._fetched, left)

    @property
    def rank(self) -> int | None:
        """How little it has said: no request yet, half of one; None while it is at work."""
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            return 0
        if cycle.more_body:
            return 1
        return 2 if self.flow.write_paused else None

    def _wait(self) -> None:
        self.waiting = self.loop.call_later(HEAD, self.transport.abort)

    def _heard(self) -> None:
        if self.waiting is not None:
            self.waiting.cancel()
            self.waiting = None

    def _fetched(self, before: int) -> None:
        """Close the connection where hardly anything was fetched of late."""
        self.stalled = None
        left = self.transport.get_write_buffer_size()
        if left > before - PACE and self.flow.write_paused:
            self.transport.abort()
        elif self.flow.write_paused:
            self.stalled = self.loop.call_later(STALL, self._fetched, left)

    def _make_room(self) -> None:
        """Close the connection that has said least, the oldest of them."""
        others = [one for one in self.connections if isinstance(one, Caller) and one is not self]
        idle = [one for one in others if one.rank is not None and not one.transport.is_closing()]
        first = min(idle, key=lambda one: (one.rank, one.since), default=self)
        first.transport.abort()


class Speaker(WebSocketsSansIOProtocol):
    """One socket that turns come on."""

    def data_received(self, data: bytes) -> None:
        """Take frames, as long as they come to an end and their answers are fetched."""
        super().data_received(data)
        unread = self.transport.get_write_buffer_size()
        if len(self.frames) > PIECES or unread > UNREAD:
            self.transport.abort()


class _Hushed(logging.Filter):
    """Tells where something went wrong, not with which words: they may be somebody's."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace what an error says by its kind."""
        if os.environ.get("AFFECTORY_DEBUG"):
            return True
        if record.exc_info:
            kind, _, place = record.exc_info
            record.exc_text = "".join([*traceback.format_tb(place), kind.__name__ if kind else ""])
        told = record.getMessage()
        if "Traceback (most" in told:
            if told.rstrip().rpartition("\n")[2].startswith(STOPPED):
                return False  # a person ended it, twice
            places = [line for line in told.splitlines() if line.startswith('  File "')]
            record.msg, record.args = "\n".join(["an error at", *places]), ()
        return True


def configured(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """Return how `app` is to be served.

    Args:
        app: The application.
        settings: Where to listen, and for how many at once.
    """
    for name in ("uvicorn.error", "asyncio"):
        logger = logging.getLogger(name)
        if not any(isinstance(one, _Hushed) for one in logger.filters):
            logger.addFilter(_Hushed())
    caller = type("Caller", (Caller,), {"most": settings.connections})
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=caller,
        ws=Speaker,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws_max_size=LARGEST,
        ws_per_message_deflate=False,  # nothing small unfolds to something large
        h11_max_incomplete_event_size=LONGEST,
        timeout_graceful_shutdown=GRACE,
    )
