#!/usr/bin/env python3
"""Independent reference ("oracle") for simulated worlds: the truth of Worlds.md by Monte Carlo, vectorised over users.

    python3 worlds_oracle.py --self-test
    python3 worlds_oracle.py run worlds/search.yaml [--runs 12] [--users 8000] [--seed 1]
    python3 worlds_oracle.py daily worlds/search.yaml          # means per day of the arm as the world is
    OMP_NUM_THREADS=1 python3 worlds_oracle.py suite worlds worlds_oracle.json

Python 3.11, numpy, scipy, PyYAML. Written from Worlds.md alone. Its random numbers are numpy's own, so that results
agree with another simulator's in expectation, not number by number. --users is the number simulated in each run; rates
are those of the file, which is to say that spend grows with the users, and all results are means per user.

Arms: "all", "baseline", and "off:C" and "more:C" (spend x 1.5) for each advertised channel C. All arms of a user live
through the same random numbers. "conversions" is the truth (the sum of p), "realised" counts the tossed conversions.
Touches are impressions or sends (push, retarget, owned), queries taken (pull) and visits (organic), on logged days.
Effects are paired differences of conversions, positive where advertising helps:
"off:C" = all - off:C, "baseline" = all - baseline, "more:C" = more:C - all.

Each run draws its own pulses of days, which its users share. For each figure:
  mean     over runs, per user
  se       standard error of that mean from the runs: users and pulses
  userSd   standard deviation between users within a run (given the pulses)
  pulseSd  standard deviation between runs beyond what userSd explains; 0 where nothing is left
so that one simulation of n users with pulses of its own lies around the mean with sqrt(pulseSd^2 + userSd^2 / n).

Readings where the text leaves room, each marked "reading" in the code:
  * a user's segment is drawn by the shares, not dealt out exactly;
  * one uniform number a query decides both: below the ad's probability it is taken, in the part above it, of size
    (1 - probability) x substitution, it is substituted;
  * w - s takes the place of w in rates too, and the cool-down of satiation runs with `repeat: false` as well;
  * the longest half-life is that of all channels but organic ones, the default 7 included;
  * with `stop` a subscription is by the m of the day;
  * target-rate is met by the expectation over users and pulses, not by the users of one simulation, and counts
    logged days alone.
"""

import argparse
import datetime
import json
import math
import platform
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import numpy
import scipy
import scipy.stats
import yaml

ADVERTISED = ("push", "retarget", "owned", "pull")
ORDER = ("push", "retarget", "owned", "organic", "pull")
MOST_QUERIES = 16
MORE = 1.5
BLOCK = 2000            # users at a time: arrays of (arms, users) should stay in the processor's cache
LONG_AGO = -10**6       # the day of a purchase or visit that never was


# MARK: The file

@dataclass
class Channel:
    name: str
    kind: str
    rate: float
    multiplied: bool            # whether the arm's m and the pulse are factors of the rate
    latent: float
    moving: float
    pulse: float
    weekday: list
    trend: float
    decay: float
    half: float
    shape: float
    effect: float
    cost: float
    ctr: float
    window: int
    take: float
    substitution: float
    carried: float
    subscribers: float
    period: int
    drives: dict
    season: numpy.ndarray = None        # f(t) for all days, the warm-up's first
    mean_target: float = 1.0            # M

    @property
    def advertised(self):
        return self.kind in ADVERTISED


@dataclass
class World:
    name: str
    users: int
    days: int
    warmup: int
    seed: int
    shares: numpy.ndarray
    means: numpy.ndarray
    sd: float
    movement: float
    persistence: float
    satiation: float
    spread: float
    base: float                 # None where target-rate is given
    target_rate: float
    repeat: bool
    cool_down: int
    log_odds: numpy.ndarray     # weekday + trend for all days, the warm-up's first
    channels: list
    interactions: list
    stop: bool
    advertised: list = field(default_factory=list)

    def times(self):
        return range(-self.warmup, self.days)


def decay_of(half_life):
    return 2 ** (-1 / half_life) if half_life > 0 else 0.0


def read_channel(data, users, days):
    kind = data["kind"]
    cost = data.get("cost-per-touch", 0)
    rate = data["spend"] / cost / users / days if kind == "push" else data.get("rate", 0)
    targeting = data.get("targeting", {})
    saturation = {"half": 3, "shape": 1} | data.get("saturation", {})
    return Channel(
        name=data["name"], kind=kind, rate=rate, multiplied=kind != "pull",
        latent=targeting.get("latent", 0), moving=targeting.get("moving", 0),
        pulse=data.get("pulse", 0 if kind == "organic" else 0.25),
        weekday=data.get("weekday", [1] * 7), trend=data.get("trend", 0),
        decay=decay_of(data.get("half-life", 7)), half=saturation["half"], shape=saturation["shape"],
        effect=data.get("effect", 0), cost=cost, ctr=data.get("ctr", 0), window=data.get("window", 7),
        take=data.get("take", 0), substitution=data.get("substitution", 0), carried=data.get("carried", 1),
        subscribers=data.get("subscribers", 0), period=data.get("period", 1), drives=data.get("drives", {}))


