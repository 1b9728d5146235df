"""The seven things a method can do; each verb is a protocol of one function."""

__all__ = [
    "Explainer",
    "Expresser",
    "Forecaster",
    "Learner",
    "Perceiver",
    "Responder",
    "Simulator",
    "Steerer",
]

from typing import Any, Protocol, Self, TypeVar, runtime_checkable

from affectory.core.evidence import Evidence
from affectory.core.records import Records, Session
from affectory.core.reply import Reply
from affectory.core.states import States
from affectory.core.trajectory import Trajectory

Model = TypeVar("Model")


@runtime_checkable
class Perceiver(Protocol):
    """What is felt."""

    def perceive(self, records: Records) -> States:
        """Return a state for every record that the method can read, per Space."""
        ...


@runtime_checkable
class Forecaster(Protocol):
    """What will be felt."""

    def forecast(self, past: Any, horizon: int) -> Trajectory:
        """Return `horizon` states that follow each group of `past`.

        `past` is a Trajectory; of a method whose Card takes a channel, Records of that channel.
        """
        ...


@runtime_checkable
class Explainer(Protocol):
    """Why we say so."""

    def explain(self, records: Records, felt: Trajectory) -> tuple[Evidence, ...]:
        """Return what the states rest on."""
        ...


@runtime_checkable
class Responder(Protocol):
    """What to say or do next."""

    def respond(self, session: Session, felt: Trajectory) -> Reply:
        """Return the next answer."""
        ...


@runtime_checkable
class Expresser(Protocol):
    """How it shows."""

    def express(self, felt: Trajectory) -> Trajectory:
        """Return a trajectory in a display Space."""
        ...


@runtime_checkable
class Simulator(Protocol):
    """A world with known truth."""

    def simulate(self, seed: int) -> tuple[Records, Trajectory]:
        """Return records and the states behind them."""
        ...


@runtime_checkable
class Steerer(Protocol):
    """A language model made better at emotion, or moved by it."""

    def steer(self, model: Model, lessons: Any) -> Model:
        """Return the steered model."""
        ...


@runtime_checkable
class Learner(Protocol):
    """A method that learns; `fit` returns a new, fitted copy."""

    def fit(self, *lessons: Any) -> Self:
        """Return a copy that has learned from `lessons`."""
        ...
