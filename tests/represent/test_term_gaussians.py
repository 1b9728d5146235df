"""represent/term_gaussians: identities of Gaussians, then fusion, then errors."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from affectory.core.errors import BadChoice, BadValues
from affectory.represent.mixture_terms import AFFECTNET_TERMS, POOLED_SD, RM151_TERMS
from affectory.represent.term_gaussians import (
    FLOOR,
    Terms,
    affectnet8,
    bhattacharyya,
    fuse,
    log_density,
    rm151,
)


def test_the_density_is_that_of_scipy():
    terms, rng = affectnet8(), np.random.default_rng(0)
    x = rng.uniform(-1, 1, (20, 3))
    ours = log_density(x, terms.mean, terms.covariance)
    for c, (mean, covariance) in enumerate(zip(terms.mean, terms.covariance, strict=True)):
        theirs = multivariate_normal(mean, covariance).logpdf(x)
        np.testing.assert_allclose(ours[:, c], theirs, rtol=1e-6)


def test_an_error_of_the_point_widens_the_term():
    terms, x = affectnet8(), np.array([[0.2, -0.1, 0.4]])
    var = np.array([[0.01, 0.04, 0.09]])
    ours = log_density(x, terms.mean, terms.covariance, var)
    for c in range(8):
        wide = multivariate_normal(terms.mean[c], terms.covariance[c] + np.diag(var[0]))
        assert ours[0, c] == pytest.approx(wide.logpdf(x[0]), rel=1e-9)


def test_the_covariance_is_made_of_published_spreads_and_correlations():
    terms = affectnet8()
    happy = terms.covariance[terms.space.index("happy")]
    # .21 .26 rho .15; .21 .38 rho .75; .26 .38 rho .25
    assert happy[0, 1] == pytest.approx(0.21 * 0.26 * 0.15)
    assert happy[0, 2] == pytest.approx(0.21 * 0.38 * 0.75)
    assert happy[1, 2] == pytest.approx(0.26 * 0.38 * 0.25)
    np.testing.assert_allclose(np.diag(happy), [0.21**2, 0.26**2, 0.38**2])


def test_contradictory_correlations_are_floored():
    # fearful: VA .65, AD .85, but VD -.25: no such three variables exist
    terms = affectnet8()
    least = np.linalg.eigvalsh(terms.covariance).min(axis=1)
    floored = {
        name for name, value in zip(terms.space.names, least, strict=True) if value < 2 * FLOOR
    }
    assert floored == {"angry", "fearful"}
    assert (least > 0.5 * FLOOR).all()


def test_a_gaussian_is_at_distance_zero_from_itself_and_distance_is_symmetric():
    distance = bhattacharyya(rm151())
    np.testing.assert_allclose(np.diag(distance), 0.0, atol=1e-12)
    np.testing.assert_array_equal(distance, distance.T)
    assert (distance >= -1e-12).all()


def test_distance_of_equal_spreads_is_an_eighth_of_the_squared_standardised_way():
    terms = rm151()
    bold, useful = RM151_TERMS.index("bold"), RM151_TERMS.index("useful")
    way = (np.array([0.44 - 0.70, 0.61 - 0.44, 0.66 - 0.47]) / POOLED_SD) ** 2
    assert bhattacharyya(terms)[bold, useful] == pytest.approx(way.sum() / 8)


def test_fusing_into_as_many_changes_nothing():
    terms = affectnet8()
    same = fuse(terms, 8)
    np.testing.assert_allclose(same.mean, terms.mean)
    np.testing.assert_allclose(same.sd, terms.sd)


def test_fusing_matches_the_moments_of_the_members():
    one = fuse(rm151(), 1)
    terms = rm151()
    mean = terms.mean.mean(axis=0)
    var = (terms.sd**2 + terms.mean**2).mean(axis=0) - mean**2
    np.testing.assert_allclose(one.mean[0], mean)
    np.testing.assert_allclose(one.sd[0] ** 2, var)


def test_linkage_is_that_of_scipy():
    hierarchy = pytest.importorskip("scipy.cluster.hierarchy")
    distance = bhattacharyya(rm151())
    upper = distance[np.triu_indices(151, 1)]
    flat = hierarchy.fcluster(hierarchy.linkage(upper, "complete"), 14, "maxclust")
    theirs = {frozenset(np.flatnonzero(flat == c)) for c in np.unique(flat)}
    index = {name: at for at, name in enumerate(RM151_TERMS)}
    ours = {frozenset(index[name] for name in group) for group in fuse(rm151(), 14).members}
    assert ours == theirs


def test_a_cluster_with_a_universal_emotion_takes_its_name():
    fused = fuse(rm151(), 14)
    assert len(fused.space.names) == 14
    for name, members in zip(fused.space.names, fused.members, strict=True):
        universal = set(members) & (set(AFFECTNET_TERMS) - {"neutral"})
        assert name in (universal or members)
    assert set(fused.sd_source) == {"fused"}


def test_neutral_is_added_last():
    fifteen = fuse(rm151(), 14).with_neutral("rm15")
    assert fifteen.space.names[-1] == "neutral"
    assert fifteen.mean[-1].tolist() == [0.1, 0.1, 0.1]
    np.testing.assert_allclose(fifteen.sd[-1], 0.05)


def test_it_is_said_which_spreads_are_pooled():
    terms = rm151()
    published = [n for n, s in zip(RM151_TERMS, terms.sd_source, strict=True) if s == "published"]
    assert set(published) == set(AFFECTNET_TERMS) - {"neutral"}
    np.testing.assert_allclose(terms.sd[RM151_TERMS.index("bold")], POOLED_SD)


def test_picked_terms_have_the_callers_names():
    two = affectnet8().pick("two", {"joy": "happy", "anger": "angry"})
    assert two.space.names == ("joy", "anger")
    assert two.mean[0].tolist() == [0.81, 0.51, 0.46]
    with pytest.raises(BadChoice, match="cheerful"):
        affectnet8().pick("one", {"joy": "cheerful"})


def test_terms_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        affectnet8().mean[0, 0] = 0.0


def test_illegal_terms_are_refused():
    terms = affectnet8()
    with pytest.raises(BadValues, match="shapes"):
        Terms(terms.space, terms.mean[:3], terms.covariance, terms.sd_source)
    with pytest.raises(BadValues, match="positive definite"):
        Terms(terms.space, terms.mean, -terms.covariance, terms.sd_source)
    with pytest.raises(BadChoice, match="neutral_sd"):
        affectnet8(neutral_sd=0.0)
    with pytest.raises(BadChoice, match="1 to 8"):
        fuse(terms, 9)
