"""The dominance that goes with valence and arousal, where raters gave these two only.

Paper: system 06, "Revisiting Emotions Representation for Recognition in the Wild" (2026), which
needs it for AffectNet.

Differs from the paper (*ours*): without labels it averages over the terms.
"""

__all__ = ["dominance"]

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadValues
from affectory.represent.mixtures import Mixture
from affectory.represent.scales import as_points
from affectory.represent.term_gaussians import Terms

Floats = NDArray[np.float64]
BOUND = 1.5  # standard deviations of dominance that it can move away from its mean


def dominance(va: ArrayLike, terms: Terms, labels: Sequence[str] | None = None) -> Floats:
    """Return the dominance that goes with valence and arousal. Shape (n,).

    With the Gaussian regression ``u = b1 (V - mu_V) + b2 (A - mu_A)`` of a term, bounded
    elastically, ``D = mu_D + 1.5 sd_D tanh(u / (1.5 sd_D))``, clipped to [-1, 1].

    Args:
        va: Valence and arousal in [-1, 1]. Shape (n, 2).
        terms: The Gaussians.
        labels: The term of each point, as in the paper. The result then knows the label: do
            not feed it to what shall predict that label. None: the mean over terms, weighted by
            their posterior given valence and arousal under flat priors. Length n.

    Raises:
        BadValues: if the shape is wrong or a coordinate is outside of [-1, 1].
        BadChoice: if a label is no term.
    """
    x = as_points(va)
    if np.shape(va) != (len(x), 2):
        raise BadValues("dominance", f"shape {np.shape(va)}", "(n, 2): valence and arousal")
    plane, cross = terms.covariance[:, :2, :2], terms.covariance[:, :2, 2]
    slope = np.linalg.solve(plane, cross[..., None])[..., 0]  # (k, 2)
    bound = BOUND * terms.sd[:, 2]
    u = x[:, :2] @ slope.T - (terms.mean[:, :2] * slope).sum(axis=1)
    d = np.clip(terms.mean[:, 2] + bound * np.tanh(u / bound), -1.0, 1.0)  # (n, k)
    if labels is None:
        return np.asarray((Mixture(terms).posterior(va) * d).sum(axis=1))
    if len(labels) != len(x):
        raise BadValues("dominance: labels", f"{len(labels)} labels", f"{len(x)}, one a point")
    return np.asarray(d[np.arange(len(x)), [terms.space.index(label) for label in labels]])
