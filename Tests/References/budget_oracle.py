#!/usr/bin/env python3
"""Independent reference ("oracle") for budgets: allocations, infeasible problems, fits of curves, shifted chains.

    python3 budget_oracle.py --self-test
    OMP_NUM_THREADS=1 python3 budget_oracle.py write budget_oracle.json
    python3 budget_oracle.py check budget_oracle.json          # reads the file again and tests every point in it

Python 3.11, numpy, scipy; a few minutes on one core, the same file each time. Written without sight of the project's
code.

Curves, x >= 0 spend, f(0) = 0:
  log               beta ln(1 + x/gamma)              [beta, gamma]
  exponential       beta (1 - exp(-x/gamma))          [beta, gamma]
  michaelis-menten  beta x / (x + gamma)              [beta, gamma]
  power             beta x^a, 0 < a < 1               [beta, a]
  hill              beta x^s / (gamma^s + x^s)        [beta, gamma, s]; s > 1 is S-shaped

allocations  maximise sum f_i(x_i), lower <= x <= upper, sum x = total, and bounds on the sums of groups of members
             (disjoint or nested). Methods, each value that of a point repaired to be feasible:
    dual     concave problems: bisection on ln(multiplier) of the total, nested for the groups
    slsqp    scipy's SLSQP in scaled variables, from several starts (S-shaped: many)
    grid     S-shaped: dynamic programming on 2000 steps of the total, then SLSQP and dual on the concave parts
    branch   S-shaped: branch and bound, each curve replaced by its concave envelope on the node's interval
  best, x    the best of the methods
  upperBound nothing feasible is above it, rounding apart: for concave problems the linearisation at a method's
             point maximised over the feasible set (Frank-Wolfe gap), for others the bound of branch and bound
infeasible   exactly one clash each; by is the amount by which the total, or the bound named, misses
fits         least squares in ln beta, ln gamma, logit a, ln s, logit theta, with HC3 standard errors of these;
             a_0 = x_0 + theta m/(1-theta), a_t = x_t + theta a_(t-1), m the mean of the spend
shifts       chains of order 1 in exact fractions; states 0 = start, 1..n touchpoints. capped: states whose gains were
             scaled down; balanced: as many arrivals as departures at each touchpoint, as in counts of journeys
"""

import argparse
import heapq
import itertools
import json
import math
import platform
import sys
from fractions import Fraction
from time import perf_counter

import numpy
import scipy
from scipy.optimize import least_squares, linprog, minimize

SEED = 20240611
FAMILIES = ("log", "exponential", "michaelis-menten", "power", "hill")
STEPS = 2000            # of the grid
GAP = 1e-10             # relative, at which branch and bound stops
MOST_NODES = 1500
INFINITY = math.inf


def largest(*figures):
    """max, but NaN where any of them is: Python's max may pass over it, and a check with it."""
    return math.nan if any(math.isnan(figure) for figure in figures) else float(max(figures))


# ------------------------------------------------------------------------------------------------------- curves

def exp(power):
    return math.exp(power) if power < 709 else INFINITY


def softplus(power):
    """ln(1 + e^power)."""
    return power + math.log1p(math.exp(-power)) if power > 0 else math.log1p(math.exp(power))


def value(curve, x):
    family, p = curve
    if x <= 0:
        return 0.0
    if family == "log":
        return p[0] * math.log1p(x / p[1])
    if family == "exponential":
        return -p[0] * math.expm1(-x / p[1])
    if family == "michaelis-menten":
        return p[0] * x / (x + p[1])
    if family == "power":
        return p[0] * x ** p[1]
    return p[0] / (1 + exp(p[2] * math.log(p[1] / x)))


def log_slope(curve, x):
    """ln f'(x)."""
    family, p = curve
    if family == "log":
        return math.log(p[0] / p[1]) - math.log1p(x / p[1])
    if family == "exponential":
        return math.log(p[0] / p[1]) - x / p[1]
    if family == "michaelis-menten":
        return math.log(p[0] / p[1]) - 2 * math.log1p(x / p[1])
    if family == "power":
        return INFINITY if x <= 0 else math.log(p[0] * p[1]) + (p[1] - 1) * math.log(x)
    beta, gamma, s = p
    if x <= 0:
        return math.log(beta / gamma) if s == 1 else INFINITY if s < 1 else -INFINITY
    u = math.log(x / gamma)
    return math.log(beta * s / gamma) + (s - 1) * u - 2 * softplus(s * u)


def slope(curve, x):
    return exp(log_slope(curve, x))


def inflection(curve):
    """Convex below, concave above."""
    family, p = curve
    if family != "hill" or p[2] <= 1:
        return 0.0
    return p[1] * ((p[2] - 1) / (p[2] + 1)) ** (1 / p[2])


def inverse_slope(curve, log_price):
    """The x, in the concave part, with ln f'(x) = log_price; 0 (or the inflection) where every slope is below."""
    family, p = curve
    if family == "power":
        return exp((math.log(p[0] * p[1]) - log_price) / (1 - p[1]))
    below = math.log(p[0] / p[1]) - log_price
    if family == "log":
        return p[1] * math.expm1(min(below, 700.0)) if below > 0 else 0.0
    if family == "exponential":
        return p[1] * below if below > 0 else 0.0
    if family == "michaelis-menten" or p[2] == 1:
        return p[1] * math.expm1(min(below / 2, 700.0)) if below > 0 else 0.0
    # (s - 1) u - 2 ln(1 + e^(su)) = c is concave in u = ln(x/gamma): Newton comes down from the right without overshoot
    s = p[2]
    c = -below - math.log(s)
    if s > 1:
        top = math.log((s - 1) / (s + 1)) / s
        if c >= (s - 1) * top - 2 * softplus(s * top):
            return inflection(curve)
    u = -c / (1 - s) if s < 1 and c > 0 else max(-c / (s + 1), top if s > 1 else 0.0)
    for _ in range(200):
        share = 1 / (1 + exp(-s * u))
        gradient = s - 1 - 2 * s * share
        if gradient >= 0:
            break
        step = ((s - 1) * u - 2 * softplus(s * u) - c) / gradient
        if not step > 1e-16 * abs(u):
            break
        u -= step
    return p[1] * exp(u)


# ------------------------------------------------------------------------------------------------------ problems

class Problem:
    """The tree of groups: node -1 is the total, node g the group g; children are ("curve", i) or ("group", g)."""

    def __init__(self, curves, lower, upper, groups, total):
        self.curves, self.lower, self.upper, self.groups, self.total = curves, lower, upper, groups, total
        self.n = len(curves)
        members = [set(group["members"]) for group in groups]
        by_size = sorted(range(len(groups)), key=lambda g: (len(members[g]), g))
        self.children = {g: [] for g in [-1, *by_size]}
        for place, g in enumerate(by_size):
            around = [h for h in by_size[place + 1:] if members[g] <= members[h]]
            assert all(members[g] <= members[h] or not members[g] & members[h] for h in by_size[place + 1:])
            self.children[around[0] if around else -1].append(("group", g))
        self.home = []
        for i in range(n_of(curves)):
            around = [g for g in by_size if i in members[g]]
            self.home.append(around[0] if around else -1)
            self.children[self.home[-1]].append(("curve", i))
        self.bottom_up = by_size

    def intervals(self, lower=None, upper=None):
        """What each curve, group and the total may be: {key: (least, most)}, keys as in children, and ("group", -1)
        for what the curves allow the total to be. least > most where it clashes."""
        lower = self.lower if lower is None else lower
        upper = self.upper if upper is None else upper
        found = {("curve", i): (lower[i], upper[i]) for i in range(self.n)}
        for g in [*self.bottom_up, -1]:
            least = math.fsum(found[child][0] for child in self.children[g])
            most = math.fsum(found[child][1] for child in self.children[g])
            if g >= 0:
                least, most = max(least, self.groups[g]["lower"]), min(most, self.groups[g]["upper"])
            found["group", g] = (least, most)
        return found

    def feasible(self, lower=None, upper=None, tolerance=1e-13):
        found = self.intervals(lower, upper)
        slack = tolerance * abs(self.total)
        least, most = found["group", -1]
        return all(low <= high + slack for low, high in found.values()) and least - slack <= self.total <= most + slack

    def objective(self, x):
        return math.fsum(value(curve, spend) for curve, spend in zip(self.curves, x))

    def violation(self, x):
        """The largest, relative to the total."""
        worst = abs(math.fsum(x) - self.total)
        for spend, low, high in zip(x, self.lower, self.upper):
            worst = max(worst, low - spend, spend - high)
        for group in self.groups:
            found = math.fsum(x[i] for i in group["members"])
            worst = max(worst, group["lower"] - found, found - group["upper"])
        return worst / abs(self.total)

    def repaired(self, x):
        """A feasible point near x: from the top, what is lacking or too much goes to the children by their room."""
        found = self.intervals()
        wanted = {("curve", i): float(x[i]) for i in range(self.n)}
        for g in self.bottom_up:
            wanted["group", g] = math.fsum(wanted[child] for child in self.children[g])
        result = [0.0] * self.n

        def settle(g, total):
            children = self.children[g]
            share = {child: min(max(wanted[child], found[child][0]), found[child][1]) for child in children}
            for _ in range(3):
                lacking = total - math.fsum(share.values())
                end = 1 if lacking > 0 else 0
                room = {child: abs(found[child][end] - share[child]) for child in children}
                whole = math.fsum(room.values())
                if lacking == 0 or whole == 0:
                    break
                for child in children:
                    moved = share[child] + lacking * (room[child] / whole)
                    share[child] = min(max(moved, found[child][0]), found[child][1])
            for child in children:
                if child[0] == "curve":
                    result[child[1]] = share[child]
                else:
                    settle(child[1], share[child])

        settle(-1, self.total)
        return result