def default_warmup(channels):
    # Reading: an organic channel has no half-life, all others have one, by default 7.
    longest = max((c.get("half-life", 7) for c in channels if c["kind"] != "organic"), default=0)
    return math.ceil(3 * longest)


def seasons(weekday, trend, times, first_weekday):
    factors = numpy.array([weekday[(first_weekday + t) % 7] * math.exp(trend * t) for t in times])
    return factors / factors[numpy.array(times) >= 0].mean()


def read_world(path):
    data = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    users, days = data["users"], data["days"]
    start = data.get("start", "2026-01-05")
    first_weekday = datetime.date.fromisoformat(str(start)).weekday()
    warmup = data.get("warmup", default_warmup(data["channels"]))
    times = list(range(-warmup, days))

    segments = data.get("segments", [{"share": 1, "mean": 0}])
    intent = {"sd": 1, "movement": 0.7, "persistence": 0.85, "satiation": 0, "activity-spread": 0} \
        | data.get("intent", {})
    conversion = {"repeat": True, "cool-down": 14, "weekday": [0] * 7, "trend": 0} | data["conversion"]
    if ("base" in conversion) == ("target-rate" in conversion):
        sys.exit(f"{path}: one of base and target-rate is needed")

    world = World(
        name=data.get("name", Path(path).stem), users=users, days=days, warmup=warmup, seed=data.get("seed", 1),
        shares=numpy.array([s["share"] for s in segments], float),
        means=numpy.array([s["mean"] for s in segments], float),
        sd=intent["sd"], movement=intent["movement"], persistence=intent["persistence"],
        satiation=intent["satiation"], spread=intent["activity-spread"],
        base=conversion.get("base"), target_rate=conversion.get("target-rate"),
        repeat=conversion["repeat"], cool_down=conversion["cool-down"],
        log_odds=numpy.array([conversion["weekday"][(first_weekday + t) % 7] + conversion["trend"] * t
                              for t in times]),
        channels=[read_channel(c, users, days) for c in data["channels"]],
        interactions=[(*i["channels"], i["effect"]) for i in data.get("interactions", [])],
        stop=data.get("truth", {}).get("counterfactual", "never") == "stop")

    world.channels.sort(key=lambda c: ORDER.index(c.kind))      # stable: within a kind as in the file
    world.advertised = [c.name for c in world.channels if c.advertised]
    for channel in world.channels:
        channel.season = seasons(channel.weekday, channel.trend, times, first_weekday)
        channel.mean_target = mean_target(world, channel)
    return world


def mean_target(world, channel):
    latent = numpy.exp(channel.latent * world.means + (channel.latent * world.sd) ** 2 / 2)
    return (world.shares * latent).sum() * math.exp((channel.moving * world.movement) ** 2 / 2)


def all_arms(world):
    """Name of the arm -> {channel: m} of the channels whose m is not 1."""
    arms = {"all": {}, "baseline": {c: 0.0 for c in world.advertised}}
    arms |= {f"off:{c}": {c: 0.0} for c in world.advertised}
    arms |= {f"more:{c}": {c: MORE} for c in world.advertised}
    return arms


# MARK: Random numbers

def poisson_quantile(rate, uniform):
    """The smallest n whose distribution function exceeds the uniform number: rises with the rate."""
    rate, uniform = (numpy.ascontiguousarray(a, float) for a in numpy.broadcast_arrays(rate, uniform))
    if rate.max(initial=0) > 100:       # exp(-rate) and the walk from 0 are for small rates
        return scipy.stats.poisson.ppf(uniform, rate)
    shape, rate, uniform = rate.shape, rate.ravel(), uniform.ravel()
    count = numpy.zeros(rate.size)
    index = numpy.arange(rate.size)
    mass = numpy.exp(-rate)
    total = mass.copy()
    for n in range(1, 400):             # ends far earlier, but for a total that rounding keeps below 1
        left = numpy.flatnonzero(uniform >= total)
        if not left.size:
            break
        index, rate, uniform = index[left], rate[left], uniform[left]
        mass = mass[left] * rate / n
        total = total[left] + mass
        count[index] = n
    return count.reshape(shape)


