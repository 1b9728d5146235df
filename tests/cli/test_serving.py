"""cli/serving: the socket that listens."""

import asyncio
import socket

import pytest

from affectory.cli.serving import bound
from affectory.core.errors import BadValues


def test_a_small_answer_does_not_wait_for_the_next():
    """Nagle's rule would hold back the second part of an answer for 40 ms."""

    async def served() -> int:
        told = asyncio.get_running_loop().create_future()

        def came(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            one = writer.get_extra_info("socket")
            told.set_result(one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        door = bound("127.0.0.1", 0)
        async with await asyncio.start_server(came, sock=door):
            _, writer = await asyncio.open_connection(*door.getsockname())
            at_once = await told
            writer.close()
            await writer.wait_closed()
            return at_once

    assert asyncio.run(served()) == 1


def test_an_address_that_is_taken_is_told_in_a_sentence():
    with bound("127.0.0.1", 0) as door, pytest.raises(BadValues, match="choose another --port"):
        bound("127.0.0.1", door.getsockname()[1])
