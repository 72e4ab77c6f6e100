#!/usr/bin/env python3
"""Independent check on real data, with pandas: journeys by default options, path table, profile of every channel.

    python3 events_2018_07.py [EVENTS.csv]      writes events_2018_07.json beside this file

Without an argument it reads ../shared/data/events_2018_07.csv, relative to the root of the repository; that file is not part
of the repository. Written and run with Python 3.11.7, pandas 3.1.1 and numpy 2.4.6.

The way to the journeys is another one than in journeys_oracle.py: a touch belongs to the next conversion of its person at or
after it (an as-of merge), and there are no runs. Both must give the same path table, which is asserted.
A conversion row names its channel, so it is a touch too, of kind visit.
"""

import json
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

import journeys_oracle

HERE = Path(__file__).resolve().parent
LOOKBACK = pd.Timedelta(days=90)
LAG_BOUNDS = [1 / 24, 1, 3, 7, 14, 30, 90, np.inf]      # days; a lag is below its bound
KIND = {"impression": 0, "click": 1}                    # else 2, a visit


def read(source):
    events = pd.read_csv(source, parse_dates=["time"], keep_default_na=False)
    assert (events["conversion_value"] >= 0).all() and (events["channel"] != "").all()     # neither refunds nor empty touches
    events["kind"] = events["interaction"].map(KIND).fillna(2).astype(int)
    return events


def touches_with_journeys(events):
    """(touches with the columns journey and converted, journeys, duplicates dropped, touches outside the lookback)"""
    unique = events.drop_duplicates(["customer_id", "time", "channel", "kind", "conversion", "conversion_value"])
    conversions = (unique[unique["conversion"] > 0].groupby(["customer_id", "time"], as_index=False)
                   .agg(conversions=("conversion", "sum"), value=("conversion_value", "sum")))
    conversions["until"] = conversions["time"]
    touches = pd.merge_asof(unique.sort_values("time"), conversions.sort_values("time"), on="time", by="customer_id",
                            direction="forward", allow_exact_matches=True)
    touches["converted"] = touches["until"].notna()
    inside = ~touches["converted"] | (touches["until"] - touches["time"] <= LOOKBACK)
    outside = int((~inside).sum())
    touches = touches[inside].copy()
    # Order of one instant: touches before conversions, then kind, then name (these names are ASCII: bytes are letters).
    touches = touches.sort_values(["customer_id", "time", "conversion", "kind", "channel", "conversion_value"])
    touches["journey"] = touches.groupby(["customer_id", "until"], dropna=False, sort=True).ngroup()
    touches[["conversions", "value"]] = touches[["conversions", "value"]].fillna(0.0)
    touches["place"] = touches.groupby("journey").cumcount()

    journeys = touches.groupby("journey").agg(
        person=("customer_id", "first"), path=("channel", tuple), converted=("converted", "first"),
        conversions=("conversions", "first"), value=("value", "first"), length=("channel", "size"),
        start=("time", "first"), until=("until", "first"))
    journeys["lag"] = (journeys["until"] - journeys["start"]) / pd.Timedelta(days=1)
    # A conversion without any touch left would be baseline; a conversion row is its own touch, so there is none.
    assert journeys["conversions"].sum() == conversions["conversions"].sum()
    return touches, journeys, len(events) - len(unique), outside


def path_table(journeys):
    table = journeys.assign(other=~journeys["converted"]).groupby("path").agg(
        conversions=("conversions", "sum"), value=("value", "sum"), nonConverting=("other", "sum"), journeys=("path", "size"))
    return table.reset_index()


