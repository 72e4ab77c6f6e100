#!/usr/bin/env python3
"""Writes a seeded event log of any size as CSV, its rows in random order.

    generate_events.py EVENTS OUT.csv [--users EVENTS/5] [--seed 1]

Header: user_id,time,touchpoint,conversion,value. The same arguments give the same bytes (with the
numpy pinned in requirements.txt). No two events of one user fall on the same second, so the order
of a user's events has no ties. Needs about 8 bytes of memory an event, and about 200 MiB more.

The world behind the rows:
- events of a user: geometric, EVENTS / users on average, at least 1 and at most MOST_EVENTS;
- times: a user is active for a part of the 60 days (exponential, 20 days on average, at least an
  hour) at a random place in them; exponential gaps between the events, to the second;
- touchpoints: a touch repeats the one before it with probability PERSISTENCE, otherwise it is drawn
  by the frequencies of TOUCHPOINTS;
- conversion: 0 or 1, with a probability that depends on the touchpoint, MEAN_CONVERSION on average
  over the frequencies. A converting event is a touch and ends the user's journey;
- value: log-normal and a multiple of 0.25 (so that sums are exact), empty where nothing converted.
"""

import argparse
import os
import sys

import numpy as np

# Name, frequency, appeal (the conversion rate relative to the others).
TOUCHPOINTS = [
    ("direct", 0.20, 1.5),
    ("seo", 0.16, 1.2),
    ("email", 0.12, 1.6),
    ("微信", 0.11, 0.9),
    ("sem", 0.10, 1.4),
    ("抖音", 0.08, 0.4),
    ("display", 0.07, 0.2),
    ("paid_search", 0.05, 1.3),
    ("app", 0.04, 1.8),
    ("小红书", 0.03, 0.5),
    ("affiliate", 0.02, 1.0),
    ("tv", 0.02, 0.3),
]
FIRST_DAY = np.datetime64("2026-01-15")
DAYS = 60
DAY = 86_400
MEAN_ACTIVE_DAYS = 20.0
LEAST_ACTIVE = 3_600  # seconds; more than MOST_EVENTS, so that every event finds its own second
MOST_EVENTS = 500
PERSISTENCE = 0.2
MEAN_CONVERSION = 0.05
MEDIAN_VALUE = 30.0
VALUE_SPREAD = 0.8

# One event in 64 bits: user, second, touchpoint, value in quarters (0: no conversion).
USER_BITS, SECOND_BITS, TOUCHPOINT_BITS, VALUE_BITS = 25, 23, 4, 12

CHUNK_USERS = 200_000  # part of the definition of the data: another size gives other bytes
CHUNK_ROWS = 250_000  # rows formatted at a time; does not change the bytes


def counts_of_users(events, users, rng):
    """The number of events of each user; they add up to `events`."""
    most = min(MOST_EVENTS, events)
    counts = np.minimum(rng.geometric(users / events, users), most).astype(np.int32)
    while (missing := events - int(counts.sum())) != 0:
        step = 1 if missing > 0 else -1
        able = np.flatnonzero(counts < most if step > 0 else counts > 1)
        counts[rng.choice(able, min(abs(missing), len(able)), replace=False)] += step
    return counts


def draw_events(first_user, counts, rng):
    """The packed events of users `first_user`…, one user after the other, each in order of time."""
    total = int(counts.sum())
    owner = np.repeat(np.arange(len(counts)), counts)
    ends = np.cumsum(counts, dtype=np.int64)
    starts = ends - counts
    rank = np.arange(total) - starts[owner]

    active = LEAST_ACTIVE + MEAN_ACTIVE_DAYS * DAY * rng.standard_exponential(len(counts))
    active = np.minimum(active, DAYS * DAY).astype(np.int64)
    begin = (rng.random(len(counts)) * (DAYS * DAY - active)).astype(np.int64)
    gaps = rng.standard_exponential(total)
    elapsed = np.cumsum(gaps)
    before = (elapsed[starts] - gaps[starts])[owner]
    share = np.clip((elapsed - before) / (elapsed[ends - 1][owner] - before), 0.0, 1.0)
    # Rounded down the shares never decrease, so adding the rank makes the seconds strictly increase.
    second = begin[owner] + (share * (active - counts)[owner]).astype(np.int64) + rank

    frequency = np.array([entry[1] for entry in TOUCHPOINTS])
    drawn = np.searchsorted(np.cumsum(frequency), rng.random(total), side="right")
    drawn = np.minimum(drawn, len(TOUCHPOINTS) - 1)
    repeats = (rng.random(total) < PERSISTENCE) & (rank > 0)
    touchpoint = drawn[np.maximum.accumulate(np.where(repeats, 0, np.arange(total)))]

    appeal = np.array([entry[2] for entry in TOUCHPOINTS])
    rate = MEAN_CONVERSION * appeal / (appeal @ frequency)
    won = np.flatnonzero(rng.random(total) < rate[touchpoint])
    quarters = np.rint(4.0 * MEDIAN_VALUE * np.exp(VALUE_SPREAD * rng.standard_normal(len(won))))
    value = np.zeros(total, dtype=np.uint64)
    value[won] = np.clip(quarters, 1, (1 << VALUE_BITS) - 1).astype(np.uint64)

    packed = (first_user + owner).astype(np.uint64)
    for field, bits in ((second, SECOND_BITS), (touchpoint, TOUCHPOINT_BITS), (value, VALUE_BITS)):
        packed <<= np.uint64(bits)
        packed |= field.astype(np.uint64)
    return packed


