#!/usr/bin/env python3
"""Local times and the universal times they stand for, by Python's zoneinfo.

Writes time_zones.json: for each zone pairs of local seconds (the local date and time counted as if it were universal) and
universal seconds, both since 1970. A local time that occurs twice is the earlier one, and one that never occurred is read by
the offset before: what zoneinfo calls fold=0.

Run: python3 time_zones.py (Python 3.11.7 used; the tzdata that it was made with is in the file). Draws only through
random.Random(seed).random(), whose stream is fixed across versions.
"""

import json
import pathlib
import random
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1)
FIRST, LAST = datetime(1900, 1, 1), datetime(2100, 1, 1)

# Zone, and years whose changes of offset must be among the samples.
ZONES = {
    "Europe/Berlin": [1945, 1980, 1996, 2024, 2050],
    "America/New_York": [1918, 1974, 2007, 2024, 2090],
    "Asia/Shanghai": [1900, 1940, 1986, 1989, 1991],
    "Australia/Lord_Howe": [1981, 1985, 2000, 2024, 2060],
    "Asia/Kolkata": [1906, 1941, 1945],
    "America/Sao_Paulo": [1914, 1963, 2018, 2019],
    "Africa/Casablanca": [1913, 1978, 2012, 2018, 2024],
    "Pacific/Apia": [1911, 1950, 2010, 2011, 2012, 2021],
    "UTC": [],
    "Asia/Tehran": [1916, 1946, 1977, 1979, 2008, 2022],
    "America/Caracas": [2007, 2016],
    "Africa/Monrovia": [1972],
}


def seconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(seconds=1)


def offset(zone: ZoneInfo, instant: int) -> int:
    moment = datetime.fromtimestamp(0, timezone.utc) + timedelta(seconds=instant)
    return moment.astimezone(zone).utcoffset() // timedelta(seconds=1)


def changes(zone: ZoneInfo) -> list[tuple[int, int, int]]:
    """The instants at which the offset changes, with the offsets before and after."""
    found = []
    step = 6 * 3600
    instant = seconds(FIRST)
    before = offset(zone, instant)
    while instant < seconds(LAST):
        after = offset(zone, instant + step)
        if after != before:
            low, high = instant, instant + step
            while high - low > 1:
                middle = (low + high) // 2
                if offset(zone, middle) == before:
                    low = middle
                else:
                    high = middle
            found.append((high, before, after))
        instant += step
        before = after
    return found


def universal(zone: ZoneInfo, local: int) -> int:
    moment = EPOCH + timedelta(seconds=local)
    return seconds((moment.replace(tzinfo=zone, fold=0)).astimezone(timezone.utc).replace(tzinfo=None))


def samples(name: str, years: list[int], draw: random.Random) -> list[list[int]]:
    zone = ZoneInfo(name)
    found = changes(zone)
    chosen = [c for c in found if (EPOCH + timedelta(seconds=c[0])).year in years]
    others = [c for c in found if c not in chosen]
    for _ in range(min(3, len(others))):
        chosen.append(others.pop(int(draw.random() * len(others))))
    locals_ = set()
    for instant, before, after in chosen:
        low, high = instant + min(before, after), instant + max(before, after)
        locals_.update([low - 1, low, (low + high) // 2, high - 1, high])
    for _ in range(20):
        locals_.add(seconds(FIRST) + int(draw.random() * (seconds(LAST) - seconds(FIRST))))
    return [[local, universal(zone, local)] for local in sorted(locals_)]


def version() -> str:
    text = pathlib.Path("/usr/share/zoneinfo/tzdata.zi")
    return text.read_text().splitlines()[0].removeprefix("# version ") if text.exists() else "unknown"


def main() -> None:
    draw = random.Random(20240531)
    zones = {name: samples(name, years, draw) for name, years in ZONES.items()}
    lines = [f'  "{name}": {json.dumps(pairs, separators=(",", ":"))}' for name, pairs in zones.items()]
    text = '{\n"tzdata": "' + version() + '",\n"zones": {\n' + ",\n".join(lines) + "\n}\n}\n"
    pathlib.Path(__file__).with_name("time_zones.json").write_text(text)


if __name__ == "__main__":
    main()
