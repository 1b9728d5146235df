"""represent: what holds for every trajectory, whatever its times, gaps and values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from affectory.core.space import Kind
from affectory.core.trajectory import Clock, Trajectory
from affectory.represent.alignment import align, resample
from affectory.represent.clocks import on_turns, relative
from affectory.represent.conversions import LABELS, routes, to_space
from affectory.represent.joining import join
from affectory.represent.mixtures import Mixture
from affectory.represent.smoothing import smooth
from affectory.represent.term_gaussians import affectnet8
from affectory.represent.vocabularies import VAD, space, spaces

WAYS = [(s.name, name) for s in spaces() for name in routes(s.name) if name != s.name]
RELAXED = settings(max_examples=60, deadline=None)  # a busy machine is no defect
SMALL = [s for s in LABELS if s.k < 100]


@st.composite
def trajectories(draw, home=VAD, gaps=True):
    """Return a legal Trajectory of up to three sessions with irregular times and gaps."""
    n = draw(st.integers(1, 12))
    session = draw(st.lists(st.sampled_from("xyz"), min_size=n, max_size=n))
    start = np.sort(draw(arrays(float, n, elements=st.floats(0, 50, width=32))))
    length = draw(arrays(float, n, elements=st.sampled_from([0.0, 0.5, 3.0])))
    low, high = home.bounds
    share = draw(arrays(float, (n, home.k), elements=st.floats(0, 1, width=32)))
    values = low + share * (high - low)
    if home.kind is Kind.DISTRIBUTION:
        values = (share + 1e-3) / (share + 1e-3).sum(axis=1, keepdims=True)
    if gaps:
        values[draw(arrays(bool, n))] = np.nan
    spread = draw(arrays(float, (n, home.k), elements=st.floats(0, 0.5, width=32)))
    kept = None if draw(st.booleans()) else spread
    return Trajectory(home, Clock.SECONDS, session, ["a"] * n, start, start + length, values, kept)


def spans(felt):
    """Return when each session begins and ends."""
    return {
        name: (part.start.min(), part.stop.max())
        for name in felt.sessions
        for part in [felt.select(session=name)]
    }


@pytest.mark.parametrize("way", WAYS, ids=" to ".join)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_states_are_legal_in_every_space_that_they_reach(way, data):
    felt = data.draw(trajectories(space(way[0])))
    told = to_space(felt, way[1])  # a Trajectory refuses illegal states
    assert told.missing[felt.missing].all()
    assert (told.spread is None) == (felt.spread is None)


@RELAXED
@given(st.sampled_from(SMALL), st.data())
def test_a_label_survives_the_way_to_vad_and_back(home, data):
    label = data.draw(st.integers(0, home.k - 1))
    row = np.eye(home.k)[[label]]
    felt = Trajectory(home, Clock.TURNS, ["s"], ["a"], [0], [1], row)
    back = to_space(to_space(felt, "vad"), home.name)
    assert back.values[0].argmax() == label


@RELAXED
@given(trajectories(), st.floats(0.1, 20))
def test_resampling_keeps_bounds_and_total_time(felt, step):
    fine = resample(felt, step=step)
    before, after = spans(felt), spans(fine)
    for name in felt.sessions:
        part = fine.select(session=name)
        low, high = before[name]
        assert after[name] == (low, high)
        assert (part.stop - part.start).sum() == pytest.approx(high - low)
        known = felt.select(session=name).values
        if not np.isnan(known).all():
            least, most = np.nanmin(known, axis=0), np.nanmax(known, axis=0)
            seen = part.values[~part.missing]
            assert (seen >= least - 1e-6).all()
            assert (seen <= most + 1e-6).all()


@RELAXED
@given(trajectories(), st.floats(0.1, 5))
def test_resampling_never_fills_a_missing_state(felt, step):
    fine = resample(felt, step=step)
    for name in felt.sessions:
        own, part = felt.select(session=name), fine.select(session=name)
        last = np.searchsorted(own.start, part.start, side="right") - 1
        assert part.missing[own.missing[last]].all()


@RELAXED
@given(trajectories(gaps=False), st.floats(0.1, 5), st.floats(0, 3))
def test_resampling_never_fills_a_silence_longer_than_allowed(felt, step, most):
    fine = resample(felt, step=step, max_gap=most)
    for name in felt.sessions:
        own, part = felt.select(session=name), fine.select(session=name)
        last = np.searchsorted(own.start, part.start, side="right") - 1
        following = np.append(own.start[1:], np.inf)[last]
        silent = following - own.stop[last] > most
        within = (part.start < own.stop[last]) | (part.start == own.start[last])
        assert part.missing[silent & ~within].all()
        assert not part.missing[~silent | within].any()


@RELAXED
@given(trajectories())
def test_at_its_own_times_a_trajectory_is_itself(felt):
    part = felt.select(session=felt.sessions[0])
    first = np.append(np.diff(part.start) > 0, True)  # the last of equal times is the state
    part = part.rows(first)
    np.testing.assert_array_equal(resample(part, times=part.start).values, part.values)


@RELAXED
@given(trajectories(), trajectories())
def test_aligned_rows_have_the_same_names_and_times(one, two):
    if not set(one.sessions) & set(two.sessions):
        return
    shared = [s for s in one.sessions if s in two.sessions]
    overlap = [s for s in shared if spans(one)[s][0] <= spans(two)[s][1]]
    overlap = [s for s in overlap if spans(two)[s][0] <= spans(one)[s][1]]
    if not overlap:
        return
    a, b = align(one, two)
    assert a.session.to_series("s").to_list() == b.session.to_series("s").to_list()
    np.testing.assert_array_equal(a.start, b.start)


@RELAXED
@given(trajectories())
def test_relative_times_begin_at_zero_and_keep_their_distances(felt):
    moved = relative(felt)
    assert all(low == 0 for low, _ in spans(moved).values())
    np.testing.assert_allclose(moved.delta().elapsed, felt.delta().elapsed, atol=1e-9)


@RELAXED
@given(trajectories())
def test_joining_a_trajectory_with_itself_changes_no_value(felt):
    if (felt.delta().elapsed == 0).any():  # equal starts are put in the order of their stops
        return
    np.testing.assert_allclose(join([felt, felt]).values, felt.values, atol=1e-6)


@RELAXED
@given(trajectories())
def test_smoothing_stays_within_what_was_seen_and_is_surer_than_it(felt):
    smoothed = smooth(felt, process=0.01, noise=0.2)
    for name in felt.sessions:
        own, part = felt.select(session=name), smoothed.select(session=name)
        if own.missing.all():
            assert part.missing.all()
            continue
        least, most = np.nanmin(own.values, axis=0), np.nanmax(own.values, axis=0)
        assert (part.values >= least - 1e-5).all()
        assert (part.values <= most + 1e-5).all()
        assert (part.spread[~own.missing] <= 0.2 + 1e-6).all()


@RELAXED
@given(trajectories())
def test_a_mixture_is_missing_exactly_where_its_state_is(felt):
    told = Mixture(affectnet8()).relabel(felt)
    np.testing.assert_array_equal(told.missing, felt.missing)


TIED = st.lists(
    st.tuples(st.sampled_from("st"), st.sampled_from("ab"), st.integers(0, 3)),
    min_size=1,
    max_size=12,
)


@given(TIED, st.booleans())
def test_every_record_is_a_turn_of_its_own_in_the_order_of_start_and_record(rows, recorded):
    session, actor, start = zip(*rows, strict=True)
    seq = list(range(len(rows))) if recorded else None
    felt = Trajectory(
        VAD, Clock.SECONDS, session, actor, start, start, np.zeros((len(rows), 3)), seq=seq
    )
    turns = on_turns(felt)
    for name in turns.sessions:
        one, times = turns.select(session=name), felt.select(session=name).start
        order = np.argsort(one.start)
        assert one.start[order].tolist() == list(range(len(one)))
        ties = one.seq if recorded else one.actor.to_series("actor").to_numpy()
        told = list(zip(times[order].tolist(), ties[order].tolist(), strict=True))
        assert told == sorted(told)
