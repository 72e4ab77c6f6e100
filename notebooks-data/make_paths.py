#!/usr/bin/env python3
"""Makes paths.csv: python3 make_paths.py > paths.csv (standard library alone; the same bytes every time)."""

import random
import sys

TOUCHPOINTS = {
    # name: (popularity at the start, popularity later, log-odds that a journey converts behind it)
    "抖音": (9, 3, -3.6),
    "小红书": (7, 6, -3.0),
    "KOL测评": (4, 5, -2.8),
    "微信公众号": (4, 5, -2.7),
    "小程序": (1, 7, -1.6),
    "私域社群": (1, 4, -1.5),
    "付费搜索": (3, 5, -1.9),
    "门店专柜": (2, 3, -1.2),
    "直接访问": (2, 4, -2.2),
}


def main():
    rng = random.Random(20)
    names = list(TOUCHPOINTS)
    first = [TOUCHPOINTS[name][0] for name in names]
    later = [TOUCHPOINTS[name][1] for name in names]
    rows = {}
    for _ in range(40_000):
        path = rng.choices(names, first)
        while rng.random() < 0.62 and len(path) < 12:
            path.append(path[-1] if rng.random() < 0.15 else rng.choices(names, later)[0])
        odds = 2.718281828459045 ** (TOUCHPOINTS[path[-1]][2] + 0.12 * len(set(path)))
        row = rows.setdefault(" > ".join(path), [0, 0.0, 0])
        if rng.random() < odds / (1 + odds):
            row[0] += 1
            row[1] += round(rng.lognormvariate(5.5, 0.6), 2)
        else:
            row[2] += 1
    # The few thousand most common paths: enough to look at, small enough to keep.
    common = sorted(rows.items(), key=lambda item: (-item[1][0] - item[1][2], item[0]))[:2500]
    sys.stdout.write("path,total_conversions,total_conversion_value,total_null\n")
    for path, (conversions, value, nulls) in common:
        sys.stdout.write(f"{path},{conversions},{value:.2f},{nulls}\n")


main()
