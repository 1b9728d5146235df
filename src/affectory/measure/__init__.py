"""Numbers: how well states were told, how they move, and who moves whom."""

__all__ = [
    "Arcs",
    "Convention",
    "Dyads",
    "Home",
    "Icc",
    "Metric",
    "Moments",
    "Surrogate",
    "Weights",
    "agreement_figures",
    "alpha",
    "arcs",
    "best_thresholds",
    "ccc",
    "changes",
    "displacements",
    "dtw",
    "dtw_many",
    "dyads",
    "ece",
    "ellipses",
    "f1",
    "granularity",
    "icc",
    "js",
    "kappa",
    "kl",
    "label_figures",
    "macro_f1",
    "pearson",
    "positions",
    "rater_figures",
    "spearman",
]

from affectory.measure.agreement import agreement_figures, ccc, pearson, spearman
from affectory.measure.arcs import Arcs, arcs
from affectory.measure.calibration import ece, js, kl
from affectory.measure.changes import changes
from affectory.measure.displacement import Convention, Home
from affectory.measure.dyads import Dyads, dyads
from affectory.measure.ellipse import ellipses
from affectory.measure.granularity import granularity
from affectory.measure.labels import (
    Weights,
    best_thresholds,
    f1,
    kappa,
    label_figures,
    macro_f1,
)
from affectory.measure.moments import Moments
from affectory.measure.positions import displacements, positions
from affectory.measure.raters import Icc, Metric, alpha, icc, rater_figures
from affectory.measure.surrogates import Surrogate
from affectory.measure.warping import dtw, dtw_many
