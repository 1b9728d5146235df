"""Typed templates: fields in, a prompt out; what a person wrote is never read as a template.

Templates are Jinja2 (sandboxed). A field that a template names and nobody gives, or that is
given and never named, is refused when the template is made or filled, not found out later.
"""

__all__ = ["Template"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from affectory.core.errors import BadValues
from affectory.lm.model import Message, Prompt

_JINJA = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
)


@dataclass(frozen=True)
class Template:
    """A prompt with holes.

    Args:
        user: What the person asks, a Jinja2 template.
        system: What stands above the conversation, a Jinja2 template; empty: nothing.
        examples: Solved questions that come before, each a filled prompt's fields and the
            answer that was right.

    Raises:
        BadValues: if a template cannot be read, or an example lacks a field.

    Example:
        >>> from affectory.lm.prompt import Template
        >>> ask = Template("What does this say? {{ text }}", "Answer with one word.")
        >>> [message.text for message in ask.fill(text="I won {{ it }}!")]
        ['Answer with one word.', 'What does this say? I won {{ it }}!']
    """

    user: str
    system: str = ""
    examples: tuple[tuple[tuple[tuple[str, Any], ...], str], ...] = ()

    def __post_init__(self) -> None:
        """Refuse templates that could fail later."""
        try:
            fields = self.fields
        except TemplateSyntaxError as error:
            found = f"line {error.lineno}: {error.message}"
            raise BadValues("template", found, "a Jinja2 template", "mend it") from error
        for given, _ in self.examples:
            self._complete(dict(given), fields, "example")

    @cached_property
    def fields(self) -> frozenset[str]:
        """The fields that the template names."""
        parts = (self.user, self.system)
        return frozenset().union(
            *(meta.find_undeclared_variables(_JINJA.parse(part)) for part in parts)
        )

    def fill(self, **given: Any) -> Prompt:
        """Return the prompt with every field filled.

        Raises:
            BadValues: if a field is missing, or is not one of the template's.
        """
        self._complete(given, self.fields, "template")
        head = (Message("system", self._text(self.system, given)),) if self.system else ()
        solved = [
            message
            for fields, answer in self.examples
            for message in (
                Message("user", self._text(self.user, {**given, **dict(fields)})),
                Message("assistant", answer),
            )
        ]
        return (*head, *solved, Message("user", self._text(self.user, given)))

    def each(self, rows: Sequence[Mapping[str, Any]]) -> tuple[Prompt, ...]:
        """Return a prompt for each row of fields."""
        return tuple(self.fill(**row) for row in rows)

    def shown(self, solved: Sequence[tuple[Mapping[str, Any], str]]) -> "Template":
        """Return the template with solved questions before it."""
        examples = tuple((tuple(fields.items()), answer) for fields, answer in solved)
        return Template(self.user, self.system, examples)

    def _complete(self, given: Mapping[str, Any], fields: frozenset[str], what: str) -> None:
        if set(given) != fields:
            lost, extra = sorted(fields - set(given)), sorted(set(given) - fields)
            found = f"missing {lost}, unknown {extra}"
            raise BadValues(what, found, f"the fields {sorted(fields)}")

    @staticmethod
    def _text(template: str, given: Mapping[str, Any]) -> str:
        return _JINJA.from_string(template).render(**given).strip()
