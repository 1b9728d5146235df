"""Names that a running explorer knows, for requests that are made up: else each would end at once.

Schemathesis reads this module where it runs by hand:

    SCHEMATHESIS_HOOKS=tests.web.known schemathesis run http://127.0.0.1:8321/api/openapi.json ...
"""

import os
import random
from typing import Any

import httpx
import schemathesis

HEADERS = {"x-affectory": "1"}
WORDS = {"space": ["vad", "va", "ekman7n"], "axis": ["valence", "arousal", "joy"],
         "by": ["rater:zoe", "perceive/utterance", "kind"], "kind": ["csv", "parquet"]}  # fmt: skip


def names(client: httpx.Client) -> dict[str, list[Any]]:
    """Return what a server has, by the parameter that asks for it; a take and a talk are begun."""
    traces = client.get("/api/traces").json()
    job = traces[0]["job"]
    wish = {"rater": "zoe", "space": "va", "axes": ["valence"], "kind": "traced"}
    take = client.post(f"/api/traces/{job}/sessions/0/takes", json=wish).json()["id"]
    rows = [{"n": n, "at": n / 25, "said": {"valence": 0.1}} for n in range(50)]
    client.post(f"/api/takes/{take}/samples", json=rows)
    talk = client.post("/api/talks").json()["talk"]
    sent = client.post("/api/uploads", content=b"ann: I love it\n", headers={"x-name": "a.txt"})
    return {"job": [row["job"] for row in traces], "other": [job], "number": [0, 1], "place": [0],
            "take": [take], "talk": [talk], "upload": [sent.json()["id"]], **WORDS}  # fmt: skip


def knowing(
    told: dict[str, Any] | None, known: dict[str, list[Any]], chance: random.Random
) -> None:
    """Replace most of what was made up by what there is."""
    for name in sorted(set(told or {}) & set(known)):
        if told and chance.random() < 0.9:
            told[name] = chance.choice(known[name])


if "SCHEMATHESIS_HOOKS" in os.environ:
    _address = os.environ.get("EXPLORER", "http://127.0.0.1:8321")
    _known = names(httpx.Client(base_url=_address, headers=HEADERS, timeout=60))
    _chance = random.Random(0)

    @schemathesis.hook
    def map_path_parameters(context: Any, path_parameters: dict[str, Any]) -> dict[str, Any]:
        """Ask for what there is."""
        knowing(path_parameters, _known, _chance)
        return path_parameters

    @schemathesis.hook
    def map_query(context: Any, query: dict[str, Any]) -> dict[str, Any]:
        """Ask for what there is."""
        knowing(query, _known, _chance)
        return query
