"""Print how fast bases are learned and paths are coded, against EigenTrajectory's own torch code.

Paths of eth/train that move more than 0.1 m (22,564 of 8 + 12 positions), rank 6, 20 draws each,
one thread for both, A B A B. Equality is checked before anything is timed: both rebuild the same
futures. The peer is a clone of EigenTrajectory's repository; only its descriptor is loaded.

Run: python benchmarks/eigen_speed.py --data DATA --peer DIR [--rounds 9]
"""

import argparse
import importlib
import os
import sys
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np  # noqa: E402

from affectory.bench.walkers import AHEAD, EARLY, SEEN, ground  # noqa: E402
from affectory.parts.lowrank import basis  # noqa: E402
from affectory.parts.pose import Pose  # noqa: E402
from affectory.parts.windows import earlier, windows  # noqa: E402

RANK, DRAWS, LEAST, RUNS = 6, 20, 0.1, 5


class Spent(NamedTuple):
    """Seconds of one run."""

    wall: float
    cpu: float


class Ours:
    """Poses and bases in numpy."""

    def __init__(self, seen, future):
        self.seen, self.future = seen, future

    def bases(self):
        """Learn bases from paths whose poses are out already."""
        self.past, self.ahead = (basis(rows, RANK).astype(np.float32) for rows in self.free)

    def poses(self):
        """Take poses out."""
        self.pose = Pose.of(self.seen, turned=True, scaled=True)
        self.free = self.pose.away(self.seen), self.pose.away(self.future)

    def fit(self):
        """Take poses out and learn bases."""
        self.poses()
        self.bases()

    def project(self):
        """Return coefficients of both halves."""
        self.poses()
        return self.free[0] @ self.past, self.free[1] @ self.ahead

    def rebuild(self, coefficients):
        """Return 20 futures of each path. Shape (n, 20, 12, 2)."""
        return self.pose.back(coefficients @ self.ahead.T, 2)


class Peer:
    """The descriptor of the repository."""

    def __init__(self, folder, seen, future):
        import torch

        torch.set_num_threads(1)
        package = types.ModuleType("peer")
        package.__path__ = [str(folder / "EigenTrajectory")]
        sys.modules["peer"] = package
        own = importlib.import_module("peer.descriptor")
        numbers = {"obs_len": SEEN, "pred_len": AHEAD, "obs_svd": True, "pred_svd": True,
                   "k": RANK, "num_samples": DRAWS, "traj_dim": 2}  # fmt: skip
        self.torch, self.coder = torch, own.ETDescriptor(types.SimpleNamespace(**numbers))
        self.seen, self.future = torch.from_numpy(seen), torch.from_numpy(future)

    def poses(self):
        """Take poses out."""
        self.free = self.coder.normalize_trajectory(self.seen, self.future)

    def bases(self):
        """Learn bases from paths whose poses are out already."""
        for rows in self.free:
            self.coder.truncated_SVD(rows)

    def fit(self):
        """Take poses out and learn bases."""
        self.coder.parameter_initialization(self.seen, self.future)

    def project(self):
        """Return coefficients of both halves."""
        return self.coder.projection(self.seen, self.future)

    def rebuild(self, coefficients):
        """Return 20 futures of each path. Shape (20, n, 12, 2)."""
        with self.torch.no_grad():
            return self.coder.reconstruction(coefficients)


def paths(data: Path):
    """Return both halves of the paths of eth/train that move."""
    places = ground(data / "eth_ucy")
    rest = places.select(session=[name for name in places.sessions if name != "biwi_eth"])
    rest = rest.rows(earlier(rest.session.codes, rest.start, EARLY))
    found = windows(rest.session.codes, rest.actor.codes, rest.start, SEEN + AHEAD)
    told = rest.values[found.rows]
    step = np.linalg.norm(told[:, SEEN - 1] - told[:, SEEN - 3], axis=1)
    moving = np.ascontiguousarray(told[step > LEAST])
    print(f"{len(told):,} paths of eth/train, {len(moving):,} of them move")
    return np.ascontiguousarray(moving[:, :SEEN]), np.ascontiguousarray(moving[:, SEEN:])


def spent(work: Callable[[], object]) -> Spent:
    """Return what one run of `work` took, of five in a row."""
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(RUNS):
        work()
    return Spent((time.perf_counter() - wall) / RUNS, (time.process_time() - cpu) / RUNS)


def compare(name: str, mine, other, rounds: int) -> None:
    """Time both in turn and print medians and the ratio."""
    mine(), other()
    pairs = [(spent(mine), spent(other)) for _ in range(rounds)]
    for unit in ("cpu", "wall"):
        both = [(getattr(a, unit), getattr(b, unit)) for a, b in pairs]
        ours, peers = np.median(both, axis=0)
        ratios = [b / a for a, b in both]
        print(f"{name:34} {unit:4}  ours {ours * 1e3:8.2f} ms  peer {peers * 1e3:8.2f} ms  ratio "
              f"{np.median(ratios):6.1f} ({min(ratios):.1f} to {max(ratios):.1f})")  # fmt: skip


def main() -> None:
    """Run everything."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, default=os.environ.get("AFFECTORY_DATA"))
    options.add_argument("--peer", type=Path, required=True)
    options.add_argument("--rounds", type=int, default=9)
    given = options.parse_args()
    seen, future = paths(Path(given.data))
    ours, peer = Ours(seen, future), Peer(given.peer, seen, future)
    ours.fit(), peer.fit(), peer.poses()
    mine, theirs = ours.project()[1], peer.project()[1]
    draw = np.random.default_rng(0).normal(0, 0.1, (len(seen), DRAWS, RANK)).astype(np.float32)
    draw[:, 0] = 0
    many = mine[:, None] + draw
    turn = ours.ahead.T @ peer.coder.U_pred_trunc.detach().numpy()  # bases differ by signs
    other = peer.torch.from_numpy(np.ascontiguousarray((many @ turn).transpose(2, 0, 1)))
    one, two = ours.rebuild(many), peer.rebuild(other).numpy().swapaxes(0, 1)
    away = [np.linalg.norm(told[:, 0] - future, axis=2) for told in (one, two)]
    for name, told in zip(("ours", "peer"), away, strict=True):
        print(f"{name}: rebuilt from {RANK} numbers, ADE {told.mean():.5f} m, "
              f"FDE {told[:, -1].mean():.5f} m")  # fmt: skip
    print(f"20 futures of each differ by at most {np.abs(one - two).max():.1e} m; "
          f"ADE by {abs(away[0].mean() - away[1].mean()):.1e} m")  # fmt: skip
    assert theirs.shape == (RANK, len(seen))
    compare("bases alone", ours.bases, peer.bases, given.rounds)
    compare("poses and bases", ours.fit, peer.fit, given.rounds)
    compare("projection of both halves", ours.project, peer.project, given.rounds)
    compare("20 futures rebuilt", lambda: ours.rebuild(many), lambda: peer.rebuild(other),
            given.rounds)  # fmt: skip
    compare("coding: projected and rebuilt", lambda: (ours.project(), ours.rebuild(many)),
            lambda: (peer.project(), peer.rebuild(other)), given.rounds)  # fmt: skip


if __name__ == "__main__":
    main()
