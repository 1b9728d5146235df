"""sources/pipes: what has come is handed over, whole and in order, and little waits."""

import io
import os
import time
from threading import Thread

from affectory.sources.pipes import pieces


def test_what_is_in_memory_comes_as_it_is():
    assert b"".join(pieces(io.BytesIO(b"abc" * 1000))) == b"abc" * 1000
    assert list(pieces(io.BytesIO(b""))) == []


def test_a_slow_pipe_is_answered_before_it_ends():
    out, into = os.pipe()
    with os.fdopen(out, "rb") as file:
        os.write(into, b"one")
        taken = pieces(file)
        assert next(taken) == b"one"
        os.write(into, b"two")
        assert next(taken) == b"two"
        os.close(into)
        assert list(taken) == []


def test_nothing_is_lost_and_no_more_waits_than_may():
    out, into = os.pipe()
    whole = os.urandom(1 << 20)

    def write():
        with os.fdopen(into, "wb") as pipe:
            pipe.write(whole)

    Thread(target=write, daemon=True).start()
    with os.fdopen(out, "rb") as file:
        assert file.peek()  # what was looked at comes too
        got = []
        for piece in pieces(file, most=100_000):
            got.append(piece)
            time.sleep(0.002)
    assert b"".join(got) == whole
    assert max(map(len, got)) <= 100_000 + (1 << 16)


def test_an_empty_pipe_ends():
    out, into = os.pipe()
    os.close(into)
    with os.fdopen(out, "rb") as file:
        assert b"".join(pieces(file)) == b""
