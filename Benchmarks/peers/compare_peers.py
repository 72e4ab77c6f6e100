#!/usr/bin/env python3
"""Runs touchstone and ChannelAttribution side by side, each as a whole process, and compares them.

    compare_peers.py [--touchstone BINARY] [--rows 5000000] [--channels 50] [--repeat 5] [--json FILE]

Each process reads the same CSV, models and exits. Wall clock, CPU and peak memory come from the
kernel's account of that process (wait4). The runs of both tools are interleaved, so that a slow spell
of the machine does not fall on one of them alone, and the file is read into the page cache before
every run. Needs the standard library alone; the peer runs in the environment of install.sh.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from measuring import (
    HERE, check_python, check_touchstone, count, generate, interleaved, machine, measure, ratio_line, ratios, stop,
    summary, table, tool_line, warm,
)

# The peer's task and the options that make touchstone do at least the same work.
TASKS = {
    "heuristics+markov1": [],
    "markov3": ["--models", "markov:order=3"],
}
TOOLS = ("touchstone", "peer")


def run_touchstone(options, task, file):
    with tempfile.TemporaryDirectory() as folder:
        result = os.path.join(folder, "result.json")
        command = [options.touchstone, "compare", str(file), *TASKS[task], "--format", "json", "--output", result]
        run, _ = measure(command)
        try:
            with open(result, encoding="utf-8") as stream:
                json.load(stream)
        except (OSError, ValueError) as error:
            stop(f"touchstone exited with 0, but its result is not JSON: {error}")
    return run


def run_peer(options, task, file):
    run, text = measure([options.python, str(HERE / "channelattribution_run.py"), str(file), task])
    try:
        run["report"] = json.loads(text.splitlines()[-1])
    except (IndexError, ValueError) as error:
        stop(f"the peer exited with 0, but its last line is not JSON: {error}")
    return run


def lines(tasks):
    for task, entry in tasks.items():
        for tool, result in entry["results"].items():
            yield tool_line(task, tool, result["summary"])
        if entry["peer_over_touchstone"]:
            yield ratio_line(task, "peer / touchstone", entry["peer_over_touchstone"])


def parse_options():
    parser = argparse.ArgumentParser(
        description="Runs touchstone and ChannelAttribution side by side, each as a whole process."
    )
    parser.add_argument("--touchstone", default=str(HERE.parents[1] / ".build/release/touchstone"),
                        help="the binary (default: the release build of this repository)")
    parser.add_argument("--python", default=str(HERE / ".venv/bin/python"),
                        help="the peer's interpreter (default: the one install.sh made)")
    parser.add_argument("--rows", type=count, default=5_000_000)
    parser.add_argument("--channels", type=count, default=50)
    parser.add_argument("--data-folder", type=Path, default=Path(tempfile.gettempdir()) / "touchstone-bench",
                        help="where the generated tables are kept (default: %(default)s)")
    parser.add_argument("--repeat", type=count, default=5, help="runs of touchstone per task (default: 5)")
    parser.add_argument("--peer-repeat", type=count, default=1, help="runs of the peer per task (default: 1)")
    parser.add_argument("--tasks", nargs="+", choices=list(TASKS), default=list(TASKS), metavar="TASK",
                        help=f"any of: {', '.join(TASKS)} (default: all)")
    parser.add_argument("--only", choices=TOOLS, help="run one of the two tools")
    parser.add_argument("--json", type=Path, help="write all measurements to this file")
    options = parser.parse_args()
    options.tasks = list(dict.fromkeys(options.tasks))
    return options


def prepare(options):
    """Checks what can fail before minutes have gone by; returns the table, generated if missing."""
    needed = [options.only] if options.only else list(TOOLS)
    if "touchstone" in needed:
        check_touchstone(options.touchstone)
    if options.json and not options.json.absolute().parent.is_dir():
        stop(f"no folder for {options.json}")
    file = options.data_folder / f"paths_{options.rows}_{options.channels}.csv"
    if "peer" in needed or not file.exists():
        check_python(options.python)
    rows, channels = str(options.rows), str(options.channels)
    generate([options.python, str(HERE / "generate_paths.py"), rows, channels, str(file)], file)
    return needed, file


def main():
    options = parse_options()
    needed, file = prepare(options)
    runners = {"touchstone": run_touchstone, "peer": run_peer}
    repeats = {"touchstone": options.repeat, "peer": options.peer_repeat}
    tasks = {}
    for index, task in enumerate(options.tasks):
        runs = {tool: [] for tool in TOOLS if tool in needed}
        for tool in interleaved({tool: repeats[tool] for tool in runs}, first=TOOLS[index % 2]):
            warm(file)
            run = runners[tool](options, task, file)
            runs[tool].append(run)
            print(f"{task}  {tool}  {run['wall_s']:.2f} s  {run['peak_MiB']:,.0f} MiB", file=sys.stderr)
        results = {tool: {"summary": summary(found), "runs": found} for tool, found in runs.items()}
        tasks[task] = {
            "touchstone_options": TASKS[task],
            "results": results,
            "peer_over_touchstone": (
                None if options.only else ratios(results["peer"]["summary"], results["touchstone"]["summary"])
            ),
        }

    print(f"{file.name}: {options.rows:,} rows, {options.channels} channels, {file.stat().st_size / 1e6:,.1f} MB")
    print(table(lines(tasks)))
    if options.json:
        document = {
            "file": file.name,
            "rows": options.rows,
            "channels": options.channels,
            "bytes": file.stat().st_size,
            "machine": machine(),
            "tasks": tasks,
        }
        options.json.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
