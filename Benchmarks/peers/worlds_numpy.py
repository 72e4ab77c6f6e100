#!/usr/bin/env python3
"""Simulated worlds in numpy, as fast as vectorised numpy goes: the yardstick for the time of touchstone's simulation.

    OMP_NUM_THREADS=1 python3 worlds_numpy.py WORLD.yaml --users 100000 [--processes 2]

Prints one JSON object: "seconds" of the simulation (after reading the file, and the base where a target rate is given),
"userDays" (users x days lived, the warm-up's included), "arms", "nanosecondsPerUserDayArm", and the truth of the arms
per user with its standard error over users, so that one sees that it is the same world
(../../Tests/References/worlds_oracle.json). It simulates what the truth needs, as Worlds.md defines it: the arm as the
world is, the one without advertising, and each advertised channel off, all on the same random numbers.

Where the time goes, and what keeps it small:
  * users go in blocks whose arrays stay in the processor's cache, in single precision (--precision double to compare),
    with numpy's fastest generator;
  * what two arms must share is done once: a channel's touches, stock and felt exposure are kept for each different
    history ("row") rather than for each arm. A push channel has two rows, on and off, unless satiation moves its rate;
  * counts are inverted for all users at 0 and for the few left at 1, 2, ...; purchases, cool-downs, clicks and queries
    are lists of the users that have one;
  * organic visits and clicks are left out where no retargeting follows them.
"""

import argparse
import json
import math
import multiprocessing
import sys
from pathlib import Path
from time import perf_counter

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Tests" / "References"))
from worlds_oracle import MOST_QUERIES, draw_pulses, find_base, read_world  # noqa: E402

LONG_AGO = -10_000


class Plan:
    """What is known of a channel before any user is: which arms share a history of it, a "row"."""

    def __init__(self, world, channel, arms, plans):
        self.channel = channel
        self.drivers = [plans[c.name] for c in world.channels if channel.name in c.drives]
        self.drives = [plan.channel.drives[channel.name] for plan in self.drivers]
        moved = world.satiation != 0 and channel.moving != 0 and channel.kind != "owned"
        self.cooled = math.exp(-channel.moving * world.satiation) if moved else None    # a factor of rates
        # Whether each arm has a history of its own, since purchases or visits have a hand in it.
        self.alone = channel.kind == "retarget" or moved or any(plan.alone for plan in self.drivers)
        self.find_rows(world, [channel.name not in off for off in arms])

    def find_rows(self, world, on):
        arms = range(len(on))
        # Arms of the same demand have the same queries; of the same history if the ad, too, is in both or in none.
        demands = [arm if self.alone else tuple(plan.row_of[arm] for plan in self.drivers) for arm in arms]
        # Off from the beginning there is no history, except that queries may be substituted.
        exists = [on[arm] or world.stop or self.channel.kind == "pull" for arm in arms]
        rows = list(dict.fromkeys((demands[arm], on[arm]) for arm in arms if exists[arm]))
        self.row_of = [rows.index((demands[arm], on[arm])) if exists[arm] else -1 for arm in arms]
        self.row_of_arm = np.array(self.row_of)
        self.row_on = np.array([is_on for _, is_on in rows])
        self.arms_of = [[arm for arm in arms if self.row_of[arm] == row] for row in range(len(rows))]
        self.arm_of = [of_row[0] for of_row in self.arms_of]
        distinct = list(dict.fromkeys(demands))
        self.demand_arms = [demands.index(demand) for demand in distinct]
        self.demand_of = np.array([distinct.index(demand) for demand, _ in rows])
        self.demand_of_arm = np.array([distinct.index(demand) for demand in demands])


class Setting:
    """A world, its arms and the plans of its channels: all that blocks share."""

    def __init__(self, world, base, seed, precision):
        self.world, self.base, self.seed = world, base, seed
        self.type = np.float32 if precision == "single" else np.float64
        self.names = ["all", "baseline"] + [f"off:{c}" for c in world.advertised]
        self.arms = [set(), set(world.advertised)] + [{c} for c in world.advertised]
        self.follows = any(c.kind == "retarget" for c in world.channels)
        self.plans = {}
        for channel in world.channels:
            if channel.advertised or self.follows:
                self.plans[channel.name] = Plan(world, channel, self.arms, self.plans)
        self.interactions = [(*i, *self.pairs(*i[:2])) for i in world.interactions]
        self.pulses = draw_pulses(world, np.random.default_rng([seed, 0]))

    def pairs(self, one, other):
        """The rows of an interaction: the row of each arm, -1 for none, and the pair of rows that each is made of."""
        of_arms = list(zip(self.plans[one].row_of, self.plans[other].row_of))
        distinct = [pair for pair in dict.fromkeys(of_arms) if -1 not in pair]
        return [distinct.index(pair) if pair in distinct else -1 for pair in of_arms], distinct


