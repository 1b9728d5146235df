"""show/report: one file, hostile input, a size that holds."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import NoRecords
from affectory.core.evidence import Evidence
from affectory.core.figure import Figure
from affectory.core.records import Clock, Records
from affectory.core.space import Axis, Kind, Space
from affectory.core.states import States
from affectory.core.trajectory import Trajectory
from affectory.measure.arcs import arcs
from affectory.represent.vocabularies import VAD, VALENCE
from affectory.show import report

VOID = {"meta", "input", "br", "link", "img", "hr"}


class Page(HTMLParser):
    """Every element with its attributes; fails on a tag that is closed by another."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.text = [], [], []
        self.feed(text)
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        """Open an element."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Note an element without content."""
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        """Close the last one opened, and no other."""
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        """Keep what a person reads."""
        self.text.append(data)

    def all(self, tag):
        """Return the attributes of every `tag`."""
        return [attrs for name, attrs in self.elements if name == tag]


def written(tmp_path, world, **more):
    records, states = world
    path = report(tmp_path / "out" / "report.html", records=records, states=states, **more)
    text = path.read_text("utf-8")
    return text, Page(text)


def test_the_page_is_well_formed_and_says_its_language(tmp_path, make_world):
    _, page = written(tmp_path, make_world())
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("h1")) == 1
    assert len(page.all("section")) >= 4


def test_every_id_is_there_once_and_every_link_leads_somewhere(tmp_path, make_world):
    _, page = written(tmp_path, make_world())
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    hrefs = [attrs["href"] for _, attrs in page.elements if "href" in attrs]
    assert hrefs
    assert all(href.startswith("#") and href[1:] in ids for href in hrefs)


def test_nothing_is_loaded_from_anywhere(tmp_path, make_world):
    text, page = written(tmp_path, make_world())
    assert not re.findall(r"https?://|//\w|@import|url\((?!#)", text)
    for _, attrs in page.elements:
        assert not {"src", "srcset", "action", "formaction"} & set(attrs)


def test_the_policy_admits_this_style_and_this_script_alone(tmp_path, make_world):
    text, page = written(tmp_path, make_world())
    policy = next(a["content"] for a in page.all("meta") if "http-equiv" in a)
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        (body,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, flags=re.S)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    for _, attrs in page.elements:
        assert "style" not in attrs
        assert not [name for name in attrs if name.startswith("on")]


HOSTILE = (
    "<script>alert(1)</script>",
    "</title></style></script><img src=x onerror=alert(2)>",
    "\"' onmouseover='alert(3)",
    "{{ 7 * 7 }} {% raw %} $\\frac{",
    "\u202eright to left \u05e9\u05dc\u05d5\u05dd",
    "javascript:alert(4)",
    "]]><!-- & &amp; &lt;",
)


def hostile_world():
    n = len(HOSTILE)
    table = pl.DataFrame(
        {"session": [HOSTILE[k % 3] for k in range(n)], "actor": HOSTILE, "text": HOSTILE}
    )
    records = Records(table)
    values = np.linspace(-0.9, 0.9, 3 * n).reshape(n, 3)
    return records, States.of(Trajectory.on(records, VAD, values, HOSTILE[0]))


def test_hostile_words_are_shown_and_never_run(tmp_path):
    records, states = hostile_world()
    evidence = [
        Evidence(
            HOSTILE[0], HOSTILE[0], 0, 1, "valence", 0.5, record=0, span=(0, 8), text=HOSTILE[1]
        ),
        Evidence(HOSTILE[0], HOSTILE[0], 0, 1, HOSTILE[2], 0.5, record=0, text=HOSTILE[1]),
    ]
    _, page = written(
        tmp_path, (records, states), evidence=evidence, title=HOSTILE[1], notices=[HOSTILE[0]],
        figures=[Figure(HOSTILE[2], 0.5, setting=HOSTILE[0])], arcs=arcs(states["vad"]),
        rejected=pl.DataFrame({"reason": [HOSTILE[1]]}), cautions=[HOSTILE[0]],
        provenance={HOSTILE[2]: HOSTILE[1]},
    )  # fmt: skip
    assert len(page.all("script")) == 1
    assert not page.all("img")
    for _, attrs in page.elements:
        assert not [name for name in attrs if name.startswith("on")]
        assert not str(attrs.get("href", "")).startswith("javascript")
    shown = "".join(page.text)
    for words in HOSTILE:
        assert words in shown
    assert "{{ 7 * 7 }}" in shown


def test_names_are_set_apart_from_the_direction_of_the_line(tmp_path):
    text, _ = written(tmp_path, hostile_world())
    assert f"<bdi>{HOSTILE[4]}</bdi>" in text
    assert '<p class="said" dir="auto">' in text


