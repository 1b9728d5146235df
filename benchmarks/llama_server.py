"""Serve a GGUF model on this machine by llama.cpp, speaking OpenAI's protocol.

Usage: python benchmarks/llama_server.py MODEL.gguf [PORT]      (pip install xllamacpp)

Prints the address, then serves until its input is closed (Ctrl-D), or it is interrupted. Other
programs start it by `serving`.
"""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def main(model: str, port: int = 0) -> None:
    """Serve `model`; port 0 takes a free one."""
    import xllamacpp

    given = xllamacpp.CommonParams()
    given.model.path = model
    given.hostnames = ["127.0.0.1"]
    given.port = port or _free()
    given.n_parallel, given.n_ctx = 2, 4096
    given.cpuparams.n_threads = 2
    given.warmup, given.verbosity = False, 0
    server = xllamacpp.Server(given)
    print(f"{server.listening_address}/v1", flush=True)
    sys.stdin.read()


@contextmanager
def serving(model: str | Path) -> Iterator[str]:
    """Serve `model` from a process of its own while the block runs; give the address."""
    words = [sys.executable, __file__, str(model)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(words, text=True, **pipes) as server:
        try:
            address = server.stdout.readline().strip()
            if not address:
                sys.exit(f"llama.cpp does not serve {model}: is it a GGUF file, xllamacpp here?")
            yield address
        finally:
            server.kill()


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]))
