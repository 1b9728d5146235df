"""sources/semeval, snippets, reported: the published forms, with rows of our own."""

import gzip

import numpy as np
import pytest

from affectory.core.errors import BadChoice, BadFile, MissingFile
from affectory.represent.affect_tasks import EMOTIONS, LABELS, Task
from affectory.sources.reported import read_isear
from affectory.sources.semeval import read_semeval
from affectory.sources.snippets import read_snippets
from affectory.steer.instructions import samples


def write(path, *rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")


def test_mystery_rows_are_dropped_and_the_rest_is_read(tmp_path):
    for emotion in EMOTIONS:
        write(
            tmp_path / "EI-reg" / f"2018-EI-reg-En-{emotion}-test-gold.txt",
            ["ID", "Tweet", "Affect Dimension", "Intensity Score"],
            ["2018-En-00001", f'a "{emotion}" day', emotion, "0.625"],
            ["2018-En-mystery-00001", "who knows", "mystery", "NONE"],
        )
    told = read_semeval(tmp_path, Task.EI_REG, "test")
    assert [(one.emotion, one.value) for one in told] == [(e, 0.625) for e in EMOTIONS]
    assert len(samples(told)) == 40


def test_classes_and_sets_are_read_by_their_columns(tmp_path):
    write(
        tmp_path / "2018-Valence-oc-En-dev.txt",
        ["ID", "Tweet", "Affect Dimension", "Intensity Class"],
        ["1", "meh", "valence", "-1: slightly negative emotional state can be inferred"],
    )
    write(
        tmp_path / "2018-E-c-En-train.txt",
        ["ID", "Tweet", *LABELS],
        ["1", "hm", "1", *"0000000000"],
        ["2", "so", *"00000000000"],
    )
    assert read_semeval(tmp_path, Task.V_OC, "dev")[0].value == -1
    assert [one.value for one in read_semeval(tmp_path, Task.E_C, "train")] == [("anger",), ()]


def test_what_is_wrong_in_a_split_is_named(tmp_path):
    with pytest.raises(BadChoice, match="task"):
        read_semeval(tmp_path, "EI", "dev")
    with pytest.raises(BadChoice, match="split"):
        read_semeval(tmp_path, Task.E_C, "all")
    with pytest.raises(MissingFile):
        read_semeval(tmp_path, Task.V_REG, "dev")
    write(tmp_path / "Valence-reg-En-dev.txt", ["ID"], ["1", "x", "valence", "high"])
    with pytest.raises(BadFile, match="columns of V-reg"):
        read_semeval(tmp_path, Task.V_REG, "dev")


def test_rated_snippets_keep_their_document_and_scale(tmp_path):
    rows = "1_1\t4.0\tGreat it is.\n1_2\t-2\tNot now.\n"
    with gzip.open(tmp_path / "nytEditorialSnippets_GroundTruth.txt.gz", "wb") as file:
        file.write(rows.encode() + "2_1\t0\tcaf\u00e9\n".encode("cp1252"))
    told = read_snippets(tmp_path, "nyt")
    assert told.document == ["nyt/1", "nyt/1", "nyt/2"]
    np.testing.assert_array_equal(told.valence, [1.0, -0.5, 0.0])
    assert told.texts[2] == "caf\u00e9"
    with pytest.raises(BadChoice, match="set"):
        read_snippets(tmp_path, "all")
    with pytest.raises(MissingFile):
        read_snippets(tmp_path, "tweets")
    (tmp_path / "tweets_GroundTruth.txt").write_text("1\t9\tx\n")
    with pytest.raises(BadFile, match="range"):
        read_snippets(tmp_path, "tweets")


def test_situations_without_a_story_or_an_intensity_are_left_out(tmp_path):
    rows = ["ID|EMOT|INTS|SIT", "7|1|4|I wonáthe race", "7|2|1|A dog came", "8|3|0|Someone lied",
            "8|4|2|[ No response.]", "8|4|2|one|field|too many"]  # fmt: skip
    (tmp_path / "isear.csv").write_text("\n".join(rows), encoding="utf-8")
    told = read_isear(tmp_path)
    assert told.texts == ["I won the race", "A dog came"]
    assert told.emotion == ["joy", "fear"]
    assert told.intensity.tolist() == [1.0, 0.0]
    assert told.person == ["7", "7"]
    with pytest.raises(MissingFile):
        read_isear(tmp_path / "none")
    (tmp_path / "isear.csv").write_text("A|B\n")
    with pytest.raises(BadFile):
        read_isear(tmp_path)
