"""Pictures and reports: draws what it is handed, and never computes a state."""

__all__ = ["arc", "corpus", "dyad", "plane", "report", "stream"]

from affectory.show.arc import arc
from affectory.show.corpus import corpus
from affectory.show.dyad import dyad
from affectory.show.plane import plane
from affectory.show.report import report
from affectory.show.stream import stream
