#!/usr/bin/env python3
"""Builds the path table of an event log with touchstone and with DuckDB, and compares them.

    compare_duckdb.py [--touchstone BINARY] [--events 10000000] [--repeat 3] [--json FILE]
    compare_duckdb.py --only duckdb
    compare_duckdb.py --growth        # touchstone alone, on 1, 10 and 50 million events

Each process reads the same CSV, writes the path table as CSV and exits. Wall clock, CPU and peak
memory come from the kernel's account of that process (wait4). The runs are interleaved, and the file
is read into the page cache before every run. DuckDB runs with two statements: `duckdb` puts a
journey's touches in order as one writes it, with an ordered string_agg; `duckdb-fast` is the fastest
statement found (README.md). The path tables of the last runs must be equal, row for row. Needs the
standard library and `sort`; DuckDB and the generator run in the environment of install.sh.
"""

import argparse
import csv
import itertools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from measuring import (
    HERE, check_python, check_touchstone, count, generate, interleaved, machine, measure, ratio_line, ratios, stop,
    summary, table, tool_line, warm,
)

# How each of DuckDB's two statements makes a path.
PATHS = {
    "duckdb": "string_agg(touchpoint, ' > ' ORDER BY time)",
    "duckdb-fast": """array_to_string([touch.name FOR touch IN list_sort(list(
                row(time, touchpoint)::STRUCT(time TIMESTAMP, name VARCHAR)
            ))], ' > ')""",
}
TOOLS = ("touchstone", *PATHS)
GROWTH = (1_000_000, 10_000_000, 50_000_000)
HEADER = ["path", "total_conversions", "total_conversion_value", "total_null"]

# What makes touchstone do what the statements below do.
TOUCHSTONE_OPTIONS = ["--quiet", "--lookback", "none", "--duplicates", "keep", "--half-life", "none"]

# A converting event belongs to the journey it ends: the journey's number is the count of the user's
# conversions before the event.
SQL = """
COPY (
    WITH numbered AS (
        SELECT user_id, time, touchpoint, conversion, value,
            coalesce(sum(conversion) OVER (
                PARTITION BY user_id ORDER BY time ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ), 0)::UINTEGER AS journey
        FROM read_csv({events}, header = true, auto_detect = false, delim = ',', quote = '"', columns = {{
            'user_id': 'UINTEGER', 'time': 'TIMESTAMP', 'touchpoint': 'VARCHAR',
            'conversion': 'UTINYINT', 'value': 'DOUBLE'
        }})
    ),
    journeys AS (
        SELECT {path} AS path,
            sum(conversion) AS conversions, coalesce(sum(value), 0) AS value
        FROM numbered
        GROUP BY user_id, journey
    )
    SELECT path, sum(conversions) AS total_conversions, sum(value) AS total_conversion_value,
        count(*) FILTER (conversions = 0) AS total_null
    FROM journeys
    GROUP BY path
) TO {result} (FORMAT csv, HEADER)
"""


def quoted(text):
    return "'" + str(text).replace("'", "''") + "'"


def command(options, tool, file, result):
    if tool == "touchstone":
        return [options.touchstone, "journeys", str(file), "--output", str(result), *TOUCHSTONE_OPTIONS]
    # Where DuckDB would spill to; it does not, as long as four fifths of the machine's memory suffice.
    settings = f"SET threads = {options.threads}; SET temp_directory = {quoted(result.with_suffix('.spill'))};"
    statement = SQL.format(path=PATHS[tool], events=quoted(file), result=quoted(result))
    return [str(options.duckdb), "-no-init", "-c", settings + statement]


def run(options, tool, file, result):
    result.unlink(missing_ok=True)
    warm(file)
    found, _ = measure(command(options, tool, file, result))
    if not result.exists():
        stop(f"{tool} exited with 0, but wrote no path table")
    print(f"{file.name}  {tool}  {found['wall_s']:.2f} s  {found['peak_MiB']:,.0f} MiB", file=sys.stderr)
    return found


def sorted_rows(file):
    """The rows of a path table in order of their paths, as (path, conversions, value, nulls).

    `sort` orders whole lines; as no path holds a comma, that is the order of the paths followed by one,
    whatever the figures. It reads from where the header ends.
    """
    with open(file, "rb", buffering=0) as table_file:
        header = next(csv.reader([table_file.readline().decode()]), [])
        if header != HEADER:
            stop(f"{file.name} has the header {','.join(header)}")
        sort = subprocess.Popen(
            ["sort", "-S", "256M", "-T", str(file.parent)],
            stdin=table_file, stdout=subprocess.PIPE, encoding="utf-8", env={**os.environ, "LC_ALL": "C"},
        )
    before = None
    with sort:
        for row in csv.reader(sort.stdout):
            try:
                path, conversions, value, nulls = row
                yield path, float(conversions), float(value), float(nulls)
            except ValueError:
                stop(f"{file.name} has the row {','.join(row)}")
            if path == before:
                stop(f"{file.name} has two rows for the path {path}")
            before = path
    if sort.returncode != 0:
        stop(f"sort ended with exit code {sort.returncode}")


def verify(results):
    """Stops unless all path tables hold the same rows; returns what they hold."""
    rows, totals = 0, [0.0, 0.0, 0.0]
    for found in itertools.zip_longest(*(sorted_rows(file) for file in results.values())):
        if any(row != found[0] for row in found):
            different = "".join(f"\n  {tool}: {row}" for tool, row in zip(results, found))
            stop(f"the path tables differ{different}")
        rows += 1
        for index in range(3):
            totals[index] += found[0][index + 1]
    return {"paths": rows, **dict(zip(HEADER[1:], totals))}


