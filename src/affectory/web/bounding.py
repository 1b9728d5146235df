"""How much a request may say, and how long it may take to say it.

What a function of the interface is sent, it holds in memory; so only so much is taken. A file is
streamed to the disk, and counted there. Who sends a byte now and then, or nothing, to keep a
connection to himself is told so and let go.
"""

__all__ = ["SAID", "Bounds"]

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from affectory.web.settings import Settings

SAID = 8_000_000  # bytes of a request that is no file
FILES = ("/uploads", "/media")  # ends of the addresses that files are sent to
PACE = 50_000  # bytes for which there is a second more
PATIENCE = 5.0  # seconds in which the rest of a refused request is let pass, so that it is heard
CLOSE = {"connection": "close"}


@dataclass
class Bounds:
    """Stands before the application and ends requests that are too large or too slow.

    Args:
        app: What it stands before.
        settings: How long a body may pause, and how long it may take.
    """

    app: ASGIApp
    settings: Settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, and count what it says."""
        headers = Headers(scope=scope) if scope["type"] == "http" else None
        if headers is None or not _speaks(headers):
            await self.app(scope, receive, send)
            return
        most = None if scope["path"].endswith(FILES) else SAID
        waits = "100-continue" in headers.get("expect", "").lower()
        body = _Body(receive, self.settings, most, waits)
        await self.app(scope, body, body.last(send))


class _Body:
    """What a request says, part after part.

    Args:
        receive: Where it comes from.
        settings: How long it may take.
        most: How many bytes; None where whoever takes them counts.
        waits: Whether it is sent only when it is asked for.
    """

    def __init__(self, receive: Receive, settings: Settings, most: int | None, waits: bool) -> None:
        self.receive, self.settings, self.most = receive, settings, most
        self.end = asyncio.get_running_loop().time() + settings.longest
        self.size = 0
        self.waits = waits
        self.over = False  # nothing more of it will come

    async def __call__(self) -> Message:
        """Return the next part.

        Raises:
            HTTPException: if it is too much, or comes too slowly.
        """
        if self.over:
            return await self.receive()  # who listens for the end of the connection may wait
        self.waits = False
        left = self.end + self.size / PACE - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(min(self.settings.idle, left)):
                message = await self.receive()
        except TimeoutError:
            self.over = True
            raise HTTPException(408, self._late(left), CLOSE) from None
        self._heard(message)
        if self.most is not None and self.size > self.most:
            told = f"the request is larger than {self.most:,} bytes; send it in parts"
            raise HTTPException(413, told)
        return message

    def last(self, send: Send) -> Send:
        """Return `send` for an answer that may come before the request is over."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and not self.over:
                await self._passed()
                headers = MutableHeaders(scope=message)
                headers["connection"] = "close"
            await send(message)

        return sent

    async def _passed(self) -> None:
        """Let the rest pass for a while: who still speaks does not hear an answer."""
        if self.waits:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(min(PATIENCE, self.settings.idle)):
                while not self.over:
                    self._heard(await self.receive())

    def _heard(self, message: dict[str, Any] | Message) -> None:
        self.size += len(message.get("body", b""))
        self.over = message["type"] != "http.request" or not message.get("more_body", False)

    def _late(self, left: float) -> str:
        if left <= self.settings.idle:
            return "the request came too slowly; send less at once"
        return f"nothing came for {self.settings.idle:g} s; send it again"


def _speaks(headers: Headers) -> bool:
    """Return whether a request has a body."""
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
