#!/usr/bin/env python3
"""Independent reference ("oracle") for building journeys from events: slow, plain, one rule after another.

    python3 journeys_oracle.py --self-test
    python3 journeys_oracle.py suite small_events.csv small_events.json
    python3 journeys_oracle.py run EVENTS.csv ['{"lookback": "30d"}']

Python 3.11.7, standard library only. Written from BuildingJourneys.md alone; the comments "rule 1" to "rule 10" are
its numbers.

Columns: time, channel, kind, conversion, value (all but time and channel may be absent), and the columns that
"user-columns" names. Options are flat and carry the names of BuildingJourneys.md; "user-columns" is a list; durations are
"30d" or "none". Times are whole microseconds; counts and values are fractions, rounded once when they are written; sums
of time decay are math.fsum of float64 terms.

Output: rows sorted by the UTF-8 bytes of the path joined with " > "; "persons" counts the persons that own at least one
event read, events that a rule drops later included. A row without conversions has zeros as decay.

Readings where the text leaves room, each marked "reading" in the code:
  * a conversion with a value below 0 is a refund and counts no conversion;
  * duplicates agree in the kind as understood ("view" is an impression) and in the touchpoint as written, also where
    conversion-rows: outcome makes no touch of it;
  * max-touches counts conversions that are touches, and counts equals once even with duplicates: keep;
  * a refund may take a conversion's value below 0;
  * with look-back, a conversion's journey uses a touch that its lookback reaches, whether or not direct or repeats take
    that touch out afterwards;
  * identifiers join across all events read, those without a touchpoint included.
"""

import csv
import json
import math
import re
import sys
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from itertools import groupby

DEFAULTS = {
    "user-columns": ["user_id"],
    "shared-identifiers": 20,
    "empty-touchpoints": "refuse",
    "conversion-rows": "touch",
    "ties": "kind",
    "duplicates": "drop",
    "max-touches": "none",
    "refunds": "net",
    "gap": "none",
    "conversions": "end-journey",
    "lookback": "90d",
    "impression-lookback": None,        # None: the same as lookback
    "after-conversion": "new-journey",
    "direct": "keep",
    "repeats": "keep",
}
CHOICES = {
    "empty-touchpoints": ["refuse", "drop"], "conversion-rows": ["touch", "outcome"], "ties": ["kind", "name"],
    "duplicates": ["drop", "keep"], "refunds": ["net", "drop", "reject"], "conversions": ["end-journey", "look-back"],
    "after-conversion": ["new-journey", "drop"], "direct": ["keep", "drop"],
}
HALF_LIVES = [7, 1.5]

DIRECT = {"direct", "(direct)", "direct / none", "(direct) / (none)"}
IMPRESSION, CLICK, VISIT = 0, 1, 2
KINDS = {"impression": IMPRESSION, "impressions": IMPRESSION, "view": IMPRESSION, "imp": IMPRESSION,
         "click": CLICK, "clicks": CLICK}
CONVERSION_KINDS = {"conversion", "purchase", "order"}
REFUND_KINDS = {"refund"}
TOUCH, CONVERSION_TOUCH, CONVERSION_ALONE, REFUND = 0, 1, 2, 3     # in the order of one instant

# The lines of the account; the fates of a touch stand in front, best first.
FATES = ["convertingTouches", "otherTouches", "repeats", "direct", "afterConversion", "outsideLookback"]
LINES = FATES + ["conversions", "refunds", "noTouchpoint", "duplicates", "bots", "refundsDropped"]

DAY = 86_400_000_000        # microseconds


class Refused(Exception):
    pass


# ---------------------------------------------------------------------------------------------------- reading

class Event:
    def __init__(self, identifiers, time, touchpoint, kind, conversions, value, role):
        self.identifiers = identifiers      # [(column, text)] in the order of the columns
        self.time = time
        self.touchpoint = touchpoint
        self.kind = kind
        self.conversions = conversions
        self.value = value                  # of a refund: below 0 or 0
        self.role = role

    def is_touch(self):
        return self.role in (TOUCH, CONVERSION_TOUCH)

    def is_conversion(self):
        return self.role in (CONVERSION_TOUCH, CONVERSION_ALONE)

    def equality(self):
        return (self.time, self.touchpoint, self.kind, self.conversions, self.value, self.role)

    def order(self, ties):
        return (self.time, self.role, self.kind if ties == "kind" else 0,
                self.touchpoint.encode("utf-8"), self.kind, self.conversions, self.value)