def n_of(curves):
    return len(curves)


# -------------------------------------------------------------------------- concave: bisection on the multiplier

class Piece:
    """The concave envelope of a curve on [low, high]: a line from low to bend, then the curve."""

    def __init__(self, curve, low, high):
        self.curve, self.low, self.high, self.bend = curve, low, high, low
        self.line = None
        turn = inflection(curve)
        if low < turn and high > low:
            base = value(curve, low)
            if high > turn and value(curve, high) - base > slope(curve, high) * (high - low):
                left, right = turn, high
                while right - left > 4e-16 * right:
                    middle = (left + right) / 2
                    if not left < middle < right:
                        break
                    if value(curve, middle) - base < slope(curve, middle) * (middle - low):
                        left = middle
                    else:
                        right = middle
                self.bend = right
            else:
                self.bend = high
            rise = (value(curve, self.bend) - base) / (self.bend - low)
            self.base, self.line = base, rise
            self.log_line = math.log(rise) if rise > 0 else -INFINITY
        self.log_start = INFINITY if high <= low else log_slope(curve, self.bend)
        self.log_end = -INFINITY if high <= low else log_slope(curve, high)

    def demand(self, log_price):
        """The x that is best at a price; the lower one where there is a choice."""
        if self.high <= self.low:
            return self.low
        if self.line is not None:
            if log_price >= self.log_line:
                return self.low
            if self.bend >= self.high:
                return self.high
        if log_price <= self.log_end:
            return self.high
        if log_price >= self.log_start:
            return self.bend
        return min(max(inverse_slope(self.curve, log_price), self.bend), self.high)

    def value(self, x):
        if self.line is not None and x < self.bend:
            return self.base + self.line * (x - self.low)
        return value(self.curve, x)


def concave_best(problem, pieces):
    """Maximises the sum of concave pieces; None where it cannot be. At a price, a group wants what its members want,
    brought within its bounds; where these bind, its members have a price of their own."""
    lower, upper = [piece.low for piece in pieces], [piece.high for piece in pieces]
    if not problem.feasible(lower, upper):
        return None
    found = problem.intervals(lower, upper)
    x = [0.0] * problem.n

    def demand(child, log_price):
        if child[0] == "curve":
            return pieces[child[1]].demand(log_price)
        wanted = 0.0
        for inner in problem.children[child[1]]:
            wanted += demand(inner, log_price)
        low, high = found[child]
        return max(min(wanted, high), low)

    def settle(g, total):
        children = problem.children[g]
        if total <= math.fsum(found[child][0] for child in children):
            share = [found[child][0] for child in children]
        elif total >= math.fsum(found[child][1] for child in children):
            share = [found[child][1] for child in children]
        else:
            cheap, dear = -1.0, 1.0
            least = [found[child][0] for child in children]
            above = math.fsum([total, *(-low for low in least)])    # sums at the size of what is left to give

            def given(log_price):
                return math.fsum(demand(child, log_price) - low for child, low in zip(children, least))

            while given(cheap) < above and cheap > -1e14:
                cheap, dear = 2 * cheap, min(dear, cheap)
            while given(dear) > above and dear < 1e14:
                dear, cheap = 2 * dear, max(cheap, dear)
            while True:
                middle = (cheap + dear) / 2
                if not cheap < middle < dear:
                    break
                if given(middle) >= above:
                    cheap = middle
                else:
                    dear = middle
            share = [demand(child, dear) for child in children]
            left = math.fsum([total, *(-each for each in share)])
            for place, child in enumerate(children):    # one after the other, so that one at most is between
                more = min(max(left, 0.0), max(demand(child, cheap) - share[place], 0.0))
                share[place] += more
                left -= more
        for child, amount in zip(children, share):
            if child[0] == "curve":
                x[child[1]] = amount
            else:
                settle(child[1], amount)

    settle(-1, problem.total)
    return x


def dual(problem):
    pieces = [Piece(*each) for each in zip(problem.curves, problem.lower, problem.upper)]
    return problem.repaired(concave_best(problem, pieces))


def linear_best(problem, gradient):
    """max gradient . v over the feasible set, less its value at no spend; exact, by merging segments of the tree."""
    def segments(child):
        """(least, value of least, [(slope, length)] downwards)"""
        if child[0] == "curve":
            i = child[1]
            return (problem.lower[i], gradient[i] * problem.lower[i],
                    [(gradient[i], problem.upper[i] - problem.lower[i])])
        g = child[1]
        parts = [segments(inner) for inner in problem.children[g]]
        least, worth = math.fsum(part[0] for part in parts), math.fsum(part[1] for part in parts)
        merged = sorted((each for part in parts for each in part[2]), reverse=True)
        low, high = ((problem.groups[g]["lower"], problem.groups[g]["upper"]) if g >= 0
                     else (problem.total, problem.total))
        forced, room, kept = max(low - least, 0.0), max(high - max(low, least), 0.0), []
        least += forced
        for rise, length in merged:
            taken = min(length, forced)
            worth += rise * taken
            forced -= taken
            after = min(length - taken, room)
            room -= after
            if after > 0:
                kept.append((rise, after))
        return least, worth, kept

    return segments(("group", -1))[1]


def frank_wolfe_bound(problem, x):
    gradient = [slope(curve, max(spend, 1e-290)) for curve, spend in zip(problem.curves, x)]
    fixed = [low >= high for low, high in zip(problem.lower, problem.upper)]
    gradient = [0.0 if still else min(rise, 1e290) for rise, still in zip(gradient, fixed)]
    at_x = math.fsum(rise * spend for rise, spend in zip(gradient, x))
    return problem.objective(x) + max(linear_best(problem, gradient) - at_x, 0.0)


# -------------------------------------------------------------------------------------------------------- SLSQP

def slsqp(problem, starts, most=300):
    """The best over the starts, repaired. Variables z = (x - lower) / width, in [0, 1]."""
    lower, upper = numpy.array(problem.lower), numpy.array(problem.upper)
    room = problem.total - math.fsum(problem.lower)
    width = numpy.minimum(upper - lower, max(room, 0.0))
    free = numpy.flatnonzero(width > 0)
    if len(free) == 0:
        return problem.repaired(lower)
    w = width[free]
    anchor = problem.repaired(lower + width / 2)
    start_value = problem.objective(anchor)
    scale = max(abs(value(problem.curves[i], lower[i] + width[i]) - value(problem.curves[i], lower[i])) for i in free)
    scale = scale if scale > 0 else 1.0

    def point(z):
        x = lower.copy()
        x[free] += w * numpy.clip(z, 0, 1)
        return x

    def loss(z):
        return (start_value - problem.objective(point(z))) / scale

    def gradient(z):
        x = point(z)
        rises = [slope(problem.curves[i], max(x[i], lower[i] + 1e-9 * width[i])) for i in free]
        return -numpy.array(rises) * w / scale

    row = w / w.max()
    constraints = [{"type": "eq", "fun": lambda z: row @ z - room / w.max(), "jac": lambda z: row}]
    for group in problem.groups:
        inside = numpy.isin(free, group["members"])
        if not inside.any():
            continue
        part = w * inside
        unit = part.max()
        base = math.fsum(problem.lower[i] for i in group["members"])
        constraints.append({"type": "ineq", "fun": lambda z, p=part, u=unit, b=(group["lower"] - base): (p @ z - b) / u,
                            "jac": lambda z, p=part, u=unit: p / u})
        constraints.append({"type": "ineq", "fun": lambda z, p=part, u=unit, b=(group["upper"] - base): (b - p @ z) / u,
                            "jac": lambda z, p=part, u=unit: -p / u})
    best, best_value = None, -INFINITY
    for start in starts:
        z = (numpy.array(problem.repaired(start))[free] - lower[free]) / w
        found = minimize(loss, numpy.clip(z, 0, 1), jac=gradient, bounds=[(0, 1)] * len(free), method="SLSQP",
                         constraints=constraints, options={"ftol": 1e-15, "maxiter": most})
        if not numpy.all(numpy.isfinite(found.x)):
            continue
        x = problem.repaired(point(found.x))
        if problem.objective(x) > best_value:
            best, best_value = x, problem.objective(x)
    return best