def poisson(rate, uniform):
    """The counts at those uniform numbers."""
    mass = np.exp(-rate)
    left = (uniform >= mass).nonzero()[0]
    count = np.zeros_like(rate)
    mass, rate, uniform = mass[left], rate[left], uniform[left]
    uniform -= mass                 # what is left of the uniform number
    n = 0
    while left.size and n < 300:    # ends far earlier, but for a total that rounding keeps below 1
        n += 1
        count[left] = n
        mass *= rate
        mass /= n
        more = (uniform >= mass).nonzero()[0]
        left, mass, rate, uniform = left[more], mass[more], rate[more], uniform[more]
        uniform -= mass
    return count


def felt(stock, half, shape):
    """stock^shape / (half^shape + stock^shape), with the powers that need no logarithm taken without."""
    if shape == 1:
        power = stock
    elif shape == 2:
        power = stock * stock
    elif shape == 1.5:
        power = stock * np.sqrt(stock)
    else:
        power = np.log(stock)
        power *= shape
        np.exp(power, out=power)
    below = power + half ** shape
    return np.divide(power, below, out=below)


class Block:
    """Some users, in all arms."""

    def __init__(self, setting, users, number):
        self.setting, self.world, self.users = setting, setting.world, users
        self.random = np.random.Generator(np.random.SFC64([setting.seed, number + 1]))
        self.type = setting.type
        self.shape = (len(setting.arms), users)
        self.draw_users()
        self.stock, self.felt = {}, {}
        for name, plan in setting.plans.items():
            if plan.channel.advertised:
                self.stock[name] = np.zeros((len(plan.row_on), users), self.type)
        self.at_risk = np.ones(self.shape, self.type)
        self.truth = np.zeros(self.shape, self.type)
        self.bought = []                                    # for each day, places in (arms, users)
        self.visited = np.full(self.shape, LONG_AGO, np.int16) if setting.follows else None

    def uniform(self, count):
        if self.type != np.float32:
            return self.random.random(count)
        # Two numbers of 24 bits from each of 64: a quarter faster than random(count, float32).
        bits = self.random.bit_generator.random_raw(count + 1 >> 1).view(np.int32)[:count]
        bits &= 0xffffff
        uniform = bits.astype(np.float32)
        uniform *= np.float32(2 ** -24)
        return uniform

    def normal(self):
        return self.random.standard_normal(self.users, self.type)

    def draw_users(self):
        world = self.world
        segment = np.searchsorted(world.shares.cumsum()[:-1], self.random.random(self.users), side="right")
        self.latent = self.type(world.sd) * self.normal() + world.means.astype(self.type)[segment]
        self.moving = self.type(world.movement) * self.normal()
        activity = np.exp(self.type(world.spread) * self.normal() - self.type(world.spread ** 2 / 2))
        self.still, self.sent = {}, {}
        for name, plan in self.setting.plans.items():
            channel = plan.channel
            if channel.kind == "owned":
                subscribed = np.flatnonzero(self.uniform(self.users) < channel.subscribers)
                phase = self.random.integers(0, channel.period, subscribed.size)
                self.sent[name] = [subscribed[phase == p] for p in range(channel.period)]
            else:
                scale = self.type(channel.rate / channel.mean_target)
                self.still[name] = scale * activity * np.exp(self.type(channel.latent) * self.latent)

    # MARK: A day

    def live(self, time):
        world = self.world
        if time > -world.warmup:
            self.moving *= self.type(world.persistence)
            self.moving += self.type(math.sqrt(1 - world.persistence ** 2) * world.movement) * self.normal()
        self.end_cool_downs()
        self.warm = {}                                      # exp(τ w), which channels with the same τ share
        eligible = {}
        for name, plan in self.setting.plans.items():
            if plan.channel.kind == "retarget":             # before today's visits
                eligible[name] = self.visited >= time - plan.channel.window
        for name, plan in self.setting.plans.items():
            kind = plan.channel.kind
            if kind == "push":
                self.push(name, plan, time)
            elif kind == "retarget":
                self.retarget(name, plan, time, eligible[name])
            elif kind == "owned":
                self.send(name, plan, time)
            elif kind == "organic":
                self.organic(name, plan, time)
            else:
                self.search(name, plan, time)
        self.convert(time)

    def end_cool_downs(self):
        """Who bought cool-down + 1 days ago is at risk again; all later purchases are the cool-downs of today."""
        recent = self.bought[-self.world.cool_down:] if self.world.cool_down else []
        if self.world.repeat and len(self.bought) > self.world.cool_down:
            self.at_risk.reshape(-1)[self.bought[-self.world.cool_down - 1]] = 1
        if self.world.satiation:
            self.cooling = np.divmod(np.concatenate(recent) if recent else np.zeros(0, np.intp), self.users)

    def rate(self, name, channel, day):
        """The rate of a channel that is on, of users not in a cool-down."""
        factor = channel.season[day] * (self.setting.pulses[name][day] if channel.multiplied else 1)
        rate = self.still[name] * self.type(factor)
        if channel.moving:
            if channel.moving not in self.warm:
                self.warm[channel.moving] = np.exp(self.type(channel.moving) * self.moving)
            rate *= self.warm[channel.moving]
        return rate

    def satiated(self, plan, rows, rate, uniform, count):
        """Counts of the rows of arms once more, at the lower rate, for those in a cool-down."""
        arm, user = self.cooling
        row = rows[arm]
        if row.min(initial=0) < 0:
            row, user = row[row >= 0], user[row >= 0]
        count[row, user] = poisson(rate[user] * self.type(plan.cooled), uniform[user])

    def is_on(self, plan, time):
        return plan.row_on | (self.world.stop and time < 0)

    def push(self, name, plan, time):
        on = self.is_on(plan, time)
        rate, uniform = self.rate(name, plan.channel, time + self.world.warmup), self.uniform(self.users)
        count = poisson(rate, uniform)
        if plan.cooled is not None:
            count = np.repeat(count[None], len(on), axis=0)
            self.satiated(plan, plan.row_of_arm, rate, uniform, count)
        self.expose(name, plan, on, count)

    def retarget(self, name, plan, time, eligible):
        on = self.is_on(plan, time)
        rate, uniform = self.rate(name, plan.channel, time + self.world.warmup), self.uniform(self.users)
        # Each row is one arm.
        count = np.multiply(poisson(rate, uniform), eligible[plan.arm_of])
        if plan.cooled is not None:
            self.satiated(plan, plan.row_of_arm, rate, uniform, count)
            count *= eligible[plan.arm_of]
        self.expose(name, plan, on, count)

    def expose(self, name, plan, on, count):
        """count is (users), or (rows, users) where rows differ; rows that are off get none of it."""
        stock = self.stock[name]
        stock *= self.type(plan.channel.decay)
        if on.all():
            stock += count
        else:
            for row in np.flatnonzero(on):
                stock[row] += count if count.ndim == 1 else count[row]
        self.feel(name, plan)
        if self.setting.follows and plan.channel.ctr:
            self.click(plan, on, count)

    def feel(self, name, plan):
        self.felt[name] = felt(self.stock[name], self.type(plan.channel.half), plan.channel.shape)

    def click(self, plan, on, count):
        chances = 1 - (1 - plan.channel.ctr) ** np.arange(int(count.max()) + 1)
        if count.ndim == 1:
            touched = np.flatnonzero(count)
            clicked = touched[self.uniform(touched.size) < chances[count[touched].astype(np.intp)]]
            for row in np.flatnonzero(on):
                self.visit(plan.arms_of[row], clicked)
        else:
            # Nobody clicks above the chance of the largest count: few users are left to look at.
            uniform = self.uniform(self.users)
            few = np.flatnonzero(uniform < chances[-1])
            for row in np.flatnonzero(on):
                chance = chances[count[row, few].astype(np.intp)]
                self.visit(plan.arms_of[row], few[uniform[few] < chance])

    def visit(self, arms, users):
        for arm in arms:
            self.visited[arm, users] = self.time

    def send(self, name, plan, time):
        channel, on = plan.channel, self.is_on(plan, time)
        users = self.sent[name][-(time + self.world.warmup) % channel.period]
        self.stock[name] *= self.type(channel.decay)
        for row in np.flatnonzero(on):
            self.stock[name][row, users] += 1
        self.feel(name, plan)
        if self.setting.follows and channel.ctr:
            clicked = users[self.uniform(users.size) < channel.ctr]
            for row in np.flatnonzero(on):
                self.visit(plan.arms_of[row], clicked)

    def organic(self, name, plan, time):
        """Only whether there is a visit."""
        rate, uniform = self.rate(name, plan.channel, time + self.world.warmup), self.uniform(self.users)
        visits = uniform >= np.exp(-rate)
        if plan.cooled is None:
            self.visit(range(len(self.setting.arms)), np.flatnonzero(visits))
        else:
            visits = np.repeat(visits[None], len(self.setting.arms), axis=0)
            arm, user = self.cooling
            visits[arm, user] = uniform[user] >= np.exp(-rate[user] * self.type(plan.cooled))
            self.visited[visits] = time

    def search(self, name, plan, time):
        queries = self.queries(name, plan, time + self.world.warmup)
        most = queries if queries.ndim == 1 else queries.max(axis=0)
        users = most.nonzero()[0]
        # The users with most queries first: those that have a k-th are then a slice.
        fewest = MOST_QUERIES - np.minimum(most[users], MOST_QUERIES).astype(np.uint8)
        order = np.argsort(fewest, kind="stable")
        users, fewest = users[order], fewest[order]
        having = np.searchsorted(fewest, MOST_QUERIES - np.arange(1, MOST_QUERIES + 1), side="right")
        queries = np.take(queries.reshape(-1, self.users), users, axis=1)[plan.demand_of]
        amount = self.answer(name, plan, time, queries, having)

        self.stock[name] *= self.type(plan.channel.decay)
        self.stock[name][:, users] += amount
        self.feel(name, plan)
        if self.setting.follows:
            for row, arms in enumerate(plan.arms_of):
                self.visit(arms, users[amount[row].nonzero()])

    def answer(self, name, plan, time, queries, having):
        """What the queries add to the exposure. The first having[k] users are those that may have a query k."""
        channel = plan.channel
        # A query that carries nothing is still a visit, and leaves a trace too small to be felt.
        carried = self.type(max(channel.carried, 1e-30))
        taking = 1 - (1 - channel.take) ** self.setting.pulses[name][time + self.world.warmup]
        arriving = taking + (1 - taking) * channel.substitution
        on = self.is_on(plan, time).astype(np.intp)
        amount = np.zeros(queries.shape, self.type)
        for k, number in enumerate(having):
            if not number:
                break
            toss = self.uniform(number)
            weights = np.empty((2, number), self.type)      # where the ad is off, where it is on
            np.multiply(toss < channel.substitution, carried, out=weights[0])
            np.multiply(toss < arriving, carried, out=weights[1])
            weights[1, toss < taking] = 1
            weights = weights[on]
            weights *= queries[:, :number] > k
            amount[:, :number] += weights
        return amount

    def queries(self, name, plan, day):
        rate, uniform = self.rate(name, plan.channel, day), self.uniform(self.users)
        if not plan.drivers:
            count = poisson(rate, uniform)
            if plan.cooled is not None:
                count = np.repeat(count[None], len(plan.demand_arms), axis=0)
                self.satiated(plan, plan.demand_of_arm, rate, uniform, count)
            return count
        drive = np.zeros((len(plan.demand_arms), self.users), self.type)
        for driver, by in zip(plan.drivers, plan.drives):
            lift = self.type(by) * self.felt[driver.channel.name]
            for demand, arm in enumerate(plan.demand_arms):
                if driver.row_of[arm] >= 0:
                    drive[demand] += lift[driver.row_of[arm]]
        rates = np.exp(drive, out=drive)
        rates *= rate
        if plan.cooled is not None:
            arm, user = self.cooling
            rates[plan.demand_of_arm[arm], user] *= self.type(plan.cooled)
        # Most users have the same rate in most arms, and then the same count.
        count = np.repeat(poisson(rates[0], uniform)[None], len(rates), axis=0)
        differing = np.flatnonzero(rates != rates[0])
        count.reshape(-1)[differing] = poisson(rates.reshape(-1)[differing], uniform[differing % self.users])
        return count

    # MARK: Conversion

    def convert(self, time):
        world = self.world
        base = self.latent + self.moving
        base += self.type(self.setting.base + world.log_odds[time + world.warmup])
        log_odds = self.log_odds(base)
        # p = 1 / (1 + exp(-log-odds)), in place.
        np.negative(log_odds, out=log_odds)
        p = np.exp(log_odds, out=log_odds)
        p += 1
        np.divide(self.at_risk, p, out=p)
        if time >= 0:
            self.truth += p
        bought = np.flatnonzero(self.uniform(self.users) < p)
        self.bought.append(bought)
        self.at_risk.reshape(-1)[bought] = 0
        if self.setting.follows:
            self.visited.reshape(-1)[bought] = time

    def log_odds(self, common):
        """(arms, users): the terms of the first arm, and for the others what they have in its place."""
        terms = list(self.terms())
        for _, values in terms:
            common += values[0]
        result = np.repeat(common[None], len(self.setting.arms), axis=0)
        for row_of, values in terms:
            for arm, row in enumerate(row_of):
                if row > 0:
                    result[arm] += values[row] - values[0]
                elif row < 0:
                    result[arm] -= values[0]
        return result

    def terms(self):
        plans = self.setting.plans
        for name, plan in plans.items():
            if plan.channel.effect and name in self.felt:
                yield plan.row_of, self.type(plan.channel.effect) * self.felt[name]
        for one, other, effect, row_of, pairs in self.setting.interactions:
            values = np.empty((len(pairs), self.users), self.type)
            for row, (first, second) in enumerate(pairs):
                np.multiply(self.felt[one][first], self.felt[other][second], out=values[row])
            values *= self.type(effect)
            yield row_of, values

    def run(self):
        for time in self.world.times():
            self.time = time
            self.live(time)
        truth = self.truth.astype(np.float64)
        difference = truth[0] - truth
        return np.array([truth.sum(axis=1), (truth ** 2).sum(axis=1),
                         difference.sum(axis=1), (difference ** 2).sum(axis=1)])