def microseconds(text):
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(microseconds=1)


def duration(text):
    """Microseconds, or None for no limit."""
    if text == "none":
        return None
    number, unit = re.fullmatch(r"(\d+)([smhdw])", text).groups()
    return int(number) * {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}[unit] * 1_000_000


def complete(options):
    unknown = set(options) - set(DEFAULTS)
    if unknown:
        raise ValueError(f"unknown options {unknown}")
    full = {**DEFAULTS, **options}
    for key, allowed in CHOICES.items():
        if full[key] not in allowed:
            raise ValueError(f"{key}: {full[key]}")
    if full["impression-lookback"] is None:
        full["impression-lookback"] = full["lookback"]
    return full


def conversion_count(text):
    word = text.strip().lower()
    if word in ("", "false", "no"):
        return Fraction(0)
    return Fraction(1) if word in ("true", "yes") else max(Fraction(word), Fraction(0))


def event_of(record, options):
    """record: a dict; a column that is absent is not in it. A touch without a touchpoint has the touchpoint ''."""
    kind_word = record.get("kind", "").strip().lower()
    value = Fraction(record.get("value", "").strip() or 0)
    if "conversion" in record:
        conversions = conversion_count(record["conversion"])
    elif "kind" in record:
        conversions = Fraction(kind_word in CONVERSION_KINDS)
    else:
        conversions = Fraction(value > 0)
    touchpoint = record["channel"].strip()

    if value < 0 or kind_word in REFUND_KINDS:      # reading: before the question whether it is a conversion
        role, conversions, value = REFUND, Fraction(0), -abs(value)
    elif conversions == 0:
        role = TOUCH
    elif touchpoint and options["conversion-rows"] == "touch":
        role = CONVERSION_TOUCH
    else:
        role = CONVERSION_ALONE
    identifiers = [(c, record[c].strip()) for c in options["user-columns"] if record[c].strip()]
    if not identifiers:
        raise Refused("an event of nobody")
    return Event(identifiers, microseconds(record["time"]), touchpoint, KINDS.get(kind_word, VISIT), conversions, value, role)


