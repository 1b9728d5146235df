"""web/proxy: what passes is passed on as it is, and every turn of it is heard once."""

import json
import queue
import threading
import time
from http.client import HTTPConnection
from types import SimpleNamespace

import httpx
import pytest
from tests.web.upstream import Upstream, running
from typer.testing import CliRunner

from affectory.cli.main import app as command
from affectory.core.errors import BadValues
from affectory.web.overhearing import Ear
from affectory.web.proxy import create_proxy, upstream_of
from affectory.web.settings import Settings

openai = pytest.importorskip("openai", reason="needs affectory[remote]")
KEY = "sk-secret-of-the-caller"


@pytest.fixture
def line(tmp_path):
    """A server, the proxy before it, and what is heard."""
    server, heard, troubles = Upstream(), [], []
    ear = Ear(lambda name, turn: heard.append((name, turn)), troubles.append, tmp_path / "kept")
    (tmp_path / "kept").mkdir()
    with running(server.app) as behind:
        proxy = create_proxy(upstream_of(f"{behind}/v1"), ear, Settings(tmp_path))
        with running(proxy, date_header=False, server_header=False) as before:
            yield SimpleNamespace(
                server=server, heard=heard, troubles=troubles, ear=ear, behind=behind,
                before=before, folder=tmp_path / "kept",
            )  # fmt: skip


def texts(line, name=None):
    """What was heard, once all that waits is heard."""
    line.ear.close()
    return [(turn.actor, turn.text) for talk, turn in line.heard if name in (None, talk)]


def client(line, **more):
    return openai.OpenAI(base_url=f"{line.before}/v1", api_key=KEY, max_retries=0, **more)


def say(one, history, words, stream=False, **more):
    """Say something with the whole history before it; return what is answered."""
    history.append({"role": "user", "content": words})
    made = one.chat.completions.create(model="m", messages=history, stream=stream, **more)
    if stream:
        said = "".join(part.choices[0].delta.content or "" for part in made)
    else:
        said = made.choices[0].message.content
    history.append({"role": "assistant", "content": said})
    return said


@pytest.mark.parametrize("stream", [False, True])
def test_five_turns_with_their_whole_history_are_each_heard_once(line, stream):
    one, history = client(line), [{"role": "system", "content": "Be kind."}]
    words = ["I love this", "No, that is wrong", "I am sad", "ok", "thank you so much"]
    for said in words:
        assert say(one, history, said, stream) == f"re: {said}"
    expected = [turn for said in words for turn in (("user", said), ("assistant", f"re: {said}"))]
    assert texts(line) == expected
    assert len({name for name, _ in line.heard}) == 1
    assert line.troubles == []


@pytest.mark.parametrize("stream", [False, True])
def test_bytes_status_and_headers_are_those_of_the_server(line, stream):
    asked = {"model": "m", "stream": stream, "messages": [{"role": "user", "content": "so ü?"}]}
    answers = [
        httpx.post(f"{base}/v1/chat/completions?a=%2F&b=", json=asked, timeout=60)
        for base in (line.behind, line.before)
    ]
    straight, passed = answers
    assert passed.content == straight.content
    assert passed.status_code == straight.status_code
    left = {"date", "server", "transfer-encoding"}
    headers = [{n: v for n, v in one.headers.items() if n not in left} for one in answers]
    assert headers[0] == headers[1]
    (path, _, body), (path_too, _, body_too) = line.server.seen
    assert (path, body) == (path_too, body_too)


def test_other_paths_pass_through_unheard(line):
    path = "/v1/models/a%2Fb?x=1&y=%20"
    told = httpx.get(f"{line.before}{path}", headers={"authorization": "Bearer k"})
    assert told.headers["x-kind"] == "other"
    assert line.server.seen[0][0] == path
    assert line.server.seen[0][1]["authorization"] == "Bearer k"
    assert "content-length" not in line.server.seen[0][1]
    parts = (b"x" * 1000 for _ in range(50))
    assert httpx.post(f"{line.before}/v1/files", content=parts).json()["size"] == 50_000
    assert httpx.request("DELETE", f"{line.before}/v1/files/1").status_code == 200
    assert texts(line) == []


@pytest.mark.parametrize("path", ["/", "/v2/models", "/v1/../secret", "/v1/%2e%2e/secret"])
def test_nothing_but_the_interface_is_reached(line, path):
    plain = HTTPConnection(line.before.removeprefix("http://"))  # sends a path as it is
    plain.request("GET", path)
    told = plain.getresponse()
    assert told.status == 404
    assert "under /v1" in json.loads(told.read())["error"]["message"]
    plain.close()
    assert line.server.seen == []


def test_the_key_goes_to_the_server_and_nowhere_else(line, capfd):
    say(client(line), [], "hello")
    assert line.server.seen[0][1]["authorization"] == f"Bearer {KEY}"
    texts(line)
    kept = b"".join(path.read_bytes() for path in line.folder.rglob("*") if path.is_file())
    assert b"hello" in kept
    assert KEY.encode() not in kept
    assert KEY not in "".join(capfd.readouterr())


