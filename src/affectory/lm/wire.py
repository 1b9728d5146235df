"""One question over HTTP, by the `openai` client: its retries, its errors in the house's words."""

__all__ = ["Hopeless", "Unanswered", "Wire", "address"]

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from affectory.core.errors import BadChoice, BadValues, MissingExtra, ServerFailed

OPENAI = "OPENAI_API_KEY"  # read unasked for OpenAI's own servers alone
FILTERS = ("content_filter", "content_policy_violation")
SHOWN = 200  # characters of a server's words that an error quotes
AGAIN = "run again to go on: what was answered is kept"


class Unanswered(ServerFailed):
    """A question that got no usable answer."""

    def __init__(self, where: str, found: str, cure: str) -> None:
        super().__init__(where, found, cure)
        self.found, self.cure = found, cure


class Hopeless(Unanswered):
    """A failure that every other question would meet as well."""


@dataclass(eq=False)
class Wire:
    """A way to one server.

    Args:
        endpoint: Its address, as `address` returns it.
        key_from: Name of the environment variable that holds the key; "" sends none, but to
            OpenAI's own servers that of OPENAI_API_KEY.
        retries: How often a question is repeated after 408, 409, 429, 5xx or silence.
        patience: Seconds that one try may take.

    Raises:
        BadValues: if a key would leave this machine over plain http.
    """

    endpoint: str
    key_from: str = ""
    retries: int = 6
    patience: float = 120.0

    def __post_init__(self) -> None:
        """Refuse to show a key to all who sit on the way."""
        if self._variable and urlsplit(self.endpoint).scheme == "http" and not _here(self._host):
            found = f"{self.endpoint} with the key in {self._variable}, over plain http"
            cure = 'write https, or key_from="" for a server that needs no key'
            raise BadValues("endpoint", found, "an address that begins with https", cure)

    def open(self) -> None:
        """Make the client, so that what is missing is said before any thread starts."""
        _ = self._client

    def send(self, path: str, body: Mapping[str, Any], key: str) -> dict[str, Any]:
        """Return the server's reply to `body`; a filter's refusal is a reply, too.

        Args:
            path: "chat" or "completions".
            body: The parameters of the request.
            key: The same for the same question, so that a server may recognise it.

        Raises:
            Hopeless: if the key, the address or the model is wrong, or nobody listens.
            Unanswered: if this question got no usable answer.
        """
        client = self._client
        import openai

        door: Any = client.chat.completions if path == "chat" else client.completions
        main = "messages" if path == "chat" else "prompt"
        rest = {name: value for name, value in body.items() if name not in ("model", main)}
        try:
            raw = door.with_raw_response.create(
                model=body["model"],
                extra_body=rest,
                extra_headers={"Idempotency-Key": key},
                **{main: body[main]},
            )
        except openai.APIStatusError as error:
            if error.code in FILTERS:
                return {"choices": [{"finish_reason": "content_filter", "message": {}}]}
            raise self._told(error) from None  # the chained error would hold the key
        except openai.APITimeoutError:
            raise Unanswered(self.endpoint, f"silence for {self.patience:g} s", AGAIN) from None
        except openai.APIConnectionError:
            cure = "check the address, and that the server runs; then run again to go on"
            raise Hopeless(self.endpoint, "nobody there", cure) from None
        return self._read(raw.http_response.content)

    def _read(self, content: bytes) -> dict[str, Any]:
        """Return a reply that has choices."""
        try:
            reply = json.loads(content)
            if isinstance(reply["choices"][0], dict):
                return dict(reply)
        except (ValueError, LookupError, TypeError):
            pass
        said = self._quoted(content.decode("utf-8", "replace"))
        raise Unanswered(self.endpoint, f"a reply that is none ({said})", AGAIN)

    def _told(self, error: Any) -> Unanswered:
        """Return the error that stands for a server's status."""
        code = int(error.status_code)
        kind: type[Unanswered] = Unanswered
        cure = AGAIN
        if code in (401, 403):
            named = f"check the key in the variable {self._variable}"
            unnamed = "no key was sent; name the variable that holds it (key_from)"
            cure, kind = named if self._variable else unnamed, Hopeless
        elif code in (404, 405):
            cure, kind = "check the address (it often ends in /v1) and the model's name", Hopeless
        elif code < 500 and code not in (408, 409, 429):
            cure = "check the question and the parameters"
        body = error.body if isinstance(error.body, dict) else {}
        said = self._quoted(str(body.get("message") or error.message))
        return kind(self.endpoint, f"status {code} ({said})", cure)

    def _quoted(self, text: str) -> str:
        """Return the beginning of a server's words, without the key that some repeat."""
        key = self._key
        clean = text.replace(key, "[KEY]") if key else text
        return repr(clean if len(clean) <= SHOWN else f"{clean[:SHOWN]}...")

    @cached_property
    def _client(self) -> Any:
        try:
            from openai import OpenAI
        except ImportError as error:
            raise MissingExtra("openai", "remote", "lm.remote") from error
        if self._variable and not self._key and not _here(self._host):
            found = f"no key in the environment variable {self._variable}"
            raise Hopeless(self.endpoint, found, f"set it: export {self._variable}=...")
        client = OpenAI(
            api_key=self._key or "none",
            base_url=self.endpoint,
            max_retries=self.retries,
            timeout=self.patience,
        )
        if not _openai(self._host):  # the client would tell anyone whose we are
            client.organization = client.project = None
        return client

    @property
    def _host(self) -> str:
        return urlsplit(self.endpoint).hostname or ""

    @property
    def _variable(self) -> str:
        """The environment variable whose key this server may see; empty: none."""
        return self.key_from or (OPENAI if _openai(self._host) else "")

    @property
    def _key(self) -> str:
        return os.environ.get(self._variable, "") if self._variable else ""


def _openai(host: str) -> bool:
    """Whether a host is one of OpenAI's own."""
    return host.endswith(".openai.com")


def _here(host: str) -> bool:
    """Whether a host is this machine: what is sent to it goes over no net."""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def address(endpoint: str) -> str:
    """Return `endpoint` without what follows its path, or refuse it.

    Raises:
        BadChoice: if it is no http or https address, or holds a name and a password.
    """
    parts = urlsplit(endpoint)
    if parts.username or parts.password:
        legal = "an address without name and password; keys come from the environment"
        raise BadChoice("endpoint", f"{parts.scheme}://...@{parts.hostname}", legal)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadChoice("endpoint", endpoint, "an address such as http://127.0.0.1:8000/v1")
    return f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
