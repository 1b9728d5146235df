"""Prompts as typed templates: named holes, filled with words that stay words.

Templates are Jinja2, strict and in its sandbox. What fills a hole is never read as a template,
and nothing is escaped: the model sees the words as they were said. Special tokens that somebody
spells out in a text are taken apart where a model's own chat template is applied (`lm.network`).
"""

__all__ = ["Hole", "Shot", "Template"]

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError, meta
from jinja2 import Template as Compiled
from jinja2.sandbox import ImmutableSandboxedEnvironment

from affectory.core.errors import BadChoice, BadValues
from affectory.lm.model import Message, Prompt

KINDS = (str, int, float, tuple)


@dataclass(frozen=True, slots=True)
class Hole:
    """A place in a template.

    Args:
        name: What stands between the braces.
        kind: What fills it: str, int, float (an int will do), or tuple for a sequence of strings.
        default: What fills it where nothing is given; None: it must be given.

    Raises:
        BadChoice: if `kind` is none of these.
    """

    name: str
    kind: type = str
    default: Any = None

    def __post_init__(self) -> None:
        """Refuse a kind that could do more than be shown."""
        if self.kind not in KINDS:
            raise BadChoice(f"kind of hole {self.name!r}", self.kind, [k.__name__ for k in KINDS])

    def filled(self, value: object) -> object:
        """Return `value` as the hole takes it.

        Raises:
            BadValues: if it is of another kind.
        """
        if self.kind is tuple and isinstance(value, Sequence) and not isinstance(value, str):
            if all(isinstance(each, str) for each in value):
                return tuple(str(each) for each in value)
        elif self.kind is str and isinstance(value, str):
            return str(value)
        elif self.kind is not tuple and not isinstance(value, bool | str):
            wide = int | float if self.kind is float else self.kind
            if isinstance(value, wide):
                return value
        cure = "a sequence of strings" if self.kind is tuple else f"a {self.kind.__name__}"
        raise BadValues(f"hole {self.name!r}", f"{type(value).__name__} {value!r:.60}", cure)


@dataclass(frozen=True)
class Shot:
    """One example of a question and its answer.

    Args:
        values: What fills the holes of the question.
        answer: What the model should say to it.
    """

    values: Mapping[str, object]
    answer: str


@dataclass(frozen=True)
class Template:
    r"""A prompt with holes.

    Args:
        name: What errors and files call it.
        user: The question, in Jinja2.
        system: The instruction before it; empty: none. It may have holes too.
        holes: Those that are no plain, needed string; all others are found in the texts.

    Raises:
        BadValues: if a text is no template, or a hole is in neither of them.

    Example:
        >>> from affectory.lm.prompt import Template
        >>> ask = Template("feel", "Post: {{ text }}\nWhich emotion?")
        >>> print(ask.render({"text": "I won {{ a }} prize"})[0].text)
        Post: I won {{ a }} prize
        Which emotion?
    """

    name: str
    user: str
    system: str = ""
    holes: tuple[Hole, ...] = ()
    _by_name: dict[str, Hole] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Read both texts once, and find their holes."""
        found = sorted(_holes(self.name, self.system) | _holes(self.name, self.user))
        told = {hole.name: hole for hole in self.holes}
        strange = sorted(set(told) - set(found))
        if strange:
            raise BadValues(f"template {self.name!r}", f"holes {strange}", f"some of {found}")
        self._by_name.update({name: told.get(name, Hole(name)) for name in found})

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the holes, sorted."""
        return tuple(self._by_name)

    @property
    def digest(self) -> str:
        """A hash of all that the prompts depend on, for provenance."""
        told = repr((self.system, self.user, self.holes))
        return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()

    def render(
        self,
        values: Mapping[str, object],
        shots: Sequence[Shot] = (),
        begun: str = "",
    ) -> Prompt:
        """Return the prompt for one question.

        Args:
            values: What fills each hole.
            shots: Examples, asked and answered before it in the same words; those of the
                instruction are filled with `values` alone.
            begun: How the answer begins; empty: that is left to the model.

        Raises:
            BadValues: if a hole is left empty, filled with another kind of thing, or unknown.
        """
        own = self._filled(values)
        messages = [Message("system", _compiled(self.system).render(own))] if self.system else []
        for shot in shots:
            asked = _compiled(self.user).render(self._filled({**values, **shot.values}))
            messages += [Message("user", asked), Message("assistant", shot.answer)]
        messages.append(Message("user", _compiled(self.user).render(own)))
        if begun:
            messages.append(Message("assistant", begun))
        return tuple(messages)

    def _filled(self, values: Mapping[str, object]) -> dict[str, object]:
        strange = sorted(set(values) - set(self._by_name))
        if strange:
            raise BadValues(f"template {self.name!r}", f"holes {strange}", f"some of {self.names}")
        out = {}
        for name, hole in self._by_name.items():
            value = hole.default if values.get(name) is None else values[name]
            if value is None:
                raise BadValues(f"template {self.name!r}", f"nothing for hole {name!r}", "words")
            out[name] = hole.filled(value)
        return out


_JINJA = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined,
    autoescape=False,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_JINJA.globals.clear()  # a hole may be called "range"


@lru_cache(maxsize=256)
def _compiled(text: str) -> Compiled:
    return _JINJA.from_string(text)


def _holes(name: str, text: str) -> set[str]:
    """Return the names that `text` does not define itself."""
    try:
        _compiled(text)
        return meta.find_undeclared_variables(_JINJA.parse(text))
    except TemplateError as error:
        cure = "mend it; braces of your own are written {{ '{{' }}"
        raise BadValues(f"template {name!r}", str(error), "Jinja2", cure) from error
