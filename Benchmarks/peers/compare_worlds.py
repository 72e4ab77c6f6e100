#!/usr/bin/env python3
"""Touchstone's simulation beside two simulators of the same worlds in numpy, side by side in one run.

    python3 Benchmarks/peers/compare_worlds.py [--touchstone PATH] [--users 20000] [WORLD.yaml …]

* `oracle`: Tests/References/worlds_oracle.py, vectorised over users, one arm after the other, double precision.
* `numpy`: worlds_numpy.py, the fastest numpy that could be written: single precision, arms share what they can, two
  processes. It lives the arms that `off` needs.

Touchstone lives the arms of `--estimands off,shapley`: all coalitions up to ten channels. Figures are nanoseconds of wall clock a user, day and
arm on the two cores; of the oracle, which uses one process, the time of two at once. Starting, reading and the search for a base are taken off by a run
with one user (touchstone) or are not timed (numpy).
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "References"))


def touchstone(binary, world, users):
    def run(count, estimands):
        start = perf_counter()
        out = subprocess.run([binary, "simulate", world, "--only", "truth", "--format", "json", "--estimands", estimands,
                              "--users", str(count), "--quiet"], check=True, capture_output=True, text=True)
        return perf_counter() - start, json.loads(out.stdout)
    # The least of three: the base is found before the users are lived, so it is the same in both.
    setup = min(run(1, "off")[0] for _ in range(3))
    full = [run(users, "off,shapley") for _ in range(3)]
    return max(min(seconds for seconds, _ in full) - setup, 1e-9), len(full[0][1]["estimands"]["off"])


def oracle(world, users, base):
    """Two processes, each with half of the users; the oracle's arms are all on, the baseline, each off and each at 1.5."""
    command = [sys.executable, str(ROOT / "Tests/References/worlds_oracle.py"), "run", world, "--users", str(users // 2),
               "--base", str(base), "--runs"]
    def run(runs):
        start = perf_counter()
        both = [subprocess.Popen(command + [str(runs)], stdout=subprocess.DEVNULL) for _ in range(2)]
        assert all(process.wait() == 0 for process in both)
        return perf_counter() - start
    return run(3) - run(1)   # two runs, without starting


def numpy_twin(world, users, base):
    out = subprocess.run([sys.executable, str(ROOT / "Benchmarks/peers/worlds_numpy.py"), world, "--users", str(users),
                          "--processes", "2", "--base", str(base)], check=True, capture_output=True, text=True)
    return json.loads(out.stdout)["nanosecondsPerUserDayArm"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--touchstone", default=str(ROOT / ".build/release/touchstone"))
    parser.add_argument("--users", type=int, default=20_000)
    parser.add_argument("worlds", nargs="*", default=[str(ROOT / "notebooks-data/worlds" / f"{name}.yaml")
                                                      for name in ("clean", "halo", "beauty", "hotel")])
    arguments = parser.parse_args()
    from worlds_oracle import read_world
    print("world    touchstone (arms)   oracle  times   numpy  times   [ns a user, day and arm]")
    for path in arguments.worlds:
        world = read_world(path)
        days = world.days + world.warmup
        seconds, channels = touchstone(arguments.touchstone, path, arguments.users)
        arms = 2 ** channels
        own = seconds / (arguments.users * days * arms) * 1e9
        slow = oracle(path, arguments.users, -6.5) / (2 * 2 * (arguments.users // 2) * days * (2 + 2 * channels)) * 1e9
        fast = numpy_twin(path, arguments.users * 4, -6.5)
        print(f"{Path(path).stem:10} {own:8.2f} ({arms:4})   {slow:8.1f} {slow / own:6.1f}  {fast:6.1f} {fast / own:6.1f}")


if __name__ == "__main__":
    main()
