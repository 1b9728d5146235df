"""A small server that speaks OpenAI's protocol, counts what it is asked, and fails on request.

For tests and benchmarks; it answers without a model. It sees `Idempotency-Key`, so it can tell
how often it served a question from how often a provider that honours the key would bill it.
"""

import json
import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, NamedTuple, Self


class Reply(NamedTuple):
    """What to send: a status, a body (a dict goes as JSON), headers, after a pause."""

    status: int = 200
    body: dict[str, Any] | bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    pause: float = 0.0  # seconds


class Seen(NamedTuple):
    """One request: its path, body, headers (names in small letters)."""

    path: str
    body: dict[str, Any]
    headers: dict[str, str]


Rule = Callable[[int, Seen], Reply | None]  # number of the request from 0; None: answer well


@dataclass
class CountingServer:
    """Serve on a free port of this machine, within a `with` block.

    Args:
        rule: Decides about each request.
        pause: Seconds before each good answer, such as a model takes.
    """

    rule: Rule = lambda number, seen: None
    pause: float = 0.0
    seen: list[Seen] = field(default_factory=list)
    served: Counter[str] = field(default_factory=Counter)  # good answers by idempotency key
    most: int = 0  # requests under way at once

    def __enter__(self) -> Self:
        self.lock, self.now = Lock(), 0
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def do_POST(self) -> None:
                size = int(self.headers["content-length"])
                headers = {name.lower(): value for name, value in self.headers.items()}
                owner.answer(self, Seen(self.path, json.loads(self.rfile.read(size)), headers))

            def log_message(self, *_: object) -> None:
                pass

        class Listener(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_: object) -> None:
                pass  # a killed client is expected

        self.http = Listener(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self.http.server_port}/v1"
        self.thread = Thread(target=self.http.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    def answer(self, line: BaseHTTPRequestHandler, seen: Seen) -> None:
        """Count one request and reply to it; what is served is counted before it is sent."""
        with self.lock:
            number = len(self.seen)
            self.seen.append(seen)
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            reply = self.rule(number, seen) or Reply(body=good(seen), pause=self.pause)
            if reply.pause:
                time.sleep(reply.pause)
        finally:
            with self.lock:
                self.now -= 1
        if reply.status == 200:
            with self.lock:
                self.served[seen.headers.get("idempotency-key", "")] += 1
        raw = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        line.send_response(reply.status)
        names = {name.lower() for name, _ in reply.headers}
        kind = () if "content-type" in names else (("content-type", "application/json"),)
        for name, value in (*reply.headers, *kind, ("content-length", str(len(raw)))):
            line.send_header(name, value)
        line.end_headers()
        line.wfile.write(raw)
        line.wfile.flush()


def good(seen: Seen) -> dict[str, Any]:
    """Return an answer that repeats the question's last words, with a token a word."""
    body = seen.body
    if seen.path.endswith("/chat/completions"):
        asked = " ".join(message["content"] for message in body["messages"])
        said = f"re: {body['messages'][-1]['content']}"
        choice: dict[str, Any] = {"message": {"role": "assistant", "content": said}}
        if body.get("logprobs"):
            last = body["messages"][-1]
            behind = last["content"] if last["role"] == "assistant" else ""
            tops = [{"token": t, "logprob": p} for t, p in nexts(behind)[: body["top_logprobs"]]]
            choice["logprobs"] = {"content": [tops[0] | {"top_logprobs": tops}]}
    else:
        asked = said = body["prompt"]
        first, *others = said.split(" ")
        tokens = [first, *(f" {piece}" for piece in others)]
        starts = [sum(map(len, tokens[:at])) for at in range(len(tokens))]
        logp = [None, *(-float(len(token)) for token in tokens[1:])]
        tops = [None, *({token: -float(len(token)), "x": -1.5} for token in tokens[1:])]
        choice = {"text": said, "logprobs": {}}
        if body.get("echo"):
            choice["logprobs"] = {
                "tokens": tokens,
                "token_logprobs": logp,
                "top_logprobs": tops,
                "text_offset": starts,
            }
    usage = {"prompt_tokens": len(asked.split()), "completion_tokens": len(said.split())}
    return {"choices": [choice | {"index": 0, "finish_reason": "stop"}], "usage": usage}


def nexts(behind: str) -> list[tuple[str, float]]:
    """Return which tokens may follow: "joy" (.5), " sad" (.3), "fe" (.2); then "ness", "ar"."""
    tables = {"": {"joy": 0.5, " sad": 0.3, "fe": 0.2}, " sad": {"ness": 0.9}, "fe": {"ar": 0.8}}
    return [(token, math.log(p)) for token, p in tables.get(behind, {"?": 1.0}).items()]
