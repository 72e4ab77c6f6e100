#!/usr/bin/env python3
"""Seeded generator of the small event log: python3 make_small_events.py small_events.csv

Pure Python (3.11.7 used); draws only through random.Random(seed).random(), whose stream is fixed across versions.
Some 900 events of 60 persons from 2023-12-01 to 2024-06-17, across a leap day. Planted by hand: events exactly at and one
second beyond the limits that the suite uses, ties of one instant, order lines, duplicates, refunds, a bot, a kiosk.
Values are multiples of 0.25, so that sums are exact. Left out on purpose, because BuildingJourneys.md leaves it open: equal
conversions of one instant on different touchpoints, two equal refunds written differently, rows of nobody.
"""

import csv
import sys
from datetime import datetime, timedelta, timezone
from random import Random

START = datetime(2023, 12, 1, tzinfo=timezone.utc)
CHANNELS = ["Search", "微信", "direct", "Email, weekly", "小红书", "Paid Social", "(direct) / (none)", "🎁 礼券", "Ａ站", "Direct"]
WEIGHTS = [20, 18, 13, 11, 12, 9, 3, 5, 5, 3]
KINDS = ["click", "Clicks", "impression", "view", "imp", "visit", "", "Impressions"]
KIND_WEIGHTS = [22, 4, 20, 9, 4, 12, 18, 3]

rng = Random(20240229)
rows = []


def chance(p):
    return rng.random() < p


def whole(low, high):
    return low + int(rng.random() * (high - low + 1))


def pick(items, weights):
    x = rng.random() * sum(weights)
    for item, weight in zip(items, weights):
        x -= weight
        if x < 0:
            return item
    return items[-1]


def shuffled(items):
    return [item for _, item in sorted((rng.random(), item) for item in items)]


def identifiers(user):
    """A cookie, an e-mail or both; person n has two or three cookies, and shares the e-mail of person n - 1 at times."""
    n = int(user[1:])
    cookie = f"c{n:02}{'abc'[whole(0, 1 + n % 2)]}"
    email = f"p{n - n % 7 % 2:02}@mail.example" if n % 5 == 0 else f"p{n:02}@mail.example"
    x = rng.random()
    if x < 0.55:
        return cookie, ""
    return (cookie, email) if x < 0.9 else ("", email)


