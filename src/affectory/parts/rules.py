"""Typed phrases, all found at once: one automaton over words, linear in the text.

A phrase is words set apart by spaces: ``^ i <really>? can't|won't ... do``. Within a word, ``|``
parts alternatives, ``_`` joins the words of one alternative, a trailing ``?`` makes it optional,
``*`` at an end stands for any letters there, ``<name>`` for alternatives listed elsewhere, ``...``
for up to three words. ``^`` is a place where a clause begins, ``^^`` the beginning of the text,
``.`` the end of a sentence, ``$`` of the text.

All phrases make one finite automaton whose states are made when they are first met (Thompson
1968; Aho & Corasick 1975); a text is read once, whatever it says, and every phrase is found that
ends at a word. Not here: how a text is cut into words, and what a phrase found is worth.
"""

__all__ = ["Marks", "Match", "Rules"]

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from typing import NamedTuple

Symbols = frozenset[str]
Nodes = frozenset[int]


class Marks(NamedTuple):
    """What stands among the words of a text and is none.

    Attributes:
        start: Stands before the first word.
        end: Stands after the last.
        stop: Ends a sentence; no gap reaches over it.
        comma: Ends a clause.
    """

    start: str
    end: str
    stop: str
    comma: str


class Match(NamedTuple):
    """One phrase found.

    Attributes:
        rule: Which phrase.
        first: Its first word in the text.
        last: Its last word.
    """

    rule: int
    first: int
    last: int


class _State:
    """A set of places within phrases, the phrases that end there, and where words lead."""

    __slots__ = ("ends", "moves", "nodes")

    def __init__(self, nodes: Nodes, ends: tuple[int, ...]) -> None:
        self.nodes, self.ends = nodes, ends
        self.moves: dict[Symbols, _State] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """Phrases made ready to be found.

    Args:
        marks: What is no word.
        edges: From each node, where a symbol leads; "" is any word. Length: nodes.
        back: From each node, the symbols and nodes that lead there. Length: nodes.
        begin: The nodes at which each phrase begins. Length: phrases.
        last: The node at which each phrase is whole. Length: phrases.
        whole: The same, the other way round.
        first: Where each symbol leads from the beginning of any phrase.
        stems: Symbols that stand for all words so begun, or so ended, by their letters.
        symbols: Symbols that stand for one word.
    """

    marks: Marks
    edges: list[dict[str, list[int]]]
    back: list[list[tuple[str, int]]]
    begin: list[Nodes]
    last: list[int]
    whole: dict[int, int]
    first: dict[str, Nodes]
    stems: Symbols
    symbols: Symbols
    _kinds: dict[str, Symbols]
    _states: dict[Nodes, _State]

    @classmethod
    def of(
        cls,
        phrases: Sequence[str],
        cut: Callable[[str], Sequence[str]],
        marks: Marks,
        lists: Mapping[str, str] | None = None,
        joints: Iterable[str] = (),
    ) -> "Rules":
        """Compile `phrases`; no text can hold one whose words `cut` does not give.

        Args:
            phrases: What to find.
            cut: From a piece of text to its words, as texts are cut.
            marks: What stands among the words.
            lists: What `<name>` stands for.
            joints: Words with which a clause begins, beside the marks.

        Raises:
            KeyError: if a phrase names a list that it was not given.
        """
        net = _Net(cut, marks, dict(lists or {}), tuple(joints))
        for number, phrase in enumerate(phrases):
            net.add(number, phrase)
        return net.closed(marks)

    def find(self, words: Sequence[str]) -> list[Match]:
        """Return every phrase in `words`, by its end; of one phrase and end, the shortest.

        Args:
            words: One text with its marks, from `Marks.start` to `Marks.end`.
        """
        kinds = self._kinds
        out: list[Match] = []
        state = self._state(frozenset())
        for at, word in enumerate(words):
            kind = kinds.get(word)
            if kind is None:
                kind = self._kind(word)
            ahead = state.moves.get(kind)
            state = self._step(state, kind) if ahead is None else ahead
            if state.ends:
                out += [Match(rule, *self._span(rule, words, at)) for rule in state.ends]
        return out

    def _kind(self, word: str) -> Symbols:
        """Return the symbols that `word` answers to."""
        held = {word} & self.symbols
        held |= {word[:n] + "*" for n in range(2, len(word) + 1)} & self.stems
        held |= {"*" + word[-n:] for n in range(2, len(word))} & self.stems
        if word not in (self.marks.stop, self.marks.end, self.marks.start):
            held.add("")
        if len(self._kinds) > MOST:
            self._kinds.clear()
        return self._kinds.setdefault(word, frozenset(held))

    def _step(self, state: _State, kind: Symbols) -> _State:
        ahead: set[int] = set()
        for symbol in kind:
            ahead |= self.first.get(symbol, NONE)
            for node in state.nodes:
                ahead.update(self.edges[node].get(symbol, ()))
        found = self._state(frozenset(ahead))
        state.moves[kind] = found
        return found

    def _state(self, nodes: Nodes) -> _State:
        known = self._states.get(nodes)
        if known is not None:
            return known
        if len(self._states) > MOST:  # a text made to fill memory only costs time
            for old in list(self._states.values()):
                old.moves.clear()
            self._states.clear()
        ends = tuple(sorted(self.whole[node] for node in nodes if node in self.whole))
        return self._states.setdefault(nodes, _State(nodes, ends))

    def _span(self, rule: int, words: Sequence[str], last: int) -> tuple[int, int]:
        """Return first and last word of a phrase that ends at `last`, walking back; no marks."""
        here, begin, at = {self.last[rule]}, self.begin[rule], last
        while at >= 0:
            kind = self._kinds.get(words[at]) or self._kind(words[at])
            here = {node for one in here for symbol, node in self.back[one] if symbol in kind}
            if not here.isdisjoint(begin):
                break
            at -= 1
        held = (self.marks.start, self.marks.stop, self.marks.comma, self.marks.end)
        at = max(at, 0)
        while at < last and words[at] in held:
            at += 1
        while last > at and words[last] in held:
            last -= 1
        return at, last