def test_every_picture_has_a_sentence_in_its_stead(tmp_path, make_world):
    _, page = written(tmp_path, make_world())
    drawings = [attrs for attrs in page.all("svg") if attrs.get("class") == "plot"]
    assert len(drawings) == 2 * 3 + 1  # arc, plane and stream of two sessions, and all of them
    for attrs in drawings:
        assert len(attrs["aria-label"]) > 20
        assert attrs["role"] in ("img", "group")
    assert any("Valence of ann" in attrs["aria-label"] for attrs in drawings)


def test_each_dot_leads_to_its_turn_and_back(tmp_path, make_world):
    _, page = written(tmp_path, make_world(sessions=1, turns=10, lost=0.0))
    dots = [attrs for attrs in page.all("a") if attrs.get("class") == "dot"]
    chips = [attrs for attrs in page.all("a") if attrs.get("class") == "chip"]
    assert {dot["href"][1:] for dot in dots} == {f"s1-t{seq}" for seq in range(10)}
    assert {chip["href"][1:] for chip in chips} == {dot["id"] for dot in dots}


def test_missing_states_are_marked_not_filled(tmp_path, make_world):
    world = make_world(sessions=1, turns=30, lost=0.4)
    text, _ = written(tmp_path, world)
    assert text.count('<span class="chip none">no reading</span>') == world[1]["vad"].missing.sum()


def test_both_themes_have_every_role(tmp_path, make_world):
    text, _ = written(tmp_path, make_world())
    style = re.search(r"<style>(.*?)</style>", text, flags=re.S).group(1)
    used = set(re.findall(r"var\(--([\w-]+)\)", style)) - {"sans", "round"}
    for role in used:
        assert len(re.findall(rf"--{role}:#", style)) == 4, role  # light, dark, and both reversed


def test_evidence_is_told_by_more_than_colour(tmp_path, make_world):
    mark = Evidence("talk-1", "ann", 0, 1, "valence", -0.9, record=0, span=(2, 8))
    text, _ = written(tmp_path, make_world(), evidence=[mark])
    assert '<mark class="neg w3" title="\N{MINUS SIGN}0.90 valence (cue)">barely</mark>' in text
    style = re.search(r"mark\.neg\{[^}]*\}", text).group()
    assert "dashed" in style


def test_a_thousand_sessions_stay_under_three_megabytes(tmp_path, make_world):
    text, page = written(tmp_path, make_world(sessions=1_000, turns=30))
    assert len(text.encode()) < 3_000_000
    assert "12 of 1,000 sessions in full" in "".join(page.text)
    assert "largest fall" in text


