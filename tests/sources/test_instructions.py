"""sources/instructions: every task's own fields become a question and what is accepted."""

import gzip
import json

import pytest

from affectory.core.errors import BadChoice, BadFile, MissingFile
from affectory.sources.instructions import read_instructions, read_items

ROWS = [
    {"task": "sum", "id": 1, "input": "1 2", "output": "3"},
    {"task": "cause_and_effect", "id": 1, "cause": "It rained.", "effect": "I got wet."},
    {"task": "cause_and_effect", "id": 2, "cause": "It rained.", "effect": "I got wet."},
    {"task": "common_concept", "id": 3, "concept": "are red", "items": ["rose", "blood"],
     "all_common_concepts": ["are red", "have a colour"]},
    {"task": "rhymes", "id": 4, "input": "meat", "output": "neat", "other_rhymes": ["meat", "eat"]},
    {"task": "translation_en-de", "id": 5, "input": "place", "output": "Ort",
     "possible_translations": ["Platz", "Ort"]},
]  # fmt: skip


def test_each_task_is_read_by_its_own_fields(tmp_path):
    with gzip.open(tmp_path / "execute.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write("".join(f"{json.dumps(row)}\n" for row in ROWS))
    plain, first, second, common, rhyme, word = read_items(tmp_path)
    assert plain == ("sum", 1, "1 2", ("3",))
    assert first.input == "Sentence 1: It rained. Sentence 2: I got wet."
    assert second.input == "Sentence 1: I got wet. Sentence 2: It rained."
    assert first.accepted == second.accepted == ("It rained.",)
    assert (common.input, common.accepted) == ("rose, blood", ("are red", "have a colour"))
    assert rhyme.accepted == ("neat", "eat")  # a word does not rhyme with itself
    assert word.accepted == ("Ort", "Platz")


def test_what_is_wrong_is_named(tmp_path):
    with pytest.raises(BadChoice, match="part"):
        read_items(tmp_path, "all")
    with pytest.raises(MissingFile):
        read_items(tmp_path)
    (tmp_path / "induce.jsonl").write_text('{"task": "sum"}\n')
    with pytest.raises(BadFile):
        read_items(tmp_path, "induce")
    (tmp_path / "annotations.json").write_text('{"sum": ["add them"]}')
    assert read_instructions(tmp_path) == {"sum": ("add them",)}
    (tmp_path / "annotations.json").write_text("[1]")
    with pytest.raises(BadFile):
        read_instructions(tmp_path)