def events_file(options, events):
    file = options.data_folder / f"events_{events}.csv"
    if not file.exists():
        check_python(options.python)
    generate([options.python, str(HERE / "generate_events.py"), str(events), str(file)], file)
    return file


def described(file, events):
    return {"file": file.name, "events": events, "bytes": file.stat().st_size}


def compare(options, folder):
    file = events_file(options, options.events)
    runs = {tool: [] for tool in options.tools}
    results = {tool: folder / f"{tool}.csv" for tool in options.tools}
    for tool in interleaved({tool: options.repeat for tool in options.tools}, first=TOOLS[0]):
        runs[tool].append(run(options, tool, file, results[tool]))
    summaries = {tool: summary(found) for tool, found in runs.items()}
    over_touchstone = {
        tool: ratios(found, summaries["touchstone"])
        for tool, found in summaries.items()
        if tool in PATHS and "touchstone" in summaries
    }

    print(f"{file.name}: {options.events:,} events, {file.stat().st_size / 1e6:,.1f} MB, {options.threads} threads")
    lines = [tool_line("journeys", tool, found) for tool, found in summaries.items()]
    for tool, ratio in over_touchstone.items():
        lines.append(ratio_line("journeys", f"{tool} / touchstone", ratio, digits=2))
    print(table(lines), flush=True)
    equal = None
    if len(results) > 1:
        equal = verify(results)
        print(
            f"Equal path tables ({', '.join(results)}): {equal['paths']:,} paths, "
            f"{equal['total_conversions']:,.0f} conversions, value {equal['total_conversion_value']:,.2f}, "
            f"{equal['total_null']:,.0f} journeys without conversion"
        )
    return {
        **described(file, options.events),
        "results": {tool: {"summary": summaries[tool], "runs": runs[tool]} for tool in options.tools},
        "over_touchstone": over_touchstone,
        "equal": equal,
    }


def growth(options, folder):
    files = {events: events_file(options, events) for events in GROWTH}
    sizes, lines, before = [], [], None
    for events, file in files.items():
        runs = [run(options, "touchstone", file, folder / "touchstone.csv") for _ in range(options.repeat)]
        size = {**described(file, events), "summary": summary(runs), "runs": runs, "growth": None}
        lines.append(tool_line(f"{events:,} events", "touchstone", size["summary"]))
        if before:
            size["growth"] = ratios(size["summary"], before["summary"])
            label = f"growth on {events / before['events']:g} × events"
            lines.append(ratio_line(f"{events:,} events", label, size["growth"], digits=2))
        sizes.append(size)
        before = size
    print(table(lines))
    return {"growth": sizes}


def parse_options():
    parser = argparse.ArgumentParser(
        description="Builds the path table of an event log with touchstone and with DuckDB, each as a whole process."
    )
    parser.add_argument("--touchstone", default=str(HERE.parents[1] / ".build/release/touchstone"),
                        help="the binary (default: the release build of this repository)")
    parser.add_argument("--duckdb", type=Path, help="DuckDB's CLI (default: the one install.sh installed)")
    parser.add_argument("--python", default=str(HERE / ".venv/bin/python"),
                        help="the generator's interpreter (default: the one install.sh made)")
    parser.add_argument("--events", type=count, default=10_000_000)
    parser.add_argument("--threads", type=count, default=2,
                        help="threads of DuckDB, and on Linux processors that either tool may use (default: 2)")
    parser.add_argument("--data-folder", type=Path, default=Path(tempfile.gettempdir()) / "touchstone-bench",
                        help="where the generated logs are kept (default: %(default)s)")
    parser.add_argument("--repeat", type=count, default=3, help="runs of each process (default: 3)")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--only", choices=("touchstone", "duckdb"), help="run one of the two tools")
    what.add_argument("--growth", action="store_true",
                      help=f"run touchstone alone, on {', '.join(f'{events:,}' for events in GROWTH)} events")
    parser.add_argument("--json", type=Path, help="write all measurements to this file")
    options = parser.parse_args()
    if options.growth:
        options.only = "touchstone"
    options.tools = {None: TOOLS, "touchstone": TOOLS[:1], "duckdb": TOOLS[1:]}[options.only]
    return options


def check(options):
    """Checks what can fail before minutes have gone by."""
    if options.only != "duckdb":
        check_touchstone(options.touchstone)
    if options.only != "touchstone":
        # The package's own `duckdb` is a Python script that starts this binary: not the process to measure.
        packaged = sorted(HERE.glob(".venv/lib/python*/site-packages/duckdb_cli/duckdb"))
        options.duckdb = options.duckdb or (packaged[-1] if packaged else None)
        if not options.duckdb or not os.access(options.duckdb, os.X_OK):
            stop(f"no DuckDB at {options.duckdb or HERE / '.venv'}: run {HERE / 'install.sh'}, or --duckdb BINARY")
    if options.json and not options.json.absolute().parent.is_dir():
        stop(f"no folder for {options.json}")


def main():
    options = parse_options()
    check(options)
    if hasattr(os, "sched_setaffinity"):  # inherited by both tools
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])
    options.data_folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="results-", dir=options.data_folder) as folder:
        document = (growth if options.growth else compare)(options, Path(folder))
    if options.json:
        document = {"machine": machine(), "threads": options.threads, **document}
        options.json.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