def test_what_does_not_fit_is_left_out_and_said(tmp_path):
    n, sessions = 300, 12
    table = pl.DataFrame(
        {
            "session": np.repeat([f"long-{k}" for k in range(sessions)], n),
            "actor": np.tile(["ann", "bo"], n * sessions // 2),
            "text": ["word " * 500] * (n * sessions),
        }
    )
    records = Records(table)
    values = np.random.default_rng(0).uniform(-1, 1, (n * sessions, 1))
    text, page = written(
        tmp_path, (records, States.of(Trajectory.on(records, VALENCE, values, "toy")))
    )
    assert len(text.encode()) < 3_000_000
    assert "of 12 sessions in full" in "".join(page.text)
    assert "over 3 MB" in "".join(page.text)


def test_long_transcripts_fold_and_then_point_to_the_lake(tmp_path, make_world):
    _, page = written(tmp_path, make_world(sessions=1, turns=400))
    assert "240 more turns" in "".join(page.text)  # 300 shown, 60 of them at once
    assert "The first 300 of 400 turns" in "".join(page.text)
    assert len(page.all("details")) == 1


def test_the_notice_stands_before_the_numbers(tmp_path, make_world):
    text, _ = written(tmp_path, make_world(), notices=["Some words here may be a sign."])
    assert text.index("Some words here may be a sign.") < text.index('class="tiles"')


def test_figures_stand_with_n_and_interval_and_the_undefined_with_its_reason(tmp_path, make_world):
    numbers = [
        Figure("inertia/valence", 0.31, 0.12, 0.44, 6, setting="bootstrap"),
        Figure("half_life/valence", float("nan"), reason="nothing carries over"),
    ]
    _, page = written(tmp_path, make_world(), figures=numbers)
    shown = " ".join("".join(page.text).split())
    assert "0.31" in shown
    assert "0.12 to 0.44" in shown
    assert "undefined" in shown
    assert "nothing carries over" in shown


def test_the_json_twin_holds_the_same_numbers_and_no_nan(tmp_path, make_world):
    records, states = make_world()
    measured = arcs(states["vad"])
    lost = Figure("x", float("nan"), reason="none")
    path = report(
        tmp_path / "report.html", records=records, states=states, arcs=measured, figures=[lost]
    )
    twin = json.loads(path.with_suffix(".json").read_text("utf-8"), parse_constant=pytest.fail)
    assert twin["figures"][0]["value"] is None
    assert twin["figures"][0]["reason"] == "none"
    assert len(twin["arcs"]) == len(measured)
    assert len(twin["figures"]) == 1  # figures that are given stand for those of the arcs
    csv = pl.read_csv(tmp_path / "report.arcs.csv")
    assert csv.height == len(measured)
    assert csv["mean"][0] == pytest.approx(twin["arcs"][0]["mean"])


def test_the_methods_name_what_was_done(tmp_path, make_world):
    text, _ = written(tmp_path, make_world(), provenance={"seed": 7})
    for words in ("method toy", "Ekman 1992", "kept as missing", "seed 7", "2 sessions"):
        assert words in text


def test_a_space_without_valence_is_drawn_by_what_moves_most_or_is_asked_for(tmp_path, make_world):
    records, states = make_world()
    felt = states["ekman7n"]
    most = felt.space.names[int(np.nanstd(felt.values, axis=0).argmax())]
    text, _ = written(tmp_path, (records, States.of(felt)))
    assert f"{most.capitalize()} over time" in text
    asked, _ = written(tmp_path, (records, States.of(felt)), axis="disgust")
    assert "Disgust over time" in asked


def test_a_space_that_is_not_of_emotions_has_no_picture_of_emotions(tmp_path, make_world):
    records, states = make_world()
    felt = states["ekman7n"]
    axes = tuple(Axis(f"sign_{at}", 0.0, 1.0) for at in range(felt.space.k))
    signs = replace(felt, space=Space("signs", Kind.FLAGS, axes))
    text, _ = written(tmp_path, (records, States.of(signs)))
    assert "Sign_" in text
    assert "Share of each emotion" not in text


def test_a_setting_that_most_figures_share_is_said_once(tmp_path, make_world):
    shared = "mean over arcs; bootstrap over sessions, seed 7"
    figures = [Figure(f"{name}/valence", 0.1, n=9, setting=shared) for name in ("mean", "change")]
    odd = Figure("inertia/valence", 0.1, n=9, setting=shared.replace("arcs", "arcs, 8 of 9"))
    text, _ = written(tmp_path, make_world(), figures=[*figures, odd])
    assert text.count("bootstrap over sessions, seed 7") == 1
    assert "mean over arcs, 8 of 9" in text


def test_all_states_missing_is_a_report_and_no_error(tmp_path, make_world):
    text, _ = written(tmp_path, make_world(lost=1.1))
    assert "ann has no reading." in text


def test_one_turn_is_enough(tmp_path):
    records = Records(pl.DataFrame({"session": ["s"], "actor": ["ann"], "text": ["hi"]}))
    text, _ = written(
        tmp_path, (records, States.of(Trajectory.on(records, VALENCE, [[0.2]], "toy")))
    )
    assert "1 turn by ann in 1 session." in text


def test_many_speakers_share_colours_and_break_nothing(tmp_path):
    n = 30
    records = Records(
        pl.DataFrame({"session": "s", "actor": [f"p{k}" for k in range(n)], "text": ["a"] * n}),
        Clock.TURNS,
    )
    values = np.linspace(-1, 1, n)[:, None]
    text, _ = written(
        tmp_path, (records, States.of(Trajectory.on(records, VALENCE, values, "toy")))
    )
    assert "30 people" in text


def test_no_state_at_all_says_what_to_do(tmp_path, make_world):
    records, states = make_world()
    empty = States.of(states["vad"].rows(np.zeros(len(states["vad"]), bool)))
    with pytest.raises(NoRecords, match="perceive at least one record first"):
        report(tmp_path / "report.html", records=records, states=empty)


def test_a_closer_view_is_said(tmp_path):
    records = Records(pl.DataFrame({"session": "s", "actor": ["ann"] * 4, "text": ["a"] * 4}))
    values = [[0.1], [0.2], [-0.2], [0.1]]
    felt = Trajectory.on(records, VALENCE, values, "toy")
    _, page = written(tmp_path, (records, States.of(felt)))
    minus = "\N{MINUS SIGN}"
    assert f"Drawn from {minus}0.25 to +0.25; the axis goes from {minus}1 to +1." in "".join(
        page.text
    )


def test_a_part_of_a_corpus_says_of_how_many(tmp_path, make_world):
    world = make_world(sessions=2)
    overview = pl.DataFrame({"session": [f"talk-{k}" for k in range(5_000)], "mean": 0.1})
    _, page = written(tmp_path, world, overview=overview)
    assert "They are part of 5,000 sessions." in "".join(page.text)
