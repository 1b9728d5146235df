"""What went wrong, where, and what to do about it.

Every error of the house is an `AffectoryError` *and* the builtin a caller would expect, so
`except ValueError` keeps working. A message has three parts: what was found, what was
expected, what to do.
"""

__all__ = [
    "AffectoryError",
    "BadChoice",
    "BadColumn",
    "BadFile",
    "BadQuery",
    "BadValues",
    "CapReached",
    "Clash",
    "ClockMismatch",
    "Closed",
    "DuplicateMethod",
    "Gone",
    "MissingExtra",
    "MissingFile",
    "MissingModel",
    "NewerSchema",
    "NoRecords",
    "NoRoute",
    "NotFitted",
    "NotServed",
    "NotTrained",
    "ServerFailed",
    "SpaceMismatch",
    "TermsNotAccepted",
    "UnknownMethod",
    "UnknownModel",
    "UnknownSpace",
    "WorkerLost",
]

from collections.abc import Iterable
from pathlib import PurePath
from typing import Any


class AffectoryError(Exception):
    """Root of every error that this house raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes as the sentence it is, past the arguments that built it."""
        return _revived, (type(self), self.args, self.__dict__)


class SpaceMismatch(AffectoryError, ValueError):
    """States of one Space met code that speaks another."""

    def __init__(self, got: str, expected: str, where: str) -> None:
        super().__init__(
            f"{where}: got states in space {got!r}, expected {expected!r}; "
            f"convert first: represent.to_space(trajectory, {expected!r})"
        )


class NoRoute(SpaceMismatch, ValueError):
    """States of one Space do not determine those of another."""

    def __init__(self, got: str, wanted: str, possible: Iterable[str], where: str) -> None:
        ways = ", ".join(sorted(possible)) or "none"
        ValueError.__init__(
            self,
            f"{where}: no way from space {got!r} to {wanted!r}, expected one of: {ways}; "
            f"choose one of these, or perceive in {wanted!r} directly",
        )


class ClockMismatch(AffectoryError, ValueError):
    """Times of one Clock met code that counts in another."""

    def __init__(self, got: str, expected: str, where: str) -> None:
        super().__init__(
            f"{where}: got times in {got}, expected {expected}; "
            f"put both on one clock first: represent.on_turns(trajectory)"
        )

    @classmethod
    def between(cls, files: str) -> "ClockMismatch":
        """Return the error of files that were to be read together."""
        error = cls.__new__(cls)
        error.args = (
            f"read: the files count time differently ({files}), expected one clock for one set of "
            f"records; read them apart, or trace them together: affectory trace FOLDER",
        )
        return error


class BadValues(AffectoryError, ValueError):
    """An array has the wrong shape, type or range."""

    def __init__(self, what: str, got: object, expected: object, cure: str = "") -> None:
        advice = f"; {cure}" if cure else ""
        super().__init__(f"{what}: got {got}, expected {expected}{advice}")


class BadChoice(AffectoryError, ValueError):
    """A parameter has a value outside its legal set or range."""

    def __init__(self, name: str, got: object, legal: Iterable[object] | str) -> None:
        shown = repr(str(got)) if isinstance(got, PurePath) else repr(got)
        if isinstance(legal, str):
            super().__init__(f"{name} is {shown}; expected {legal}")
        else:
            super().__init__(f"{name} is {shown}; choose one of: {', '.join(map(str, legal))}")


class Closed(BadChoice, ValueError):
    """What was chosen has ended, and takes nothing more."""


class Gone(BadChoice, ValueError):
    """What was chosen is not there, or not any more."""


class Clash(AffectoryError, ValueError):
    """Two writers put different things into one place."""

    def __init__(self, what: str, place: object, cure: str) -> None:
        super().__init__(
            f"{what} {place}: something else is kept there already, expected the same; {cure}"
        )


class BadColumn(AffectoryError, LookupError):
    """A table lacks a column that is needed, or it cannot be told which one it is."""

    def __init__(self, role: str, present: Iterable[str], cure: str) -> None:
        super().__init__(f"no column for {role}; the table has {', '.join(present)}; {cure}")


class BadFile(AffectoryError, ValueError):
    """A file cannot be read as what it claims to be."""

    def __init__(self, path: object, found: str, expected: str, cure: str) -> None:
        super().__init__(f"{path}: {found}, expected {expected}; {cure}")


class MissingFile(AffectoryError, FileNotFoundError):
    """A path or pattern names nothing that can be read."""

    def __init__(self, path: object, cure: str = "check the spelling and the folder") -> None:
        super().__init__(f"{path}: no such file, folder or pattern; {cure}")


