"""The same feeling, said otherwise: in another Space, on another Clock, by several voices.

Example:
    >>> from affectory import Clock, Trajectory, represent
    >>> space = represent.space("valence")
    >>> felt = Trajectory(space, Clock.SECONDS, ["s"] * 2, ["ann"] * 2, [0, 4], [0, 4], [[0], [1]])
    >>> represent.resample(felt, step=1).values.ravel().tolist()
    [0.0, 0.25, 0.5, 0.75, 1.0]
"""

__all__ = [
    "Mixture",
    "Prototypes",
    "Terms",
    "align",
    "join",
    "mixture",
    "on_turns",
    "prototypes_of",
    "relative",
    "resample",
    "routes",
    "smooth",
    "space",
    "spaces",
    "to_space",
]

from affectory.represent.alignment import align, resample
from affectory.represent.clocks import on_turns, relative
from affectory.represent.conversions import routes, to_space
from affectory.represent.joining import join
from affectory.represent.mixtures import Mixture, mixture
from affectory.represent.prototypes import Prototypes, prototypes_of
from affectory.represent.smoothing import smooth
from affectory.represent.term_gaussians import Terms
from affectory.represent.vocabularies import space, spaces
