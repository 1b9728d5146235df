"""A Ray cluster for as long as one map takes: found, or started here and ended again.

Ray is told to report nothing to anyone and to print nothing; a cluster of our own keeps its logs,
and what does not fit into its memory, in a folder that goes when it ends.
"""

__all__ = ["QUIET", "connected", "line", "ours", "package"]

import importlib.util
import logging
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from affectory.core.errors import BadChoice, MissingExtra
from affectory.engine.environment import WORKER, setting
from affectory.engine.local import cores

ANSWERS = 10  # seconds in which whoever listens at an address takes a call; Ray waits for ever
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
SHORT = "/tmp"  # the paths of Ray's sockets have room for 107 bytes


def package() -> Any:
    """Return the package `ray`.

    Raises:
        MissingExtra: if it is not installed.
    """
    if importlib.util.find_spec("ray") is None:
        raise MissingExtra("ray", "ray", "the engine ray")
    import ray

    return ray


def ours(address: str | None) -> bool:
    """Whether `connected` would start a cluster of our own."""
    found = package().is_initialized() or os.environ.get("RAY_ADDRESS")
    return address is None and not found


@contextmanager
def connected(address: str | None, workers: int | None) -> Iterator[int]:
    """Be connected to a cluster; yield how many cores it has.

    A connection that was there before stays; one that is made here ends here, and with it a
    cluster that was started here.

    Args:
        address: Where a cluster runs, `auto` for the one of this machine; None for the one that
            this process is connected to or RAY_ADDRESS names, or else a new one.
        workers: How many cores a new one takes; None all that there are.

    Raises:
        BadChoice: if no cluster answers, or one is connected already.
    """
    ray = package()
    if ray.is_initialized():
        if address is not None:
            legal = "none: this process is connected to a cluster already"
            raise BadChoice("address", address, legal)
        yield _cores_of(ray)
    elif ours(address):
        with _started(ray, max(1, cores() if workers is None else workers)):
            yield _cores_of(ray)
    else:
        with _joined(ray, address or os.environ["RAY_ADDRESS"]):
            yield _cores_of(ray)


@contextmanager
def _started(ray: Any, workers: int) -> Iterator[None]:
    """Start a cluster on this machine; it ends with the block, or with this process."""
    place = tempfile.mkdtemp(prefix="affectory-", dir=SHORT if Path(SHORT).is_dir() else None)
    try:
        with setting(QUIET | WORKER), _hushed(ray):
            ray.init(
                address="local",
                num_cpus=workers,
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.ERROR,
                _temp_dir=place,
            )
        with _hushed(ray):
            yield
    finally:
        ray.shutdown()
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _joined(ray: Any, address: str) -> Iterator[None]:
    try:
        _call(address)
        with setting(QUIET):
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, RuntimeError, ValueError) as error:
        legal = f"auto, or host:port, where a cluster runs that takes our token ({line(error)})"
        raise BadChoice("address", address, legal) from None
    try:
        with _hushed(ray):
            yield
    finally:
        ray.shutdown()


def _call(address: str) -> None:
    """See that somebody listens, where the address has a port."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), ANSWERS).close()


@contextmanager
def _hushed(ray: Any) -> Iterator[None]:
    """Keep Ray's notes on workers that died from standard output, which belongs to the command."""
    inner = ray._private.worker
    before, inner._worker_logs_enabled = getattr(inner, "_worker_logs_enabled", True), False
    try:
        yield
    finally:
        inner._worker_logs_enabled = before


def _cores_of(ray: Any) -> int:
    return max(1, int(ray.cluster_resources().get("CPU", 1)))


def line(error: Exception) -> str:
    """Return the first line of what an error says."""
    return str(error).strip().partition("\n")[0] or type(error).__name__
