"""cli/modelling: `affectory ask --endpoint`, against a server on this machine."""

import pytest
from benchmarks.counting_server import CountingServer
from typer.testing import CliRunner

from affectory.cli import main

pytest.importorskip("openai", reason="the extra affectory[remote] is not installed")


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path))
    monkeypatch.setenv("LAB_KEY", "sk-lab")


def ask(server, *words):
    given = ("ask", *words, "--model", "m", "--endpoint", server.endpoint)
    return CliRunner().invoke(main.app, given)


def test_a_server_is_asked_once_with_its_own_key():
    with CountingServer() as server:
        for _ in range(2):
            done = ask(server, "how so?", "--key-from", "LAB_KEY", "--tokens", "9")
            assert done.output == "re: how so?\n"
        assert [seen.headers["authorization"] for seen in server.seen] == ["Bearer sk-lab"]
        assert server.seen[0].body["max_tokens"] == 9


def test_personal_data_stays_here_when_asked():
    with CountingServer() as server:
        done = ask(server, "Write to ana@mail.org", "--redact", "--system", "I am bo@mail.org")
        assert done.output == "re: Write to [EMAIL]\n"
        assert "mail.org" not in str(server.seen)


def test_a_crisis_gets_its_notice_from_a_server_as_well():
    with CountingServer() as server:
        kept = ask(server, "I want to kill myself").output
        assert server.seen == []
        said = ask(server, "I want to kill myself", "--anyway").output
    assert "--anyway" in kept
    assert "re: I want to kill myself" in said
    assert len(said.splitlines()) > 3
