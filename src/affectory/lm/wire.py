"""One question over HTTP, by the `openai` client: its retries, its errors in the house's words."""

__all__ = ["Hopeless", "Unanswered", "Wire", "address"]

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from affectory.core.errors import BadChoice, MissingExtra, ServerFailed

HERE = ("localhost", "127.0.0.1", "::1")  # servers on this machine need no key
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
        key_from: Name of the environment variable that holds the key; "" sends none.
        retries: How often a question is repeated after 408, 409, 429, 5xx or silence.
        patience: Seconds that one try may take.
    """

    endpoint: str
    key_from: str = "OPENAI_API_KEY"
    retries: int = 6
    patience: float = 120.0

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
            cure, kind = f"check the key in the variable {self.key_from or '(none)'}", Hopeless
        elif code in (404, 405):
            cure, kind = "check the address (it often ends in /v1) and the model's name", Hopeless
        elif code < 500 and code not in (408, 409, 429):
            cure = "check the question and the parameters"
        body = error.body if isinstance(error.body, dict) else {}
        said = self._quoted(str(body.get("message") or error.message))
        return kind(self.endpoint, f"status {code} ({said})", cure)

    def _quoted(self, text: str) -> str:
        """Return the beginning of a server's words, without the key that some repeat."""
        key = os.environ.get(self.key_from, "") if self.key_from else ""
        clean = text.replace(key, "[KEY]") if key else text
        return repr(clean if len(clean) <= SHOWN else f"{clean[:SHOWN]}...")

    @cached_property
    def _client(self) -> Any:
        try:
            from openai import OpenAI
        except ImportError as error:
            raise MissingExtra("openai", "remote", "lm.remote") from error
        host = urlsplit(self.endpoint).hostname or ""
        key = os.environ.get(self.key_from, "") if self.key_from else "none"
        if not key and host not in HERE:
            found = f"no key in the environment variable {self.key_from}"
            raise Hopeless(self.endpoint, found, f"set it: export {self.key_from}=...")
        client = OpenAI(
            api_key=key or "none",
            base_url=self.endpoint,
            max_retries=self.retries,
            timeout=self.patience,
        )
        if not host.endswith("openai.com"):  # the client would tell anyone whose we are
            client.organization = client.project = None
        return client


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