def cells(texts):
    """Texts as rows of bytes, padded with zeros."""
    texts = np.array([text.encode() for text in texts])
    return texts.view(np.uint8).reshape(len(texts), -1)


class Format:
    """Packed events as CSV: each field is looked up in a table of padded cells, and the padding goes."""

    def __init__(self):
        self.thousands = cells([str(n) if n else "" for n in range(1000)])  # leading: no zeros before it
        self.padded = cells([f"{n:03d}" for n in range(1000)])
        self.days = cells([f",{FIRST_DAY + day}T" for day in range(DAYS)])
        self.seconds = cells([f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}Z," for s in range(DAY)])
        self.touchpoints = cells([entry[0] for entry in TOUCHPOINTS])
        self.values = cells([f",1,{n / 4:.2f}\n" if n else ",0,\n" for n in range(1 << VALUE_BITS)])

    def user(self, ids):
        groups = [ids // 1_000_000, ids // 1000 % 1000, ids % 1000]
        parts, started = [], np.zeros(len(ids), dtype=bool)
        for group in groups:
            parts.append(np.where(started[:, None], self.padded[group], self.thousands[group]))
            started |= group > 0
        return parts

    def text(self, packed):
        fields = []
        for bits in (VALUE_BITS, TOUCHPOINT_BITS, SECOND_BITS, USER_BITS):
            fields.append((packed & np.uint64((1 << bits) - 1)).astype(np.int64))
            packed = packed >> np.uint64(bits)
        value, touchpoint, second, user = fields
        rows = np.hstack(
            self.user(user)
            + [self.days[second // DAY], self.seconds[second % DAY], self.touchpoints[touchpoint], self.values[value]]
        )
        return rows[rows != 0].tobytes()


def main():
    parser = argparse.ArgumentParser(description="Writes a seeded event log as CSV.")
    parser.add_argument("events", type=int)
    parser.add_argument("out")
    parser.add_argument("--users", type=int, help="default: a fifth of the events")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    events = arguments.events
    users = max(1, events // 5) if arguments.users is None else arguments.users
    if events < 1 or not 1 <= users <= events or events > 100 * users or arguments.seed < 0:
        parser.error("EVENTS must be at least 1, the users from EVENTS / 100 to EVENTS, the seed at least 0")
    if users >= 1 << USER_BITS:
        parser.error(f"at most {(1 << USER_BITS) - 1} users")

    rng = np.random.Generator(np.random.PCG64(arguments.seed))
    counts = counts_of_users(events, users, rng)
    log = np.empty(events, dtype=np.uint64)
    filled = 0
    for begin in range(0, users, CHUNK_USERS):
        drawn = draw_events(begin + 1, counts[begin : begin + CHUNK_USERS], rng)
        log[filled : filled + len(drawn)] = drawn
        filled += len(drawn)
    rng.shuffle(log)

    # The pid keeps two runs apart; the rename means that a killed run leaves no half-written log.
    partial = f"{arguments.out}.{os.getpid()}.partial"
    form = Format()
    try:
        with open(partial, "wb") as out:
            out.write(b"user_id,time,touchpoint,conversion,value\n")
            for begin in range(0, events, CHUNK_ROWS):
                out.write(form.text(log[begin : begin + CHUNK_ROWS]))
        os.replace(partial, arguments.out)
    finally:
        if os.path.exists(partial):
            os.remove(partial)
    print(
        f"{arguments.out}: {events} events, {users} users, {os.path.getsize(arguments.out)} bytes", file=sys.stderr
    )


if __name__ == "__main__":
    main()
