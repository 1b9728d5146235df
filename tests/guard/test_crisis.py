"""guard/crisis: sentences whose kind is plain first, then the edges, then hostile input."""

import csv
import gzip
import io
import os
import time
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectory.core.errors import BadChoice, BadValues
from affectory.guard import crisis

DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[2].parent / "shared" / "data"))


def kinds(*texts: str | None) -> list[str]:
    return crisis.flags(texts)["kind"].to_list()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I want to die", "suicide"),
        ("I keep thinking about ending my life", "suicide"),
        ("Everyone would be better off without me.", "suicide"),
        ("there's no reason to live anymore", "suicide"),
        ("I wish I had never been born", "suicide"),
        ("I fell asleep hoping I wouldn't wake up", "suicide"),
        ("ya no quiero vivir", "suicide"),
        ("No le veo sentido a la vida", "suicide"),
        ("last night I cut myself on purpose", "self-harm"),
        ("tengo ganas de hacerme daño", "self-harm"),
        ("I have thoughts of hurting my baby", "harm-to-others"),
        ("my husband hits me when he drinks", "danger"),
        ("I don't feel safe at home", "danger"),
        ("mi marido me pega", "danger"),
        ("just go kill yourself", "urged"),
        ("her brother took his own life", "another"),
        ("su hermano se suicidó", "another"),
        ("are you thinking about killing yourself?", "asked"),
        ("¿has pensado en quitarte la vida?", "asked"),
        ("I'm not suicidal", "denied"),
        ("I don't want to die", "denied"),
        ("no quiero morir", "denied"),
    ],
)
def test_a_plain_sentence_has_its_kind(text, kind):
    assert kinds(text) == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "this traffic is killing me",
        "I could die of laughter",
        "we can kill two birds with one stone",
        "I'm dead tired, and dead serious",
        "me muero de risa",
        "me muero por un café",
        "I wanted to die of embarrassment",
        "I was killing myself laughing",
        "it was a suicide mission, political suicide even",
        "my phone died and my hopes with it",
        "that cake is to die for",
        "I don't want to live in the city",
        "vamos a matar el tiempo",
        "they beat me to it",
        "he beats me at chess",
        "I never want to hurt anyone",
        "she is a breast cancer survivor",
    ],
)
def test_an_idiom_does_not_fire(text):
    assert kinds(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "I DON’T WANT TO LIVE",  # noqa: RUF001
        "i dont want to live",
        "I don ' t want to live",
        "I don‚Äôt want to live",  # noqa: RUF001
        "I do not want to liiiive",
        "I don't *want* to... live",
        "I don't\nwant   to live",
        "I don't want to 𝓵𝓲𝓿𝓮",  # noqa: RUF001
    ],
)
def test_spelling_makes_no_difference(text):
    assert kinds(text) == ["suicide"]


def test_accents_are_optional_and_may_be_decomposed():
    assert kinds("no aguanto mas, ojala me muera", "ojala\u0301 me muera") == ["suicide"] * 2


def test_a_denial_does_not_hide_the_wish_beside_it():
    assert kinds("I'm not suicidal, I just don't want to exist") == ["denied", "suicide"]


def test_an_idiom_does_not_hide_the_wish_beside_it():
    assert kinds("I was killing myself laughing. Then I wanted to kill myself.") == ["suicide"]


def test_a_phrase_does_not_reach_over_the_end_of_a_sentence():
    assert kinds("That is all I want. To die is to be forgotten, he wrote") == []


def test_offsets_point_at_the_words():
    texts = ["ñandú 🙂 — I want to diiie, ok?", "x"]
    (flag,) = crisis.flags(texts).rows(named=True)
    assert texts[flag["row"]][flag["start"] : flag["stop"]] == "want to diiie"
    assert flag["phrase"] == "want to die"


def test_a_phrase_never_repeats_what_else_was_said():
    (flag,) = crisis.flags(["are you Zebulon still suicidal"]).rows(named=True)
    assert "ebulon" not in flag["phrase"]


def test_a_quoted_wish_is_flagged_too_since_phrases_know_no_speaker():
    assert kinds('She sang "I want to die" and bowed') == ["suicide"]


def test_nothing_said_is_nothing_found():
    found = crisis.flags([None, "", "   ", "?!"])
    assert found.is_empty()
    assert found.schema == crisis.flags(["I want to die"]).schema
    assert crisis.flags([]).is_empty()


def test_a_series_and_a_list_give_the_same():
    texts = ["I want to die", None, "hello"]
    assert crisis.flags(pl.Series(texts)).equals(crisis.flags(texts))


def test_rows_are_counted_across_chunks():
    texts = ["fine"] * 60_000 + ["I want to die"]
    assert crisis.flags(texts)["row"].to_list() == [60_000]


@pytest.mark.parametrize("texts", ["I want to die", [1, 2], pl.Series([b"bytes"])])
def test_what_is_no_column_of_texts_is_refused(texts):
    with pytest.raises(BadValues, match="texts"):
        crisis.flags(texts)


@given(st.lists(st.text() | st.none(), max_size=6))
def test_any_text_goes_through_and_offsets_stay_inside(texts):
    for flag in crisis.flags(texts).iter_rows(named=True):
        assert 0 <= flag["start"] < flag["stop"] <= len(texts[flag["row"]])


@pytest.mark.parametrize(
    "piece", ["a", "want to ", "i don't ", "he he ", "' ", "i wish that ", ".", "die ", "\u0301"]
)
def test_time_grows_with_length_and_no_faster(piece):
    def spent(n: int) -> float:
        begin = time.process_time()
        crisis.flags([piece * n])
        return time.process_time() - begin

    spent(1_000)
    # Eight times the text in at most forty times the time: quadratic growth would be 64-fold.
    assert spent(80_000) < 40 * max(spent(10_000), 0.01)


def test_no_flag_no_notice():
    assert crisis.notice(crisis.flags(["lovely day"])) is None


@pytest.mark.parametrize("language", crisis.LANGUAGES)
@pytest.mark.parametrize("text", ["I want to die", "I'm not suicidal", "my partner hits me"])
def test_a_notice_says_where_to_turn_and_that_it_may_be_wrong(text, language):
    words = crisis.notice(crisis.flags([text]), language)
    assert "findahelpline.com" in words
    assert {"en": "can be wrong", "es": "puede equivocarse"}[language] in words


def test_what_is_only_named_opens_more_softly():
    assert crisis.notice(crisis.flags(["I'm not suicidal"])).startswith("Suicide or self-harm is")
    both = crisis.notice(crisis.flags(["I'm not suicidal", "I want to die"]))
    assert both.startswith("Some words here can be a sign")


def test_a_notice_in_an_unknown_language_is_refused():
    with pytest.raises(BadChoice, match="language"):
        crisis.notice(crisis.flags(["I want to die"]), "tlh")


def test_everyday_talk_rarely_fires():
    path = DATA / "meld" / "dev_sent_emo.csv.gz"
    if not path.exists():
        pytest.skip("no data folder")
    text = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
    said = [row["Utterance"] for row in csv.DictReader(io.StringIO(text))]
    assert crisis.flags(said)["row"].n_unique() <= 0.005 * len(said)
