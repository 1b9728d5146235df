"""measure/picking: who is picked by each arm, why, and that order does not matter."""

from collections import Counter

import pytest

from affectory.core.errors import BadChoice
from affectory.measure.picking import Arm, Picker, pick, score
from affectory.measure.triage import TYPES, Decay, Report, Sign, Turns, leaf

KINDS = {leaf(kind): kind for kind in TYPES}


def report(name, *leaves, messages=4):
    signs = tuple(Sign(KINDS[each], at, each) for at, each in enumerate(leaves))
    return Report(name, signs, Turns.of(2, 2, Decay()), messages)


def many(n, *leaves, prefix="r"):
    return [report(f"{prefix}{at:03}", *leaves) for at in range(n)]


def names(picks):
    return [one.report.session for one in picks]


def test_a_score_weighs_severities():
    assert score(report("s", "retry", "gratitude")) == 4
    assert score(report("s", *["correction"] * 3)) == 4
    assert score(report("s", "retry"), {"loops": 1.0}) == 1


def test_the_gravest_and_the_longest():
    pool = [report("a", "gratitude"), report("b", "quit", "retry"), report("c", messages=9)]
    assert names(pick(pool, 1, Arm.TOP)) == ["b"]
    assert names(pick(pool, 1, Arm.HEURISTIC)) == ["c"]
    assert pick(pool, 1, Arm.HEURISTIC)[0].reason == "9 messages, place 1 by length of 3"


def test_at_random_everybody_is_as_likely():
    pool = many(20)
    count = Counter(name for seed in range(400) for name in names(pick(pool, 5, "random", seed)))
    assert len(count) == 20
    assert all(60 < n < 140 for n in count.values())  # 100 +- 8.7


def test_within_a_stratum_the_graver_are_likelier():
    pool = [*many(30, "retry"), *many(10, *["retry"] * 5, prefix="g")]
    picked = [name for seed in range(200) for name in names(pick(pool, 4, exemplars=0, seed=seed))]
    share = sum(name[0] == "g" for name in picked) / len(picked)
    # three times the weight: a half of the mass, drawn without replacement
    assert 0.4 < share < 0.6


def test_every_kind_of_trouble_is_seen_and_what_went_well_has_its_quota():
    pool = [*many(50, "retry", prefix="l"), *many(2, "correction", prefix="m"),
            *many(30, "gratitude", prefix="g"), *many(30, prefix="n")]  # fmt: skip
    picks = pick(pool, 10)
    assert Counter(name[0] for name in names(picks)) == {"l": 7, "m": 1, "g": 2}
    reasons = {one.report.session[0]: one.reason for one in picks}
    assert reasons["l"] == "loops 1; drawn from 50 with loops foremost"
    assert reasons["g"] == "satisfaction 1; an example of what went well, from 30"


def test_where_there_is_no_trouble_the_rest_is_filled():
    pool = [*many(3, "gratitude", prefix="g"), *many(20, prefix="n")]
    assert Counter(name[0] for name in names(pick(pool, 10))) == {"g": 3, "n": 7}
    assert len(pick(pool[:2], 10)) == 2
    assert pick([], 10) == ()


@pytest.mark.parametrize("arm", list(Arm))
def test_order_does_not_matter_and_little_is_held(arm):
    pool = [*many(60, "retry"), *many(60, "quit", prefix="q"), *many(60, prefix="n")]
    one, other = (names(pick(each, 7, arm, 3)) for each in (pool, pool[::-1]))
    assert one == other
    assert len(one) == 7
    picker = Picker(7, arm)
    for each in pool:
        picker.add(each)
    assert sum(len(stratum.held) for stratum in picker._strata.values()) <= 21


def test_what_cannot_be_is_refused():
    for wrong in ({"budget": 0}, {"arm": "best"}, {"exemplars": 2}, {"weights": {"joy": 1}}):
        with pytest.raises(BadChoice):
            Picker(**{"budget": 1} | wrong)