def random_starts(problem, count, random):
    lower, upper = numpy.array(problem.lower), numpy.array(problem.upper)
    width = numpy.minimum(upper - lower, max(problem.total - lower.sum(), 0.0))
    for k in range(count):
        if k % 2 == 0:
            yield lower + width * random.random(problem.n)
        else:                                               # a few get much, the others little
            yield lower + width * random.random(problem.n) * (random.random(problem.n) < 0.5)


# ----------------------------------------------------------------------------------------------- S-shaped: grid

def grid(problem, steps=STEPS):
    """Dynamic programming over the tree, spend above the lower bounds in whole steps; bounds rounded outward to the
    grid, then repaired. None where not even that is possible."""
    room = problem.total - math.fsum(problem.lower)
    if room <= 0:
        return problem.repaired(problem.lower)
    step = room / steps

    def table(child):
        if child[0] == "curve":
            i = child[1]
            most = min(steps, math.ceil((problem.upper[i] - problem.lower[i]) / step - 1e-9))
            values = [value(problem.curves[i], min(problem.lower[i] + k * step, problem.upper[i]))
                      for k in range(most + 1)]
            return numpy.array(values + [-INFINITY] * (steps - most)), None
        g = child[1]
        joined, history = None, []
        for inner in problem.children[g]:
            part, below = table(inner)
            if joined is None:
                joined = part
                history.append((inner, below, None))
                continue
            total, choice = numpy.full(steps + 1, -INFINITY), numpy.zeros(steps + 1, dtype=int)
            for k in numpy.flatnonzero(part > -INFINITY):
                trial = joined[:steps + 1 - k] + part[k]
                better = trial > total[k:]
                total[k:][better] = trial[better]
                choice[k:][better] = k
            joined = total
            history.append((inner, below, choice))
        if g >= 0:
            base = math.fsum(problem.lower[i] for i in problem.groups[g]["members"])
            least = math.floor((problem.groups[g]["lower"] - base) / step + 1e-9)
            most = math.ceil((problem.groups[g]["upper"] - base) / step - 1e-9)
            index = numpy.arange(steps + 1)
            joined = numpy.where((index >= least) & (index <= most), joined, -INFINITY)
        return joined, history

    x = list(problem.lower)

    def walk(child, history, k):
        if child[0] == "curve":
            x[child[1]] = problem.lower[child[1]] + k * step
            return
        for inner, below, choice in reversed(history):
            taken = k if choice is None else int(choice[k])
            walk(inner, below, taken)
            k -= taken

    values, history = table(("group", -1))
    if values[steps] == -INFINITY:
        return None
    walk(("group", -1), history, steps)
    return problem.repaired(x)


def on_concave_parts(problem, x):
    """Curves above their inflection by the dual, the others held where they are."""
    pieces = []
    for curve, spend, low, high in zip(problem.curves, x, problem.lower, problem.upper):
        turn = inflection(curve)
        pieces.append(Piece(curve, max(low, turn), high) if spend >= turn else Piece(curve, spend, spend))
    found = concave_best(problem, pieces)
    if found is None:
        return x
    found = problem.repaired(found)
    return found if problem.objective(found) > problem.objective(x) else x


# ------------------------------------------------------------------------------------ S-shaped: branch and bound

def branch(problem, most=MOST_NODES, gap=GAP):
    """(x, upper bound, nodes)."""
    alike = {}
    for i, curve in enumerate(problem.curves):
        alike.setdefault((curve[0], tuple(curve[1]), problem.lower[i], problem.upper[i], problem.home[i]), []).append(i)
    pairs = [pair for same in alike.values() for pair in zip(same, same[1:])]
    best, best_value, count, dropped = None, -INFINITY, 0, -INFINITY
    heap, order = [], itertools.count()

    def visit(lower, upper, roof):
        nonlocal best, best_value, count, dropped
        lower, upper = list(lower), list(upper)
        for i, j in pairs:                                  # of curves that are alike the first gets the most
            upper[j] = min(upper[j], upper[i])
        for i, j in reversed(pairs):
            lower[i] = max(lower[i], lower[j])
        if any(low > high for low, high in zip(lower, upper)):
            return
        count += 1
        pieces = [Piece(*each) for each in zip(problem.curves, lower, upper)]
        x = concave_best(problem, pieces)
        if x is None:
            return
        bound = min(math.fsum(piece.value(spend) for piece, spend in zip(pieces, x)), roof)
        mended = problem.repaired(x)
        if problem.objective(mended) > best_value:
            mended = on_concave_parts(problem, mended)
            best, best_value = mended, problem.objective(mended)
        if bound > best_value * (1 + gap):
            heapq.heappush(heap, (-bound, next(order), lower, upper, x, pieces))
        else:
            dropped = max(dropped, bound)                   # not proven worse than the best, just not better by much

    visit(problem.lower, problem.upper, INFINITY)
    while heap and -heap[0][0] > best_value * (1 + gap) and count < most:
        bound, _, lower, upper, x, pieces = heapq.heappop(heap)
        gaps = [piece.value(spend) - value(piece.curve, spend) for piece, spend in zip(pieces, x)]
        i = max(range(problem.n), key=gaps.__getitem__)
        if gaps[i] <= 0:
            heapq.heappush(heap, (bound, next(order), lower, upper, x, pieces))
            break
        edge = 0.05 * (upper[i] - lower[i])
        cut = min(max(x[i], lower[i] + edge), upper[i] - edge)
        if not lower[i] < cut < upper[i]:
            heapq.heappush(heap, (bound, next(order), lower, upper, x, pieces))
            break
        visit(lower, [*upper[:i], cut, *upper[i + 1:]], -bound)
        visit([*lower[:i], cut, *lower[i + 1:]], upper, -bound)
    return best, max([best_value, dropped] + [-each[0] for each in heap[:1]]), count


# ------------------------------------------------------------------------------------------ random allocations

def rounded(number, digits=6):
    return float(f"{number:.{digits - 1}e}")


def outward(number, direction, digits=6):
    """Rounded to so many digits, not below (direction 1) or not above (-1) the number."""
    if number == 0:
        return 0.0
    result = rounded(number, digits)
    if (result - number) * direction < 0:
        result = rounded(number + direction * 10.0 ** (math.floor(math.log10(abs(number))) - digits + 1), digits)
    return result


def between(random, low, high):
    """Uniform in the logarithm."""
    return math.exp(random.uniform(math.log(low), math.log(high)))


def random_concave_curve(random, wild):
    family = FAMILIES[random.integers(5)]
    beta = rounded(between(random, *((1e-2, 1e5) if wild else (10, 1e4))))
    gamma = rounded(between(random, *((1e-1, 1e6) if wild else (100, 1e5))))
    if family == "power":
        return family, [beta, rounded(random.uniform(0.05, 0.95), 4)], gamma
    if family == "hill":
        s = 1.0 if random.random() < 0.15 else rounded(random.uniform(0.2, 1), 4)
        return family, [beta, gamma, s], gamma
    return family, [beta, gamma], gamma


def random_total(random, lower, upper, kind):
    least, most = math.fsum(lower), math.fsum(upper)
    drawn = random.random() * (0.5 if kind in ("tight", "edge") else 1)
    if drawn < 0.05 and least > 0:
        return least
    if drawn < 0.10:
        return most
    share = random.uniform(0.05, 0.95)
    if drawn < 0.22:
        share = between(random, 1e-6, 1e-2)
    elif drawn < 0.34:
        share = 1 - between(random, 1e-6, 1e-2)
    for digits in range(6, 17):
        total = rounded(least + share * (most - least), digits)
        if least <= total <= most and total > 0:
            return total
    return most