class BadQuery(AffectoryError, ValueError):
    """A query over the lake cannot be run."""

    def __init__(self, reason: str, tables: Iterable[str]) -> None:
        super().__init__(f"the query failed: {reason}; tables here: {', '.join(sorted(tables))}")


class NoRecords(AffectoryError, ValueError):
    """There is nothing to work on."""

    def __init__(self, where: str, cure: str) -> None:
        super().__init__(f"{where}: no usable record was found, expected at least one; {cure}")


class NewerSchema(AffectoryError, RuntimeError):
    """A table was written by a later version of the house."""

    def __init__(self, table: str, got: int, known: int) -> None:
        super().__init__(
            f"table {table!r} has schema version {got}, this version knows up to {known}; "
            f"upgrade affectory to read it"
        )


class MissingExtra(AffectoryError, ImportError):
    """An optional dependency is not installed."""

    def __init__(self, package: str, extra: str, where: str) -> None:
        super().__init__(
            f"{where} needs {package}, which is not installed; "
            f"run: pip install 'affectory[{extra}]'"
        )


class WorkerLost(AffectoryError, RuntimeError):
    """A worker process died before it had finished its batch."""

    def __init__(self, done: int, reason: str) -> None:
        super().__init__(
            f"a worker process died after {done} finished batches ({reason}), expected it to "
            f"live; start the same command again: it goes on where it stopped"
        )


class NotFitted(AffectoryError, RuntimeError):
    """A method was asked before it had learned."""

    def __init__(self, method: str) -> None:
        super().__init__(f"{method} has not learned yet; use what .fit(...) returns")


class NotTrained(NotFitted, RuntimeError):
    """A method has no trained weights on this machine."""

    def __init__(self, method: str, where: object) -> None:
        RuntimeError.__init__(
            self,
            f"{method} has no trained weights: found none at {where}, expected a safetensors "
            f"file; train it once: affectory train {method} --data DATA",
        )


class UnknownModel(AffectoryError, LookupError):
    """No language model of that name is in the catalogue."""

    def __init__(self, name: str, known: Iterable[str], more: str = "") -> None:
        super().__init__(
            f"no language model {name!r}, expected one of: {', '.join(sorted(known))}{more}; "
            "see affectory models list"
        )


class MissingModel(AffectoryError, FileNotFoundError):
    """A language model of the catalogue is not on this machine, or not whole."""

    def __init__(self, name: str, found: str) -> None:
        super().__init__(
            f"language model {name!r}: {found}, expected its checked weights in the cache; "
            f"fetch it once: affectory models get {name}"
        )


class TermsNotAccepted(AffectoryError, PermissionError):
    """A language model comes with terms that its user must accept first."""

    def __init__(self, name: str, terms: str) -> None:
        super().__init__(
            f"language model {name!r} comes under {terms}, which nobody here has accepted yet; "
            f"read them and accept: affectory models get {name} --accept"
        )


class NotServed(AffectoryError, RuntimeError):
    """A language model cannot do what was asked of it."""

    def __init__(self, model: str, act: str, who: str) -> None:
        super().__init__(f"{model} cannot {act}, expected a model that can; use {who}")


class CapReached(AffectoryError, RuntimeError):
    """A run has used up the tokens, calls or money that it was allowed."""

    def __init__(self, what: str, used: object, cap: object) -> None:
        super().__init__(
            f"the run has used {used} {what}, expected at most {cap}; what was answered is kept: "
            f"raise the cap and run again to go on from there"
        )


class ServerFailed(AffectoryError, ConnectionError):
    """A model server did not answer, or answered with an error that repeating does not cure."""

    def __init__(self, where: str, found: str, cure: str) -> None:
        super().__init__(f"{where}: {found}, expected an answer; {cure}")


class UnknownSpace(AffectoryError, LookupError):
    """No Space of that name is in the vocabulary."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"no space {name!r}; known: {', '.join(sorted(known))}")


class UnknownMethod(AffectoryError, LookupError):
    """No method of that name is registered."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"no method {name!r}; known: {', '.join(sorted(known))}")


class DuplicateMethod(AffectoryError, ValueError):
    """Two classes claim one name in the book."""

    def __init__(self, name: str, first: type, second: type) -> None:
        super().__init__(f"two methods are called {name!r}: {first!r} and {second!r}; rename one")


def _revived(kind: type[AffectoryError], args: tuple[Any, ...], state: dict[str, Any]) -> Any:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error