def draw_pulses(world, random):
    """For each channel one factor a day, the warm-up's first; the users of a run share them."""
    return {c.name: numpy.exp(c.pulse * random.standard_normal(world.warmup + world.days) - c.pulse ** 2 / 2)
            for c in world.channels}


# MARK: A day in the life

class Block:
    """Some users in all arms. Arrays are (arms, users), or (1, users) for what no arm changes."""

    def __init__(self, world, arms, base, pulses, users, random):
        self.world, self.arms, self.base, self.pulses = world, list(arms.values()), base, pulses
        self.users, self.random = users, random
        self.shape = (len(arms), users)
        self.draw_users()
        self.exposure = {c.name: numpy.zeros(self.shape) for c in world.channels if c.advertised}
        self.felt = {}
        self.bought = numpy.full(self.shape, LONG_AGO)
        self.visited = numpy.full(self.shape, LONG_AGO)
        self.sums = {"conversions": numpy.zeros(self.shape), "realised": numpy.zeros(self.shape),
                     "direct": numpy.zeros(self.shape)}
        for channel in world.channels:
            for what in sums_of(channel):
                self.sums[what, channel.name] = numpy.zeros(self.shape)

    def draw_users(self):
        world, random, users = self.world, self.random, self.users
        # Reading: by the shares, each user for himself.
        segment = numpy.searchsorted(world.shares.cumsum()[:-1], random.random(users), side="right")
        self.latent = (world.means[segment] + world.sd * random.standard_normal(users))[None]
        self.moving = world.movement * random.standard_normal(users)[None]
        self.activity = numpy.exp(world.spread * random.standard_normal(users) - world.spread ** 2 / 2)[None]
        self.subscription, self.phase = {}, {}
        for channel in world.channels:
            if channel.kind == "owned":
                self.subscription[channel.name] = random.random(users)
                self.phase[channel.name] = random.integers(0, channel.period, users)

    def multiples(self, channel, time):
        """The m of each arm on that day, as a column."""
        if self.world.stop and time < 0:
            return numpy.ones((len(self.arms), 1))
        return numpy.array([[arm.get(channel.name, 1.0)] for arm in self.arms])

    def live(self, time):
        """One day. Returns p, 0 where not at risk, and what each channel did."""
        self.move_intent(time)
        self.visit = numpy.zeros(self.shape, bool)
        self.day = {}
        for channel in self.world.channels:
            self.contact(channel, time)
        p, bought = self.convert(time)
        if time >= 0:
            self.add(p, bought)
        self.bought[bought] = time
        self.visited[self.visit | bought] = time    # a purchase without a visit implies a direct one
        return p

    def move_intent(self, time):
        world = self.world
        noise = self.random.standard_normal(self.users)
        if time > -world.warmup:
            self.moving = world.persistence * self.moving \
                + math.sqrt(1 - world.persistence ** 2) * world.movement * noise
        self.cooling = time - self.bought <= world.cool_down
        # Reading: for rates as well as for intent, and also where repeat is false.
        self.current = self.moving - world.satiation * self.cooling if world.satiation else self.moving

    def contact(self, channel, time):
        if channel.kind == "owned":
            touches = self.sends(channel, time)
        elif channel.kind == "pull":
            self.answer_queries(channel, time)
            return
        else:
            touches = poisson_quantile(self.rates(channel, time), self.random.random(self.users))
            if channel.kind == "retarget":
                touches = numpy.where(time - self.visited <= channel.window, touches, 0)
        self.day["touches", channel.name] = touches
        if channel.kind == "organic":
            self.visit |= touches > 0
        else:
            self.click(channel, touches)
            self.expose(channel, touches)

    def rates(self, channel, time):
        day = time + self.world.warmup
        rate = channel.rate * channel.season[day] / channel.mean_target
        if channel.multiplied:
            rate = rate * self.multiples(channel, time) * self.pulses[channel.name][day]
        if channel.kind == "pull":
            drive = sum(other.drives.get(channel.name, 0) * self.felt[other.name]
                        for other in self.world.channels if channel.name in other.drives)
            rate = rate * numpy.exp(drive)
        targeting = numpy.exp(channel.latent * self.latent + channel.moving * self.current)
        return numpy.broadcast_to(rate * self.activity * targeting, self.shape)

    def sends(self, channel, time):
        due = (time + self.world.warmup + self.phase[channel.name]) % channel.period == 0
        # Reading: with `stop`, by the m of the day.
        chance = numpy.minimum(1, self.multiples(channel, time) * channel.subscribers)
        return ((self.subscription[channel.name] < chance) & due).astype(float)

    def answer_queries(self, channel, time):
        queries = poisson_quantile(self.rates(channel, time), self.random.random(self.users))
        queries = numpy.minimum(queries, MOST_QUERIES)
        strength = self.multiples(channel, time) * self.pulses[channel.name][time + self.world.warmup]
        taking = 1 - (1 - channel.take) ** strength
        # Reading: one number a query for both, the substituted above the taken.
        arriving = taking + (1 - taking) * channel.substitution
        taken, substituted = numpy.zeros(self.shape), numpy.zeros(self.shape)
        tosses = self.random.random((MOST_QUERIES, self.users))
        for k in range(int(queries.max())):
            exists = queries > k
            taken += exists & (tosses[k] < taking)
            substituted += exists & (tosses[k] >= taking) & (tosses[k] < arriving)
        self.day["touches", channel.name] = taken
        self.day["substituted", channel.name] = substituted
        self.visit |= taken + substituted > 0
        self.expose(channel, taken + channel.carried * substituted)

    def click(self, channel, touches):
        uniform = self.random.random(self.users)
        clicked = uniform < 1 - (1 - channel.ctr) ** touches
        self.day["clicks", channel.name] = clicked
        self.visit |= clicked

    def expose(self, channel, amount):
        stock = self.exposure[channel.name] * channel.decay + amount
        self.exposure[channel.name] = stock
        if channel.shape == 1:      # a power is slow and rounds
            self.felt[channel.name] = stock / (channel.half + stock)
        else:
            power = stock ** channel.shape
            self.felt[channel.name] = power / (channel.half ** channel.shape + power)

    def convert(self, time):
        world = self.world
        log_odds = self.base + world.log_odds[time + world.warmup] + self.latent + self.current
        for channel in world.channels:
            if channel.advertised:
                log_odds = log_odds + channel.effect * self.felt[channel.name]
        for one, other, effect in world.interactions:
            log_odds = log_odds + effect * self.felt[one] * self.felt[other]
        at_risk = ~self.cooling if world.repeat else self.bought == LONG_AGO
        p = at_risk / (1 + numpy.exp(-log_odds))
        return p, self.random.random(self.users) < p

    def add(self, p, bought):
        self.sums["conversions"] += p
        self.sums["realised"] += bought
        self.sums["direct"] += bought & ~self.visit
        for key, amount in self.day.items():
            self.sums[key] += amount