def add(user, seconds, channel="", kind="", conversion="0", value="", ids=None):
    time = (START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    cookie, email = ids or identifiers(user)
    rows.append([user, cookie, email, time, channel, kind, conversion, value])


def day(days, seconds=0):
    return round(days * 86400) + seconds


def quarter(low, high):
    return f"{whole(low * 4, high * 4) / 4:g}"


def wander(user, events):
    """A person as in life: bursts, repeats in a row, now and then an order, rarely a refund."""
    at = day(rng.random() * 120)
    channel = pick(CHANNELS, WEIGHTS)
    for _ in range(events):
        at += whole(30, 5 * 3600) if chance(0.35) else day(0.3 + rng.random() * (30 if chance(0.3) else 7))
        if at > day(199):
            break
        if not chance(0.3):
            channel = pick(CHANNELS, WEIGHTS)
        x = rng.random()
        if x < 0.10:
            add(user, at, "", pick(["purchase", "order", ""], [2, 1, 1]), pick(["1", "true", "Yes", "2"], [6, 1, 1, 1]), quarter(5, 90))
        elif x < 0.19:
            add(user, at, channel, pick(["conversion", "click", "imp", ""], [3, 2, 1, 2]), "1", quarter(5, 90))
        elif x < 0.22:
            refund(user, at)
        else:
            add(user, at, channel, pick(KINDS, KIND_WEIGHTS), pick(["0", "", "false"], [8, 1, 1]), pick(["", "0"], [2, 1]))
            if chance(0.08):        # the same instant again, of another touchpoint or kind
                add(user, at, pick(CHANNELS, WEIGHTS), pick(KINDS, KIND_WEIGHTS))


def refund(user, at):
    if chance(0.5):
        add(user, at, "", "refund", "0", quarter(1, 20))
    else:
        add(user, at, pick(["", "Search"], [2, 1]), pick(["", "Refund"], [1, 1]), pick(["0", "1"], [4, 1]), "-" + quarter(1, 20))


# u01: a bot.
for i in range(170):
    add("u01", day(20 + i * 0.7, whole(0, 3600)), CHANNELS[i % 3], pick(KINDS, KIND_WEIGHTS))
add("u01", day(100), "", "order", "1", "12.5")

# u02: a conversion, and touches of a visit and an impression at, just within and just beyond each lookback.
for days in (7, 30, 90):
    for beyond in (-1, 0, 1):
        add("u02", day(120 - days, -beyond), ["Search", "微信", "小红书"][beyond + 1], "visit")
        add("u02", day(120 - days, -beyond), ["Email, weekly", "Ａ站", "Paid Social"][beyond + 1], "impression")
add("u02", day(120), "", "purchase", "1", "40")

# u03: gaps of exactly 1, 3, 7 and 30 days and a second more, between touches and before a conversion.
at = day(3)
for i, days in enumerate((1, 3, 7, 30)):
    add("u03", at, "Search", "click")
    at += day(days)
    add("u03", at, "微信", "click")
    at += day(days, 1)
    add("u03", at, "小红书", "view")
    at += day(days, i % 2)
    add("u03", at, "", "", "1", quarter(5, 50))
    at += day(days)

# u04: one instant: kinds against names, touches before conversions that are touches, order lines.
for name in reversed(CHANNELS):
    add("u04", day(50), name, "visit")
for name, kind in (("微信", "click"), ("🎁 礼券", "imp"), ("Ａ站", "view"), ("Search", "click"), ("小红书", "click"), ("Search", "imp")):
    add("u04", day(60), name, kind)
add("u04", day(60), "Email, weekly", "imp", "1", "10.25")
add("u04", day(60), "Email, weekly", "click", "1", "3.5")
add("u04", day(60), "Ａ站", "order", "1", "7.75")
add("u04", day(60), "", "order", "1", "1.5")
add("u04", day(60), "", "order", "2", "2.5")
add("u04", day(60), "", "refund", "0", "0.75")
add("u04", day(60, 1), "direct", "click")

# u05: conversions without any touch before; refunds before and after; a refund larger than the conversion.
add("u05", day(10), "", "refund", "0", "5")
add("u05", day(11), "", "", "1", "20")
add("u05", day(12), "", "", "0", "-2.5")
add("u05", day(40), "", "", "1", "8")
add("u05", day(41), "Search", "", "0", "-11")
add("u06", day(30), "", "purchase", "true", "15.75")
add("u06", day(35), "", "purchase", "yes", "5")
add("u06", day(60), "direct", "click")
add("u06", day(61), "Direct", "click")
add("u06", day(62), "(Direct)", "click")

# u07: duplicates: exact ones, ones with the kind in another word, ones that differ in one thing and so are none.
for kind in ("click", "click", "Clicks", "view"):
    add("u07", day(70), "微信", kind)
add("u07", day(70), "微信", "click", "1", "0.25")
for value in ("9.5", "9.50", "9.75"):
    add("u07", day(71), "", "order", "1", value)
for conversion in ("1", "true", "2"):
    add("u07", day(72), "Search", "order", conversion, "4")
for _ in range(2):
    add("u07", day(73), "", "refund", "0", "1.25")

# u08: direct between two of one channel, direct alone before a conversion, long rows of repeats.
for i, name in enumerate(["Search", "direct", "Search", "Search", "DIRECT", "微信", "微信", "微信", "微信", "Direct / None", "微信"]):
    add("u08", day(80 + i), name, "click")
add("u08", day(92), "", "", "1", "30")
add("u08", day(93), "direct", "click")
add("u08", day(93), "(direct)", "imp")
add("u08", day(94), "direct", "", "1", "5")

# u09 and u10: touches after the last conversion in several runs, and runs before it that nothing follows for long.
for user, step in (("u09", 5), ("u10", 9)):
    for i in range(12):
        add(user, day(5 + i * step), CHANNELS[i % 6], ["click", "imp", ""][i % 3])
        if i == 5:
            add(user, day(5 + i * step, 3600), "", "", "1", "22.25")

# u11 to u18: a kiosk's cookie with eight e-mails; some events of the kiosk have no e-mail.
for n in range(11, 19):
    for i in range(3):
        add(f"u{n}", day(100 + n + i * 6), CHANNELS[(n + i) % 8], "click", ids=("kiosk", "" if i == 1 and n % 3 == 0 else f"p{n:02}@mail.example"))
    wander(f"u{n}", 8)

# u19: an e-mail with more cookies than 5; u20: more identifiers than 5 in all, but not in one column.
for i in range(8):
    add("u19", day(30 + i * 4), CHANNELS[i], "visit", ids=(f"c19-{i}", "p19@mail.example" if i != 6 else ""))
add("u19", day(63), "", "", "1", "17", ids=("", "p19@mail.example"))
add("u19", day(62), "Search", "visit", ids=("kiosk", "p19@mail.example"))      # both shared: the first one's
for i in range(9):
    add("u20", day(31 + i * 4), CHANNELS[i], "visit", ids=(f"c20-{i % 4}", f"p20{'ab'[i % 2]}@mail.example"))
add("u20", day(70), "", "", "1", "19.5", ids=("c20-1", ""))

# five clicks that name nothing
for n in range(21, 26):
    add(f"u{n}", day(n * 4, n), "", "click", ids=(f"c{n:02}a", ""))

for n in range(21, 61):
    wander(f"u{n}", whole(5, 22))

# exact duplicates of rows anywhere that name something or convert
for row in shuffled([i for i in range(171, len(rows)) if rows[i][4] or rows[i][6] != "0"])[:18]:
    rows.append(rows[row])

with open(sys.argv[1], "w", encoding="utf-8", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow("user_id,cookie,email,time,channel,kind,conversion,value".split(","))
    writer.writerows(rows[i] for i in shuffled(range(len(rows))))
