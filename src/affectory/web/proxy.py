"""A proxy before any OpenAI-compatible server: it passes everything on as it is, and listens.

Bytes, status and headers of the server reach the caller unchanged and part by part; what the
caller sends as Authorization goes to the server and nowhere else. Not here: what is said in it
(`web.answers`), and who hears it (`web.overhearing`).
"""

__all__ = ["TOKEN", "create_proxy", "upstream_of"]

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import anyio
import httpx
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from affectory.core.errors import BadValues
from affectory.web.answers import Answer
from affectory.web.guarding import Guard
from affectory.web.overhearing import Ear, Exchange
from affectory.web.settings import LOOPBACK, Settings

TALK, TOKEN = "x-affectory-talk", "x-affectory-token"  # headers that are for us alone
HEARD = "/chat/completions"
HOPS = frozenset((
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection",
    "te", "trailer", "transfer-encoding", "upgrade",
))  # of one connection, and never passed on  # fmt: skip
OURS = HOPS | {"host", "expect", TALK, TOKEN}
CONNECT, SILENCE = 10.0, 600.0  # seconds: until the server takes a connection; between two bytes


def upstream_of(url: str) -> httpx.URL:
    """Return the address of a server.

    Raises:
        BadValues: if it is no address of a server.
    """
    try:
        found = httpx.URL(url.rstrip("/"))
    except httpx.InvalidURL:
        found = httpx.URL("")
    plain = not (found.query or found.fragment or found.userinfo)
    if found.scheme not in ("http", "https") or not found.host or not plain:
        cure = "give the base of the server's interface; a key travels in the caller's requests"
        shown = found.copy_with(userinfo=b"", query=None) if found.host else "no address"
        raise BadValues("--proxy", shown, "an address such as http://127.0.0.1:8080/v1", cure)
    return found


def create_proxy(upstream: httpx.URL, ear: Ear, settings: Settings) -> ASGIApp:
    """Return the application that stands before one server.

    Args:
        upstream: The base of its interface, such as http://127.0.0.1:8080/v1.
        ear: Hears what passes.
        settings: Who may ask.
    """
    here = (upstream.host or "").strip("[]") in LOOPBACK
    client = httpx.AsyncClient(
        timeout=httpx.Timeout(SILENCE, connect=CONNECT),
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
        trust_env=not here,  # a proxy of the environment leads away from this machine
    )

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        async with client:
            yield

    app = Starlette(routes=[Mount("/", app=Passage(upstream, client, ear))], lifespan=life)
    return Gate(app, settings)


class Gate(Guard):
    """Lets through who may ask, and refuses in the words of the interface."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or refuse it with one sentence."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4404, "reason": "no sockets here"})
        elif refusal := self.refusal(scope):
            await _refused(*refusal)(scope, receive, send)
        elif not scope["path"].startswith("/v1/") or ".." in scope["path"].split("/"):
            told = "the proxy answers under /v1 only, such as /v1/chat/completions"
            await _refused(404, told)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Return status and sentence where a request is refused."""
        headers = Headers(scope=scope)
        if not self._ours(headers.get("host", "")):
            return 421, "this name is not the proxy's; use the address that it printed"
        if not _near(headers.get("origin")):
            return 403, "this request came from a page on another machine"
        if self.settings.token is None:
            return None
        if self.blocked(scope):
            return 429, "too many wrong tokens; wait a minute"
        given = headers.get(TOKEN, "")
        if given and self.admits(given, scope):
            return None
        return 401, f"give the token of `affectory live --proxy` in the header {TOKEN}"


