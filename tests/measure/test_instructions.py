"""measure/instructions: gold answers are right on all tasks, and the published arithmetic holds."""

import os
from pathlib import Path

import pytest

from affectory.core.errors import BadChoice, BadValues
from affectory.measure.instructions import METRICS, Metric, bare, normalised, rightness
from affectory.sources.instructions import read_items
from affectory.steer.stimuli import CARD

DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))
FOLDER = DATA / "instruction_tasks"


@pytest.mark.skipif(not FOLDER.is_dir(), reason="no instruction_tasks")
def test_gold_answers_score_one_on_all_24_tasks():
    items = read_items(FOLDER)
    assert {item.task for item in items} == set(METRICS)
    assert len(METRICS) == 24
    wrong = [i for i in items for one in i.accepted if rightness(i.task, one, i.accepted) < 1]
    assert wrong == []
    other = {"sum": "blue", "antonyms": "table leg"}
    assert all(rightness(task, said, ["gold"]) == 0 for task, said in other.items())


def test_each_metric_compares_as_it_says():
    assert METRICS["rhymes"] is Metric.EXACT
    assert rightness("antonyms", "Unhappy.\nBecause ...", ["unhappy"]) == 1
    assert rightness("antonyms", "very unhappy", ["unhappy"]) == 0
    assert rightness("taxonomy_animal", "dog, cat and cow", ["cow, dog, cat"]) == 1
    assert rightness("synonyms", "it is a process here", ["process"]) == 1
    assert rightness("synonyms", "processing", ["process"]) == 0
    assert rightness("common_concept", "they go up", ["go up now"]) == pytest.approx(2 / 3)
    assert rightness("sum", "", ["4"]) == 0
    assert rightness("sum", "4", []) == 0
    with pytest.raises(BadChoice, match="task"):
        rightness("haiku", "x", ["x"])


@pytest.mark.parametrize(
    "said",
    ["positive", "Answer: positive", "positive (confidence: 0.9)", "Positive, confidence score: 1",
     "positive with a confidence of 90 %", "Output: Positive. Confidence level is 0.75"],
)  # fmt: skip
def test_a_confidence_that_was_asked_for_is_no_mistake(said):
    assert rightness("sentiment", said, ["positive"]) == 1
    assert bare("I have confidence in you") == "I have confidence in you"


def test_the_normalised_scale_is_affine_with_guessing_at_zero_and_experts_at_100():
    assert normalised(0.25, 0.25, 1.0) == 0
    assert normalised(1.0, 0.25, 1.0) == 100
    assert normalised(0.1, 0.25, 1.0) < 0
    middle = normalised(0.5, 0.2, 0.8)
    assert middle == pytest.approx((normalised(0.3, 0.2, 0.8) + normalised(0.7, 0.2, 0.8)) / 2)
    with pytest.raises(BadValues):
        normalised(0.5, 1.0, 1.0)


PUBLISHED = {  # Li et al. 2023, Table 1: six models, and the mean as printed
    "II original": ([25.25, 44.91, 50.33, 33.46, 75.20, 80.75], 51.65),
    "II cot": ([24.57, 33.45, 51.35, 36.17, 75.20, 59.72], 46.74),
    "II avg": ([22.93, 50.56, 46.61, 35.95, 76.85, 78.96], 51.98),
    "II max": ([25.53, 54.49, 50.84, 39.46, 79.52, 81.60], 55.24),
    "BB original": ([4.66, 7.42, 6.01, 0.06, 20.10, 22.69], 10.16),
    "BB max": ([4.00, 10.99, 6.35, 2.05, 23.34, 24.80], 11.92),
}


@pytest.mark.parametrize("row", list(PUBLISHED))
def test_the_published_row_means_are_the_means_of_their_rows(row):
    values, mean = PUBLISHED[row]
    assert sum(values) / len(values) == pytest.approx(mean, abs=0.0051)
    assert row == "II cot" or mean in {one.value for one in CARD.published}


def test_the_115_percent_are_a_mean_of_ratios_with_small_bases():
    card = {(one.name, one.by): one.value for one in CARD.published}
    plain = card["accuracy/bigbench", "no stimulus"]
    gain = card["accuracy/bigbench", "best of eleven, chosen on the test"] - plain
    base, other = 2.39, 7.47 - 2.39  # with the prompts of an automatic prompt engineer
    assert (gain / plain + other / base) / 2 == pytest.approx(1.15, abs=0.005)
    told = " ".join(CARD.cautions)  # points, which reports should show first
    assert f"{gain:.2f} points on {plain}" in told
    assert f"{other:.2f} on {base}" in told