def random_groups(random, problem):
    """Disjoint and nested groups around a random feasible point."""
    lower, upper = numpy.array(problem.lower), numpy.array(problem.upper)
    point = problem.repaired(lower + random.random(problem.n) * (upper - lower))
    sets = []

    def split(members, depth):
        members = list(random.permutation(members))
        while len(members) >= (1 if depth == 0 else 2):
            size = int(random.integers(1, max(2, len(members) if depth else min(len(members), 6)) + 1))
            part, members = sorted(int(i) for i in members[:size]), members[size:]
            if size == 0 or (depth > 0 and not members and size == 1):
                continue
            if part not in sets and random.random() < 0.8:
                sets.append(part)
                if depth < 2 and len(part) >= 3 and random.random() < 0.5:
                    split(part, depth + 1)
            if depth > 0 and random.random() < 0.5:
                break

    split(range(problem.n), 0)
    groups = []
    for members in sets:
        here = math.fsum(point[i] for i in members)
        most = math.fsum(problem.upper[i] for i in members)
        kind = random.integers(8)
        low, high = 0.0, outward(max(most, here) * 1.5, 1)
        if kind in (0, 1, 2, 3, 7):
            low = outward(here * (1 - random.uniform(0, 0.3) * (random.random() < 0.8)), -1)
        if kind in (0, 1, 4, 5, 7):
            high = outward(here * (1 + random.uniform(0, 0.3) * (random.random() < 0.8)), 1)
        if kind == 6:
            low = high = rounded(here)
        groups.append({"members": members, "lower": low, "upper": high})
    return groups


def random_concave(random, kind, n, grouped):
    while True:
        curves, lower, upper = [], [], []
        for _ in range(n):
            family, p, typical = random_concave_curve(random, kind != "ordinary")
            if kind == "ordinary":
                spend = typical * between(random, 0.1, 3)
                low = 0.0 if random.random() < 0.4 else spend * random.uniform(0, 0.6)
                high = spend * random.uniform(1, 4)
            elif kind == "wild":
                low = 0.0 if random.random() < 0.5 else between(random, 1e-2, 1e6)
                high = low + between(random, 1e-1, 1e6)
            elif kind == "tight":
                low = between(random, 1, 1e6)
                high = low if random.random() < 0.15 else low * (1 + 10 ** -random.uniform(1, 6))
            else:
                low = 0.0 if random.random() < 0.8 else between(random, 1, 1e4)
                high = low if random.random() < 0.15 else low + between(random, 1e-3, 1e6)
            digits = 9 if kind == "tight" else 6
            low, high = rounded(low, digits), rounded(high, digits)
            curves.append((family, p))
            lower.append(low)
            upper.append(max(low, high))
        if math.fsum(upper) <= 0:
            continue
        problem = Problem(curves, lower, upper, [], random_total(random, lower, upper, kind))
        if grouped:
            problem = Problem(curves, lower, upper, random_groups(random, problem), problem.total)
        if problem.feasible() and (problem.groups or not grouped):
            return problem


def random_s_shaped(random, kind, n, grouped):
    while True:
        wild = random.random() < 0.2
        curves, lower, upper = [], [], []
        scale = between(random, 1e2, 1e5)
        for i in range(n):
            same = i if kind != "identical" else (0 if random.random() < 0.8 else i)
            if same < i:
                curves.append(curves[0])
                lower.append(lower[0])
                upper.append(upper[0])
                continue
            if kind == "mixed" and i > 0 and random.random() < 0.5:
                family, p, typical = random_concave_curve(random, wild)
            else:
                s = random.uniform(6, 10) if random.random() < 0.15 else random.uniform(1.2, 6)
                typical = rounded(between(random, 1, 1e6) if wild else scale * between(random, 0.3, 3))
                beta = between(random, 1e-1, 1e4) if wild else 500 * between(random, 0.3, 3)
                family, p = "hill", [rounded(beta), typical, rounded(s, 4)]
            low = 0.0 if random.random() < 0.6 else typical * random.uniform(0, 0.4)
            high = typical * (random.uniform(0.6, 5) if random.random() < 0.7 else n * 2)
            curves.append((family, p))
            lower.append(rounded(low))
            upper.append(max(rounded(low), rounded(high)))
        least, most = math.fsum(lower), math.fsum(upper)
        total = rounded(least + random.random() ** 1.5 * 0.98 * (most - least) + 0.01 * (most - least))
        problem = Problem(curves, lower, upper, [], total)
        if not problem.feasible():
            continue
        if grouped:
            problem = Problem(curves, lower, upper, random_groups(random, problem), total)
        if problem.feasible() and (problem.groups or not grouped):
            return problem


def written(problem):
    return {"curves": [{"family": family, "parameters": p} for family, p in problem.curves], "lower": problem.lower,
            "upper": problem.upper, "groups": problem.groups, "total": problem.total}


def read_problem(tree):
    return Problem([(curve["family"], curve["parameters"]) for curve in tree["curves"]], tree["lower"], tree["upper"],
                   tree["groups"], tree["total"])


def solved(kind, problem, points, bound):
    for name, x in points.items():
        assert problem.violation(x) < 1e-12, (name, problem.violation(x))
    methods = {name: problem.objective(x) for name, x in points.items()}
    name = max(methods, key=methods.get)
    best = methods[name]
    roof = max(min(bound(x) for x in points.values()), best)
    return {"kind": kind, **written(problem), "best": best, "upperBound": roof, "x": points[name], "methods": methods}


def allocations(random, note):
    result = []
    plan = [(kind, None) for kind, count in (("ordinary", 120), ("wild", 110), ("tight", 70), ("edge", 50))
            for _ in range(count)] + [("ordinary", 40)] * 5 + [("wild", 40)] * 5
    for k, (kind, n) in enumerate(plan):
        problem = random_concave(random, kind, n or int(random.integers(2, 13)), k % 3 == 0)
        points = {"dual": dual(problem)}
        starts = list(random_starts(problem, 2 if n else 4, random))
        found = slsqp(problem, starts)
        if found is not None:
            points["slsqp"] = found
        result.append(solved("concave", problem, points, lambda x: frank_wolfe_bound(problem, x)))
        if k % 60 == 59:
            note(f"concave {k + 1}")
    plan = [kind for kind, count in (("mixed", 100), ("all", 90), ("identical", 60)) for _ in range(count)]
    for k, kind in enumerate(plan):
        problem = random_s_shaped(random, kind, int(random.integers(2, 9)), k % 3 == 0)
        found = slsqp(problem, random_starts(problem, 24, random), 200)
        points = {} if found is None else {"slsqp": found}
        found = grid(problem)
        if found is not None:
            found = on_concave_parts(problem, found)
            polished = slsqp(problem, [found], 200)
            if polished is not None and problem.objective(polished) > problem.objective(found):
                found = on_concave_parts(problem, polished)
            points["grid"] = found
        x, roof, nodes = branch(problem)
        points["branch"] = x
        result.append(solved("s-shaped", problem, points, lambda _: roof))
        if nodes >= MOST_NODES:
            note(f"s-shaped {k}: {nodes} nodes, gap {roof / result[-1]['best'] - 1:.1e}")
        if k % 50 == 49:
            note(f"s-shaped {k + 1}")
    return result


# ------------------------------------------------------------------------------------------------------ infeasible

