#!/usr/bin/env python3
"""Writes events.csv and costs.csv, the sample event log of a made-up beauty brand.

    python3 make_events.py

Python 3.11, standard library, seeded: the files are the same each time. What happens is invented: people see short videos and
reviews, search, visit the mini-program or a store, and some buy; those who bought hear from the brand's own chat group
and buy again more easily. Some events know the member, some the cookie only, most of them both.
"""

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
START = datetime(2026, 3, 1)
DAYS = 92
# source, medium, how they are met, weight early on, weight later on, push to buy, seconds of attention
CHANNELS = [
    ("douyin", "video-ad", "impression", 30, 6, 0.01, 9),
    ("xiaohongshu", "kol", "impression", 22, 10, 0.04, 41),
    ("weibo", "paid-social", "impression", 12, 4, 0.01, 6),
    ("baidu", "cpc", "click", 8, 14, 0.06, 55),
    ("baidu", "organic", "click", 6, 9, 0.05, 61),
    ("tmall", "banner", "impression", 9, 6, 0.02, 5),
    ("weixin", "mini-program", "visit", 5, 22, 0.11, 130),
    ("weixin", "group", "click", 1, 12, 0.09, 74),
    ("counter-17", "store", "visit", 2, 7, 0.16, 900),
    ("(direct)", "(none)", "visit", 5, 10, 0.07, 85),
]
COST = {"douyin": 8.0, "xiaohongshu": 16.0, "weibo": 5.0, "baidu/cpc": 19.0, "tmall": 4.0}


def main():
    draw = random.Random(20260301)
    rows, spent = [], {}
    for person in range(1500):
        cookies = [f"c{person:05d}{letter}" for letter in "ab"[: 1 + (draw.random() < 0.25)]]
        member = f"m{person:05d}" if draw.random() < 0.7 else ""
        time = START + timedelta(days=draw.uniform(0, DAYS * 0.8))
        bought, touches = 0, 0
        while (time - START).days < DAYS and touches < 25:
            later = min(1, touches / 4) if not bought else 1
            weights = [early * (1 - later) + late * later for _, _, _, early, late, _, _ in CHANNELS]
            source, medium, kind, _, _, push, attention = draw.choices(CHANNELS, weights)[0]
            if kind == "impression" and draw.random() < 0.12:
                kind = "click"
            cookie = draw.choice(cookies)
            known = member if member and (bought or draw.random() < 0.5) else ""
            dwell = "" if kind == "impression" else round(draw.expovariate(1 / attention) + 1)
            rows.append([time, known, cookie if medium != "store" or not known else "", source, medium, kind, "", dwell])
            key = source if medium != "cpc" else "baidu/cpc"
            if key in COST and medium != "organic":
                day = time.strftime("%Y-%m-%d")
                spent[day, source, medium] = spent.get((day, source, medium), 0) + COST[key] * draw.uniform(0.7, 1.3)
            touches += 1
            if draw.random() < push * (1 + 0.1 * touches) * (1.5 if bought else 1):
                value = round(draw.lognormvariate(5.4, 0.5), 1)
                at = time + timedelta(minutes=draw.uniform(2, 90))
                rows.append([at, member, cookie, "", "", "purchase", value, ""])
                if draw.random() < 0.04:
                    rows.append([at + timedelta(days=draw.uniform(1, 9)), member, cookie, "", "", "refund", -value, ""])
                bought += 1
                time = at
                if draw.random() < 0.45:
                    break
            if draw.random() < 0.16:
                break
            time += timedelta(hours=draw.expovariate(1 / 60))
        if draw.random() < 0.01:
            # Bought without a trace of a touch.
            rows.append([START + timedelta(days=draw.uniform(0, DAYS)), "", f"x{person:05d}", "", "", "purchase", 199.0, ""])
    rows += [list(row) for row in draw.sample(rows, 25)]
    # A tablet at the counter that many members used.
    for guest in range(30):
        rows.append([START + timedelta(days=10 + guest), f"m{guest * 7:05d}", "tablet-17", "counter-17", "store", "visit", "", 300])
    rows = [row for row in rows if (row[0] - START).days < DAYS]
    draw.shuffle(rows)
    with open(HERE / "events.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["time", "member_id", "cookie", "source", "medium", "event", "order_value", "dwell_seconds"])
        for time, *rest in rows:
            writer.writerow([time.strftime("%Y-%m-%d %H:%M:%S"), *rest])
    names = {"douyin": "抖音", "xiaohongshu": "小红书", "weibo": "微博", "baidu": "付费搜索", "tmall": "天猫展示"}
    with open(HERE / "costs.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["date", "touchpoint", "cost"])
        for (day, source, _), cost in sorted(spent.items()):
            writer.writerow([day, names[source], round(cost, 2)])


if __name__ == "__main__":
    main()
