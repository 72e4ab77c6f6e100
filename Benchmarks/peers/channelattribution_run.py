#!/usr/bin/env python3
"""One whole process of ChannelAttribution: read the table, run the task, print the timings.

    channelattribution_run.py FILE TASK

TASK joins steps with +: heuristics (first, last and linear touch) or markovK (order K, K = 1, 2, ...),
for example heuristics+markov1 or markov3. Everything else is the package's default, except that its
advertisement is switched off. The last line on standard output is JSON: versions, seconds per step and
the totals of each result, so that a wrong or empty answer shows.
"""

import importlib.metadata
import json
import platform
import re
import sys
import time


def parse_task(task):
    steps = task.split("+")
    for step in steps:
        if not re.fullmatch(r"heuristics|markov[1-9][0-9]*", step):
            sys.exit(f"unknown step '{step}' in task '{task}': heuristics or markovK, joined by +")
    return steps


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: channelattribution_run.py FILE TASK")
    path, steps = sys.argv[1], parse_task(sys.argv[2])

    began = time.perf_counter()
    import pandas
    import ChannelAttribution as peer

    marks = [("import", time.perf_counter() - began)]
    began = time.perf_counter()
    table = pandas.read_csv(path)
    marks.append(("read", time.perf_counter() - began))

    columns = ("path", "total_conversions", "total_conversion_value")
    totals = {}
    for step in steps:
        began = time.perf_counter()
        if step == "heuristics":
            result = peer.heuristic_models(table, *columns, sep=">", flg_pro=False)
        else:
            order = int(step.removeprefix("markov"))
            result = peer.markov_model(table, *columns, "total_null", order=order, sep=">", flg_pro=False)
        marks.append((step, time.perf_counter() - began))
        totals[step] = {name: float(result[name].sum()) for name in result.columns if name != "channel_name"}
        totals[step]["channels"] = len(result)

    packages = ("ChannelAttribution", "numpy", "pandas")
    print(json.dumps({
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in packages},
        "rows": len(table),
        "seconds": {name: round(seconds, 3) for name, seconds in marks},
        "totals": totals,
    }))


if __name__ == "__main__":
    main()