def sums_of(channel):
    return {"pull": ("touches", "substituted"), "organic": ("touches",)}.get(channel.kind, ("touches", "clicks"))


# MARK: Runs

def blocks(world, arms, base, users, seed, run):
    pulses = draw_pulses(world, numpy.random.default_rng([seed, run]))
    for number, first in enumerate(range(0, users, BLOCK)):
        random = numpy.random.default_rng([seed, run, number + 1])
        yield Block(world, arms, base, pulses, min(BLOCK, users - first), random)


def simulate(world, arms, base, users, seed, run):
    """Sums over the users of one run, and of squares: {figure: (sum, sum of squares)}, figure as in figures()."""
    totals = {}
    for block in blocks(world, arms, base, users, seed, run):
        for time in world.times():
            block.live(time)
        for figure, values in figures(world, list(arms), block.sums):
            one, two = totals.get(figure, (0.0, 0.0))
            totals[figure] = (one + values.sum(), two + (values * values).sum())
    return totals


def figures(world, names, sums):
    """All that is reported, as (path in the result, one number for each user)."""
    costs = {c.name: c.cost for c in world.channels if c.advertised}
    for arm, name in enumerate(names):
        for key, values in sums.items():
            yield ("arms", name, *((key,) if isinstance(key, str) else key)), values[arm]
            if key[0] == "touches" and key[1] in costs:
                yield ("arms", name, "spend", key[1]), costs[key[1]] * values[arm]
    truth = sums["conversions"]
    for arm, name in enumerate(names[1:], start=1):
        sign = -1 if name.startswith("more:") else 1
        yield ("effects", name), sign * (truth[0] - truth[arm])


def summary(runs, users):
    """mean, se, userSd, pulseSd of one figure from its sums in each run."""
    sums, squares = numpy.array(runs).T
    means = sums / users
    within = ((squares - users * means ** 2) / (users - 1)).mean()
    between = means.var(ddof=1) if len(means) > 1 else within / users
    return {"mean": means.mean(), "se": math.sqrt(between / len(means)), "userSd": math.sqrt(max(0, within)),
            "pulseSd": math.sqrt(max(0, between - within / users))}


def put(tree, path, leaf):
    for key in path[:-1]:
        tree = tree.setdefault(key, {})
    tree[path[-1]] = leaf


