"""web/phrases and seeking: words are understood as they are documented, and find what moves so."""

import polars as pl
import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HEADERS, HERE, traced

from affectory.core.errors import BadChoice, BadValues
from affectory.measure.shapes import PARTS
from affectory.web.app import create_app
from affectory.web.phrases import read
from affectory.web.settings import Settings

AXES = {
    "vad": ("valence", "arousal", "dominance"),
    "ekman7n": ("fear", "joy", "sadness"),
    "goemotions28": ("fear", "relief", "excitement"),
}


def understood(words, space="vad", axis="valence"):
    return [(part.axis, part.moves) for part in read(words, AXES, space, axis)]


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("rising fear then relief", [("fear", (1,)), ("valence", (1,))]),
        ("falling valence", [("valence", (-1,))]),
        ("valence down and up again", [("valence", (-1, 1))]),
        ("Sadness peak", [("sadness", (1, -1))]),
        ("rising fear then rising joy", [("fear", (1,)), ("joy", (1,))]),
        ("fear rises, then falls", [("fear", (1, -1))]),
        ("down then up", [("valence", (-1, 1))]),
        ("energy drops -> mood recovers", [("arousal", (-1,)), ("valence", (1,))]),
        ("level then rising", [("valence", (0, 1))]),
        ("rising relief", [("relief", (1,))]),  # an axis of a Space, since it moves
        ("rising excitement", [("excitement", (1,))]),  # a name goes before another word for one
    ],
)
def test_a_phrase_is_understood_as_documented(words, parts):
    assert understood(words) == parts


def test_an_axis_of_the_space_that_is_looked_at_goes_first():
    assert read("rising fear", AXES, "goemotions28", "relief")[0].space == "goemotions28"
    assert read("rising fear", AXES, "vad", "valence")[0].space == "ekman7n"
    assert read("rising", AXES, "ekman7n", "joy")[0][:2] == ("ekman7n", "joy")


def test_movements_share_the_session_and_its_line_turns_where_they_do():
    first, second = read("fear up and down, joy up", AXES, "vad", "valence")
    assert (first.first, first.last, second.first, second.last) == (0, 11, 11, PARTS)
    assert first.line == [-1, 1, -1]
    assert second.line == [-1, 1]
    assert first.said == "fear rises, then falls"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("slowly rising fear", "'slowly', which is not understood"),
        ("fear", "fear and no movement"),
        ("rising fear and falling joy", 'put "then" between them'),
        ("level fear then rising joy", "stays level"),
        ("rising 7", "'7', which is not understood"),
    ],
)
def test_what_is_not_understood_is_said_with_what_is_possible(words, said):
    with pytest.raises(BadValues, match=r"rising, falling, peak|then") as told:
        understood(words)
    assert said in str(told.value)


@pytest.mark.parametrize("words", ["...", "up down up down up down"])
def test_a_phrase_has_one_to_five_movements(words):
    with pytest.raises(BadChoice, match="1 to 5"):
        understood(words)


def test_relief_needs_an_axis_of_valence():
    with pytest.raises(BadValues, match="'valence', which is not understood"):
        read("rising fear then relief", {"ekman7n": AXES["ekman7n"]}, "ekman7n", "fear")


PLANS = {
    "relief": ["plain", "fear", "fear", "glad", "glad"],
    "worse": ["glad", "glad", "plain", "fear", "fear"],
    "joy": ["plain", "plain", "plain", "glad", "glad"],
    "sad": ["plain", "sad", "sad", "sad", "plain"],
}
SAYS = {
    "plain": "The train leaves at nine.",
    "fear": "I am terrified and so afraid.",
    "glad": "I am so happy, I love this!",
    "sad": "I am so sad, I cried all night.",
}


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """Sixteen sessions of four kinds of which each word is known, ten turns each."""
    rows = [
        {"session": f"{name}-{n}", "actor": "ann", "text": SAYS[step]}
        for n in range(4)
        for name, plan in PLANS.items()
        for step in plan
        for _ in range(2)
    ]
    folder = tmp_path_factory.mktemp("planted")
    out = traced(folder / "out", pl.DataFrame(rows).write_csv())
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as client:
        yield client, f"/api/traces/{client.get('/api/traces').json()[0]['job']}"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("rising fear then relief", "relief"),
        ("falling mood", "worse"),
        ("sadness peak", "sad"),
        ("level joy then up", "joy"),
        ("rising fear then rising joy", "relief"),
    ],
)
def test_planted_sessions_are_found_by_words(planted, words, kind):
    client, base = planted
    told = client.post(f"{base}/search", json={"words": words}).json()
    best = [one["session"].rpartition("/")[2] for one in told["found"][:4]]
    assert {name.partition("-")[0] for name in best} == {kind}
    scores = [one["score"] for one in told["found"]]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.6
    assert {len(one["courses"]) for one in told["found"]} == {
        len({p["axis"] for p in told["parts"]})
    }


def test_a_search_says_how_it_was_understood_and_its_words_stand_in_no_address(planted):
    client, base = planted
    told = client.post(f"{base}/search", json={"words": "rising fear then relief"}).json()
    assert told["said"] == "fear rises, then valence rises"
    assert [(p["space"], p["first"], p["last"]) for p in told["parts"]] == [
        ("ekman7n", 0, 8), ("vad", 8, 16)]  # fmt: skip
    assert client.get(f"{base}/search?words=rising").status_code == 405
    wrong = client.post(f"{base}/search", json={"words": "gloomy fear"})
    assert wrong.status_code == 422
    assert "'gloomy'" in wrong.json()["detail"]