def infeasible(random):
    """One clash each: a feasible problem, one bound of which is then moved beyond what the others allow."""
    result = []
    kinds = (["lower"] * 4 + ["upper"] * 4 + ["group minimum"] * 3 + ["group maximum"] * 3 + ["minima"] * 2
             + ["maxima"] * 2 + ["nested minimum", "nested maximum"])
    for kind in kinds:
        while True:
            n = int(random.integers(3, 8))
            problem = random_concave(random, "ordinary", n, False)
            lower = [rounded(low, 4) for low in problem.lower]
            upper = [max(low, rounded(high, 4)) for low, high in zip(lower, problem.upper)]
            least, most = math.fsum(lower), math.fsum(upper)
            miss = rounded(between(random, 1e-3, 1) * (most - least), 3)
            inner = [0, 1] if n > 3 else [0]
            outer = [0, 1, 2]
            low, high = (math.fsum(bound[i] for i in inner) for bound in (lower, upper))
            wide, wider = (math.fsum(bound[i] for i in outer) for bound in (lower, upper))
            total, groups = rounded((least + most) / 2), []
            loose = {"lower": 0.0, "upper": rounded(2 * most, 3)}
            if kind == "lower":
                groups = [{"members": outer, **loose}] if random.random() < 0.5 else []
                total = rounded(least - miss)
                by, reason = least - total, "sum of lower bounds above total by {}"
            elif kind == "upper":
                groups = [{"members": outer, **loose}] if random.random() < 0.5 else []
                total = rounded(most + miss)
                by, reason = total - most, "sum of upper bounds below total by {}"
            elif kind == "group minimum":
                groups = [{"members": inner, "lower": rounded(high + miss), "upper": rounded(3 * most, 3)}]
                by, reason = groups[0]["lower"] - high, "group 0 minimum above what its members may spend by {}"
            elif kind == "group maximum":
                groups = [{"members": inner, "lower": 0.0, "upper": rounded(low - miss)}]
                by, reason = low - groups[0]["upper"], "group 0 maximum below what its members must spend by {}"
            elif kind == "minima":
                groups = [{"members": inner, "lower": rounded(low + 0.8 * (high - low)), "upper": loose["upper"]},
                          {"members": [n - 1], "lower": rounded(upper[-1] * 0.9, 5), "upper": loose["upper"]}]
                need = Problem(problem.curves, lower, upper, groups, 1.0).intervals()["group", -1][0]
                total = rounded(need - miss)
                by, reason = need - total, "group minima and lower bounds together above total by {}"
                if not least < total:
                    continue
            elif kind == "maxima":
                groups = [{"members": inner, "lower": 0.0, "upper": rounded(low + 0.2 * (high - low))},
                          {"members": [n - 1], "lower": 0.0, "upper": rounded(max(upper[-1] * 0.3, lower[-1]), 5)}]
                may = Problem(problem.curves, lower, upper, groups, 1.0).intervals()["group", -1][1]
                total = rounded(may + miss)
                by, reason = total - may, "group maxima and upper bounds together below total by {}"
                if not total < most:
                    continue
            elif kind == "nested minimum":
                cap = rounded(low + 0.3 * (high - low))
                may = cap + math.fsum(upper[i] for i in outer if i not in inner)
                groups = [{"members": outer, "lower": rounded(may + miss), "upper": loose["upper"]},
                          {"members": inner, "lower": 0.0, "upper": cap}]
                by = groups[0]["lower"] - may
                reason = "group 0 minimum above what its members may spend, group 1 within it at its maximum, by {}"
                if not groups[0]["lower"] < wider:
                    continue
            else:
                need = rounded(low + 0.7 * (high - low))
                must = need + math.fsum(lower[i] for i in outer if i not in inner)
                groups = [{"members": outer, "lower": 0.0, "upper": rounded(must - miss)},
                          {"members": inner, "lower": need, "upper": loose["upper"]}]
                by = must - groups[0]["upper"]
                reason = "group 0 maximum below what its members must spend, group 1 within it at its minimum, by {}"
                if not wide < groups[0]["upper"]:
                    continue
            if total <= 0 or by <= 0 or any(not 0 <= group["lower"] <= group["upper"] for group in groups):
                continue
            made = Problem(problem.curves, lower, upper, groups, total)
            by = rounded(by, 10)
            if only_clash(made, kind, by):
                result.append({**written(made), "reason": reason.format(f"{by:g}"), "by": by})
                break
    return result


def moved(problem, kind, by):
    """The problem with the bound that clashes moved by so much towards the others."""
    groups, total = [dict(group) for group in problem.groups], problem.total
    if kind in ("lower", "minima"):
        total += by
    elif kind in ("upper", "maxima"):
        total -= by
    elif kind.endswith("minimum"):
        groups[0]["lower"] -= by
    else:
        groups[0]["upper"] += by
    return Problem(problem.curves, problem.lower, problem.upper, groups, total)


def program_feasible(problem):
    """By a linear program, in units of the total."""
    rows, limits = [], []
    for group in problem.groups:
        row = [1.0 if i in group["members"] else 0.0 for i in range(problem.n)]
        rows += [row, [-each for each in row]]
        limits += [group["upper"] / problem.total, -group["lower"] / problem.total]
    bounds = [(low / problem.total, high / problem.total) for low, high in zip(problem.lower, problem.upper)]
    return linprog([0.0] * problem.n, rows or None, limits or None, [[1.0] * problem.n], [1.0], bounds).status == 0


def only_clash(problem, kind, by):
    return (not program_feasible(problem) and not program_feasible(moved(problem, kind, 0.99 * by))
            and program_feasible(moved(problem, kind, 1.0000001 * by)))


# ------------------------------------------------------------------------------------------------------------ fits

def adstocked(spend, theta):
    """(a, da/dtheta), with the steady carry-in of the mean before the first period."""
    mean = spend.mean()
    a, rise = numpy.empty_like(spend), numpy.empty_like(spend)
    before, rise_before = mean / (1 - theta), mean / (1 - theta) ** 2
    for t, x in enumerate(spend):
        rise[t] = before + theta * rise_before
        a[t] = x + theta * before
        before, rise_before = a[t], rise[t]
    # the carry-in of the first period is theta m/(1-theta), whose derivative is m/(1-theta)^2
    return a, rise


def modelled(family, p, theta, spend):
    """(f, Jacobian in ln beta, ln gamma | logit a, ln s, logit theta) for transformed p; theta None: not fitted."""
    kept = 1 / (1 + math.exp(-p[-1])) if theta is None else theta
    a, rise = adstocked(spend, kept)
    beta = math.exp(p[0])
    with numpy.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        if family == "power":
            power = 1 / (1 + math.exp(-p[1]))
            f = beta * a ** power
            columns = [f, numpy.where(a > 0, f * numpy.log(a) * power * (1 - power), 0.0)]
            along = f * power / a
        else:
            gamma = math.exp(p[1])
            ratio = a / gamma
            if family == "log":
                f, along = beta * numpy.log1p(ratio), beta / gamma / (1 + ratio)
                columns = [f, -beta * ratio / (1 + ratio)]
            elif family == "exponential":
                f, along = -beta * numpy.expm1(-ratio), beta / gamma * numpy.exp(-ratio)
                columns = [f, -beta * ratio * numpy.exp(-ratio)]
            elif family == "michaelis-menten":
                f, along = beta * ratio / (1 + ratio), beta / gamma / (1 + ratio) ** 2
                columns = [f, -beta * ratio / (1 + ratio) ** 2]
            else:
                s = math.exp(p[2])
                share = numpy.where(a > 0, 1 / (1 + ratio ** -s), 0.0)
                f, both = beta * share, beta * s * share * (1 - share)
                columns = [f, -both, numpy.where(a > 0, both * numpy.log(ratio), 0.0)]
                along = both / a
    if theta is None:
        columns.append(along * rise * kept * (1 - kept))
    return f, numpy.column_stack(columns)


def hc3(jacobian, errors):
    bread = numpy.linalg.inv(jacobian.T @ jacobian)
    leverage = numpy.einsum("ti,ij,tj->t", jacobian, bread, jacobian)
    weighted = jacobian * (errors / (1 - leverage))[:, None]
    return bread @ (weighted.T @ weighted) @ bread


def fit(family, spend, outcome, fits_adstock, random, starts=16):
    """(transformed p, sse, standard errors, number of starts that came to the same) or None."""
    theta = None if fits_adstock else 0.0
    ends = []
    for k in range(starts):
        kept = random.uniform(0.05, 0.8) if fits_adstock else 0.0
        a, _ = adstocked(spend, kept)
        if family == "power":
            power = random.uniform(0.2, 0.9)
            p = [0.0, math.log(power / (1 - power))]
        else:
            p = [0.0, math.log(a.mean() * between(random, 0.2, 5))]
        if family == "hill":
            p.append(math.log(between(random, 0.6, 3)))
        if fits_adstock:
            p.append(math.log(kept / (1 - kept)))
        f, _ = modelled(family, p, theta, spend)
        p[0] = math.log(max((f @ outcome) / (f @ f), 1e-6))
        try:
            found = least_squares(lambda q: modelled(family, q, theta, spend)[0] - outcome, p,
                                  jac=lambda q: modelled(family, q, theta, spend)[1],
                                  method="lm" if k % 2 else "trf", x_scale="jac", ftol=1e-15, xtol=1e-15, gtol=1e-15,
                                  max_nfev=600)
        except (ValueError, OverflowError, FloatingPointError, numpy.linalg.LinAlgError):
            continue
        if numpy.all(numpy.isfinite(found.x)):
            ends.append((2 * found.cost, found.x))
    if not ends:
        return None
    sse, p = min(ends, key=lambda end: end[0])
    agree = sum(end[0] <= sse * (1 + 1e-9) for end in ends)
    try:
        for _ in range(30):                                 # Gauss-Newton to the last digits
            f, jacobian = modelled(family, p, theta, spend)
            unit = numpy.linalg.norm(jacobian, axis=0)
            step = numpy.linalg.lstsq(jacobian / unit, outcome - f, rcond=None)[0] / unit
            trial = modelled(family, p + step, theta, spend)[0]
            if not ((outcome - trial) ** 2).sum() <= sse * (1 + 1e-13):
                break
            p, sse = p + step, ((outcome - trial) ** 2).sum()
        f, jacobian = modelled(family, p, theta, spend)
        errors = numpy.sqrt(numpy.diag(hc3(jacobian, outcome - f)))
    except (OverflowError, numpy.linalg.LinAlgError):
        return None
    return p, float(((outcome - f) ** 2).sum()), errors, agree, ends