def profile(touches, journeys):
    converting = journeys[journeys["converted"]]
    converters = converting["person"].nunique()
    users = journeys["person"].nunique()

    # One row for each channel a journey holds: its first and last place there, and how often.
    held = touches.groupby(["journey", "channel"]).agg(
        first_place=("place", "min"), last_place=("place", "max"), count=("place", "size"), first_time=("time", "first"),
        places=("place", tuple)).reset_index()
    held = held.join(journeys, on="journey")
    held["solo"] = held["count"] == held["length"]
    held["is_first"] = ~held["solo"] & (held["first_place"] == 0)
    held["is_last"] = ~held["solo"] & (held["last_place"] == held["length"] - 1)
    held["is_middle"] = ~held["solo"] & np.array(
        [any(0 < place < length - 1 for place in places) for places, length in zip(held["places"], held["length"])])
    won = held[held["converted"]]

    # The introducing touchpoint of a converter: the first touch of his earliest converting journey.
    earliest = converting.sort_values("until").groupby("person").agg(
        introducer=("path", lambda paths: paths.iloc[0][0]), instants=("until", "nunique"), total=("value", "sum"))

    roles = {role: won[won[f"is_{role}"]].groupby("channel")["conversions"].sum() for role in ("first", "middle", "last")}
    solo = won[won["solo"]].groupby("channel")["conversions"].sum()
    names = sorted(touches["channel"].unique())
    roles = {role: counts.reindex(names, fill_value=0.0) for role, counts in roles.items()}
    any_role = sum(roles.values())
    index = {role: (counts / counts.sum()) / (any_role / any_role.sum()) for role, counts in roles.items()}

    channels = {}
    for name in names:
        h, w = held[held["channel"] == name], won[won["channel"] == name]
        without = len(journeys) - len(h)
        rate_with = len(w) / len(h)
        rate_without = (len(converting) - len(w)) / without
        introduced = earliest[earliest["introducer"] == name]
        channels[name] = {
            "users": h["person"].nunique(),
            "coverage": h["person"].nunique() / users,
            "convertersReached": w["person"].nunique(),
            "converterCoverage": w["person"].nunique() / converters,
            "touches": int(h["count"].sum()),
            "frequency": h["count"].sum() / h["person"].nunique(),
            "journeys": len(h),
            "convertingJourneys": len(w),
            "rateWith": rate_with,
            "rateWithout": rate_without,
            "lift": rate_with / rate_without,
            "solo": solo.get(name, 0.0),
            "first": roles["first"][name],
            "middle": roles["middle"][name],
            "last": roles["last"][name],
            "introducerIndex": index["first"][name],
            "influencerIndex": index["middle"][name],
            "closerIndex": index["last"][name],
            "meanLagDays": ((w["until"] - w["first_time"]) / pd.Timedelta(days=1)).mean(),
            "introducedConverters": len(introduced),
            "repurchaseRate": (introduced["instants"] >= 2).mean(),
            "lifetimeValue": introduced["total"].mean(),
        }

    overall = len(converting) / len(journeys)
    holds = {name: set(held.loc[held["channel"] == name, "journey"]) for name in names}
    won_holds = {name: set(won.loc[won["channel"] == name, "journey"]) for name in names}
    pairs = []
    for a, b in combinations(names, 2):
        both, won_both = len(holds[a] & holds[b]), len(won_holds[a] & won_holds[b])
        pairs.append({"channels": [a, b], "journeys": both, "convertingJourneys": won_both,
                      "rate": won_both / both, "lift": won_both / both / overall})

    lengths = journeys.groupby("length")["converted"].agg(["sum", "size"])
    bucket = np.searchsorted(LAG_BOUNDS, converting["lag"], side="right")       # lag < bound
    return {
        "users": users,
        "converters": converters,
        "channels": channels,
        "pairs": pairs,
        "pathLengths": [{"length": n, "converting": row["sum"], "other": row["size"] - row["sum"]} for n, row in lengths.iterrows()],
        "lagBuckets": [{"below": None if np.isinf(bound) else bound, "converting": (bucket == i).sum()}
                       for i, bound in enumerate(LAG_BOUNDS)],
    }


def oracle(source):
    records = journeys_oracle.read_records(source, {
        "customer_id": "user_id", "interaction": "kind", "conversion_value": "value"})
    return journeys_oracle.result_of(records, {}, half_lives=[])


def plain(thing):
    """numpy numbers as Python's."""
    return thing.item() if isinstance(thing, np.generic) else thing


def main():
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parents[2] / "shared/data/events_2018_07.csv"
    events = read(source)
    touches, journeys, duplicates, outside = touches_with_journeys(events)
    table = path_table(journeys)

    account = {line: 0 for line in journeys_oracle.LINES}
    account.update(convertingTouches=int(touches["converted"].sum()), otherTouches=int((~touches["converted"]).sum()),
                   duplicates=duplicates, outsideLookback=outside)
    assert sum(account.values()) == len(events)

    second = oracle(source)
    assert second["account"] == account and second["baseline"] == {"conversions": 0.0, "value": 0.0}
    assert second["identity"]["persons"] == journeys["person"].nunique()
    assert {tuple(r["path"]): (r["conversions"], r["value"], r["nonConverting"]) for r in second["rows"]} == \
           {r.path: (r.conversions, r.value, r.nonConverting) for r in table.itertuples()}

    # "Most frequent": conversions, then journeys, then the path itself.
    ranked = table.assign(name=table["path"].map(" > ".join)).sort_values(
        ["conversions", "journeys", "name"], ascending=[False, False, True])
    result = {
        "source": source.name,
        "totals": {
            "events": len(events),
            "journeys": len(journeys),
            "converting": journeys["converted"].sum(),
            "conversions": journeys["conversions"].sum(),
            "value": journeys["value"].sum(),
            "distinctPaths": len(table),
        },
        "baseline": second["baseline"],
        "account": account,
        "topPaths": [{"path": list(r.path), "conversions": r.conversions, "value": r.value, "nonConverting": r.nonConverting}
                     for r in ranked.head(20).itertuples()],
        "profile": profile(touches, journeys),
    }
    with open(HERE / "events_2018_07.json", "w", encoding="utf-8") as file:
        json.dump(result, file, ensure_ascii=False, indent=1, default=plain)
        file.write("\n")


if __name__ == "__main__":
    main()