def find_base(world, users, seed, runs):
    """The base with which the arm as the world is meets the target rate, by bisection."""
    def rate(base, runs):
        total = sum(simulate(world, {"all": {}}, base, users, seed, run)["arms", "all", "conversions"][0]
                    for run in range(runs))
        return total / runs / users / world.days * 30

    def bisect(low, high, tolerance, runs):
        while high - low > tolerance:
            middle = (low + high) / 2
            low, high = (middle, high) if rate(middle, runs) < world.target_rate else (low, middle)
        return (low + high) / 2

    rough = bisect(-30, 10, 0.02, 1)        # one run finds the neighbourhood cheaply
    return bisect(rough - 0.3, rough + 0.3, 1e-4, runs)


def oracle(world, runs, users, seed):
    arms = all_arms(world)
    base = world.base if world.base is not None else find_base(world, users, seed, runs)
    results = [simulate(world, arms, base, users, seed, run) for run in range(runs)]
    tree = {"runs": runs, "usersPerRun": users, "seed": seed, "base": base, "days": world.days,
            "warmup": world.warmup}
    for figure in results[0]:
        put(tree, figure, summary([result[figure] for result in results], users))
    return tree


def daily(world, runs, users, seed, base):
    """Means a user on each day, the warm-up's first, of the arm as the world is."""
    arms = {"all": {}}
    days = [{"day": time, "p": 0.0, "realised": 0.0, "touches": {c.name: 0.0 for c in world.channels}}
            for time in world.times()]
    for run in range(runs):
        for block in blocks(world, arms, base, users, seed, run):
            for time, row in zip(world.times(), days):
                row["p"] += block.live(time).sum() / users / runs
                row["realised"] += (block.bought == time).sum() / users / runs
                for channel in row["touches"]:
                    row["touches"][channel] += block.day["touches", channel].sum() / users / runs
    return days


# MARK: Self-test

def made_up(channels, days=10, conversion=None, intent=None, **more):
    """A world for a test, read as any other."""
    data = {"users": 1000, "days": days, "conversion": {"base": -20} | (conversion or {}), "intent": intent or {},
            "channels": channels} | more
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump(data, file)
        file.flush()
        return read_world(file.name)


def gauss(sd, points=40):
    """Nodes and weights for the mean over N(0, sd^2)."""
    nodes, weights = numpy.polynomial.hermite_e.hermegauss(points)
    return sd * nodes, weights / weights.sum()


def expect(name, found, wanted, se):
    distance = (found - wanted) / se if se else (0.0 if abs(found - wanted) < 1e-9 else math.inf)
    verdict = "ok  " if abs(distance) < 4 else "FAIL"
    print(f"{verdict} {name}: {found:.6f}, closed form {wanted:.6f}, {distance:+.1f} se")
    return abs(distance) < 4


def expect_figure(name, figure, wanted):
    return expect(name, figure["mean"], wanted, figure["se"])


def test_poisson():
    random = numpy.random.default_rng(1)
    rate, uniform = random.gamma(0.5, 4, 20000), random.random(20000)
    wrong = (poisson_quantile(rate, uniform) != scipy.stats.poisson.ppf(uniform, rate)).sum()
    return expect("Poisson quantiles unlike scipy's", float(wrong), 0.0, 0)


def test_touches():
    """Targeting, activity, segments, pulse, weekday and trend move impressions and add none over the log."""
    push = {"name": "a", "kind": "push", "spend": 3000, "cost-per-touch": 0.5, "weekday": [1, 2, 1, 1, 1, 0, 1],
            "targeting": {"latent": 0.5, "moving": -0.4}, "trend": 0.05}
    pull = {"name": "b", "kind": "pull", "rate": 0.3, "take": 0.6, "substitution": 0.7, "cost-per-touch": 2,
            "targeting": {"latent": -0.3, "moving": 0.5}, "pulse": 0.6}
    owned = {"name": "c", "kind": "owned", "subscribers": 0.8, "period": 4}
    organic = {"name": "d", "kind": "organic", "rate": 0.2, "targeting": {"moving": 1}, "trend": -0.1}
    world = made_up([organic, pull, owned, push], intent={"activity-spread": 0.6}, start="2026-01-09",
                    segments=[{"share": 0.4, "mean": 1}, {"share": 0.6, "mean": -0.5}])
    result = oracle(world, 100, 2000, 1)["arms"]
    nodes, weights = gauss(0.6)
    taking = weights @ (1 - 0.4 ** numpy.exp(nodes - 0.18))
    more_taking = weights @ (1 - 0.4 ** (1.5 * numpy.exp(nodes - 0.18)))
    touches = result["all"]["touches"]
    return [
        expect_figure("impressions", touches["a"], 6),
        expect_figure("impressions at spend x 1.5", result["more:a"]["touches"]["a"], 9),
        expect_figure("impressions when off", result["off:a"]["touches"]["a"], 0),
        expect_figure("spend", result["all"]["spend"]["a"], 3),
        expect_figure("queries taken", touches["b"], 3 * taking),
        expect_figure("queries taken at spend x 1.5", result["more:b"]["touches"]["b"], 3 * more_taking),
        expect_figure("queries substituted", result["all"]["substituted"]["b"], 3 * (1 - taking) * 0.7),
        expect_figure("queries substituted when off", result["off:b"]["substituted"]["b"], 3 * 0.7),
        expect_figure("sends", touches["c"], 0.8 * 10 / 4),
        expect_figure("sends to all users", result["more:c"]["touches"]["c"], 10 / 4),
        expect_figure("organic visits", touches["d"], 2)]