def test_two_conversations_side_by_side_are_kept_apart(line):
    one, left, right = client(line), [], []
    for n in range(3):
        for history, who in ((left, "left"), (right, "right")):
            words = "hello" if n == 0 else f"{who} {n}"  # both begin alike, and are answered alike
            say(one, history, words, stream=who == "left")
    line.ear.close()
    names = dict.fromkeys(name for name, _ in line.heard)
    assert len(names) == 2
    heard = sorted([t for _, t in texts(line, name)] for name in names)
    assert heard == sorted([m["content"] for m in history] for history in (left, right))


def test_many_at_once_lose_nothing(line):
    def talk(who):
        one, history = client(line), []
        for n in range(4):
            say(one, history, f"{who} says {n}", stream=bool(who % 2))

    threads = [threading.Thread(target=talk, args=(who,)) for who in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    line.ear.close()
    for who in range(6):
        (name,) = {name for name, turn in line.heard if turn.text.startswith(f"{who} says")}
        assert len(texts(line, name)) == 8


def test_a_name_in_a_header_tells_the_conversation(line):
    one = client(line)
    for n, name in enumerate(("a", "b", "a", "b")):  # each request has its last turn alone
        say(one, [], f"turn {n}", extra_headers={"x-affectory-talk": name})
    line.ear.close()
    names = list(dict.fromkeys(name for name, _ in line.heard))
    assert [t for _, t in texts(line, names[0])] == ["turn 0", "re: turn 0", "turn 2", "re: turn 2"]
    assert "x-affectory-talk" not in line.server.seen[0][1]


def test_a_slow_stream_is_passed_on_part_by_part(line):
    events, came = queue.Queue(), threading.Semaphore(0)

    def gate(at):
        assert came.acquire(timeout=20)  # the next word is made once the caller has the last
        events.put(("made", at))

    line.server.gate = gate
    line.server.say = lambda _: "one two three four"
    made = client(line).chat.completions.create(
        model="m", messages=[{"role": "user", "content": "count"}], stream=True
    )
    for part in made:
        if word := part.choices[0].delta.content:
            events.put(("came", word.strip()))
            came.release()
    assert list(events.queue) == [
        ("came", "one"), ("made", 1), ("came", "two"), ("made", 2), ("came", "three"), ("made", 3),
        ("came", "four"),
    ]  # fmt: skip
    assert texts(line) == [("user", "count"), ("assistant", "one two three four")]


def test_an_error_of_the_server_is_passed_on_and_the_retry_is_one_conversation(line):
    told = b'{"error": {"message": "no room", "type": "server_error"}}'
    line.server.fails = [(503, told), (400, told)]
    one, history = client(line), []
    with pytest.raises(openai.InternalServerError) as failed:
        say(one, history, "hello")
    assert failed.value.response.content == told
    history.pop()
    with pytest.raises(openai.BadRequestError):
        say(one, history, "hello")
    history.pop()
    say(one, history, "hello")
    assert texts(line) == [("user", "hello"), ("assistant", "re: hello")]


def test_a_server_that_is_not_there_is_said_in_one_sentence(tmp_path):
    heard, troubles = [], []
    ear = Ear(lambda name, turn: heard.append(turn), troubles.append)
    dead = upstream_of("http://127.0.0.1:9/v1")
    with running(create_proxy(dead, ear, Settings(tmp_path))) as before:
        one = openai.OpenAI(base_url=f"{before}/v1", api_key="k", max_retries=0)
        with pytest.raises(openai.APIStatusError) as failed:
            say(one, [], "hello")
        assert failed.value.status_code == 502
        assert "http://127.0.0.1:9 does not answer" in failed.value.body["message"]
        assert httpx.get(f"{before}/v1/models").status_code == 502
    ear.close()
    assert [turn.text for turn in heard] == ["hello"]  # it was said
    assert troubles == []


def test_a_stream_that_breaks_breaks_here_too_and_is_heard_as_far_as_it_came(line):
    def gate(at):
        if at == 2:
            raise RuntimeError("gone")

    line.server.gate = gate
    line.server.say = lambda _: "one two three"
    with pytest.raises(httpx.RemoteProtocolError), httpx.stream(
        "POST", f"{line.before}/v1/chat/completions",
        json={"stream": True, "messages": [{"role": "user", "content": "count"}]},
    ) as answer:  # fmt: skip
        for _ in answer.iter_raw():
            pass
    assert texts(line) == [("user", "count"), ("assistant", "one two ")]


def test_who_hangs_up_is_heard_as_far_as_he_got_and_ends_the_answer(line):
    gone, asked = threading.Event(), threading.Event()

    def gate(at):
        if at == 2:
            asked.set()
            gone.wait(20)

    line.server.gate = gate
    line.server.say = lambda _: "one two three four"
    one, history = client(line), []
    history.append({"role": "user", "content": "count"})
    made = one.chat.completions.create(model="m", messages=history, stream=True)
    parts = [next(made).choices[0].delta.content for _ in range(2)]
    assert asked.wait(20)
    made.close()
    while len(line.heard) < 2:  # the server is still at the third word
        time.sleep(0.01)
    gone.set()
    line.server.gate = None
    history.append({"role": "assistant", "content": "".join(parts).strip()})
    line.server.say = lambda _: "well"
    say(one, history, "go on")
    assert texts(line) == [("user", "count"), ("assistant", "one two "), ("user", "go on"),
                           ("assistant", "well")]  # fmt: skip


def test_an_error_in_hearing_is_told_once_and_nothing_else_changes(line, monkeypatch):
    def broken(*_):
        raise RuntimeError("words of somebody")

    monkeypatch.setattr(line.ear.conversations, "asked", broken)
    one, history = client(line), []
    assert say(one, history, "hello") == "re: hello"
    assert say(one, history, "again", stream=True) == "re: again"
    assert texts(line) == []
    assert len(line.troubles) == 1
    assert "words of somebody" not in line.troubles[0]


def test_what_is_no_conversation_passes_too(line):
    for body in (b"", b"no json", b"[]", b'{"messages": 5}', b'{"messages": [5, null]}'):
        told = httpx.post(f"{line.before}/v1/chat/completions", content=body)
        assert told.status_code == 500  # of the server that stands behind
    assert texts(line) == []
    assert line.troubles == []


def test_a_crisis_and_a_tool_are_heard_in_what_passes(line):
    call = {"id": "t1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    history = [
        {"role": "user", "content": [{"type": "text", "text": "I want to"},
                                     {"type": "image_url", "image_url": {"url": "data:,"}},
                                     {"type": "text", "text": "kill myself"}]},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "t1", "content": "Error: timed out"},
    ]  # fmt: skip
    say(client(line), history, "please")
    line.ear.close()
    first, second, third, *_ = (turn for _, turn in line.heard)
    assert first.text == "I want to\nkill myself"
    assert first.crisis == ("suicide",)
    assert first.notice
    assert second.text == "look()"
    assert third.values["valence"] is None