def natural(family, p, fits_adstock):
    second = 1 / (1 + math.exp(-p[1])) if family == "power" else math.exp(p[1])
    parameters = [math.exp(p[0]), second] + ([math.exp(p[2])] if family == "hill" else [])
    return parameters, 1 / (1 + math.exp(-p[-1])) if fits_adstock else 0.0


def random_history(random, family, theta):
    periods = int(random.integers(40, 121))
    spend = between(random, 200, 5e4) * numpy.exp(random.normal(0, random.uniform(0.5, 1.0), periods))
    if random.random() < 0.5:                               # flights
        on, t = True, 0
        while t < periods:
            length = int(random.integers(4, 12))
            if not on:
                spend[t:t + length] *= random.choice([0.0, 0.15])
            on, t = not on, t + length
    spend[random.random(periods) < random.uniform(0, 0.12)] = 0
    spend = numpy.array([rounded(x) for x in spend])
    a, _ = adstocked(spend, theta)
    size = between(random, 50, 5000)
    if family == "power":
        power = random.uniform(0.3, 0.8)
        f = a ** power
    else:
        p = [0.0, math.log(a.mean() * between(random, 0.2, 10))]
        if family == "hill":
            p.append(math.log(between(random, 0.8, 2.8)))
        f, _ = modelled(family, p, theta, spend)
    f *= size / f.mean()
    noise = random.uniform(0.03, 0.10) * f.mean()
    return spend, numpy.array([rounded(y) for y in f + random.normal(0, noise, periods)])


def inside(family, p, errors, parameters, theta, spend, fits_adstock):
    a, _ = adstocked(spend, theta)
    return (numpy.all(numpy.isfinite(errors)) and errors.max() < 5
            and (not fits_adstock or abs(p[-1]) < 5)
            and (abs(p[1]) < 5 if family == "power" else 0.01 * a.max() < parameters[1] < 10 * a.max())
            and (family != "hill" or 0.2 < parameters[2] < 8))


def fits(random, note):
    result, redrawn, apart = [], 0, 0.0
    for family in FAMILIES:
        for k in range(8):
            theta = (0.0, 0.3, 0.6)[k % 3]
            while True:
                spend, outcome = random_history(random, family, theta)
                found = fit(family, spend, outcome, theta > 0, random)
                if found is not None:
                    p, sse, errors, agree, ends = found
                    parameters, kept = natural(family, p, theta > 0)
                    if agree >= 3 and inside(family, p, errors, parameters, kept, spend, theta > 0):
                        break
                redrawn += 1
            apart = max([apart] + [float(abs(end[1] - p).max()) for end in ends if end[0] <= sse * (1 + 1e-9)])
            result.append({"family": family, "spend": spend.tolist(), "outcome": outcome.tolist(),
                           "fitsAdstock": theta > 0, "parameters": parameters, "theta": kept, "sse": sse,
                           "standardErrors": errors.tolist()})
    note(f"fits: {redrawn} drawn again; starts that came to the same minimum are at most {apart:.1e} apart in p")
    return result


# ---------------------------------------------------------------------------------------------------------- shifts

def chain_rows(counts, conversions, nulls):
    """(journeys by first touchpoint, q, conversion, null), exact."""
    n = len(counts) - 1
    start = [Fraction(each) for each in counts[0][1:]]
    q, convert, leave = [], [], []
    for i in range(1, n + 1):
        departures = Fraction(sum(counts[i]) + conversions[i] + nulls[i])
        q.append([Fraction(each) / departures for each in counts[i][1:]])
        convert.append(Fraction(conversions[i]) / departures)
        leave.append(Fraction(nulls[i]) / departures)
    return start, q, convert, leave


def shifted(start, q, convert, leave, multipliers):
    """The same for the shifted chain, and the states (from 1) whose gains were scaled down."""
    m = [Fraction(each) for each in multipliers]
    rows, left, capped = [], [], []
    for i, row in enumerate(q):
        gains = sum((m_c - 1) * q_c for m_c, q_c in zip(m, row) if m_c > 1)
        losses = sum((1 - m_c) * q_c for m_c, q_c in zip(m, row) if m_c < 1)
        factor = Fraction(1)
        if gains - losses > leave[i]:
            factor = (leave[i] + losses) / gains
            capped.append(i + 1)
        rows.append([q_c * (1 + (m_c - 1) * factor) if m_c > 1 else q_c * m_c for m_c, q_c in zip(m, row)])
        left.append(leave[i] + losses - gains * factor)
        assert sum(rows[-1]) + convert[i] + left[-1] == 1 and left[-1] >= 0
    return [journeys * m_c for journeys, m_c in zip(start, m)], rows, convert, left, capped


def visits(start, q):
    """v = start + v q, exact; None where journeys never end."""
    n = len(start)
    rows = [[Fraction(int(i == j)) - q[j][i] for j in range(n)] + [start[i]] for i in range(n)]
    for i in range(n):
        pivot = next((j for j in range(i, n) if rows[j][i] != 0), None)
        if pivot is None:
            return None
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for j in range(n):
            if j != i and rows[j][i] != 0:
                ratio = rows[j][i] / rows[i][i]
                rows[j] = [a - ratio * b for a, b in zip(rows[j], rows[i])]
    return [rows[i][n] / rows[i][i] for i in range(n)]


def worth(chain, conversions, amounts):
    start, q, convert = chain[:3]
    through = visits(start, q)
    if through is None or any(each < 0 for each in through):
        return None
    each = [Fraction(amounts[i + 1]) / conversions[i + 1] if conversions[i + 1] else Fraction(0)
            for i in range(len(q))]
    return (sum(v * c for v, c in zip(through, convert)), sum(v * c * w for v, c, w in zip(through, convert, each)))


def random_chain(random, n, balanced):
    counts = [[0] * (n + 1) for _ in range(n + 1)]
    conversions, nulls = [0] * (n + 1), [0] * (n + 1)
    if balanced:                                            # from journeys
        stay = random.uniform(0.3, 0.75)
        first, after = random.dirichlet([1.0] * n), random.dirichlet([0.7] * n, n)
        ends = random.uniform(0.02, 0.5, n)
        for _ in range(int(random.integers(200, 3000))):
            state = 0
            while True:
                to = int(random.choice(n, p=first if state == 0 else after[state - 1])) + 1
                counts[state][to] += 1
                state = to
                if random.random() > stay:
                    break
            if random.random() < ends[state - 1]:
                conversions[state] += 1
            else:
                nulls[state] += 1
    else:
        for i in range(n + 1):
            for j in range(1, n + 1):
                counts[i][j] = int(random.integers(1, 300)) if random.random() < 0.7 else 0
            if i > 0:
                conversions[i] = int(random.integers(0, 60))
                nulls[i] = int(random.integers(0, 400))
    amounts = [round(c * random.uniform(5, 200), 2) if c else 0.0 for c in conversions]
    return counts, conversions, amounts, nulls


def shifts(random):
    result = []
    for k in range(30):
        n, balanced = 2 + k % 7, k < 24
        while True:
            counts, conversions, amounts, nulls = random_chain(random, n, balanced)
            if any(sum(counts[i]) + conversions[i] + nulls[i] == 0 for i in range(1, n + 1)) or not sum(counts[0]):
                continue
            high = random.choice([1.3, 2.0, 6.0])           # 6: gains beyond what null can give
            drawn = [rounded(random.uniform(0.1, 1), 3) if random.random() < 0.4 else
                     1.0 if random.random() < 0.3 else rounded(random.uniform(1, high), 3) for _ in range(n)]
            if k % 3 == 0:
                drawn[int(random.integers(n))] = 0.0
            chain = chain_rows(counts, conversions, nulls)
            then = shifted(*chain, drawn)
            now_worth, then_worth = worth(chain, conversions, amounts), worth(then, conversions, amounts)
            # wanted: caps in half of the chains; for a chain journeys of which might never end, draw again
            if now_worth is None or then_worth is None or bool(then[4]) != bool(k % 2) or now_worth[0] == 0:
                continue
            break
        result.append({"counts": counts, "conversions": conversions, "value": amounts, "nulls": nulls,
                       "multipliers": drawn, "balanced": balanced, "capped": then[4],
                       "conversionsNow": float(now_worth[0]), "conversionsThen": float(then_worth[0]),
                       "valueNow": float(now_worth[1]), "valueThen": float(then_worth[1])})
    return result


