"""Which rows belong together because they are of one group, or because their texts read the same.

Data sets repeat a text here and there. A copy on the other side of a fold lets a method answer from
memory, so copies must share a group before any fold is dealt.
"""

__all__ = ["normal", "together"]

import re
from collections.abc import Sequence

WORDS = re.compile(r"[^\W_]+")


def normal(text: str) -> str:
    """Return the words of a text in folded case, without marks and extra space."""
    return " ".join(WORDS.findall(text.casefold()))


def together(texts: Sequence[str], groups: Sequence[str]) -> list[str]:
    """Return the group of each text, one name for all groups that hold texts which read the same.

    Args:
        texts: n texts; one without words reads like no other.
        groups: The group of each. Length n.

    Example:
        >>> from affectory.parts.alike import together
        >>> together(["So it is.", "Not so", "so it IS"], ["a", "b", "c"])
        ['a', 'b', 'a']
    """
    first = {group: group for group in groups}

    def root(group: str) -> str:
        while first[group] != group:
            group = first[group]
        return group

    seen: dict[str, str] = {}
    for text, group in zip(map(normal, texts), groups, strict=True):
        if text:
            one, other = root(seen.setdefault(text, group)), root(group)
            first[other] = one
    return [root(group) for group in groups]
