"""The walls of the house: sizes, circles, words, and start-up without the heavy imports."""

import ast
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
FILE_WALL, FUNCTION_WALL = 400, 60
WORDLESS = {"utils.py", "common.py", "helpers.py", "base.py", "misc.py", "util.py"}


def functions(path):
    """Yield each function of a file with its length, docstring not counted."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            doc = first.end_lineno - first.lineno + 1 if ast.get_docstring(node) else 0
            yield node.name, node.end_lineno - node.lineno + 1 - doc


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_file_stays_within_the_walls(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= FILE_WALL
    assert [name for name, size in functions(path) if size > FUNCTION_WALL] == []


def test_no_room_is_a_cupboard():
    assert [path for path in SOURCES if path.name in WORDLESS] == []


def test_nothing_is_left_open():
    pattern = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    assert [path for path in SOURCES if pattern.search(path.read_text(encoding="utf-8"))] == []


def test_every_module_says_what_it_exports_before_it_imports():
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), path
        if path.name != "__init__.py" and "cli" not in path.parts:
            names = [n.targets[0].id for n in tree.body if isinstance(n, ast.Assign)
                     and isinstance(n.targets[0], ast.Name)]  # fmt: skip
            assert "__all__" in names, path


def test_no_pickle_is_ever_loaded_from_a_file():
    # the engine speaks in pickles with processes that it has itself started, over pipes
    pattern = re.compile(
        r"pickle\.load|allow_pickle=True|torch\.load\((?!.*weights_only=True)|joblib\.load"
    )
    files = [path for path in SOURCES if path.parent.name != "engine"]
    assert [path for path in files if pattern.search(path.read_text(encoding="utf-8"))] == []


def test_the_face_starts_without_the_heavy_rooms():
    code = "import sys, affectory; print(*[m for m in sys.modules if m in HEAVY])"
    code = code.replace("HEAVY", "{'torch', 'matplotlib', 'pandas', 'deltalake', 'scipy'}")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_decisions_are_numbered_without_a_gap():
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert numbers[0] == 1
    assert all(after == before + 1 for before, after in pairwise(numbers))
