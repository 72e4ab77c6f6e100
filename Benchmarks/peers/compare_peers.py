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
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent

# The peer's task and the options that make touchstone do at least the same work.
TASKS = {
    "heuristics+markov1": [],
    "markov3": ["--models", "markov:order=3"],
}
TOOLS = ("touchstone", "peer")


def stop(message):
    sys.exit(f"compare_peers.py: {message}")


def processor_ticks():
    """All ticks of all processors, and those the hypervisor gave to others; None where unknown."""
    try:
        with open("/proc/stat", encoding="ascii") as stat:
            ticks = [int(field) for field in stat.readline().split()[1:9]]
        return sum(ticks), ticks[7]
    except (OSError, IndexError, ValueError):
        return None


def warm(file):
    """Reads the file once, in small pieces: a child's peak memory starts at this process's own."""
    buffer = bytearray(1 << 20)
    with open(file, "rb", buffering=0) as data:
        while data.readinto(buffer):
            pass


def measure(command):
    """Runs one process to its end. Returns its measurements and its standard output."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        before = processor_ticks()
        began = time.perf_counter()
        try:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
        except OSError as error:
            stop(f"cannot start {command[0]}: {error.strerror}")
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        wall = time.perf_counter() - began
        after = processor_ticks()
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
        if process.returncode != 0:
            errors.seek(0)
            tail = "\n".join(errors.read().decode(errors="replace").splitlines()[-20:])
            stop(f"exit code {process.returncode} from: {' '.join(command)}\n{tail}")
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss counts bytes there, KiB here
    stolen = None
    if before and after and after[0] - before[0] >= 100:  # fewer ticks say nothing
        stolen = round(100.0 * (after[1] - before[1]) / (after[0] - before[0]), 1)
    return {
        "wall_s": round(wall, 3),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 3),
        "user_s": round(usage.ru_utime, 3),
        "system_s": round(usage.ru_stime, 3),
        "peak_MiB": round(usage.ru_maxrss * unit / 2**20, 1),
        "stolen_percent": stolen,
    }, text


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


def interleaved(counts, first):
    """The tools in running order, each spread evenly over the session; `first` goes first on ties."""
    turns = [
        ((index + 0.5) / count, tool != first, tool)
        for tool, count in counts.items()
        for index in range(count)
    ]
    return [tool for _, _, tool in sorted(turns)]


def summary(runs):
    def over(key):
        return [run[key] for run in runs]

    stolen = [share for share in over("stolen_percent") if share is not None]
    return {
        "runs": len(runs),
        "best_wall_s": min(over("wall_s")),
        "median_wall_s": statistics.median(over("wall_s")),
        "best_cpu_s": min(over("cpu_s")),
        "median_cpu_s": statistics.median(over("cpu_s")),
        "peak_MiB": max(over("peak_MiB")),
        "stolen_percent": max(stolen) if stolen else None,
    }


MEASURES = ("best_wall_s", "median_wall_s", "best_cpu_s", "median_cpu_s", "peak_MiB")


def ratios(results):
    if set(results) != set(TOOLS):
        return None
    peer, own = results["peer"]["summary"], results["touchstone"]["summary"]
    return {key: round(peer[key] / own[key], 2) if own[key] > 0 else None for key in MEASURES}


def table(tasks):
    header = ["task", "tool", "runs", "wall best s", "median", "CPU best s", "median", "peak MiB", "stolen %"]
    lines = [header]

    def cells(values, digits, suffix=""):
        return ["–" if value is None else f"{value:,.{digits}f}{suffix}" for value in values]

    for task, entry in tasks.items():
        for tool, result in entry["results"].items():
            found = result["summary"]
            lines.append(
                [task, tool, str(found["runs"])]
                + cells([found[key] for key in MEASURES[:4]], 2)
                + cells([found["peak_MiB"]], 0)
                + cells([found["stolen_percent"]], 1)
            )
        if entry["peer_over_touchstone"]:
            values = entry["peer_over_touchstone"].values()
            lines.append([task, "peer / touchstone", ""] + cells(values, 1, " ×") + [""])
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths))
        ).rstrip()
        for line in lines
    )


def machine():
    model, memory = platform.processor(), None
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), model)
        memory = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (OSError, ValueError):
        pass
    return {"system": platform.system(), "processor": model, "cores": os.cpu_count(), "memory_GiB": memory}


def parse_options():
    def count(text):
        value = int(text)
        if value < 1:
            raise argparse.ArgumentTypeError("must be at least 1")
        return value

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
    if "touchstone" in needed and not os.access(options.touchstone, os.X_OK):
        stop(f"no touchstone at {options.touchstone}: swift build -c release, or --touchstone BINARY")
    if options.json and not options.json.absolute().parent.is_dir():
        stop(f"no folder for {options.json}")
    file = options.data_folder / f"paths_{options.rows}_{options.channels}.csv"
    if ("peer" in needed or not file.exists()) and not os.access(options.python, os.X_OK):
        stop(f"no interpreter at {options.python}: run {HERE / 'install.sh'}, or --python INTERPRETER")
    if not file.exists():
        options.data_folder.mkdir(parents=True, exist_ok=True)
        generator = [options.python, str(HERE / "generate_paths.py"), str(options.rows), str(options.channels), str(file)]
        if subprocess.run(generator, check=False).returncode != 0:
            stop("the table could not be generated")
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
            "peer_over_touchstone": ratios(results),
        }

    print(f"{file.name}: {options.rows:,} rows, {options.channels} channels, {file.stat().st_size / 1e6:,.1f} MB")
    print(table(tasks))
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