def read_records(path, rename={}):
    """rename: {column in the file: column here}."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        return [{rename.get(k, k): v for k, v in record.items()} for record in csv.DictReader(file)]


# ---------------------------------------------------------------------------------------------------- persons

def persons_of(events, limit):
    """[person of each event], {column: identifiers}, [shared identifiers]"""
    together = defaultdict(set)
    for event in events:
        for a in event.identifiers:
            together[a] |= {b for b in event.identifiers if b != a}
    shared = {a for a, others in together.items() if len(others) > limit}

    parent = {a: a for a in together}

    def root(a):
        while parent[a] != a:
            a = parent[a]
        return a

    for event in events:
        joining = [a for a in event.identifiers if a not in shared]
        for other in joining[1:]:
            parent[root(other)] = root(joining[0])

    persons = []
    for event in events:
        joining = [a for a in event.identifiers if a not in shared]
        persons.append(root(joining[0]) if joining else event.identifiers[0])
    return persons, Counter(column for column, _ in together), sorted(shared)


# ---------------------------------------------------------------------------------------------------- the rules

class Journey:
    def __init__(self, person, touches, conversion=None, conversions=Fraction(0), value=Fraction(0)):
        self.person = person
        self.touches = touches
        self.conversion = conversion        # its time; None: a journey without conversion
        self.conversions = conversions
        self.value = value

    def names(self):
        return tuple(touch.touchpoint for touch in self.touches)


def journeys_of_person(person, events, options, settle):
    """settle(event, line) is called once for each event that is no touch, and for each fate of a touch."""
    # Rule 1.
    if options["duplicates"] == "drop":
        kept = {}
        for event in events:
            if event.equality() in kept:
                settle(event, "duplicates")
            else:
                kept[event.equality()] = event
        events = list(kept.values())

    # Rule 2. reading: equals count once, whatever rule 1 did
    touches = len({event.equality() for event in events if event.is_touch()})
    if options["max-touches"] != "none" and touches > options["max-touches"]:
        for event in events:
            settle(event, "bots")
        return []

    events = sorted(events, key=lambda event: event.order(options["ties"]))
    touches = [event for event in events if event.is_touch()]

    # Rules 3 and 4. A refund at or after an instant goes to the latest conversion there; all of one instant add up anyway.
    conversions = {}        # time: [count, value]
    for event in events:
        if event.is_conversion():
            entry = conversions.setdefault(event.time, [Fraction(0), Fraction(0)])
            entry[0] += event.conversions
            entry[1] += event.value
            if event.role == CONVERSION_ALONE:
                settle(event, "conversions")
    for event in events:
        if event.role == REFUND:
            if options["refunds"] == "reject":
                raise Refused("a refund")
            before = [time for time in conversions if time <= event.time]
            if options["refunds"] == "net" and before:
                conversions[max(before)][1] += event.value      # reading: may fall below 0
                settle(event, "refunds")
            else:
                settle(event, "refundsDropped")

    # Rule 5. A run: its touches, and the time of the conversion that ended it or None.
    gap = duration(options["gap"])
    steps = [(touch.time, 0, touch) for touch in touches] + [(time, 1, None) for time in conversions]
    steps.sort(key=lambda step: step[:2])       # stable: touches of one instant stay in their order
    runs, run, previous = [], [], None
    for time, is_conversion, touch in steps:
        if previous is not None and gap is not None and time - previous > gap and run:
            runs.append((run, None))
            run = []
        if is_conversion:
            runs.append((run, time))
            run = []
        else:
            run.append(touch)
        previous = time
    if run:
        runs.append((run, None))

    # Rules 6 and 7, journeys with a conversion.
    limits = {IMPRESSION: duration(options["impression-lookback"])}
    journeys, used = [], set()
    for run, end in runs:
        if end is None:
            continue
        candidates = run if options["conversions"] == "end-journey" else [t for t in touches if t.time <= end]
        reached = []
        for touch in candidates:
            limit = limits.get(touch.kind, duration(options["lookback"]))
            if limit is None or end - touch.time <= limit:
                reached.append(touch)
            else:
                settle(touch, "outsideLookback")
        used |= {id(touch) for touch in reached}    # reading: before direct and repeats
        journeys.append(Journey(person, reached, end, *conversions[end]))

    # Rules 6 and 8, journeys without.
    for run, end in runs:
        if end is not None:
            continue
        if options["conversions"] == "look-back" and any(id(touch) in used for touch in run):
            continue        # its other touches are outside the lookback of that conversion: settled above
        if options["after-conversion"] == "drop" and conversions and run[0].time > max(conversions):
            for touch in run:
                settle(touch, "afterConversion")
        else:
            journeys.append(Journey(person, run))

    for journey in journeys:
        # Rule 9.
        is_direct = [touch.touchpoint.lower() in DIRECT for touch in journey.touches]
        if options["direct"] == "drop" and not all(is_direct):
            for touch, direct in zip(journey.touches, is_direct):
                if direct:
                    settle(touch, "direct")
            journey.touches = [touch for touch, direct in zip(journey.touches, is_direct) if not direct]
        # Rule 10.
        if options["repeats"] != "keep":
            most = 1 if options["repeats"] == "collapse" else options["repeats"]
            stay = []
            for _, group in groupby(journey.touches, key=lambda touch: touch.touchpoint.encode("utf-8")):
                group = list(group)
                for touch in group[:-most]:
                    settle(touch, "repeats")
                stay += group[-most:]
            journey.touches = stay
        for touch in journey.touches:
            settle(touch, "otherTouches" if journey.conversion is None else "convertingTouches")
    return journeys


def build(records, options):
    """(journeys, account, identity)"""
    options = complete(options)
    events = [event_of(record, options) for record in records]
    persons, identifiers, shared = persons_of(events, options["shared-identifiers"])

    lines = {}      # id of an event: its line; of several fates of a touch the best

    def settle(event, line):
        known = lines.get(id(event))
        if known is None:
            lines[id(event)] = line
        else:
            lines[id(event)] = min(known, line, key=FATES.index)    # only touches may come twice

    of_person = defaultdict(list)
    for event, person in zip(events, persons):
        if event.role == TOUCH and not event.touchpoint:
            if options["empty-touchpoints"] == "refuse":
                raise Refused("a touch without a touchpoint")
            settle(event, "noTouchpoint")
        else:
            of_person[person].append(event)
    journeys = []
    for person in sorted(of_person):
        journeys += journeys_of_person(person, of_person[person], options, settle)

    # What the specification promises: every event in one line, no conversion lost.
    assert len(lines) == len(events)
    lost = sum(e.conversions for e in events if lines[id(e)] in ("duplicates", "bots"))
    assert sum(e.conversions for e in events) == lost + sum(j.conversions for j in journeys)

    counts = Counter(lines.values())
    identity = {"persons": len(set(persons)),
                "identifiers": {column: identifiers[column] for column in options["user-columns"]},
                "sharedIdentifiers": len(shared)}
    return journeys, {line: counts[line] for line in LINES}, identity


# ---------------------------------------------------------------------------------------------------- the path table

def decay_weights(journey, half_life):
    weights = [2.0 ** (-(journey.conversion - touch.time) / (half_life * DAY)) for touch in journey.touches]
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def path_table(journeys, half_lives):
    of_path = defaultdict(list)
    for journey in journeys:
        if journey.touches:
            of_path[journey.names()].append(journey)
    rows = []
    for names in sorted(of_path, key=lambda names: " > ".join(names).encode("utf-8")):
        converting = [journey for journey in of_path[names] if journey.conversion is not None]
        decay = []
        for half_life in half_lives:
            weights = [decay_weights(journey, half_life) for journey in converting]
            decay.append({
                "halfLife": half_life,
                "conversions": [math.fsum(w[i] * float(j.conversions) for w, j in zip(weights, converting))
                                for i in range(len(names))],
                "value": [math.fsum(w[i] * float(j.value) for w, j in zip(weights, converting))
                          for i in range(len(names))],
            })
        rows.append({
            "path": list(names),
            "conversions": float(sum(journey.conversions for journey in converting)),
            "value": float(sum(journey.value for journey in converting)),
            "nonConverting": len(of_path[names]) - len(converting),
            "decay": decay,
        })
    return rows


def result_of(records, options, half_lives=HALF_LIVES):
    journeys, account, identity = build(records, options)
    without = [journey for journey in journeys if not journey.touches]
    return {
        "baseline": {"conversions": float(sum(journey.conversions for journey in without)),
                     "value": float(sum(journey.value for journey in without))},
        "account": account,
        "identity": identity,
        "rows": path_table(journeys, half_lives),
    }


# ---------------------------------------------------------------------------------------------------- the suite

SUITE = [
    {},
    # each option alone
    {"duplicates": "keep"},
    {"max-touches": 100},
    {"refunds": "drop"},
    {"gap": "30d"},
    {"gap": "7d"},
    {"conversions": "look-back"},
    {"lookback": "30d"},
    {"lookback": "none"},
    {"impression-lookback": "7d"},
    {"impression-lookback": "none"},
    {"after-conversion": "drop"},
    {"direct": "drop"},
    {"repeats": "collapse"},
    {"repeats": 2},
    {"ties": "name"},
    {"conversion-rows": "outcome"},
    {"user-columns": ["cookie", "email"], "shared-identifiers": 5},
    {"user-columns": ["cookie", "email"]},
    {"user-columns": ["user_id", "cookie", "email"], "shared-identifiers": 5},
    {"user-columns": ["user_id", "cookie", "email"]},
    # together
    {"conversions": "look-back", "gap": "7d", "lookback": "30d"},
    {"conversions": "look-back", "gap": "7d", "lookback": "7d", "impression-lookback": "1d", "after-conversion": "drop",
     "max-touches": 100},
    {"conversions": "look-back", "gap": "3d", "lookback": "30d", "direct": "drop", "repeats": "collapse", "max-touches": 100},
    {"conversions": "look-back", "after-conversion": "drop", "conversion-rows": "outcome", "repeats": 2, "max-touches": 60},
    {"conversions": "look-back", "lookback": "none", "impression-lookback": "7d", "ties": "name", "max-touches": 100},
    {"gap": "7d", "after-conversion": "drop", "direct": "drop", "repeats": "collapse"},
    {"gap": "1d", "lookback": "30d", "conversion-rows": "outcome", "refunds": "drop"},
    {"direct": "drop", "repeats": "collapse"},
    {"direct": "drop", "repeats": 2, "lookback": "30d", "impression-lookback": "7d", "ties": "name"},
    {"duplicates": "keep", "conversion-rows": "outcome", "repeats": "collapse"},
    {"max-touches": 15, "duplicates": "drop", "gap": "30d"},
    {"user-columns": ["cookie", "email"], "shared-identifiers": 5, "gap": "30d", "direct": "drop", "repeats": "collapse"},
    {"user-columns": ["user_id", "cookie", "email"], "shared-identifiers": 5, "conversions": "look-back", "lookback": "30d",
     "max-touches": 100, "refunds": "drop", "after-conversion": "drop"},
    {"user-columns": ["email", "cookie"], "shared-identifiers": 5, "max-touches": 100},
]


def write_suite(source, target):
    records = read_records(source)
    dump = lambda thing: json.dumps(thing, ensure_ascii=False, separators=(",", ":"))
    cases = []
    for options in SUITE:
        options = {"user-columns": ["user_id"], "empty-touchpoints": "drop", **options}
        result = result_of(records, options)
        rows = ",\n".join("   " + dump(row) for row in result.pop("rows"))      # one path a line: short and diffable
        head = ",\n".join(f"   {dump(key)}: {dump(part)}" for key, part in result.items())
        cases.append(f' {{"options": {dump(options)},\n  "result": {{\n{head},\n   "rows": [\n{rows}]}}}}')
    with open(target, "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(cases) + "\n]\n")


# ---------------------------------------------------------------------------------------------------- self-test

def self_test():
    """Cases worked by hand. An event is "user day channel kind conversion value", '-' for nothing; day may be a fraction."""
    start = datetime(2024, 2, 1, tzinfo=timezone.utc)
    names = ["user_id", "time", "channel", "kind", "conversion", "value"]

    def check(text, options, paths, baseline=(0, 0), columns=names, **account):
        records = []
        for line in text.split(";"):
            record = dict(zip(columns, ("" if word == "-" else word for word in line.split())))
            record["time"] = (start + timedelta(days=float(record["time"]))).isoformat().replace("+00:00", "Z")
            records.append(record)
        results = []
        for order in (records, records[::-1]):      # the order of rows never matters
            results.append(result_of(order, options))
        assert results[0] == results[1]
        result = results[0]
        found = {" ".join(r["path"]): (r["conversions"], r["value"], r["nonConverting"]) for r in result["rows"]}
        assert found == paths, (text, options, found)
        assert (result["baseline"]["conversions"], result["baseline"]["value"]) == baseline, (text, options, result["baseline"])
        counted = {line: n for line, n in result["account"].items() if n}
        assert counted == account, (text, options, counted)
        return result

    def refuses(text, options):
        try:
            check(text, options, {})
        except Refused:
            return
        raise AssertionError(text)

    # roles and the order of one instant
    check("u 0 A click 0 -;u 1 B - 1 5;u 2 C imp 0 -", {}, {"A B": (1, 5, 0), "C": (0, 0, 1)},
          convertingTouches=2, otherTouches=1)
    check("u 0 A click 0 -;u 1 B - 1 5", {"conversion-rows": "outcome"}, {"A": (1, 5, 0)}, convertingTouches=1, conversions=1)
    check("u 0 Z view 0 -;u 0 B click 0 -;u 0 A - 0 -;u 0 9 imp yes 2;u 0 - purchase true 3", {}, {"Z B A 9": (2, 5, 0)},
          convertingTouches=4, conversions=1)
    check("u 0 Z view 0 -;u 0 B click 0 -;u 0 A - 0 -;u 0 9 imp yes 2", {"ties": "name"}, {"A B Z 9": (1, 2, 0)},
          convertingTouches=4)
    check("u 0 🎁 - 0 -;u 0 Ａ - 0 -;u 0 微信 - 0 -", {}, {"微信 Ａ 🎁": (0, 0, 1)}, otherTouches=3)
    check("u 0 A - 2 5", {}, {"A": (2, 5, 0)}, convertingTouches=1)
    check("u 0 A purchase 0 -", {}, {"A": (0, 0, 1)}, otherTouches=1)
    check("u 0 A Purchase 4;u 1 B click 4", {}, {"A": (1, 4, 0), "B": (0, 0, 1)}, convertingTouches=1, otherTouches=1,
          columns=["user_id", "time", "channel", "kind", "value"])
    check("u 0 A 0;u 1 B 4", {}, {"A B": (1, 4, 0)}, convertingTouches=2, columns=["user_id", "time", "channel", "value"])
    refuses("u 0 - click 0 -", {})
    check("u 0 - click 0 -;u 1 A - 0 -", {"empty-touchpoints": "drop"}, {"A": (0, 0, 1)}, noTouchpoint=1, otherTouches=1)

    # 1 and 2
    twice = "u 0 A view 0 -;u 0 A impression 0 0;u 1 - - 1 4;u 1 - - 1 4"
    check(twice, {}, {"A": (1, 4, 0)}, convertingTouches=1, conversions=1, duplicates=2)
    check(twice, {"duplicates": "keep"}, {"A A": (2, 8, 0)}, convertingTouches=2, conversions=2)
    check(twice, {"max-touches": 1}, {"A": (1, 4, 0)}, convertingTouches=1, conversions=1, duplicates=2)
    check(twice + ";u 0 A click 0 -;v 0 B - 0 -", {"max-touches": 1}, {"B": (0, 0, 1)}, bots=3, duplicates=2, otherTouches=1)

    # 3 and 4
    money = "u 0 - refund 0 1;u 1 A - 1 8;u 2 B - 1 4;u 2 - - 1 2;u 2 - - 0 -1;u 3 - refund 0 3;u 4 X - 1 -0.5"
    check(money, {}, {"A": (1, 8, 0), "B": (2, 1.5, 0)}, convertingTouches=2, conversions=1, refunds=3, refundsDropped=1)
    check(money, {"refunds": "drop"}, {"A": (1, 8, 0), "B": (2, 6, 0)}, convertingTouches=2, conversions=1, refundsDropped=4)
    refuses(money, {"refunds": "reject"})
    check("u 0 A - 1 2;u 1 - refund 0 3", {}, {"A": (1, -1, 0)}, convertingTouches=1, refunds=1)

    # 5 and 6; a gap exactly as long does not cut
    gaps = "u 0 A - 0 -;u 7 B - 0 -;u 15 C - 0 -;u 23 - - 1 4;u 24 D - 0 -"
    check(gaps, {}, {"A B C": (1, 4, 0), "D": (0, 0, 1)}, convertingTouches=3, otherTouches=1, conversions=1)
    check(gaps, {"gap": "7d"}, {"A B": (0, 0, 1), "C": (0, 0, 1), "D": (0, 0, 1)}, (1, 4), otherTouches=4, conversions=1)
    check(gaps, {"gap": "8d"}, {"A B C": (1, 4, 0), "D": (0, 0, 1)}, convertingTouches=3, otherTouches=1, conversions=1)
    back = {"gap": "7d", "conversions": "look-back"}
    check(gaps, back, {"A B C": (1, 4, 0), "D": (0, 0, 1)}, convertingTouches=3, otherTouches=1, conversions=1)
    check(gaps, {**back, "lookback": "8d"}, {"A B": (0, 0, 1), "C": (1, 4, 0), "D": (0, 0, 1)},
          convertingTouches=1, otherTouches=3, conversions=1)
    check(gaps, {**back, "lookback": "16d"}, {"B C": (1, 4, 0), "D": (0, 0, 1)},
          convertingTouches=2, otherTouches=1, conversions=1, outsideLookback=1)
    check("u 0 A - 0 -;u 1 - - 1 4;u 2 B - 1 2", {"conversions": "look-back"}, {"A": (1, 4, 0), "A B": (1, 2, 0)},
          convertingTouches=2, conversions=1)
    check("u 0 - - 1 4;u 0 A - 0 -", {}, {"A": (1, 4, 0)}, convertingTouches=1, conversions=1)
    check("u 0 - - 1 4;u 1 A - 0 -", {}, {"A": (0, 0, 1)}, (1, 4), otherTouches=1, conversions=1)

    # 7 and 8
    old = "u 0 A - 0 -;u 0 B imp 0 -;u 30 - - 1 4;u 99 C - 0 -;u 200 D - 0 -"
    check(old, {"lookback": "30d"}, {"B A": (1, 4, 0), "C D": (0, 0, 1)}, convertingTouches=2, otherTouches=2, conversions=1)
    check(old, {"lookback": "29d"}, {"C D": (0, 0, 1)}, (1, 4), outsideLookback=2, otherTouches=2, conversions=1)
    check(old, {"lookback": "29d", "impression-lookback": "none"}, {"B": (1, 4, 0), "C D": (0, 0, 1)},
          convertingTouches=1, outsideLookback=1, otherTouches=2, conversions=1)
    check(old, {"impression-lookback": "29d", "after-conversion": "drop", "gap": "60d"}, {"A": (1, 4, 0)},
          convertingTouches=1, outsideLookback=1, afterConversion=2, conversions=1)

    # 9 and 10: direct first, so what stood on its sides becomes a repeat
    sides = "u 0 A - 0 -;u 1 Direct - 0 -;u 2 A - 0 -;u 3 A click 0 -;u 4 - - 1 4;u 5 (direct) - 0 -;u 6 direct - 0 -"
    check(sides, {"repeats": "collapse"}, {"A Direct A": (1, 4, 0), "(direct) direct": (0, 0, 1)},
          convertingTouches=3, otherTouches=2, conversions=1, repeats=1)
    check(sides, {"repeats": 2, "direct": "drop"}, {"A A": (1, 4, 0), "(direct) direct": (0, 0, 1)},
          convertingTouches=2, otherTouches=2, conversions=1, repeats=1, direct=1)
    # best fate: with look-back a direct touch that one journey drops and another one keeps
    check("u 0 direct - 0 -;u 1 - - 1 4;u 2 A - 0 -;u 3 - - 1 2", {"conversions": "look-back", "direct": "drop"},
          {"direct": (1, 4, 0), "A": (1, 2, 0)}, convertingTouches=2, conversions=2)

    # time decay: a week and two weeks before, half-life 7 days: 1/2 and 1/4, normalised 2/3 and 1/3
    decay = check("u 0 A - 0 -;u 7 B - 0 -;u 14 - - 2 6", {}, {"A B": (2, 6, 0)}, convertingTouches=2, conversions=1)["rows"][0]["decay"][0]
    for part, total in (("conversions", 2), ("value", 6)):
        assert all(abs(a - b * total) < 1e-15 * total for a, b in zip(decay[part], (1 / 3, 2 / 3)))

    # persons: c1-e1-c2 is one; the text x is two identifiers in two columns; kiosk k stands with 3 e-mails
    text = "c1 e1 0 A -;c2 e1 1 B 5;x - 0 C -;- x 1 D 1;k e2 2 E -;k e3 0 F -;k e4 1 G -;k - 3 H 2"
    columns = ["cookie", "email", "time", "channel", "value"]
    pair = {"user-columns": ["cookie", "email"]}
    sure = {"A B": (1, 5, 0), "C": (0, 0, 1), "D": (1, 1, 0)}
    result = check(text, {**pair, "shared-identifiers": 2}, {**sure, "E": (0, 0, 1), "F": (0, 0, 1), "G": (0, 0, 1),
                   "H": (1, 2, 0)}, columns=columns, convertingTouches=4, otherTouches=4)
    assert result["identity"] == {"persons": 7, "identifiers": {"cookie": 4, "email": 5}, "sharedIdentifiers": 1}
    result = check(text, {**pair, "shared-identifiers": 3}, {**sure, "F G E H": (1, 2, 0)}, columns=columns,
                   convertingTouches=7, otherTouches=1)
    assert result["identity"] == {"persons": 4, "identifiers": {"cookie": 4, "email": 5}, "sharedIdentifiers": 0}
    print("self-test passed")


def main():
    arguments = sys.argv[1:]
    if arguments == ["--self-test"]:
        self_test()
    elif len(arguments) == 3 and arguments[0] == "suite":
        write_suite(*arguments[1:])
    elif len(arguments) in (2, 3) and arguments[0] == "run":
        options = json.loads(arguments[2]) if len(arguments) == 3 else {}
        print(json.dumps(result_of(read_records(arguments[1]), options), ensure_ascii=False, indent=1))
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
