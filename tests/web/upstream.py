"""A server that speaks OpenAI's protocol without a model, for what stands before one."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route


@contextmanager
def running(app: Any, **config: Any) -> Iterator[str]:
    """Serve an application on a free port of loopback; give its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", **config))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@dataclass
class Upstream:
    """What is asked, and what is answered.

    Args:
        say: The answer to some messages; "re: " and the last words.
        gate: Is asked before each part of a stream but the first, where there is one.
        fails: Status and body of the answers to come, instead of good ones.
        seen: Requests: path with query, headers, body.
    """

    say: Callable[[list[dict[str, Any]]], str] = lambda messages: f"re: {messages[-1]['content']}"
    gate: Callable[[int], None] | None = None
    fails: list[tuple[int, bytes]] = field(default_factory=list)
    seen: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)  # parts of streams

    @property
    def app(self) -> Starlette:
        """The application."""
        routes = [
            Route("/v1/chat/completions", self.chat, methods=["POST"]),
            Route("/v1/{path:path}", self.other, methods=["GET", "POST", "DELETE"]),
        ]
        return Starlette(routes=routes)

    async def chat(self, request: Request) -> Response:
        """Answer messages, at once or word by word."""
        body = await self._noted(request)
        if self.fails:
            status, told = self.fails.pop(0)
            return Response(told, status, media_type="application/json")
        asked = json.loads(body)
        said = self.say(asked["messages"])
        if asked.get("stream"):
            return StreamingResponse(self.parts(said), media_type="text/event-stream")
        choice = {"index": 0, "message": {"role": "assistant", "content": said},
                  "finish_reason": "stop"}  # fmt: skip
        whole = {"id": "c1", "object": "chat.completion", "created": 1, "model": "m",
                 "choices": [choice]}  # fmt: skip
        return JSONResponse(whole, headers={"x-request-id": "r1"})

    def parts(self, said: str) -> Iterator[bytes]:
        """Yield an answer word by word, as events."""
        words = [word + " " for word in said.split(" ")]
        words[-1] = words[-1][:-1]
        for at, word in enumerate(words):
            if at and self.gate is not None:
                self.gate(at)
            self.sent.append(at)
            yield event({"content": word})
        yield event({}, "stop")
        yield b"data: [DONE]\n\n"

    async def other(self, request: Request) -> Response:
        """Answer whatever else is asked with what was asked."""
        body = await self._noted(request)
        told = {"path": request.url.path, "query": request.url.query, "size": len(body)}
        return JSONResponse(told, 200, {"x-kind": "other"})

    async def _noted(self, request: Request) -> bytes:
        body = await request.body()
        path = request.scope["raw_path"].decode() + "?" + request.url.query
        self.seen.append((path, dict(request.headers), body))
        return body


def event(delta: dict[str, Any], finish: str | None = None) -> bytes:
    """Return one event of a stream."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    whole = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
             "choices": [choice]}  # fmt: skip
    return b"data: " + json.dumps(whole).encode() + b"\n\n"
