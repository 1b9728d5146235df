"""cli/living and cli/proxying: turns on the terminal, typed or overheard."""

import json
import subprocess
import sys
import threading

import pytest
from typer.testing import CliRunner

from affectory.cli.main import app

MAIN = [sys.executable, "-c", "from affectory.cli.main import main; main()"]


def live(*words, said=""):
    return CliRunner().invoke(app, ["live", *words], input=said)


def test_a_line_of_json_has_words_and_time(tmp_path):
    kept = tmp_path / "talk.jsonl"
    done = live("--json", "--keep", str(kept), said="Ann: I love it\n\nwhatever\n")
    assert done.exit_code == 0, done.output
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["actor"], one["text"]) for one in told] == [("Ann", "I love it"),
                                                            ("user", "whatever")]  # fmt: skip
    assert told[0]["time"] == json.loads(kept.read_text().splitlines()[0])["time"]
    again = live("--json", "--keep", str(kept), said="ok\n")
    assert [json.loads(line)["text"] for line in again.stdout.splitlines()][-1] == "ok"
    assert again.stdout.splitlines()[:2] == done.stdout.splitlines()


def test_a_notice_stands_beside_the_lines():
    done = live("--json", said="I want to kill myself\n")
    assert "kill myself" not in done.stderr
    assert json.loads(done.stdout)["notice"] in done.stderr


def test_a_talk_beside_a_lake_can_be_followed_on_the_page(tmp_path):
    pytest.importorskip("fastapi", reason="needs affectory[web]")
    from affectory.web.talks import listed

    assert live("--lake", str(tmp_path / "out"), said="hello\nthere\n").exit_code == 0
    (one,) = listed(tmp_path / "out")
    assert (one.overheard, one.turns, one.words) == (True, 2, "hello")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--keep", "a", "--lake", "b"), "one of them"),
        (("--proxy", "nowhere"), "http://127.0.0.1:8080/v1"),
        (("--proxy", "http://127.0.0.1:8322/v1"), "own address"),
        (("--proxy", "http://127.0.0.1:1/v1", "--host", "0.0.0.0"), "--token"),
        (("--proxy", "http://127.0.0.1:1/v1", "--keep", "file"), "a folder"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(words, told, tmp_path):
    (tmp_path / "file").touch()
    done = subprocess.run([*MAIN, "live", *words], capture_output=True, text=True, cwd=tmp_path,
                          check=False)  # fmt: skip
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_proxy_prints_what_passes_and_ends_when_asked(tmp_path):
    httpx = pytest.importorskip("httpx", reason="needs affectory[web]")
    from tests.web.upstream import Upstream, running

    with running(Upstream().app) as behind:
        command = [*MAIN, "live", "--proxy", f"{behind}/v1", "--port", "0", "--json"]
        with subprocess.Popen(
            [*command, "--lake", str(tmp_path / "out")],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ) as proxy:  # fmt: skip
            guard = threading.Timer(90, proxy.kill)
            guard.start()
            try:
                address = proxy.stderr.readline().split()[0]
                asked = {"messages": [{"role": "user", "content": "I want to kill myself"}]}
                answer = httpx.post(f"{address}/chat/completions", json=asked, timeout=60)
                assert answer.status_code == 200
                lines = [json.loads(proxy.stdout.readline()) for _ in range(2)]
                assert lines[0]["notice"] in proxy.stderr.readline()
                proxy.send_signal(2)
                out, err = proxy.communicate()
            finally:
                guard.cancel()
                proxy.kill()
    assert [line["actor"] for line in lines] == ["user", "assistant"]
    assert lines[0]["talk"] == lines[1]["talk"]
    assert out == ""
    assert "re: I want" not in err
    assert "stopped; the turns are in" in err
    assert proxy.returncode == 0