# ------------------------------------------------------------------------------------------------------- self-test

def self_test():
    random = numpy.random.default_rng(7)
    checks = []

    def check(name, error, tolerance):
        checks.append(error <= tolerance)
        print(f"{'ok  ' if checks[-1] else 'FAIL'} {name}: {error:.2e} (at most {tolerance:.0e})")

    # curves against finite differences, and the inverse against the slope
    worst = back = 0.0
    sample = []
    for k in range(400):
        family, p, _ = random_concave_curve(random, k % 2 == 0)
        if family == "hill" and k % 3:
            p = [*p[:2], rounded(random.uniform(1.05, 8), 4)]
        curve = (family, p)
        x = (p[1] if family != "power" else 100) * between(random, 0.02, 3)
        sample.append((curve, x))
        h = 1e-5 * x
        difference = (value(curve, x + h) - value(curve, x - h)) / (2 * h)
        worst = largest(worst, abs(difference / slope(curve, x) - 1))
        if x > inflection(curve):
            here, again = log_slope(curve, x), log_slope(curve, inverse_slope(curve, log_slope(curve, x)))
            back = largest(back, abs(here - again))
    check("slopes against differences", worst, 1e-6)
    check("inverse of the slope", back, 1e-12)
    plain = [("log", lambda x, b, g: b * math.log(1 + x / g)),
             ("exponential", lambda x, b, g: b - b * math.exp(-x / g)),
             ("michaelis-menten", lambda x, b, g: b * x / (x + g)), ("power", lambda x, b, a: b * x ** a),
             ("hill", lambda x, b, g, s: b * x ** s / (g ** s + x ** s))]
    check("values as the text has them",
          largest(*(abs(f(x, *p) / value((family, p), x) - 1) for (family, p), x in sample
                    for name, f in plain if name == family)), 1e-11)

    # envelopes: above the curve, concave, touching it at both ends
    worst = 0.0
    for (family, p), _ in sample:
        if family == "hill" and p[2] > 1:
            low = p[1] * random.uniform(0, 1)
            piece = Piece((family, p), low, low + p[1] * random.uniform(0.1, 4))
            xs = numpy.linspace(piece.low, piece.high, 200)
            ys = numpy.array([piece.value(x) for x in xs])
            fs = numpy.array([value((family, p), x) for x in xs])
            worst = largest(worst, (fs - ys).max() / p[0], numpy.diff(ys, 2).max() / p[0], abs(ys[0] - fs[0]) / p[0],
                        abs(ys[-1] - fs[-1]) / p[0])
    check("envelopes", worst, 1e-12)

    # repair
    worst = 0.0
    for k in range(150):
        problem = random_concave(random, ("ordinary", "wild", "tight", "edge")[k % 4], 2 + k % 9, k % 2 == 0)
        worst = largest(worst, problem.violation(problem.repaired(random.normal(0, problem.total, problem.n))))
    check("repaired points are feasible", worst, 1e-13)

    # small problems against every point of a coarse grid, with groups: the dual, linear_best, dp, branch and bound
    steps = 24
    below = above = linear = table = branched = roof = 0.0
    for k in range(60):
        n = 2 + k % 3
        concave = k % 2 == 0
        curves = [random_concave_curve(random, False)[:2] if concave else
                  ("hill", [100 * random.random() + 1, 1000.0, rounded(random.uniform(1.2, 6), 3)]) for _ in range(n)]
        unit = 100.0 if not concave else 1000.0
        lower = [unit * int(random.integers(0, 3)) for _ in range(n)]
        upper = [low + unit * int(random.integers(4, 20)) for low in lower]
        total = sum(lower) + unit * min(steps, int(sum(upper) - sum(lower)) // int(unit) - 1)
        groups = []
        if k % 3 == 0 and n >= 3:
            groups = [{"members": [0, 1], "lower": lower[0] + lower[1] + unit, "upper": lower[0] + lower[1] + 9 * unit},
                      {"members": [1], "lower": 0.0, "upper": lower[1] + 3 * unit}]
        problem = Problem(curves, lower, upper, groups, total)
        if not problem.feasible():
            continue
        gradient = [random.random() for _ in range(n)]
        best, best_linear = -INFINITY, -INFINITY
        for point in itertools.product(*(numpy.arange(low, high + 1, unit) for low, high in zip(lower, upper))):
            if abs(sum(point) - total) < 1e-6 and problem.violation(point) < 1e-12:
                best = max(best, problem.objective(point))
                best_linear = max(best_linear, float(numpy.dot(gradient, point)))
        if concave:
            x = dual(problem)
            bound = frank_wolfe_bound(problem, x)
            below = largest(below, best / problem.objective(x) - 1)
            above = largest(above, bound / problem.objective(x) - 1)
        else:
            x, bound, _ = branch(problem)
            branched = largest(branched, best / problem.objective(x) - 1)
            roof = largest(roof, bound / problem.objective(x) - 1)
            coarse = grid(problem, round((total - sum(lower)) / unit))
            table = largest(table, abs(problem.objective(coarse) / best - 1))
        linear = largest(linear, abs(linear_best(problem, gradient) / best_linear - 1))
    check("dual not below any point of the grid", below, 1e-13)
    check("dual against its upper bound", above, 1e-9)
    check("linear problems, all on the grid", linear, 1e-12)
    check("dynamic programming finds the best of the grid", table, 1e-12)
    check("branch and bound not below any point of the grid", branched, 1e-12)
    check("branch and bound against its upper bound", roof, 2e-10)

    # two S-shaped curves: a fine line search
    worst = 0.0
    for _ in range(20):
        problem = random_s_shaped(random, "all", 2, False)
        x, bound, _ = branch(problem)
        low = max(problem.lower[0], problem.total - problem.upper[1])
        high = min(problem.upper[0], problem.total - problem.lower[1])
        line = max(problem.objective([a, problem.total - a]) for a in numpy.linspace(low, high, 4001))
        worst = largest(worst, line / problem.objective(x) - 1, problem.objective(x) / bound - 1)
    check("two S-shaped curves against a line search", worst, 1e-12)

    # adstock, Jacobians, HC3
    spend = numpy.round(random.lognormal(5, 1, 30), 2)
    spend[3] = 0
    slow = [sum(0.6 ** (t - u) * spend[u] for u in range(t + 1)) + 0.6 ** (t + 1) * spend.mean() / 0.4
            for t in range(30)]
    check("adstock against its sum", float(abs(adstocked(spend, 0.6)[0] / slow - 1).max()), 1e-13)
    forever = adstocked(numpy.concatenate([numpy.full(200, spend.mean()), spend]), 0.6)[0][200:]
    check("adstock after a long steady past", float(abs(adstocked(spend, 0.6)[0] / forever - 1).max()), 1e-3)
    worst = twins = 0.0
    for family in FAMILIES:
        for theta in (None, 0.0):
            p = [3.0, 0.4 if family == "power" else 5.3] + [0.5] * (family == "hill") + [-0.3] * (theta is None)
            f, jacobian = modelled(family, p, theta, spend)
            parameters, kept = natural(family, p, theta is None)
            a, _ = adstocked(spend, kept)
            twins = largest(twins, *(abs(value((family, parameters), x) - y) / f.max() for x, y in zip(a, f)))
            for i in range(len(p)):
                up, down = list(p), list(p)
                up[i] += 1e-5
                down[i] -= 1e-5
                difference = (modelled(family, up, theta, spend)[0] - modelled(family, down, theta, spend)[0]) / 2e-5
                worst = largest(worst, float(abs(difference - jacobian[:, i]).max() / abs(jacobian[:, i]).max()))
    check("Jacobians against differences", worst, 1e-8)
    check("curves of the fits against those of the allocations", twins, 1e-13)
    jacobian, errors = random.normal(size=(30, 3)), random.normal(size=30)
    middle = numpy.zeros((3, 3))
    inverse = numpy.linalg.inv(sum(numpy.outer(row, row) for row in jacobian))
    for t in range(30):                                     # e/(1-h) is the error with t left out
        others = [u for u in range(30) if u != t]
        without = numpy.linalg.lstsq(jacobian[others], errors[others], rcond=None)[0]
        whole = numpy.linalg.lstsq(jacobian, errors, rcond=None)[0]
        residual = errors[t] - jacobian[t] @ without
        middle += numpy.outer(jacobian[t], jacobian[t]) * residual ** 2
    check("HC3 against leaving one out", float(abs(inverse @ middle @ inverse
                                                   - hc3(jacobian, errors - jacobian @ whole)).max()), 1e-12)
    truth = modelled("hill", [6.0, 5.5, 0.4, -0.5], None, spend)[0]
    found = fit("hill", spend, truth, True, random)
    check("a fit without noise finds the parameters", float(abs(found[0] - [6.0, 5.5, 0.4, -0.5]).max()), 1e-8)

    spend = numpy.array([rounded(x) for x in random.lognormal(5, 0.5, 60)])
    straight = [rounded(y) for y in 2 * spend + random.normal(0, 5, 60)]    # no bend: gamma runs away
    kept = 0
    for family in ("log", "exponential", "michaelis-menten"):
        found = fit(family, spend, numpy.array(straight), False, random)
        kept += found is not None and bool(inside(family, found[0], found[2], natural(family, found[0], False)[0], 0.0,
                                                  spend, False))
    check("straight lines taken for curves well inside", kept, 0)

    # chains: simulation, and the same in floating point
    apart = simulated = balance = 0.0
    for k in range(6):
        while True:
            counts, conversions, amounts, nulls = random_chain(random, 3, True)
            chain = chain_rows(counts, conversions, nulls)
            multipliers = [[0.5, 1.0, 1.5], [3.0, 0.0, 4.0], [1.0, 1.0, 1.0], [2.0, 0.3, 1.1], [5.0, 5.0, 5.0],
                           [0.2, 0.4, 0.6]][k]
            then = shifted(*chain, multipliers)
            result = worth(then, conversions, amounts)
            if result is not None:
                break
        balance = largest(balance, abs(float(worth(chain, conversions, amounts)[0]) - sum(conversions)),
                      abs(float(worth(chain, conversions, amounts)[1]) / sum(amounts) - 1))
        q, start = numpy.array(then[1], dtype=float), numpy.array(then[0], dtype=float)
        through = numpy.linalg.solve(numpy.eye(3) - q.T, start)
        apart = largest(apart, abs(through @ numpy.array(then[2], dtype=float) / float(result[0]) - 1))
        # journeys one by one; a multiplier moves people from null, or to it, at each departure
        many, total = 60000, 0
        state = random.choice(3, many, p=start / start.sum())
        while len(state):
            drawn, edge = random.random(len(state)), numpy.zeros(len(state))
            goes = numpy.full(len(state), -1)
            for c in range(3):
                edge_after = edge + q[state, c]
                goes[(drawn >= edge) & (drawn < edge_after)] = c
                edge = edge_after
            total += int(((drawn >= edge) & (drawn < edge + numpy.array(then[2], dtype=float)[state])).sum())
            state = goes[goes >= 0]
        share = float(result[0]) / start.sum()
        simulated = largest(simulated, abs(total / many - share) / math.sqrt(max(share * (1 - share), 1 / many) / many))
    check("chain in fractions against floating point", apart, 1e-12)
    check("chain against simulation, standard errors", simulated, 4)
    check("chain as it is gives the conversions and value counted", balance, 1e-12)
    half = Fraction(1, 2)
    _, rows, _, left, capped = shifted([Fraction(1)] * 2, [[half / 2, half], [half, Fraction(0)]], [Fraction(1, 8)] * 2,
                                       [Fraction(1, 8), Fraction(3, 8)], [2, 0.5])
    # row 1: gain 1/4, loss 1/4: null stays 1/8; row 2: gain 1/2 above null 3/8, scaled to 3/8
    check("a shift by hand", float(abs(rows[0][0] - half) + abs(rows[0][1] - half / 2) + abs(left[0] - Fraction(1, 8))
                                   + abs(rows[1][0] - Fraction(7, 8)) + abs(left[1])) + (capped != [2]), 0)

    names = {each["reason"].split(" by ")[0] for each in infeasible(random)}
    check("kinds of clash missing", 8 - len(names), 0)
    return 0 if all(checks) else 1


# -------------------------------------------------------------------------------------------------------- writing

def provenance():
    return {"command": "python3 " + " ".join(sys.argv), "python": platform.python_version(),
            "numpy": numpy.__version__, "scipy": scipy.__version__}


def check_file(path):
    with open(path, encoding="utf-8") as file:
        tree = json.load(file)
    worst = {}

    def note(name, figure):
        worst[name] = largest(worst.get(name, 0.0), float(figure))

    for entry in tree["allocations"]:
        problem = read_problem(entry)
        kind = entry["kind"]
        note(f"{kind}: count", 0)
        note("infeasibility of x, relative", problem.violation(entry["x"]))
        note("best against x", abs(problem.objective(entry["x"]) / entry["best"] - 1))
        note(f"{kind}: upper bound above best, relative", entry["upperBound"] / entry["best"] - 1)
        for name, found in entry["methods"].items():
            note(f"{kind}: {name} below best, relative", 1 - found / entry["best"])
        assert min(entry["upperBound"], entry["best"]) >= max(entry["methods"].values())
    for entry in tree["infeasible"]:
        assert not read_problem(entry).feasible()
    for entry in tree["fits"]:
        a, _ = adstocked(numpy.array(entry["spend"]), entry["theta"])
        sse = sum((y - value((entry["family"], entry["parameters"]), x)) ** 2 for x, y in zip(a, entry["outcome"]))
        note("sse of the fits, relative", abs(sse / entry["sse"] - 1))
    for entry in tree["shifts"]:
        chain = chain_rows(entry["counts"], entry["conversions"], entry["nulls"])
        for part, name in ((chain, "Now"), (shifted(*chain, entry["multipliers"]), "Then")):
            start, q, convert = (numpy.array(each, dtype=float) for each in part[:3])
            through = numpy.linalg.solve(numpy.eye(len(q)) - q.T, start)
            each = [v / c if c else 0 for v, c in zip(entry["value"][1:], entry["conversions"][1:])]
            note("shifts in floating point", abs(through @ convert / entry["conversions" + name] - 1))
            note("shifts in floating point", abs(through @ (convert * each) / entry["value" + name] - 1))
    for part in ("allocations", "infeasible", "fits", "shifts"):
        print(f"{part}: {len(tree[part])}")
    for kind in ("concave", "s-shaped"):
        some = [entry for entry in tree["allocations"] if entry["kind"] == kind]
        print(f"{kind}: {len(some)}, with groups {sum(bool(entry['groups']) for entry in some)}")
        for name in some[0]["methods"] | some[-1]["methods"]:
            off = sorted(1 - entry["methods"].get(name, entry["best"]) / entry["best"] for entry in some)
            print(f"    {name}: in {sum(name in entry['methods'] for entry in some)}, below best by > 1e-9 in "
                  f"{sum(each > 1e-9 for each in off)}, > 1e-6 in {sum(each > 1e-6 for each in off)}, > 1e-3 in "
                  f"{sum(each > 1e-3 for each in off)}, most {off[-1]:.1e}")
        off = sorted(entry["upperBound"] / entry["best"] - 1 for entry in some)
        print(f"    upper bound above best by > 1e-9 in {sum(each > 1e-9 for each in off)}, most {off[-1]:.1e}")
    for name, figure in worst.items():
        if not name.endswith("count"):
            print(f"{name}: {figure:.1e}")
    return 0


def write(path):
    began = perf_counter()

    def note(text):
        print(f"{perf_counter() - began:5.0f} s  {text}", file=sys.stderr, flush=True)

    parts = [numpy.random.default_rng([SEED, part]) for part in range(4)]
    tree = {"made": provenance(), "allocations": allocations(parts[0], note), "infeasible": infeasible(parts[1]),
            "fits": fits(parts[2], note), "shifts": shifts(parts[3])}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(tree, file, separators=(",", ":"), allow_nan=False)
        file.write("\n")
    note("written")
    return check_file(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("mode", nargs="?", choices=("write", "check"))
    parser.add_argument("path", nargs="?")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    if options.mode is None or options.path is None:
        parser.error("give write FILE, check FILE, or --self-test")
    return write(options.path) if options.mode == "write" else check_file(options.path)


if __name__ == "__main__":
    sys.exit(main())