class _Net:
    """The automaton while it is built: nodes, edges, and steps that read nothing."""

    def __init__(
        self,
        cut: Callable[[str], Sequence[str]],
        marks: Marks,
        lists: dict[str, str],
        joints: tuple[str, ...],
    ) -> None:
        self.cut, self.lists = cache(cut), lists  # lists are named again and again
        self.special: dict[str, list[tuple[str, ...]]] = {
            "^": [(mark,) for mark in (marks.start, marks.stop, marks.comma, *joints)],
            "^^": [(marks.start,)],
            ".": [(marks.stop,), (marks.end,)],
            "$": [(marks.end,), (marks.stop, marks.end)],
        }
        self.edges: list[dict[str, list[int]]] = []
        self.free: list[list[int]] = []
        self.begin: list[int] = []
        self.last: list[int] = []

    def node(self) -> int:
        """Return a new node."""
        self.edges.append({})
        self.free.append([])
        return len(self.edges) - 1

    def add(self, number: int, phrase: str) -> None:
        """Add one phrase."""
        here = self.node()
        self.begin.append(here)
        for token in phrase.split():
            there = self.node()
            if token == "...":
                self._gap(here, there)
            else:
                for way in self._ways(token):
                    self._path(here, way, there)
                if token.endswith("?"):
                    self.free[here].append(there)
            here = there
        self.last.append(here)

    def closed(self, marks: Marks) -> Rules:
        """Return the whole, with steps that read nothing taken ahead."""
        reach = [self._reach(node) for node in range(len(self.edges))]
        edges = [
            {symbol: sorted({r for n in ahead for r in reach[n]}) for symbol, ahead in own.items()}
            for own in self.edges
        ]
        back: list[list[tuple[str, int]]] = [[] for _ in edges]
        first: dict[str, set[int]] = {}
        for node, own in enumerate(edges):
            for symbol, ahead in own.items():
                for other in ahead:
                    back[other].append((symbol, node))
        begin = [frozenset(reach[node]) for node in self.begin]
        for node in reduce(frozenset.union, begin, NONE):
            for symbol, ahead in edges[node].items():
                first.setdefault(symbol, set()).update(ahead)
        every = frozenset(symbol for own in edges for symbol in own if symbol)
        stems = frozenset(symbol for symbol in every if "*" in symbol)
        starts = {symbol: frozenset(ahead) for symbol, ahead in first.items()}
        whole = {last: rule for rule, last in enumerate(self.last)}
        symbols = every - stems
        return Rules(marks, edges, back, begin, self.last, whole, starts, stems, symbols, {}, {})

    def _gap(self, here: int, there: int) -> None:
        for more in range(GAP):
            self.free[here].append(there)
            ahead = there if more == GAP - 1 else self.node()
            self.edges[here].setdefault("", []).append(ahead)
            here = ahead

    def _path(self, here: int, way: Sequence[str], there: int) -> None:
        for at, word in enumerate(way):
            ahead = there if at == len(way) - 1 else self.node()
            self.edges[here].setdefault(word, []).append(ahead)
            here = ahead

    def _ways(self, token: str) -> Iterator[Sequence[str]]:
        """Yield the words of each alternative of one token."""
        bare = token if token == "?" else token.removesuffix("?")
        for way in self._spelled(bare):
            if way in self.special:
                yield from self.special[way]
                continue
            before, after = "*" * way.startswith("*"), "*" * way.endswith("*")
            words = list(self.cut(way.strip("*").replace("_", " ")))
            if words:
                words[0] = before + words[0]
                words[-1] += after
                yield words

    def _spelled(self, bare: str) -> Iterator[str]:
        for way in bare.split("|"):
            if way.startswith("<"):
                name, _, rest = way[1:].partition(">")
                for inner in self._spelled(self.lists[name]):
                    yield inner + rest
            elif way:
                yield way

    def _reach(self, node: int) -> list[int]:
        seen, todo = {node}, [node]
        while todo:
            for ahead in self.free[todo.pop()]:
                if ahead not in seen:
                    seen.add(ahead)
                    todo.append(ahead)
        return sorted(seen)


NONE: Nodes = frozenset()
GAP = 3  # words that "..." may stand for
MOST = 1 << 16  # states, and distinct words, that are held at once