def test_most_queries():
    world = made_up([{"name": "a", "kind": "pull", "rate": 15, "take": 1, "half-life": 0, "pulse": 0}], days=4)
    n = numpy.arange(200)
    wanted = 4 * (scipy.stats.poisson.pmf(n, 15) * numpy.minimum(n, 16)).sum()
    return expect_figure("queries up to 16 a day", oracle(world, 10, 2000, 1)["arms"]["all"]["touches"]["a"], wanted)


def test_drives():
    """E[exp(drive H(n))] for Poisson n where only the same day is felt."""
    push = {"name": "a", "kind": "push", "spend": 10000, "cost-per-touch": 1, "half-life": 0, "pulse": 0,
            "saturation": {"half": 2, "shape": 2}, "drives": {"b": 1.3}}
    pull = {"name": "b", "kind": "pull", "rate": 0.1, "take": 1, "half-life": 0, "pulse": 0}
    result = oracle(made_up([push, pull]), 20, 4000, 1)["arms"]
    n = numpy.arange(100)
    factor = (scipy.stats.poisson.pmf(n, 1) * numpy.exp(1.3 * n ** 2 / (4 + n ** 2))).sum()
    return [expect_figure("driven queries", result["all"]["touches"]["b"], factor),
            expect_figure("queries without drive", result["off:a"]["touches"]["b"], 1)]


def test_retargeting():
    """Eligible where one of the days before, up to the window, had a visit; the log begins without any."""
    organic = {"name": "a", "kind": "organic", "rate": 0.1}
    push = {"name": "b", "kind": "push", "spend": 10000, "cost-per-touch": 1, "ctr": 0.04, "pulse": 0}
    retarget = {"name": "c", "kind": "retarget", "rate": 0.7, "window": 3, "pulse": 0, "half-life": 0}
    world = made_up([retarget, organic, push], warmup=0)
    without_visit = math.exp(-0.1) * math.exp(-0.04)        # of the clicks: E[(1 - ctr)^n]
    wanted = sum(0.7 * (1 - without_visit ** min(t, 3)) for t in range(10))
    arms = oracle(world, 20, 4000, 1)["arms"]
    off = sum(0.7 * (1 - math.exp(-0.1 * min(t, 3))) for t in range(10))
    return [expect_figure("retargeting", arms["all"]["touches"]["c"], wanted),
            expect_figure("retargeting without clicks", arms["off:b"]["touches"]["c"], off),
            expect_figure("clicks", arms["all"]["clicks"]["b"], 10 * (1 - math.exp(-0.04)))]


def test_logistic():
    """The first day of a world without carry-over, integrated over z, w and the count."""
    push = {"name": "a", "kind": "push", "spend": 900, "cost-per-touch": 1, "half-life": 0, "effect": 1.5,
            "pulse": 0, "targeting": {"latent": 0.5, "moving": 0.8}, "saturation": {"half": 1, "shape": 2}}
    world = made_up([push], days=1, conversion={"base": -3, "weekday": [0.3, 0, 0, 0, 0, 0, 0]},
                    intent={"sd": 0.9, "movement": 0.6})
    result = oracle(world, 50, 4000, 1)
    (z, of_z), (w, of_w) = gauss(0.9), gauss(0.6)
    z, w, weight = z[:, None, None], w[None, :, None], (of_z[:, None] * of_w)[:, :, None]
    n = numpy.arange(150)
    rate = 0.9 * numpy.exp(0.5 * z + 0.8 * w - (0.45 ** 2 + 0.48 ** 2) / 2)
    weight_n = weight * scipy.stats.poisson.pmf(n, rate)
    on = (weight_n / (1 + numpy.exp(2.7 - z - w - 1.5 * n ** 2 / (1 + n ** 2)))).sum()
    off = (weight / (1 + numpy.exp(2.7 - z - w))).sum()
    return [expect_figure("logistic, on", result["arms"]["all"]["conversions"], on),
            expect_figure("logistic, off", result["arms"]["off:a"]["conversions"], off),
            expect_figure("logistic, effect", result["effects"]["off:a"], on - off)]


