"""lm.remote: against a server that counts, fails, is slow and talks nonsense, on this machine."""

import json
import logging
import math
import pickle
import re
import threading
import traceback
from functools import partial

import numpy as np
import pytest
from benchmarks.counting_server import CountingServer, Reply, good

from affectory.core.errors import (
    AffectoryError,
    BadChoice,
    BadValues,
    CapReached,
    MissingExtra,
    NotServed,
    ServerFailed,
)
from affectory.guard.redact import redact
from affectory.lm.cache import Cache
from affectory.lm.ledger import Caps, Prices, Usage
from affectory.lm.model import Ask, LanguageModel, Sampling, chat
from affectory.lm.remote import Remote as Whole
from affectory.lm.wire import OPENAI, Wire

openai = pytest.importorskip("openai", reason="the extra affectory[remote] is not installed")

Remote = partial(Whole, apart=False)  # most promises do not depend on who asks
KEY = "sk-very-secret-7"
ASKED = [chat(f"word {at}") for at in range(12)]


@pytest.fixture
def cache(tmp_path):
    kept = Cache(tmp_path / "answers.sqlite")
    yield kept
    kept.close()


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """Send nothing through a proxy, wait little between retries, know the key."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "OPENAI_ORG_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def words(answers):
    return [answer.text for answer in answers]


def quick(status, **headers):
    """Return a failure that the client may repeat at once."""
    told = (("retry-after-ms", "1"), *headers.items())
    return Reply(status, {"error": {"message": f"no {KEY} today"}}, told)


def test_it_is_a_language_model(cache):
    assert isinstance(Remote("m", "http://127.0.0.1:1/v1", cache=cache), LanguageModel)


def test_answers_come_in_the_order_of_the_questions(cache):
    slow_first = lambda number, seen: Reply(body=good(seen), pause=0.05 if number == 0 else 0)  # noqa: E731
    with CountingServer(slow_first) as server:
        said = Remote("m", server.endpoint, cache=cache).generate(ASKED)
    assert words(said) == [f"re: word {at}" for at in range(12)]
    assert (said[0].asked, said[0].said, said[0].ending) == (2, 3, "stop")


def test_a_question_is_paid_for_once_and_never_again(cache):
    with CountingServer() as server:
        first = Remote("m", server.endpoint, cache=cache)
        first.generate([*ASKED, ASKED[0]])
        assert first.usage == Usage(12, 1, 24, 36)
        second = Remote("m", server.endpoint, cache=Cache(cache.place))
        assert words(second.generate(ASKED)) == words(first.generate(ASKED))
        assert second.usage == Usage(0, 12)
        assert len(server.seen) == 12


def test_what_changes_the_answer_changes_the_key(cache):
    with CountingServer() as server:
        for model in ("m", "n"):
            for how in (None, Sampling(seed=1), Sampling(tokens=9), Sampling(stop=("\n",))):
                Remote(model, server.endpoint, cache=cache).generate([ASKED[0]], how)
        Remote("m", server.endpoint, cache=cache, extra={"top_k": 4}).generate([ASKED[0]])
        Remote("m", server.endpoint, cache=cache, known_as="elsewhere").generate([ASKED[0]])
        assert len(server.seen) == len(cache) == 10
        keys = {seen.headers["idempotency-key"] for seen in server.seen}
        assert len(keys) == 10


def test_a_server_that_moved_is_known_by_its_name(cache):
    for _ in range(2):
        with CountingServer() as server:
            Remote("m", server.endpoint, cache=cache, known_as="lab").generate(ASKED[:1])
            sent = len(server.seen)
    assert sent == 0


def test_the_request_says_how_to_draw(cache):
    how = Sampling(0.5, 0.9, 7, ("\n", "END"), 3)
    with CountingServer() as server:
        Remote("m", server.endpoint, cache=cache, extra={"seed": None, "top_k": 2}).generate(
            [chat("q", "be brief")], how
        )
        Remote("m", server.endpoint, cache=cache, limit="max_completion_tokens").generate(ASKED[:1])
        one, two = (seen.body for seen in server.seen)
    assert one == {
        "model": "m",
        "messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": "q"}],
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 7,
        "stop": ["\n", "END"],
        "top_k": 2,
    }
    assert two["max_completion_tokens"] == 256
    assert "max_tokens" not in two
    assert "stop" not in two


@pytest.mark.parametrize("at_once", [1, 4])
def test_as_many_as_allowed_are_under_way_and_no_more(cache, at_once):
    together = threading.Barrier(at_once, timeout=10)  # opens when so many wait

    def meet(number, seen):
        together.wait()

    with CountingServer(meet) as server:
        Remote("m", server.endpoint, cache=cache, at_once=at_once).generate(ASKED)
        assert (server.most, len(server.seen)) == (at_once, 12)


@pytest.mark.parametrize("status", [429, 500, 503, 408])
def test_a_passing_failure_is_repeated_under_the_same_key(cache, status):
    with CountingServer(lambda n, seen: quick(status) if n < 2 else None) as server:
        said = Remote("m", server.endpoint, cache=cache).generate(ASKED[:1])
        assert words(said) == ["re: word 0"]
        assert len({seen.headers["idempotency-key"] for seen in server.seen}) == 1
        assert len(server.seen) == 3


def test_silence_is_waited_for_and_then_repeated(cache):
    silent = lambda n, seen: Reply(body=good(seen), pause=0.4) if n == 0 else None  # noqa: E731
    with CountingServer(silent) as server:
        model = Remote("m", server.endpoint, cache=cache, patience=0.15, retries=1)
        assert words(model.generate(ASKED[:1])) == ["re: word 0"]
        assert model.usage.calls == 1


def test_a_failure_that_stays_leaves_the_other_answers(cache):
    bad = lambda n, seen: quick(500) if "word 3" in str(seen.body) else None  # noqa: E731
    with CountingServer(bad) as server:
        model = Remote("m", server.endpoint, OPENAI, cache, retries=1)
        with pytest.raises(ServerFailed, match=r"status 500 .*1 of 12 questions are open") as told:
            model.generate(ASKED)
        assert KEY not in str(told.value)
        assert len(cache) == 11
        server.rule, sent = lambda n, seen: None, len(server.seen)
        assert len(model.generate(ASKED)) == 12
        assert len(server.seen) == sent + 1


def test_a_run_of_failures_ends_the_run(cache):
    with CountingServer(lambda n, seen: quick(500)) as server:
        with pytest.raises(ServerFailed, match="100 of 100 questions are open"):
            Remote("m", server.endpoint, cache=cache, at_once=2, retries=0).generate(
                [chat(str(at)) for at in range(100)]
            )
        assert len(server.seen) < 20


@pytest.mark.parametrize(
    "body",
    [
        b"<html>busy</html>",
        b'{"choices": []}',
        b'{"choices": "many"}',
        b"[]",
        b"\xff",
        b"",
        b'{"choices": [{"message": "hi"}]}',
    ],
)
def test_nonsense_is_an_error_and_is_not_kept(cache, body):
    with CountingServer(lambda n, seen: Reply(body=body)) as server:
        model = Remote("m", server.endpoint, cache=cache)
        with pytest.raises(ServerFailed, match="a reply"):
            model.generate(ASKED[:1])
    assert len(cache) == 0
    assert model.usage == Usage()


@pytest.mark.parametrize(
    ("status", "cure"),
    [(401, "check the key in the variable OPENAI_API_KEY"), (404, "check the address")],
)
def test_what_no_question_would_pass_stops_at_once(cache, status, cure):
    with CountingServer(lambda n, seen: quick(status)) as server:
        with pytest.raises(ServerFailed, match=cure) as told:
            Remote("m", server.endpoint, OPENAI, cache, at_once=1).generate(ASKED)
        assert len(server.seen) == 1
    whole = "".join(traceback.format_exception(told.value))
    assert KEY not in whole
    assert "[KEY]" in whole


def test_a_question_that_the_server_rejects_is_named_with_its_words(cache):
    with CountingServer(lambda n, seen: quick(400)) as server:
        with pytest.raises(ServerFailed, match=r"status 400 .*check the question"):
            Remote("m", server.endpoint, cache=cache).generate(ASKED[:1])
        assert len(server.seen) == 1


def test_nobody_there_is_said(cache):
    with CountingServer() as server:
        gone = server.endpoint
    with pytest.raises(ServerFailed, match="nobody there"):
        Remote("m", gone, cache=cache, retries=0).generate(ASKED)


def test_a_filtered_answer_is_an_answer(cache):
    told = {"error": {"message": "no", "code": "content_filter"}}
    ended = {"choices": [{"message": {"content": None}, "finish_reason": "content_filter"}]}
    spoken = {"choices": [{"message": {"content": None, "refusal": "I would rather not"}}]}
    replies = [Reply(400, told), Reply(body=ended), Reply(body=spoken)]
    with CountingServer(lambda n, seen: replies[n]) as server:
        model = Remote("m", server.endpoint, cache=cache, at_once=1)
        for _ in range(2):
            said = model.generate(ASKED[:3])
            assert [answer.ending for answer in said] == ["refused"] * 3
        assert words(said) == ["", "", "I would rather not"]
        assert len(server.seen) == 3


def test_an_answer_that_was_cut_says_so(cache):
    cut = {"choices": [{"message": {"content": "and"}, "finish_reason": "length"}]}
    with CountingServer(lambda n, seen: Reply(body=cut)) as server:
        (said,) = Remote("m", server.endpoint, cache=cache).generate(ASKED[:1])
    assert (said.ending, said.asked, said.said) == ("length", 0, 0)  # nothing was counted


def test_where_the_server_does_not_count_the_worst_is_assumed(cache):
    bare = {"choices": [{"message": {"content": "and"}}]}
    with CountingServer(lambda n, seen: Reply(body=bare)) as server:
        model = Remote("m", server.endpoint, cache=cache, prices=Prices(1e6, 1e6))
        model.generate(ASKED[:1], Sampling(tokens=5))
    assert model.usage.said == 5
    assert model.usage.asked >= len("word 0")
    assert model.usage.cost == model.usage.asked + 5


def test_a_cap_ends_the_run_and_what_was_answered_is_kept(cache):
    with CountingServer() as server:
        model = Remote("m", server.endpoint, cache=cache, caps=Caps(calls=5))
        with pytest.raises(CapReached, match="used 5 calls, expected at most 5"):
            model.generate(ASKED)
        assert len(server.seen) == len(cache) == 5
        richer = Remote("m", server.endpoint, cache=cache)
        assert len(richer.generate(ASKED)) == 12
        assert richer.usage == Usage(7, 5, 14, 21)


def test_a_named_run_remembers_what_it_spent(cache):
    with CountingServer() as server:
        for used in (8, 10):
            model = Remote("m", server.endpoint, cache=cache, caps=Caps(calls=10), run="monday")
            if used == 8:
                model.generate(ASKED[:8])
            else:
                with pytest.raises(CapReached):
                    model.generate(ASKED)
        assert len(server.seen) == 10


def test_token_and_money_caps_are_never_passed(cache):
    with CountingServer() as server:
        prices = Prices(100.0, 100.0)
        for caps in (Caps(tokens=2000), Caps(cost=0.2)):
            model = Remote(str(caps), server.endpoint, cache=cache, caps=caps, prices=prices)
            with pytest.raises(CapReached):
                model.generate([chat(f"{at} " * 20) for at in range(200)], Sampling(tokens=64))
            assert 1500 < model.usage.asked + model.usage.said <= 2000


def test_the_key_is_sent_and_shown_nowhere(cache, caplog, monkeypatch):
    monkeypatch.setenv("MY_KEY", "sk-other-9")
    with caplog.at_level(logging.DEBUG), CountingServer() as server:
        model = Remote("m", server.endpoint, key_from="MY_KEY", cache=cache)
        model.generate(ASKED[:2])
        assert {seen.headers["authorization"] for seen in server.seen} == {"Bearer sk-other-9"}
    shown = repr(model), str(vars(model)), caplog.text, pickle.dumps(model).decode("latin1")
    kept = b"".join(file.read_bytes() for file in cache.place.parent.iterdir())
    assert "sk-other-9" not in "".join(shown) + kept.decode("latin1")


def test_whose_client_it_is_stays_here(cache, monkeypatch):
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")
    with CountingServer() as server:
        Remote("m", server.endpoint, cache=cache).generate(ASKED[:1])
        assert not [name for name in server.seen[0].headers if name.startswith("openai-")]


def test_a_far_server_without_a_key_is_not_called(cache, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(ServerFailed, match="no key in the environment variable OPENAI_API_KEY"):
        Remote("m", "https://models.invalid/v1", OPENAI, cache).generate(ASKED[:1])


@pytest.mark.parametrize(
    ("endpoint", "key"),
    [
        ("https://api.openai.com/v1", KEY),
        ("https://eu.api.openai.com/v1", KEY),
        ("https://evilopenai.com/v1", "none"),
        ("https://api.openai.com.evil.org/v1", "none"),
        ("http://models.invalid/v1", "none"),
        ("http://127.0.0.1:8000/v1", "none"),
    ],
)
def test_the_key_of_openai_goes_unasked_to_openai_alone(endpoint, key):
    client = Wire(endpoint)._client
    assert client.api_key == key


def test_a_server_that_wants_a_key_is_told_of(cache):
    with CountingServer(lambda n, seen: quick(401)) as server:
        with pytest.raises(ServerFailed, match=r"no key was sent.*key_from"):
            Remote("m", server.endpoint, cache=cache, at_once=1).generate(ASKED[:1])
        assert server.seen[0].headers["authorization"] == "Bearer none"


def test_a_key_does_not_leave_over_plain_http(cache):
    for endpoint, name in (("http://models.invalid/v1", "K"), ("http://api.openai.com/v1", "")):
        with pytest.raises(BadValues, match=r"over plain http, expected .*https; write https"):
            Remote("m", endpoint, name, cache)
    for host in ("localhost", "127.0.0.2", "[::1]"):
        assert Remote("m", f"http://{host}:8000/v1", "K", cache).key_from == "K"


def test_a_near_server_needs_no_key(cache, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    with CountingServer() as server:
        Remote("m", server.endpoint, cache=cache).generate(ASKED[:1])
        assert server.seen[0].headers["authorization"] == "Bearer none"


def test_what_is_redacted_is_neither_sent_nor_kept(cache):
    with CountingServer() as server:
        model = Remote("m", server.endpoint, cache=cache, redact=lambda text: redact([text])[0])
        (said,) = model.generate([chat("mail ana@mail.org", "or bo@mail.org")])
        model.score([Ask(chat("mail eva@mail.org"), ("joy",))])
        sent = json.dumps([seen.body for seen in server.seen])
    assert said.text == "re: mail [EMAIL]"
    assert sent.count("[EMAIL]") == 3
    assert "mail.org" not in sent


def test_half_a_sign_does_not_stop_a_run(cache):
    with CountingServer() as server:
        (said,) = Remote("m", server.endpoint, cache=cache).generate([chat("so \ud83d what")])
    assert said.text == "re: so ? what"


def test_two_who_ask_the_same_at_once_pay_once(cache):
    with CountingServer(pause=0.02) as server:
        model = Remote("m", server.endpoint, cache=cache)
        both = [threading.Thread(target=model.generate, args=(ASKED,)) for _ in range(3)]
        for one in both:
            one.start()
        for one in both:
            one.join()
        assert len(server.seen) == 12
        assert model.usage == Usage(12, 24, 24, 36)


def test_a_score_comes_from_the_likeliest_tokens_shown(cache):
    with CountingServer() as server:
        model = Remote("m", server.endpoint, cache=cache)
        ((joy, sad),) = model.score([Ask(chat("a"), ("joy", " sad"))])
        assert len(server.seen) == 1
        assert server.seen[0].body["top_logprobs"] == 20
    np.testing.assert_allclose([joy.total, sad.total], np.log([0.5, 0.3]), rtol=1e-6)
    assert (sad.tokens, sad.rank.tolist()) == ((" sad",), [1])


def test_answers_of_several_tokens_are_walked_where_the_server_goes_on(cache):
    with CountingServer() as server:
        model = Remote("m", server.endpoint, cache=cache, prefill=True)
        ((fear, sadness, joy),) = model.score([Ask(chat("a"), ("fear", " sadness", "joy"))])
        assert len(server.seen) == 3  # the beginning once, then one step for each that goes on
        assert server.seen[1].body["continue_final_message"] is True
    assert (fear.tokens, sadness.tokens) == (("fe", "ar"), (" sad", "ness"))
    np.testing.assert_allclose(fear.logp, np.log([0.2, 0.8]), rtol=1e-6)
    np.testing.assert_allclose(sadness.total, math.log(0.27), rtol=1e-6)
    assert fear.rank.tolist() == [2, 0]
    assert joy.tokens == ("joy",)


def test_echoed_answers_are_scored_whole(cache):
    with CountingServer() as server:
        plain = lambda prompt: prompt[-1].text + " is"  # noqa: E731
        model = Remote("m", server.endpoint, cache=cache, plain=plain)
        ((one, two),) = model.score([Ask(chat("it"), (" so", " so good"))])
        assert server.seen[0].path == "/v1/completions"
    assert two.tokens == (" so", " good")
    assert two.logp.tolist() == [-3.0, -5.0]
    assert two.rank.tolist() == [1, 1]
    assert one.tokens == (" so",)


@pytest.mark.parametrize(
    ("body", "plain"),
    [
        ({"choices": [{"message": {"content": "joy"}}]}, None),
        ({"choices": [{"message": {"content": "joy"}, "logprobs": None}]}, None),
        ({"choices": [{"text": "joy", "logprobs": None}]}, str),
    ],
)
def test_a_server_without_likelihoods_cannot_score_and_is_paid_once(cache, body, plain):
    with CountingServer(lambda n, seen: Reply(body=body)) as server:
        model = Remote("m", server.endpoint, cache=cache, plain=plain)
        for _ in range(2):
            with pytest.raises(NotServed, match=r"use lm\.local"):
                model.score([Ask(chat("a"), ("joy",))])
        assert len(server.seen) == 1


def test_a_server_that_rejects_logprobs_cannot_score(cache):
    told = {"error": {"message": "logprobs are not supported by this model"}}
    with (
        CountingServer(lambda n, seen: Reply(400, told)) as server,
        pytest.raises(NotServed, match=r"lm\.local"),
    ):
        Remote("m", server.endpoint, cache=cache).score([Ask(chat("a"), ("joy",))])


@pytest.mark.parametrize(
    ("answer", "cure"),
    [("anger", "a larger `top`"), ("sad", "a space before it?"), (" sadness", "`prefill`")],
)
def test_a_likelihood_that_is_not_shown_is_not_guessed(cache, answer, cure):
    with CountingServer() as server, pytest.raises(NotServed, match=re.escape(cure)):
        Remote("m", server.endpoint, cache=cache).score([Ask(chat("a"), (answer,))])


def test_states_are_not_served(cache):
    model = Remote("m", "http://127.0.0.1:1/v1", cache=cache)
    for act in (lambda: model.hidden(["a"], (0,)), lambda: model.steered(())):
        with pytest.raises(NotServed, match=r"use lm\.local"):
            act()


def test_it_travels_to_other_processes(cache):
    with CountingServer() as server:
        model = Remote("m", server.endpoint, cache=cache, at_once=3, caps=Caps(calls=9))
        model.generate(ASKED[:2])
        twin = pickle.loads(pickle.dumps(model))
        assert (twin.at_once, twin.caps, twin.digest) == (3, Caps(calls=9), model.digest)
        twin.generate(ASKED[:2])
        assert twin.usage == Usage(0, 2)


def test_its_digest_follows_address_model_and_parameters():
    one = Remote("m", "http://127.0.0.1:1/v1/")
    assert one.digest == Remote("m", "http://127.0.0.1:1/v1", at_once=2).digest
    others = (
        Remote("n", "http://127.0.0.1:1/v1"),
        Remote("m", "http://127.0.0.1:2/v1"),
        Remote("m", "http://127.0.0.1:1/v1", extra={"top_k": 1}),
    )
    assert len({one.digest, *(other.digest for other in others)}) == 4


@pytest.mark.parametrize(
    ("endpoint", "more"),
    [
        ("127.0.0.1:80", {}),
        ("ftp://a.org", {}),
        ("https://me:secret@a.org/v1", {}),
        ("http://a.org", {"at_once": 0}),
        ("http://a.org", {"retries": -1}),
        ("http://a.org", {"caps": Caps(cost=1.0)}),
    ],
)
def test_what_makes_no_sense_is_refused_when_it_is_made(endpoint, more):
    with pytest.raises(BadChoice) as told:
        Remote("m", endpoint, **more)
    assert "secret" not in str(told.value)


def test_without_the_client_the_extra_is_named(cache, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "openai", None)
    with pytest.raises(MissingExtra, match=r"affectory\[remote\]") as told:
        Remote("m", "http://127.0.0.1:1/v1", cache=cache).generate(ASKED[:1])
    assert isinstance(told.value, AffectoryError)
