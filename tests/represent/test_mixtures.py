"""represent/mixtures: closed forms, the released annotations, then fitting and errors."""

import numpy as np
import pytest
from scipy.optimize import least_squares, minimize

from affectory.core.errors import BadChoice, BadValues, NoRecords, SpaceMismatch
from affectory.core.trajectory import Clock, Trajectory
from affectory.represent.dominance import dominance
from affectory.represent.mixture_terms import AFFECTNET_COUNTS
from affectory.represent.mixtures import CARD, Mixture, entropy, mixture
from affectory.represent.scales import rescale
from affectory.represent.term_gaussians import affectnet8, log_density, rm151
from affectory.represent.vocabularies import MELD7, VA, VAD

EIGHT = affectnet8()
COUNTS = [AFFECTNET_COUNTS[name] for name in EIGHT.space.names]
# B-AffectNet, jbcnrlz/affectnet-b-annotation, train_set/annotations/<n>_prob_rank_universal.txt
RELEASED = {
    "100018": (0.818847, 0.178649, 0.002494, 0, 0, 0, 0.000008, 0.000002),
    "100008": (0.046879, 0.055106, 0.872927, 0, 0.000009, 0, 0.025078, 0),
    "100006": (0, 0.113850, 0.062944, 0, 0.778382, 0.000028, 0.044797, 0),
    "100002": (0.000001, 0.000085, 0.000004, 0, 0, 0, 0.000013, 0.999897),
}
HALF_DIGIT = 5e-7  # the files have six decimals


def path(space, values, spread=None):
    n = len(values)
    at = np.arange(float(n))
    return Trajectory(space, Clock.TURNS, ["s"] * n, ["a"] * n, at, at + 1, values, spread)


def misfit(terms, priors, released):
    """Return the least half squared weighted log residual over 60 starts in VAD."""
    target = np.array(released) + HALF_DIGIT
    weight = target / (target + 4 * HALF_DIGIT)  # entries near the rounding count less
    model = Mixture(terms, priors)

    def residual(x):
        p = model.posterior(np.clip(x, -1, 1)[None])[0]
        return weight * (np.log(p + HALF_DIGIT) - np.log(target))

    draws = np.random.default_rng(0).uniform(-1, 1, (5000, 3))
    off = weight * (np.log(model.posterior(draws) + HALF_DIGIT) - np.log(target))
    starts = draws[np.argsort((off**2).sum(axis=1))[:60]]
    return min(least_squares(residual, s, bounds=(-1, 1), max_nfev=50).cost for s in starts)


@pytest.mark.parametrize("terms", [EIGHT, EIGHT.diagonal(), rm151().diagonal()])
def test_rows_sum_to_one(terms):
    p = Mixture(terms).posterior(np.random.default_rng(0).uniform(-1, 1, (300, 3)))
    np.testing.assert_allclose(p.sum(axis=1), 1.0)
    assert terms.space.admits(p)


def test_at_its_own_centre_each_of_the_eight_is_likeliest():
    p = Mixture(EIGHT).posterior(EIGHT.mean)
    np.testing.assert_array_equal(p.argmax(axis=1), np.arange(8))


def test_two_terms_of_one_spread_are_told_apart_by_the_logistic_function():
    # equal covariances: log odds = w (x - middle) with w = (mu1 - mu2) / var
    bold, useful = rm151().pick("two", {"a": "bold", "b": "useful"}).mean
    terms = rm151().pick("two", {"a": "bold", "b": "useful"})
    x = np.array([0.5, 0.5, 0.5])
    odds = ((bold - useful) / terms.sd[0] ** 2) @ (x - (bold + useful) / 2)
    p = Mixture(terms).posterior(x[None])
    assert p[0, 0] == pytest.approx(1 / (1 + np.exp(-odds)))


def test_temperature_divides_the_log_odds_and_priors_add_to_them():
    x, terms = [[0.1, 0.4, 0.2]], EIGHT.diagonal()
    plain = np.log(Mixture(terms).posterior(x))[0]
    warm = np.log(Mixture(terms, temperature=4.0).posterior(x))[0]
    np.testing.assert_allclose(np.diff(warm), np.diff(plain) / 4)
    prior = np.log(Mixture(terms, priors=COUNTS).posterior(x))[0]
    np.testing.assert_allclose(np.diff(prior), np.diff(plain) + np.diff(np.log(COUNTS)))


