"""The interface under requests that are made up from its own description: it never breaks."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from starlette.testclient import TestClient
from tests.web.conftest import HEADERS, HERE, traced

pytest.importorskip("schemathesis", reason="needs schemathesis, of the extra dev")

import schemathesis
from tests.web.known import knowing, names

from affectory.core.figure import Figure
from affectory.store.lake import open_lake
from affectory.web import uploads
from affectory.web.app import create_app
from affectory.web.settings import Settings

EXAMPLES = 4  # requests of each mode for each operation; more are made by hand: see the how-to
MODES = list(schemathesis.GenerationMode)
FEW = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def described():
    """Return every operation that the interface describes, by its label."""
    schema = schemathesis.openapi.from_dict(create_app(Settings(Path("none"))).openapi())
    found = [one.ok() for one in schema.get_all_operations()]
    return {one.label: one for one in found}


OPERATIONS = described()


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    """A client of an application over a lake with something of everything, and what it knows."""
    out = tmp_path_factory.mktemp("openapi") / "out"
    rows = [f"s{n % 4},ann,kind {n % 2},{n},I love number {n}" for n in range(24)]
    traced(out, "\n".join(["session,actor,kind,time,text", *rows, "torn"]))
    figures = [Figure("ccc", 0.5, 0.4, 0.6, 12, setting="toy")]
    open_lake(out / "lake").write_figures("run", "toy", figures, method="perceive/utterance")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uploads, "RUN", ("-c", ""))  # a process each is not what is asked here
        app = create_app(Settings(out))
        with TestClient(
            app, base_url=HERE, headers=HEADERS, raise_server_exceptions=True
        ) as client:
            yield client, names(client)


def asked(client, case):
    """Ask as a made-up case says, and return the answer."""
    told = case.as_transport_kwargs(base_url=HERE)
    told.pop("cookies", None)
    if "data" in told:
        told["content"] = told.pop("data")
    told["headers"] = {**dict(told.get("headers") or {}), **HEADERS}
    return client.request(**{key: value for key, value in told.items() if value is not None})


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", OPERATIONS)
def test_no_request_that_is_made_up_breaks_it(api, label, mode):
    client, known = api
    operation, chance = OPERATIONS[label], random.Random(0)

    @FEW
    @given(operation.as_strategy(generation_mode=mode))
    def holds(case):
        for part in (case.path_parameters, case.query):
            knowing(part, known, chance)
        answer = asked(client, case)
        assert answer.status_code < 500, case.as_curl_command()

    try:
        holds()
    except Unsatisfiable:
        pytest.skip("it is asked for nothing, and so for nothing wrong")


def test_whatever_the_interface_has_is_described(api):
    client, _ = api
    paths = {path for label in OPERATIONS for path in [label.partition(" ")[2]]}
    for part in ("beside", "queue", "figures", "groups", "kinds", "takes", "uploads", "talks"):
        assert any(part in path for path in paths), part
    assert client.get("/api/openapi.json").json()["paths"].keys() == paths


@pytest.mark.parametrize(
    "name", ['a "b"', "a 'b'", "a\\b", "a\nb", "$", "a.b]", '=F("x","y")', " "]
)
def test_a_column_of_any_name_makes_groups(tmp_path, name):
    rows = [{"session": f"s{n}", "actor": "ann", "text": "I love it", name: n % 2}
            for n in range(12)]  # fmt: skip
    out = traced(tmp_path / "out", "\n".join(map(json.dumps, rows)), "talk.jsonl")
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as client:
        job = client.get("/api/traces").json()[0]["job"]
        assert client.get(f"/api/traces/{job}/columns").json() == [name]
        told = client.get(f"/api/traces/{job}/groups", params={"by": name}).json()
        assert [one["value"] for one in told["groups"]] == ["0", "1"]


def test_states_between_turns_are_a_file_of_their_own(tmp_path):
    out = traced(tmp_path / "out")
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as client:
        take = names(client)["take"][0]
        client.post(f"/api/takes/{take}/done")
        job = client.get("/api/traces").json()[0]["job"]
        answer = client.get(f"/api/traces/{job}/sessions/0/file?space=va&by=rater:zoe")
        assert len(answer.text.splitlines()) == 51


def test_a_drawing_may_be_as_high_as_a_number_goes(api):
    client, known = api
    place = f"/api/traces/{known['job'][0]}/alike"
    huge = client.post(place, json=[-1e308, 1e308]).json()
    assert huge == client.post(place, json=[-1, 1]).json()