@dataclass
class Passage:
    """Passes requests on, and answers back.

    Args:
        upstream: The base of the server's interface.
        client: Asks it.
        ear: Hears what passes.
    """

    upstream: httpx.URL
    client: httpx.AsyncClient
    ear: Ear

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on; a caller who leaves ends it at the server too."""
        asked = Request(scope, receive)
        heard = asked.method == "POST" and scope["path"] == f"/v1{HEARD}"
        parts, content, whole = asked.stream(), b"", False
        sends = {"content-length", "transfer-encoding"} & set(asked.headers)
        with suppress(ClientDisconnect):
            if heard:
                content, whole = await self.ear.body(parts)
            exchange = self.ear.asks(content, asked.headers.get(TALK)) if whole else None
            passing = _Passing(self.ear, exchange, send)
            at_once = whole or not sends
            try:
                request = httpx.Request(
                    asked.method, self._url(scope), headers=_sent(asked, heard),
                    content=content if whole else _on(content, parts) if sends else None,
                )  # fmt: skip
                await self._pass(request, passing, receive, at_once)
            finally:
                passing.over()

    async def _pass(
        self, request: httpx.Request, passing: "_Passing", receive: Receive, at_once: bool
    ) -> None:
        """Ask the server, and pass its answer on, as long as the caller waits for it."""
        async with anyio.create_task_group() as group:

            async def watch() -> None:
                while (await receive())["type"] != "http.disconnect":
                    pass
                group.cancel_scope.cancel()

            if at_once:
                group.start_soon(watch)
            try:
                response = await self.client.send(request, stream=True)
                if not at_once:  # what is sent has been read now
                    group.start_soon(watch)
                try:
                    await passing.on(response)
                finally:
                    with anyio.CancelScope(shield=True):
                        await response.aclose()
            except httpx.HTTPError as error:
                await passing.failed(error, self.upstream)
            except (ClientDisconnect, OSError):  # the caller is gone
                pass
            group.cancel_scope.cancel()

    def _url(self, scope: Scope) -> httpx.URL:
        """Return the address at the server: path and query as they were written."""
        raw = scope["raw_path"].partition(b"?")[0].removeprefix(b"/v1")
        query = b"?" + scope["query_string"] if scope["query_string"] else b""
        return self.upstream.copy_with(raw_path=self.upstream.raw_path.rstrip(b"/") + raw + query)


@dataclass
class _Passing:
    """An answer on its way back.

    Args:
        ear: Hears it.
        exchange: What it answers; None where nobody listens.
        send: Where it goes.
    """

    ear: Ear
    exchange: Exchange | None
    send: Send
    answer: Answer | None = None
    begun: bool = False

    async def on(self, response: httpx.Response) -> None:
        """Pass an answer on, part by part."""
        headers = [(name.lower(), value) for name, value in response.headers.raw
                   if name.lower().decode("latin-1") not in HOPS]  # fmt: skip
        start = {"type": "http.response.start", "status": response.status_code, "headers": headers}
        if self.exchange is not None:
            self.answer = Answer(response.status_code, response.headers, self.ear.budget)
        self.begun = True
        await self.send(start)
        async for part in response.aiter_raw():
            if self.answer is not None and self.answer.add(part):
                self.over()
            await self.send({"type": "http.response.body", "body": part, "more_body": True})
        self.over()
        await self.send({"type": "http.response.body", "body": b""})

    async def failed(self, error: httpx.HTTPError, upstream: httpx.URL) -> None:
        """Say that the server failed; an answer that has begun is broken off, as the server's was.

        An application that returns without a last part breaks the connection.
        """
        if not self.begun:
            at = f"{upstream.scheme}://{upstream.netloc.decode()}"
            told = f"{at} does not answer ({type(error).__name__}); start it, or name another"
            answer = _refused(502, told)
            body = bytes(answer.body)
            await self.send({"type": "http.response.start", "status": 502,
                             "headers": answer.raw_headers})  # fmt: skip
            await self.send({"type": "http.response.body", "body": body})

    def over(self) -> None:
        """Let the answer be heard, once, as far as it came."""
        exchange, self.exchange, answer, self.answer = self.exchange, None, self.answer, None
        if exchange is not None:
            self.ear.answers(exchange, answer)


async def _on(begun: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield what has come already, and what comes."""
    if begun:
        yield begun
    async for part in rest:
        yield part


def _refused(status: int, told: str) -> JSONResponse:
    """Return an error as the interface has it."""
    kinds = {401: "authentication_error", 429: "rate_limit_error", 502: "upstream_error"}
    kind = kinds.get(status, "invalid_request_error")
    error = {"message": f"affectory: {told}", "type": kind, "param": None, "code": None}
    return JSONResponse({"error": error}, status)


def _near(origin: str | None) -> bool:
    """Whether a request comes from no page, or from one of this machine."""
    if origin is None:
        return True
    with suppress(ValueError):
        return (urlsplit(origin).hostname or "") in LOOPBACK
    return False


def _sent(asked: Request, heard: bool) -> list[tuple[str, str]]:
    """Return the headers that go to the server; what is heard must not come packed."""
    named = {name.strip().lower() for name in asked.headers.get("connection", "").split(",")}
    left = OURS | named | ({"accept-encoding"} if heard else set())
    kept = [(name, value) for name, value in asked.headers.items() if name not in left]
    return [*kept, ("accept-encoding", "identity")] if heard else kept