def test_a_class_that_was_never_counted_keeps_a_floor():
    priors = [1.0] * 7 + [0.0]
    assert Mixture(EIGHT, priors).log_priors[-1] == pytest.approx(np.log(1e-6))


def test_missing_dominance_is_integrated_out():
    # the integral over dominance on a fine grid, against the closed form
    va, grid = np.array([[0.3, -0.2]]), np.linspace(-12, 12, 480_001)
    terms = EIGHT.diagonal()
    cube = np.column_stack([np.repeat(va, len(grid), axis=0), grid])
    area = np.exp(log_density(cube, terms.mean, terms.covariance)).sum(axis=0)
    expected = area / area.sum()
    np.testing.assert_allclose(Mixture(terms).posterior(va)[0], expected, rtol=1e-6)


def test_a_coordinate_of_nan_is_a_coordinate_not_given():
    model, x = Mixture(EIGHT), np.array([[0.3, -0.2, 0.5], [0.3, -0.2, np.nan]])
    p = model.posterior(x)
    np.testing.assert_allclose(p[1], model.posterior(x[:1, :2])[0])
    np.testing.assert_allclose(p[0], model.posterior(x[:1])[0])
    assert np.isnan(model.posterior([[np.nan, np.nan, np.nan]])).all()


def test_spread_is_integrated():
    # the mean of the posterior's numerator over draws of the true point
    rng, terms = np.random.default_rng(0), affectnet8(neutral_sd=0.2).diagonal()
    x, sd = np.array([[0.2, 0.3, 0.1]]), np.array([[0.2, 0.1, 0.3]])
    draws = rng.normal(x, sd, (400_000, 3))
    area = np.exp(log_density(draws, terms.mean, terms.covariance)).mean(axis=0)
    p = Mixture(terms).posterior(x, sd)[0]
    np.testing.assert_allclose(p, area / area.sum(), atol=0.003)


def test_a_badly_known_state_has_a_flatter_mixture():
    felt = path(VAD, np.tile([0.81, 0.51, 0.46], (2, 1)), [[0.0] * 3, [0.5] * 3])
    p = mixture(felt).values
    assert entropy(p)[1] > entropy(p)[0]


def test_a_wider_neutral_is_less_dense_at_its_centre():
    felt = path(VAD, [[0.1, 0.1, 0.1]])
    assert mixture(felt, neutral_sd=0.3).axis("neutral") < mixture(felt).axis("neutral")


def test_a_trajectory_keeps_its_times_and_its_gaps():
    felt = path(VAD, [[0.8, 0.5, 0.5], [np.nan] * 3, [-0.6, -0.3, -0.3]])
    told = mixture(felt)
    assert told.space == EIGHT.space
    assert told.missing.tolist() == [False, True, False]
    np.testing.assert_array_equal(told.start, felt.start)
    assert told.spread is None
    assert [told.space.names[i] for i in told.values[[0, 2]].argmax(axis=1)] == ["happy", "sad"]


def test_entropy_falls_as_a_path_walks_into_a_term():
    angry = EIGHT.mean[EIGHT.space.index("angry")]
    middle = EIGHT.mean[[EIGHT.space.index("angry"), EIGHT.space.index("disgusted")]].mean(axis=0)
    steps = np.linspace(0, 1, 5)[:, None]
    told = mixture(path(VAD, middle + steps * (angry - middle)), EIGHT.diagonal())
    assert (np.diff(told.axis("angry")) > 0).all()
    assert (np.diff(entropy(told.values)) < 0).all()


def test_entropy_of_a_flat_row_is_log_k_and_of_a_certain_one_zero():
    rows = np.vstack([np.full(8, 1 / 8), np.eye(8)[0], np.full(8, np.nan)])
    np.testing.assert_allclose(entropy(rows), [np.log(8), 0.0, np.nan])


