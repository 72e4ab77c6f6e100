#!/usr/bin/env python3
"""Writes a seeded path table of any size as CSV.

    generate_paths.py ROWS CHANNELS OUT.csv [--mean-length 5] [--seed 1]

Header: path,total_conversions,total_conversion_value,total_null. The same arguments give the same
bytes (with the numpy pinned in requirements.txt). Rows are not merged: as in an export with one row
per group of customers, short paths recur and long ones are mostly unique.

The world behind the rows:
- path length: geometric with the given mean, at least 1;
- touchpoints: a first-order Markov chain. A touch repeats the one before it with probability
  PERSISTENCE; otherwise it follows a popularity law (Zipf, exponent ZIPF_EXPONENT) that each
  channel bends to its own taste (log-normal factors), so that the chain is truly of first order;
- journeys: one per row, and a geometric number more; each converts with a probability that depends
  on the last touch, MEAN_CONVERSION on average;
- value: log-normal per row and proportional to the conversions, in whole cents.
"""

import argparse
import os
import sys

import numpy as np

ZIPF_EXPONENT = 0.7
PERSISTENCE = 0.2
TASTE_SPREAD = 0.7
EXTRA_JOURNEYS = 0.25
MEAN_CONVERSION = 0.2
MEDIAN_VALUE = 25.0
VALUE_SPREAD = 0.8
CHUNK_ROWS = 250_000  # part of the definition of the data: another size gives other bytes


class Chain:
    """The Markov chain of touchpoints and the conversion rate after each of them."""

    def __init__(self, channels, rng):
        popularity = 1.0 / np.arange(1, channels + 1) ** ZIPF_EXPONENT
        # Popularity must not follow the channel's number, or sorted names would be sorted by size.
        popularity = rng.permutation(popularity / popularity.sum())
        taste = np.exp(TASTE_SPREAD * rng.standard_normal((channels, channels)))
        moves = popularity * taste
        moves /= moves.sum(axis=1, keepdims=True)
        moves = PERSISTENCE * np.eye(channels) + (1.0 - PERSISTENCE) * moves
        self.start = np.cumsum(popularity)
        # Row i of the cumulative matrix, shifted by i, so that one sorted array serves all rows.
        cumulative = np.cumsum(moves, axis=1)
        cumulative[:, -1] = 1.0
        self.moves = (cumulative + np.arange(channels)[:, None]).ravel()
        appeal = np.exp(0.5 * rng.standard_normal(channels))
        self.conversion = np.minimum(0.9, MEAN_CONVERSION * appeal / (appeal @ popularity))
        self.channels = channels

    def first(self, count, rng):
        found = np.searchsorted(self.start, rng.random(count), side="right")
        return np.minimum(found, self.channels - 1)

    def next(self, before, rng):
        found = np.searchsorted(self.moves, before + rng.random(len(before)), side="right")
        # A sum that rounds up to the next whole number would leave the row of `before`.
        return np.minimum(found - before * self.channels, self.channels - 1)


def draw_paths(chain, lengths, rng):
    """All touches of the rows, one row after the other, and where each row starts."""
    starts = np.concatenate(([0], np.cumsum(lengths)))
    touches = np.empty(starts[-1], dtype=np.int64)
    rows = np.arange(len(lengths))
    current = chain.first(len(rows), rng)
    position = 0
    while True:
        touches[starts[rows] + position] = current
        position += 1
        going_on = lengths[rows] > position
        rows = rows[going_on]
        if len(rows) == 0:
            return touches, starts
        current = chain.next(current[going_on], rng)


def chunk_text(chain, cells, width, rows, mean_length, rng):
    lengths = rng.geometric(1.0 / mean_length, rows)
    touches, starts = draw_paths(chain, lengths, rng)
    journeys = rng.geometric(1.0 / (1.0 + EXTRA_JOURNEYS), rows)
    conversions = rng.binomial(journeys, chain.conversion[touches[starts[1:] - 1]])
    per_conversion = MEDIAN_VALUE * np.exp(VALUE_SPREAD * rng.standard_normal(rows))
    cents = np.maximum(1, np.rint(per_conversion * 100.0).astype(np.int64)) * conversions

    text = cells[touches].tobytes().decode("ascii")
    ends = starts[1:] * width - 3
    lines = [
        f"{text[begin:end]},{won},{value // 100}.{value % 100:02d},{lost}\n" if won else f"{text[begin:end]},0,0,{lost}\n"
        for begin, end, won, value, lost in zip(
            (starts[:-1] * width).tolist(),
            ends.tolist(),
            conversions.tolist(),
            cents.tolist(),
            (journeys - conversions).tolist(),
        )
    ]
    return "".join(lines)


def main():
    parser = argparse.ArgumentParser(description="Writes a seeded path table as CSV.")
    parser.add_argument("rows", type=int)
    parser.add_argument("channels", type=int)
    parser.add_argument("out")
    parser.add_argument("--mean-length", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.rows < 1 or arguments.channels < 1 or arguments.mean_length < 1 or arguments.seed < 0:
        parser.error("ROWS and CHANNELS must be at least 1, the mean length at least 1, the seed at least 0")

    rng = np.random.Generator(np.random.PCG64(arguments.seed))
    chain = Chain(arguments.channels, rng)
    digits = max(2, len(str(arguments.channels)))
    # Every name has the same width, so a row's path is one slice of the chunk's text.
    cells = np.array([f"ch{n:0{digits}d} > " for n in range(1, arguments.channels + 1)], dtype=bytes)
    width = digits + 5

    # The pid keeps two runs apart; the rename means that a killed run leaves no half-written table.
    partial = f"{arguments.out}.{os.getpid()}.partial"
    try:
        with open(partial, "w", encoding="ascii", newline="") as out:
            out.write("path,total_conversions,total_conversion_value,total_null\n")
            for begin in range(0, arguments.rows, CHUNK_ROWS):
                rows = min(CHUNK_ROWS, arguments.rows - begin)
                out.write(chunk_text(chain, cells, width, rows, arguments.mean_length, rng))
        os.replace(partial, arguments.out)
    finally:
        if os.path.exists(partial):
            os.remove(partial)
    print(f"{arguments.out}: {arguments.rows} rows, {os.path.getsize(arguments.out)} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
