"""Count what makes a package easy or hard to read.

    python census.py ROOT PACKAGE        e.g.  python census.py src affectory

Prints import circles (strongly connected files, once for imports at module level and once for
all), the sizes of modules and functions (docstrings not counted), and the share of public
functions that are documented and fully typed. Tests and examples are left out.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SKIP = {"tests", "test", "examples", "demos", "vendored", "_resources", "__pycache__"}
Function = ast.FunctionDef | ast.AsyncFunctionDef
Graph = dict[str, set[str]]


@dataclass(frozen=True)
class Module:
    """One parsed file."""

    name: str
    is_face: bool  # an __init__.py
    lines: int
    tree: ast.Module


def modules(root: Path, package: str) -> dict[str, Module]:
    """Parse every file of `package` under `root`."""
    found = {}
    for path in sorted((root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        if SKIP & set(parts) or any(part.startswith(".") for part in parts):
            continue
        is_face = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_face else parts)
        text = path.read_text(encoding="utf-8", errors="ignore")
        found[name] = Module(name, is_face, len(text.splitlines()), ast.parse(text))
    return found


def imports(module: Module, late: bool) -> Iterator[tuple[str, str | None]]:
    """Yield (module, name) pairs; `late` adds those inside functions and TYPE_CHECKING."""

    def visit(node: ast.AST) -> Iterator[tuple[str, str | None]]:
        for child in ast.iter_child_nodes(node):
            hidden = isinstance(child, Function) or (
                isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)
            )
            if hidden and not late:
                continue
            if isinstance(child, ast.Import):
                yield from ((alias.name, None) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                base = child.module or ""
                if child.level:
                    here = module.name.split(".")
                    up = child.level - module.is_face
                    here = here[: len(here) - up]
                    base = ".".join([*here, *([base] if base else [])])
                yield from ((base, alias.name) for alias in child.names)
            else:
                yield from visit(child)

    yield from visit(module.tree)


def graph(found: dict[str, Module], late: bool) -> Graph:
    """Return who imports whom inside the package."""
    arrows: Graph = {name: set() for name in found}
    for name, module in found.items():
        for base, member in imports(module, late):
            target = f"{base}.{member}" if member and f"{base}.{member}" in found else base
            if target in found and target != name:
                arrows[name].add(target)
    return arrows


def circles(arrows: Graph) -> list[int]:
    """Return the sizes of the import circles, largest first (Tarjan)."""
    sys.setrecursionlimit(100_000)
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    sizes = []

    def enter(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for target in arrows[node]:
            if target not in index:
                enter(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], index[target])
        if low[node] == index[node]:
            at = stack.index(node)
            sizes.append(len(stack) - at)
            del stack[at:]

    for node in arrows:
        if node not in index:
            enter(node)
    return sorted((size for size in sizes if size > 1), reverse=True)


def body_lines(function: Function) -> int:
    """Return the length of a function without its docstring."""
    first = function.body[0]
    doc = first.end_lineno - first.lineno + 1 if ast.get_docstring(function, clean=False) else 0
    return function.end_lineno - function.lineno + 1 - doc


def typed(function: Function) -> bool:
    """Whether every argument and the return carry a type."""
    args = [*function.args.args, *function.args.kwonlyargs]
    named = all(a.annotation for a in args if a.arg not in ("self", "cls"))
    return function.returns is not None and named


def at(values: list[int], share: float) -> int:
    """Return the value below which `share` of the sorted `values` lie."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main(root: str, package: str) -> None:
    """Print the census of one package."""
    found = modules(Path(root), package)
    functions = [n for m in found.values() for n in ast.walk(m.tree) if isinstance(n, Function)]
    public = [f for f in functions if not f.name.startswith("_")]
    files = [m.lines for m in found.values() if not m.is_face]
    sizes = [body_lines(f) for f in functions]
    long = sum(size > 60 for size in sizes) / len(sizes)
    documented = sum(bool(ast.get_docstring(f)) for f in public) / len(public)
    at_once, ever = (circles(graph(found, late))[:6] for late in (False, True))
    print(f"{package}: {len(files)} files, {sum(m.lines for m in found.values())} lines")
    print(f"  circles    module level {at_once}, all {ever}")
    print(f"  modules    median {at(files, 0.5)}, p90 {at(files, 0.9)}, largest {max(files)}")
    print(f"  functions  median {at(sizes, 0.5)}, p90 {at(sizes, 0.9)}, largest {max(sizes)}")
    print(f"  over 60    {long:.1%} of functions")
    share = sum(map(typed, public)) / len(public)
    print(f"  public     documented {documented:.0%}, typed {share:.0%}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
