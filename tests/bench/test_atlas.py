"""bench/atlas [24]: every Card has one place, every place a meaning, and the page is up to date."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from affectory.bench.atlas import atlas, markdown
from affectory.bench.systems import HOUSE, SYSTEMS, TASKS, TECHNIQUES
from affectory.cli import main
from affectory.core.errors import BadChoice
from affectory.core.registry import methods

ROOT = Path(__file__).parents[2]


def test_there_are_44_systems_in_order_each_in_a_room_of_its_own():
    assert [each.number for each in SYSTEMS] == list(range(1, 45))
    assert len({each.room for each in SYSTEMS}) == 44


def test_every_place_has_a_meaning():
    for task, technique in [(each.task, each.technique) for each in SYSTEMS] + [*HOUSE.values()]:
        assert task in TASKS
        assert technique in TECHNIQUES


def test_every_card_has_one_place_and_its_paper_s_number():
    numbers = {each.room: each.number for each in SYSTEMS}
    places = [*numbers, *HOUSE]
    for name, card in methods().items():
        assert places.count(name) == 1, f"give {name} a place in bench.systems"
        assert card.paper.number == numbers.get(name, 0)
    assert atlas().unplaced == ()


def test_what_is_registered_works_and_the_rest_is_planned():
    state = {each.room: each.state for each in atlas().entries}
    assert state["perceive/utterance"] == state["represent/mixtures"] == "works"
    assert state["simulate/therapy"] == "planned"


def test_gaps_are_what_no_working_entry_fills():
    gaps = atlas().gaps()
    assert "sarcasm" in gaps["tasks"]
    assert "simulate/therapy" in gaps["systems"]
    assert "rules" not in gaps["techniques"]


def test_the_map_can_be_asked():
    found = atlas().where(task="empathy", works=True)
    assert [each.room for each in found.entries] == ["perceive/empathy"]
    assert all(each.offline for each in atlas().where(offline=True).entries)
    assert {each.room for each in atlas().where(metric="macro_f1").entries} >= {
        "perceive/utterance"
    }
    with pytest.raises(BadChoice, match="conversation"):
        atlas().where(task="chatting")


def test_the_command_prints_the_map_and_its_gaps(tmp_path):
    def run(*words):
        done = CliRunner().invoke(main.app, ["atlas", *words])
        assert done.exit_code == 0
        return done.output

    assert "perceive/utterance" in run("--works", "--json")
    assert "sarcasm" in run("--gaps", "--json")
    page = tmp_path / "map.md"
    run("--page", str(page))
    assert page.read_text() == markdown(atlas())
    page.write_text("# Words\n\n| task | rules |\n|---|---|\nof old\n")
    run("--page", str(page))
    assert page.read_text() == "# Words\n\n" + markdown(atlas())


def test_the_page_is_up_to_date():
    page = (ROOT / "docs" / "atlas.md").read_text(encoding="utf-8")
    assert page.endswith(markdown(atlas())), "affectory atlas --page writes the map anew"


def test_the_table_of_systems_says_the_same():
    page = (ROOT / "docs" / "systems.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| [^|]+ \| (works|planned)\b", page, re.MULTILINE
    )
    told = [(int(number), name, room, state) for number, name, room, state in rows]
    state = {each.room: each.state for each in atlas().entries}
    assert told == [(each.number, each.name, each.room, state[each.room]) for each in SYSTEMS]
    house = re.findall(r"^\| `(\w+/\w+)` \|", page, re.MULTILINE)
    assert house == [*HOUSE]
