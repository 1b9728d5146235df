"""engine/memory: asking for it is safe anywhere, and freed memory really goes back on Linux."""

import sys
from pathlib import Path

import pytest

from affectory.engine.memory import give_back


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_it_can_be_asked_for_at_any_time():
    give_back()
    give_back()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_freed_pieces_leave_the_process():
    pieces = [bytes(2000) for _ in range(50_000)]  # each below what malloc maps by itself
    last = bytes(2000)  # holds the end of the heap
    full = resident()
    del pieces
    give_back()
    assert resident() < full - 50_000_000
    assert len(last) == 2000
