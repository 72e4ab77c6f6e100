#!/usr/bin/env python3
"""Seeded generator of the small path table: python3 make_small_paths.py small_paths.csv

Pure Python (3.11.7 used); draws only through random.Random(seed).random(), whose stream is fixed across versions.
300 rows, 8 touchpoints, path lengths 1 to 12. By design: the same path on several rows, self-repeats, paths of
Direct alone, paths that end in Direct, rows with nulls only, rows with conversions only, fractional values,
conversions worth nothing, names with a space and in Chinese.
"""

import sys
from random import Random

NAMES = ["Search", "微信", "Direct", "Email", "小程序", "Paid Social", "门店", "抖音"]
WEIGHTS = [22, 18, 16, 12, 11, 10, 8, 3]
PULL = [0.9, 1.3, 1.0, 0.7, 1.6, 0.5, 2.2, 0.3]     # how a last touch tilts conversion
PRICE = [40.0, 65.0, 30.0, 25.0, 80.0, 35.0, 140.0, 20.0]

rng = Random(20240611)


def whole(low, high):
    return low + int(rng.random() * (high - low + 1))


def pick(weights):
    x = rng.random() * sum(weights)
    for i, w in enumerate(weights):
        x -= w
        if x < 0:
            return i
    return len(weights) - 1


def draw_path():
    length = 1 + pick([16, 18, 16, 13, 10, 8, 6, 4, 3, 2, 2, 2])
    path = [pick(WEIGHTS)]
    while len(path) < length:
        path.append(path[-1] if rng.random() < 0.18 else pick(WEIGHTS))
    return path


def draw_row(path):
    kind = pick([62, 22, 16])                          # both, nulls only, conversions only
    conversions = 0 if kind == 1 else whole(1, 1 + int(4 * PULL[path[-1]]))
    nulls = 0 if kind == 2 else whole(1, 12)
    value = 0.0 if rng.random() < 0.05 else conversions * PRICE[path[-1]] * (0.5 + rng.random())
    return path, conversions, round(value, 1 + pick([1, 3, 2])), nulls


SEARCH, WEIXIN, DIRECT, EMAIL, MINI, SOCIAL, STORE, DOUYIN = range(8)
rows = [
    draw_row(path) for path in (
        [DIRECT], [DIRECT], [DIRECT, DIRECT, DIRECT], [WEIXIN, DIRECT], [WEIXIN, DIRECT, DIRECT],
        [SEARCH, SEARCH, SEARCH, SEARCH], [STORE], [MINI, STORE], [DOUYIN, WEIXIN, MINI, STORE],
        list(range(8)), list(range(8)) + [DIRECT, MINI, DIRECT, STORE],
    )
]
while len(rows) < 300:
    repeat = rng.random() < 0.12
    rows.append(draw_row(rows[int(rng.random() * len(rows))][0] if repeat else draw_path()))

with open(sys.argv[1], "w", encoding="utf-8", newline="\n") as file:
    file.write("path,total_conversions,total_conversion_value,total_null\n")
    for path, conversions, value, nulls in rows:
        file.write(f"{' > '.join(NAMES[i] for i in path)},{conversions},{value!r},{nulls}\n")