def test_carry_over():
    """Log-odds linear in nothing but the last days' counts: enumerate three days of a half-life of one day."""
    push = {"name": "a", "kind": "push", "spend": 2400, "cost-per-touch": 1, "half-life": 1, "effect": 1.2,
            "pulse": 0, "saturation": {"half": 1, "shape": 1}}
    world = made_up([push], days=3, warmup=0, conversion={"base": -2, "cool-down": 0},
                    intent={"sd": 0, "movement": 0})
    pmf, n = scipy.stats.poisson.pmf(numpy.arange(15), 0.8), numpy.arange(15)
    one, two, three = n[:, None, None], n[None, :, None], n[None, None, :]
    weight = pmf[:, None, None] * pmf[None, :, None] * pmf
    wanted = 0
    for stock in (one, two + one / 2, three + two / 2 + one / 4):
        wanted += (weight / (1 + numpy.exp(2 - 1.2 * stock / (1 + stock)))).sum()
    return expect_figure("carry-over", oracle(world, 20, 4000, 1)["arms"]["all"]["conversions"], wanted)


def test_cool_down():
    """Without channels that matter p is known given z, and the chance to be at risk follows a recursion."""
    channel = {"name": "a", "kind": "organic", "rate": 0.1}
    p_of = lambda t, z: 1 / (1 + numpy.exp(2 - 0.05 * t - z))
    z, weight = gauss(0.8)
    results = []
    for repeat in (True, False):
        world = made_up([channel], days=12, warmup=5, intent={"sd": 0.8, "movement": 0},
                        conversion={"base": -2, "trend": 0.05, "cool-down": 4, "repeat": repeat})
        bought, wanted = [], 0
        for t in range(-5, 12):
            blocked = bought[-4:] if repeat else bought
            bought.append(p_of(t, z) * (1 - sum(blocked)))
            wanted += weight @ bought[-1] if t >= 0 else 0
        arms = oracle(world, 20, 4000, 1)["arms"]["all"]
        results += [expect_figure(f"cool-down, repeat {repeat}", arms["conversions"], wanted),
                    expect_figure(f"realised, repeat {repeat}", arms["realised"], wanted)]
    return results


def test_satiation():
    """One purchase for sure on the first day, after which w - s rules the touches of the cool-down, and no other."""
    push = {"name": "a", "kind": "push", "spend": 8000, "cost-per-touch": 1, "pulse": 0, "targeting": {"moving": 0.5}}
    world = made_up([push], days=8, warmup=0, conversion={"base": 50, "cool-down": 3, "repeat": False},
                    intent={"satiation": 0.6})
    wanted = 5 + 3 * math.exp(-0.3)
    return expect_figure("satiation", oracle(world, 20, 4000, 1)["arms"]["all"]["touches"]["a"], wanted)


def test_direct_visit():
    """All users buy on the first day, and the direct visit that this implies opens the window of three days."""
    retarget = {"name": "a", "kind": "retarget", "rate": 0.5, "window": 3, "pulse": 0}
    world = made_up([retarget], days=8, warmup=0, conversion={"base": 50, "repeat": False})
    arm = oracle(world, 20, 4000, 1)["arms"]["all"]
    return [expect_figure("retargeting after direct visits", arm["touches"]["a"], 1.5),
            expect_figure("direct visits", arm["direct"], 1)]


def test_interaction():
    """Two channels of the same day: the sum over both counts; the pull channel is felt by what it carries."""
    push = {"name": "a", "kind": "push", "spend": 2000, "cost-per-touch": 1, "half-life": 0, "effect": 0.7, "pulse": 0}
    pull = {"name": "b", "kind": "pull", "rate": 1.5, "take": 0.6, "substitution": 0.5, "carried": 0.4, "pulse": 0,
            "half-life": 0, "effect": 0.9, "saturation": {"half": 1, "shape": 1.5}}
    world = made_up([push, pull], days=1, conversion={"base": -2}, intent={"sd": 0, "movement": 0},
                    interactions=[{"channels": ["b", "a"], "effect": 1.1}])
    # A Poisson number of queries, each with its own fate, is two independent Poisson numbers.
    n = numpy.arange(25)
    shown, taken, lost = n[:, None, None], n[None, :, None], n[None, None, :]
    pmf = lambda rate: scipy.stats.poisson.pmf(n, rate)

    def mean(rates, of_push):
        weight = pmf(rates[0])[:, None, None] * pmf(rates[1])[None, :, None] * pmf(rates[2])
        stock = (taken + 0.4 * lost) ** 1.5
        one, two = of_push * shown / (3 + shown), stock / (1 + stock)
        return (weight / (1 + numpy.exp(2 - 0.7 * one - 0.9 * two - 1.1 * one * two))).sum()

    arms = oracle(world, 40, 4000, 1)["arms"]
    return [expect_figure("interaction", arms["all"]["conversions"], mean((2, 0.9, 0.3), 1)),
            expect_figure("interaction, push off", arms["off:a"]["conversions"], mean((2, 0.9, 0.3), 0)),
            expect_figure("interaction, pull off", arms["off:b"]["conversions"], mean((2, 0, 0.75), 1)),
            expect_figure("interaction, pull x 1.5", arms["more:b"]["conversions"],
                          mean((2, 1.5 * (1 - 0.4 ** 1.5), 1.5 * 0.4 ** 1.5 * 0.5), 1))]


