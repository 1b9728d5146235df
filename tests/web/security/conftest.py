"""Raw connections: what no well-behaved client would send."""

import socket
from urllib.parse import urlsplit

import pytest


class Wire:
    """One connection to a server that says exactly what it is told to.

    Args:
        address: Address of the server.
    """

    def __init__(self, address: str) -> None:
        place = urlsplit(address)
        self.host = place.netloc
        self.socket = socket.create_connection((place.hostname, place.port), timeout=60)

    def say(self, *lines: str, body: bytes = b"") -> None:
        """Send lines of a head, or a part of them, and what follows."""
        self.socket.sendall("".join(f"{line}\r\n" for line in lines).encode("latin-1") + body)

    def ask(self, line: str, *headers: str, body: bytes = b"") -> bytes:
        """Send a whole request, and return all that is answered until the connection ends."""
        self.say(line, f"host: {self.host}", "connection: close", *headers, "", body=body)
        return self.rest()

    def rest(self) -> bytes:
        """Return what still comes, until the other side closes the connection."""
        came = b""
        try:
            while part := self.socket.recv(65_536):
                came += part
        except ConnectionError:  # closed without waiting for us
            pass
        return came


@pytest.fixture
def wire():
    """A function that opens a connection to an address."""
    made = []

    def opened(address: str) -> Wire:
        made.append(Wire(address))
        return made[-1]

    yield opened
    for one in made:
        one.socket.close()


def status(answer: bytes) -> int:
    """Return the status of an answer."""
    return int(answer.split(b" ", 2)[1])