def test_a_proxy_that_comes_back_goes_on_where_it_was(line, tmp_path):
    one, history = client(line), []
    say(one, history, "hello")
    line.ear.close()
    heard = []
    ear = Ear(lambda name, turn: heard.append((name, turn)), line.troubles.append, line.folder)
    proxy = create_proxy(upstream_of(f"{line.behind}/v1"), ear, Settings(tmp_path))
    with running(proxy) as before:
        again = openai.OpenAI(base_url=f"{before}/v1", api_key=KEY)
        say(again, history, "and on")
    ear.close()
    assert [(name, turn.seq, turn.text) for name, turn in heard] == [
        (line.heard[0][0], 2, "and on"), (line.heard[0][0], 3, "re: and on")
    ]  # fmt: skip


def test_what_is_kept_is_a_transcript_that_trace_reads(line, tmp_path):
    one, history = client(line), []
    for words in ("I love it", "I hate it"):
        say(one, history, words)
    say(one, [], "another one")
    line.ear.close()
    files = [path.name for path in line.folder.glob("*.jsonl")]
    assert len(files) == 2
    done = CliRunner().invoke(
        command, ["trace", str(line.folder), "--out", str(tmp_path / "out"), "-q"]
    )
    assert done.exit_code == 0, done.output
    sql = "select session, actor, text from records order by session, seq"
    rows = CliRunner().invoke(command, ["query", sql, "--lake", str(tmp_path / "out"), "--json"])
    told = [json.loads(row) for row in rows.output.splitlines()] if rows.output else []
    told = told[0] if told and isinstance(told[0], list) else told
    assert len(told) == 6
    assert {row["text"] for row in told} >= {"I hate it", "re: another one"}


def test_strangers_need_a_token_and_pages_elsewhere_stay_out(line, tmp_path):
    with pytest.raises(BadValues, match="token"):
        Settings(tmp_path, "0.0.0.0")
    token = "a long sentence of mine"
    settings = Settings(tmp_path, "0.0.0.0", token=token)
    proxy = create_proxy(upstream_of(f"{line.behind}/v1"), line.ear, settings)
    with running(proxy) as before:
        path = f"{before}/v1/models"
        told = httpx.get(path)
        assert (told.status_code, told.json()["error"]["type"]) == (401, "authentication_error")
        assert httpx.get(path, headers={"x-affectory-token": "wrong"}).status_code == 401
        assert httpx.get(path, headers={"x-affectory-token": token}).status_code == 200
        assert "x-affectory-token" not in line.server.seen[-1][1]
    path = f"{line.before}/v1/models"
    assert httpx.get(path, headers={"host": "evil.example"}).status_code == 421
    assert httpx.get(path, headers={"origin": "https://evil.example"}).status_code == 403
    assert httpx.get(path, headers={"origin": "http://localhost:3000"}).status_code == 200


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:80", "ftp://a/v1", "http://", "http://u:p@a/v1", "http://a/v1?k=1"]
)
def test_what_is_no_address_is_refused_without_its_secrets(url):
    with pytest.raises(BadValues, match="--proxy") as refused:
        upstream_of(url)
    assert "u:p" not in str(refused.value)
