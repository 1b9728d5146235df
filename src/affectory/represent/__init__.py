"""The same feeling, said otherwise: in another Space, on another Clock.

A function named like its file is had from the file: `from affectory.represent.join import join`.
"""

__all__ = [
    "Mixture",
    "Prototypes",
    "Terms",
    "on_turns",
    "prototypes_of",
    "relative",
    "resample",
    "routes",
    "to_space",
]

from affectory.represent.align import on_turns as on_turns
from affectory.represent.align import relative as relative
from affectory.represent.align import resample as resample
from affectory.represent.conversions import routes as routes
from affectory.represent.conversions import to_space as to_space
from affectory.represent.mixture import Mixture as Mixture
from affectory.represent.prototypes import Prototypes as Prototypes
from affectory.represent.prototypes import prototypes_of as prototypes_of
from affectory.represent.term_gaussians import Terms as Terms