def test_counterfactual():
    """With stop, what the warm-up left is felt in the arm without the channel; with never it is not."""
    push = {"name": "a", "kind": "push", "spend": 1000, "cost-per-touch": 1, "half-life": 2, "effect": 2, "pulse": 0}
    pmf, n = scipy.stats.poisson.pmf(numpy.arange(20), 1), numpy.arange(20)
    before = pmf @ (1 / (1 + numpy.exp(2 - 2 * (n * 2 ** -0.5) / (3 + n * 2 ** -0.5))))
    results = []
    for name, wanted in ("stop", before), ("never", 1 / (1 + math.exp(2))):
        # A trend so steep that there is no purchase in the warm-up's one day.
        world = made_up([push], days=1, warmup=1, conversion={"base": -2, "trend": 30},
                        intent={"sd": 0, "movement": 0}, truth={"counterfactual": name})
        figure = oracle(world, 20, 4000, 1)["arms"]["off:a"]["conversions"]
        results.append(expect(f"off with {name}", figure["mean"], wanted, max(figure["se"], 1e-9)))
    return results


def self_test():
    results = []
    for test in (test_poisson, test_touches, test_most_queries, test_drives, test_retargeting, test_logistic,
                 test_carry_over, test_cool_down, test_satiation, test_direct_visit, test_interaction,
                 test_counterfactual):
        results += numpy.atleast_1d(test()).tolist()
    print(f"{sum(results)} of {len(results)} agree")
    return 0 if all(results) else 1


# MARK: Command line

def rounded(tree):
    if isinstance(tree, dict):
        return {key: rounded(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [rounded(value) for value in tree]
    return float(f"{tree:.8g}") if isinstance(tree, float) else tree


def provenance():
    return {"command": "python3 " + " ".join(sys.argv), "python": platform.python_version(),
            "numpy": numpy.__version__, "scipy": scipy.__version__, "pyyaml": yaml.__version__}


def suite(folder, output, runs, users):
    result = {"made": provenance(), "worlds": {}}
    for path in sorted(Path(folder).glob("*.yaml")):
        began = perf_counter()
        world = read_world(path)
        tree = oracle(world, runs, users, world.seed)
        result["worlds"][path.stem] = tree
        found = tree["arms"]["all"]["conversions"]
        print(f"{path.stem}: {perf_counter() - began:.0f} s, base {tree['base']:.4f}, "
              f"{found['mean'] / world.days * 30:.4f} conversions a user-month", file=sys.stderr)
        for name, effect in tree["effects"].items():
            print(f"    {name}: {effect['mean']:.6f} +- {effect['se']:.6f}", file=sys.stderr)
    Path(output).write_text(json.dumps(rounded(result), indent=1) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("mode", nargs="?", choices=("run", "daily", "suite"))
    parser.add_argument("paths", nargs="*")
    parser.add_argument("--runs", type=int, help="default: 12, of a suite 128")
    parser.add_argument("--users", type=int, help="in each run; default 8000")
    parser.add_argument("--seed", type=int, help="default: the file's")
    parser.add_argument("--base", type=float, help="in the place of the file's base or target-rate")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    if options.mode is None or len(options.paths) != (2 if options.mode == "suite" else 1):
        parser.error("give run FILE, daily FILE, suite FOLDER OUTPUT, or --self-test")

    users = options.users or 8000
    if options.mode == "suite":
        suite(*options.paths, options.runs or 128, users)
        return 0
    world = read_world(options.paths[0])
    world.base = world.base if options.base is None else options.base
    seed, runs = options.seed or world.seed, options.runs or 12
    if options.mode == "run":
        result = oracle(world, runs, users, seed)
    else:
        base = world.base if world.base is not None else find_base(world, users, seed, runs)
        result = {"base": base, "days": daily(world, runs, users, seed, base)}
    print(json.dumps(rounded(result), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
