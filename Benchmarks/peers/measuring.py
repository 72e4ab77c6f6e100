"""What the comparisons share: measuring a process, ordering the runs, and the table of results.

Needs the standard library alone.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def stop(message):
    sys.exit(f"{Path(sys.argv[0]).name}: {message}")


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


def ratios(over, under):
    """Each measure of one summary divided by that of another."""
    return {key: round(over[key] / under[key], 2) if under[key] > 0 else None for key in MEASURES}


def cells(values, digits, suffix=""):
    return ["–" if value is None else f"{value:,.{digits}f}{suffix}" for value in values]


def tool_line(task, tool, found):
    return (
        [task, tool, str(found["runs"])]
        + cells([found[key] for key in MEASURES[:4]], 2)
        + cells([found["peak_MiB"]], 0)
        + cells([found["stolen_percent"]], 1)
    )


def ratio_line(task, label, values, digits=1):
    return [task, label, ""] + cells(values.values(), digits, " ×") + [""]


def table(lines):
    lines = [["task", "tool", "runs", "wall best s", "median", "CPU best s", "median", "peak MiB", "stolen %"], *lines]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
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


def count(text):
    """The type of an option that is a number of things."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def check_touchstone(binary):
    if not os.access(binary, os.X_OK):
        stop(f"no touchstone at {binary}: swift build -c release, or --touchstone BINARY")


def check_python(interpreter):
    if not os.access(interpreter, os.X_OK):
        stop(f"no interpreter at {interpreter}: run {HERE / 'install.sh'}, or --python INTERPRETER")


def generate(command, file):
    """Runs a generator where its file is missing."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        if subprocess.run(command, check=False).returncode != 0:
            stop(f"{file.name} could not be generated")