# MARK: All users

SETTING = None      # what forked processes inherit


def run_block(job):
    number, users = job
    with np.errstate(divide="ignore"):      # log(0) of a stock that never was
        return Block(SETTING, users, number).run()


def simulate(setting, users, block, processes):
    global SETTING
    SETTING = setting
    jobs = [(number, min(block, users - first)) for number, first in enumerate(range(0, users, block))]
    if processes == 1:
        return sum(map(run_block, jobs))
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        return sum(pool.imap_unordered(run_block, jobs))


def estimates(names, sums, squares, users):
    return {name: {"mean": one / users, "se": math.sqrt(max(0, two / users - (one / users) ** 2) / users)}
            for name, one, two in zip(names, sums, squares)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("world")
    parser.add_argument("--users", type=int, help="default: the file's; spend grows with them")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--block", type=int, default=16384, help="users at a time")
    parser.add_argument("--precision", choices=("single", "double"), default="single")
    parser.add_argument("--base", type=float, help="in the place of the file's base or target-rate")
    parser.add_argument("--seed", type=int, help="default: the file's")
    options = parser.parse_args()

    world = read_world(options.world)
    users, seed = options.users or world.users, options.seed or world.seed
    base = world.base if options.base is None else options.base
    base = find_base(world, 8000, seed, 8) if base is None else base
    began = perf_counter()
    setting = Setting(world, base, seed, options.precision)
    result = simulate(setting, users, options.block, options.processes)
    seconds = perf_counter() - began
    user_days, arms = users * (world.days + world.warmup), len(setting.arms)
    print(json.dumps({
        "world": world.name, "users": users, "processes": options.processes, "block": options.block,
        "precision": options.precision, "seconds": seconds, "userDays": user_days, "arms": arms,
        "nanosecondsPerUserDayArm": seconds / user_days / arms * 1e9,
        "conversions": estimates(setting.names, result[0], result[1], users),
        "effects": dict(list(estimates(setting.names, result[2], result[3], users).items())[1:])}))


if __name__ == "__main__":
    main()