@pytest.mark.parametrize("name", RELEASED)
def test_released_annotations_need_full_covariances_and_priors(name):
    full = misfit(EIGHT, COUNTS, RELEASED[name])
    # levels of the inversion: .02, .14, .22, .09
    level = {"100018": 0.03, "100008": 0.15, "100006": 0.23, "100002": 0.10}[name]
    assert full < level
    assert misfit(EIGHT.diagonal(), COUNTS, RELEASED[name]) > 5 * full
    if name != "100006":  # which flat priors fit as well
        assert misfit(EIGHT, None, RELEASED[name]) > 1.5


def test_the_regression_is_the_conditional_mean_when_the_step_is_small():
    sad = EIGHT.space.index("sad")
    mean, covariance = EIGHT.mean[sad], EIGHT.covariance[sad]
    va = mean[:2] + np.array([[0.004, -0.006]])
    exact = mean[2] + covariance[2, :2] @ np.linalg.solve(covariance[:2, :2], va[0] - mean[:2])
    assert dominance(va, EIGHT, ["sad"])[0] == pytest.approx(exact, abs=1e-5)


def test_the_regression_is_the_formula_of_the_paper():
    # b1 = (sD/sV)(rVD - rVA rAD)/(1 - rVA^2) and b2 alike, for happy
    (sv, sa, sd), (va, vd, ad) = (0.21, 0.26, 0.38), (0.15, 0.75, 0.25)
    b1 = sd / sv * (vd - va * ad) / (1 - va**2)
    b2 = sd / sa * (ad - va * vd) / (1 - va**2)
    u = b1 * (0.3 - 0.81) + b2 * (0.2 - 0.51)
    expected = 0.46 + 1.5 * sd * np.tanh(u / (1.5 * sd))
    assert dominance([[0.3, 0.2]], EIGHT, ["happy"])[0] == pytest.approx(expected)


def test_dominance_stays_within_a_spread_and_a_half_of_its_term():
    corners = np.array([[v, a] for v in (-1, 1) for a in (-1, 1)])
    d = dominance(corners, EIGHT, ["surprised"] * 4)
    assert (np.abs(d - (-0.13)) <= 1.5 * 0.38 + 1e-12).all()


def test_dominance_without_labels_is_the_mean_over_terms():
    va = [[0.2, 0.1]]
    each = [dominance(va, EIGHT, [name])[0] for name in EIGHT.space.names]
    assert dominance(va, EIGHT)[0] == pytest.approx(Mixture(EIGHT).posterior(va)[0] @ each)


def test_the_mean_of_a_certain_mixture_is_its_term():
    np.testing.assert_allclose(Mixture(EIGHT).mean(np.eye(8)), EIGHT.mean)


def test_the_mode_of_a_certain_mixture_is_its_term():
    np.testing.assert_allclose(Mixture(EIGHT.diagonal()).mode(np.eye(8)), EIGHT.mean, atol=1e-6)


def test_the_mode_is_as_high_as_the_best_that_scipy_finds():
    terms, rng = EIGHT.diagonal(), np.random.default_rng(0)
    p = rng.dirichlet(np.ones(8), 5)
    weights = np.array([1, 1, 1, 1, 1, 1, 1, 0.01])  # neutral's dense cloud would win always

    def height(x, row):
        log = log_density(x[None], terms.mean, terms.covariance)[0]
        return np.exp(log) @ (row * weights)

    for row, mode in zip(p, Mixture(terms).mode(p, weights), strict=True):
        best = max(
            -minimize(lambda x, row=row: -height(x, row), s, method="L-BFGS-B",
                      bounds=[(-1, 1)] * 3).fun
            for s in terms.mean
        )  # fmt: skip
        assert height(mode, row) >= best * (1 - 1e-6)


def test_a_missing_mixture_has_no_point():
    nothing = np.full((1, 8), np.nan)
    assert np.isnan(Mixture(EIGHT).mean(nothing)).all()
    assert np.isnan(Mixture(EIGHT).mode(nothing)).all()


