"""Who may ask: hosts, tokens, cookies, forged requests, and what a page may load.

A page on another site can make a browser ask this server, so a request that changes anything must
carry a header that such a page cannot set; and it can give this machine another name, so names
that are not ours are refused. Tokens are compared in constant time, and never stand in a log.
"""

__all__ = ["COOKIE", "FORGED", "HEADERS", "Failures", "Guard"]

import hashlib
import hmac
import ipaddress
import time
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from affectory.web.settings import LOOPBACK, Settings

Failures = dict[str, deque[float]]
COOKIE = "affectory"
FORGED = "x-affectory"  # a header that a page from elsewhere cannot add without our leave
QUERY = b"x-query"
SAFE = ("GET", "HEAD", "OPTIONS")
OWN = ("same-origin", "none")  # where a browser says that a request comes from: us, or a person
TRIES, SPAN = 10, 60.0  # wrong tokens from one address within so many seconds
EVERYBODY, MANY = "", 100  # wrong tokens from all addresses together: some can be made up
NEIGHBOURS = 10_000  # addresses that are remembered
NETWORK = 64  # bits of an address that one household has
NONE: deque[float] = deque(maxlen=1)
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "media-src 'self' blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


@dataclass
class Guard:
    """Stands before the application and lets through who may ask.

    Args:
        app: What it guards.
        settings: Token, host, and the secret of cookies.
        failures: When each address gave a wrong token.
    """

    app: ASGIApp
    settings: Settings
    failures: Failures = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or refuse it with one sentence."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        refusal = self.refusal(scope)
        if refusal is None:
            await self.app(_asked(scope), receive, _dressed(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4000 + refusal[0], "reason": refusal[1]})
        elif scope["path"] == "/" and refusal[0] in (401, 429):  # a person, who can type a token
            await RedirectResponse("/enter", 303)(scope, receive, _dressed(send))
        else:
            answer = JSONResponse({"detail": refusal[1]}, status_code=refusal[0])
            await answer(scope, receive, _dressed(send))

    def refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Return status and sentence where a request is refused."""
        headers = Headers(scope=scope)
        if not self._ours(headers.get("host", "")):
            return 421, "this name is not the explorer's; use the address that it printed"
        if scope["path"].startswith("/api") and headers.get("sec-fetch-site", OWN[0]) not in OWN:
            return 403, "this request came from another page"
        changes = scope["type"] == "websocket" or scope["method"] not in SAFE
        if changes and not self._same(headers):
            return 403, "this request came from another page"
        if scope["type"] == "http" and changes and headers.get(FORGED) is None:
            return 403, f"a request that changes something needs the header {FORGED}"
        if self.settings.token is None or scope["path"].startswith(("/static/", "/enter")):
            return None
        if self.known(_cookie(headers)):
            return None  # who is in stays in while a neighbour guesses
        if self.blocked(scope):
            return 429, "too many wrong tokens; wait a minute"
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and given.strip():
            return None if self.admits(given.strip(), scope) else (401, "this token is not right")
        return (
            401,
            "this explorer asks for a token: open /enter, or send Authorization: Bearer TOKEN",
        )

    def admits(self, token: str, scope: Scope) -> bool:
        """Return whether `token` is the right one; a wrong one is counted."""
        wanted = self.settings.token or ""
        if hmac.compare_digest(token.encode(), wanted.encode()):
            return True
        for who, most in ((EVERYBODY, MANY), (_address(scope), TRIES)):
            self.failures.setdefault(who, deque(maxlen=most)).append(time.monotonic())
        while len(self.failures) > NEIGHBOURS:
            del self.failures[next(who for who in self.failures if who != EVERYBODY)]
        return False

    def blocked(self, scope: Scope) -> bool:
        """Return whether an address, or all together, have tried too many wrong tokens."""
        tried = (self.failures.get(who, NONE) for who in (EVERYBODY, _address(scope)))
        late = time.monotonic() - SPAN
        return any(len(one) == one.maxlen and one[0] > late for one in tried)

    def pass_of(self) -> str:
        """Return what the cookie of who knew the token holds."""
        told = (self.settings.token or "").encode()
        return hmac.new(self.settings.secret, told, hashlib.sha256).hexdigest()

    def known(self, cookie: str) -> bool:
        """Return whether a cookie is one that we gave since the start."""
        return hmac.compare_digest(cookie.encode(), self.pass_of().encode())

    def _ours(self, host: str) -> bool:
        """A page elsewhere can point its own name at this machine: names are checked."""
        if not self.settings.local:
            return True
        try:
            name = (urlsplit(f"//{host}").hostname or "").lower()
        except ValueError:
            return False
        return name in {*LOOPBACK, self.settings.host.strip("[]").lower()}

    def _same(self, headers: Headers) -> bool:
        """Return whether a request comes from a page of ours, or from no page at all."""
        origin = headers.get("origin")
        if origin is None:
            return True
        try:
            return urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
        except ValueError:
            return False


def _asked(scope: Scope) -> Scope:
    """Return a request with what stands in the header `x-query` as part of its query.

    Names of people and conversations are asked for so: an address ends up in histories and logs.
    """
    told = [value for name, value in scope["headers"] if name == QUERY]
    if not told:
        return scope
    return {**scope, "query_string": b"&".join(filter(None, [scope["query_string"], *told]))}


def _cookie(headers: Headers) -> str:
    for part in headers.get("cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return value
    return ""


def _address(scope: Scope) -> str:
    """Return who asks; of the new kind of address everybody has as many as he likes."""
    client = scope.get("client")
    name = str(client[0]) if client else "nobody"
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name
    if address.version == 6 and not address.ipv4_mapped:
        return str(ipaddress.ip_network((address, NETWORK), strict=False))
    return str(address)


def _dressed(send: Send) -> Send:
    """Return `send` with the headers that keep a page to itself."""

    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return dressed