def test_fit_recovers_planted_parameters():
    rng = np.random.default_rng(0)
    x = rng.uniform(-0.5, 0.5, (3000, 3))
    terms = EIGHT.diagonal().pick("three", {"joy": "happy", "anger": "angry", "sadness": "sad"})
    true = Mixture(terms, (0.5, 0.3, 0.2), 3.0, (1.5, 1.0, 0.8))
    learned = Mixture(terms).fit(x, true.posterior(x), ridge=1e-9)
    # gain and temperature are not told apart by three Gaussians exactly; the mixture is
    np.testing.assert_allclose(learned.posterior(x), true.posterior(x), atol=2e-3)


def test_fit_leaves_the_asker_as_it_was_and_ignores_rows_that_lack_something():
    model, x = Mixture(EIGHT.diagonal()), np.random.default_rng(0).uniform(-1, 1, (50, 3))
    target = model.posterior(x)
    once = model.fit(x, target)
    assert (model.gain, model.temperature, model.priors) == ((1.0, 1.0, 1.0), 1.0, None)
    more = np.vstack([x, [[0.1, 0.1, np.nan]], [[0.1, 0.1, 0.1]]])
    again = model.fit(more, np.vstack([target, np.full((1, 8), 1 / 8), np.full((1, 8), np.nan)]))
    assert again.gain == once.gain
    assert again.priors == once.priors


def test_rescale_brings_the_usual_scales_to_minus_one_and_one():
    np.testing.assert_allclose(rescale([1, 2, 5], 1, 5), [-1, -0.5, 1])
    np.testing.assert_allclose(rescale([0, 0.5, 1], 0, 1), [-1, 0, 1])
    np.testing.assert_allclose(rescale([1, 5, np.nan], 1, 9), [-1, 0, np.nan])


def test_ratings_off_the_scale_are_refused_with_a_cure():
    with pytest.raises(BadValues, match=r"ratings 1 to 7, expected 1 to 5; name the scale"):
        rescale([1, 7], 1, 5)
    with pytest.raises(BadValues, match=r"size 4.2.*rescale"):
        Mixture(EIGHT).posterior([[4.2, 3.0, 3.0]])
    with pytest.raises(BadChoice, match="low < high"):
        rescale([1], 5, 1)


def test_illegal_parameters_are_refused():
    with pytest.raises(BadChoice, match="temperature"):
        Mixture(EIGHT, temperature=0.0)
    with pytest.raises(BadChoice, match="gain"):
        Mixture(EIGHT, gain=(1.0, 0.0, 1.0))
    with pytest.raises(BadValues, match="8 weights"):
        Mixture(EIGHT, priors=[1.0, 2.0])
    with pytest.raises(BadChoice, match="ridge"):
        Mixture(EIGHT).fit([[0.1, 0.2, 0.3]], np.eye(8)[:1], ridge=0.0)


def test_illegal_input_is_refused():
    model = Mixture(EIGHT)
    with pytest.raises(SpaceMismatch, match="meld7"):
        mixture(path(MELD7, np.eye(7)))
    with pytest.raises(BadValues, match="spread"):
        model.posterior([[0.1, 0.2]], [[0.1]])
    with pytest.raises(BadValues, match=r"\(n, 8\)"):
        model.mean(np.eye(7))
    with pytest.raises(BadValues, match="sum"):
        model.fit([[0.1, 0.2, 0.3]], [[0.5] * 8])
    with pytest.raises(BadValues, match="fit: points"):
        model.fit([[0.1, 0.2]], np.eye(8)[:1])
    with pytest.raises(NoRecords, match="dominance"):
        model.fit([[0.1, 0.2, np.nan]], np.eye(8)[:1])
    with pytest.raises(BadValues, match="valence and arousal"):
        dominance([[0.1, 0.2, 0.3]], EIGHT)
    with pytest.raises(BadChoice, match="joyous"):
        dominance([[0.1, 0.2]], EIGHT, ["joyous"])
    with pytest.raises(BadValues, match="one a point"):
        dominance([[0.1, 0.2]], EIGHT, ["happy", "sad"])


def test_two_dimensional_states_need_no_gold_label():
    told = mixture(path(VA, [[0.8, 0.5]]))
    assert told.space.names[told.values[0].argmax()] == "happy"


def test_the_card_says_which_paper_it_is():
    assert (CARD.paper.number, CARD.name) == (6, "represent/mixture")
    assert CARD.cautions
