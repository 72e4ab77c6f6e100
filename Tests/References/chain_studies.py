#!/usr/bin/env python3
"""Independent reference ("oracle") for the studies on the chain: synergy, order selection, fit.

    OMP_NUM_THREADS=1 python3 chain_studies.py OUT.json PATHS.csv [PATHS.csv ...]

The committed figures come from

    OMP_NUM_THREADS=1 python3 chain_studies.py chain_studies.json small_paths.csv PathData.csv

Written and run with Python 3.11.7 and numpy 2.4.6 (see requirements.txt); half a minute on one core. PathData.csv
ships with the R/Python package ChannelAttribution; it is not part of this repository.

Input: columns path, total_conversions, total_conversion_value, total_null; delimiter ';' or ','; the touches of a
path are separated by '>' with spaces around it. Counts are whole. Rows of the same path are merged; a row without a
touch, or without journeys, takes no part. The value column is not used.

What is computed, for each input (key: the file's name without its ending):
  A  chainSynergy      v(S), the pairwise interaction and the Shapley interaction index on the chain of order 1
  B  observedSynergy   the 2x2 table of each pair, against two predictions without interaction
  C  orders            in-sample and held-out likelihood, BIC and AUC of the orders 1 to 5
  D  fit               path lengths, reach and conversion that the chains of orders 1 and 2 imply, against observed
  checks               how far each figure is from a second method; the run stops when a check fails

Arithmetic: v(S), smoothed probabilities, scores and rates are exact (fractions.Fraction), the Shapley interaction
index has 60 digits; each is rounded once when written. Logarithms are summed with math.fsum. D is a float64 solve.

Notation, a merged path: touches c_1..c_L, n+ conversions, n- journeys without. J = sum of (n+ + n-), Y = sum of n+.
"""

import csv
import itertools
import json
import math
import os
import platform
import sys
from collections import Counter, defaultdict
from decimal import Decimal, getcontext
from fractions import Fraction

import numpy as np

getcontext().prec = 60

START, CONVERSION, NULL = 0, 1, 2   # numbers, so that no touchpoint's name (text) can be one of them
ORDERS = (1, 2, 3, 4, 5)
FOLDS = 10
BACKOFF = 2                         # A of the definition
LENGTHS = 20
SIMULATED = 1_000_000


# ---------------------------------------------------------------------------------------------------- reading

def read_counts(path):
    """Merged paths: tuple of touches -> (n+, n-)."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        header = file.readline()
        delimiter = ";" if header.count(";") > header.count(",") else ","
        file.seek(0)
        counts = defaultdict(lambda: (0, 0))
        for record in csv.DictReader(file, delimiter=delimiter):
            touches = tuple(t.strip() for t in record["path"].split(">") if t.strip())
            plus, minus = whole(record["total_conversions"]), whole(record["total_null"])
            if touches and plus + minus:
                counts[touches] = (counts[touches][0] + plus, counts[touches][1] + minus)
    return dict(counts)


def whole(text):
    number = Fraction(text)
    if number.denominator != 1 or number < 0:
        raise SystemExit(f"not a whole count: {text}")
    return int(number)


def touchpoints_of(counts):
    """By code point, which is also the byte order of UTF-8."""
    return sorted({t for path in counts for t in path})


def journeys_of(counts):
    return sum(plus + minus for plus, minus in counts.values())


def conversions_of(counts):
    return sum(plus for plus, _ in counts.values())


def pairs_of(names):
    return list(itertools.combinations(names, 2))


# ---------------------------------------------------------------------------------------------------- chain

def transitions(counts, order):
    """context (the last `order` symbols, padded with start) -> Counter of targets. Order 0: the one context ()."""
    table = defaultdict(Counter)
    for path, (plus, minus) in counts.items():
        padded = (START,) * order + path
        for position in range(len(path)):
            table[padded[position:position + order]][path[position]] += plus + minus
        final = padded[len(path):]
        if plus:
            table[final][CONVERSION] += plus
        if minus:
            table[final][NULL] += minus
    return table


# ---------------------------------------------------------------------------------------------------- A: synergy

def solve_exactly(matrix, right):
    """Gauss-Jordan in rational numbers. The matrices are I - Q with rows scaled: a pivot is never 0."""
    n = len(right)
    lines = [[Fraction(x) for x in line] + [Fraction(b)] for line, b in zip(matrix, right)]
    for k in range(n):
        pivot = lines[k][k]
        lines[k] = lines[k][:k] + [x / pivot for x in lines[k][k:]]
        for i in range(n):
            factor = lines[i][k]
            if i != k and factor:
                lines[i] = lines[i][:k] + [x - factor * y for x, y in zip(lines[i][k:], lines[k][k:])]
    return [line[n] for line in lines]


def worth_of_subset(table, members):
    """v(S): the touchpoints outside S are cut out, so that a step to one of them ends without conversion.
    Row i of (I - Q) b = r times all that leaves i, to stay in whole numbers; J P(start -> i) is a count as well."""
    matrix = [[(sum(table[s,].values()) if s == t else 0) - table[s,][t] for t in members] for s in members]
    b = solve_exactly(matrix, [table[s,][CONVERSION] for s in members])
    return sum((table[START,][s] * x for s, x in zip(members, b)), Fraction(0))


def worths(table, names):
    """v of all subsets, by bit mask (bit i: names[i])."""
    return [worth_of_subset(table, [c for i, c in enumerate(names) if mask >> i & 1])
            for mask in range(1 << len(names))]


def pair_interaction(worth, i, j):
    everything = len(worth) - 1
    return (worth[everything] - worth[everything & ~(1 << i)] - worth[everything & ~(1 << j)]
            + worth[everything & ~(1 << i | 1 << j)])


def shapley_interaction(worth, n, i, j):
    """The definition: all subsets S without i and j, weight |S|! (n-|S|-2)! / (n-1)!. worth: Decimals."""
    a, b = 1 << i, 1 << j
    weight = [Decimal(math.factorial(s) * math.factorial(n - s - 2)) / math.factorial(n - 1) for s in range(n - 1)]
    total = Decimal(0)
    for mask in range(1 << n):
        if not mask & (a | b):
            total += weight[mask.bit_count()] * (worth[mask | a | b] - worth[mask | a] - worth[mask | b] + worth[mask])
    return total


def as_decimal(fraction):
    return Decimal(fraction.numerator) / Decimal(fraction.denominator)


def chain_synergy(counts, names):
    table = transitions(counts, 1)
    worth = worths(table, names)
    assert worth[0] == 0 and worth[-1] == conversions_of(counts)   # exactly: the chain reproduces the total
    decimals = [as_decimal(x) for x in worth]
    n, everything = len(names), len(worth) - 1
    result = {
        "all": float(worth[-1]),
        "alone": {c: float(worth[1 << i]) for i, c in enumerate(names)},
        "without": {c: float(worth[everything & ~(1 << i)]) for i, c in enumerate(names)},
        "pairs": [],
    }
    for i, j in itertools.combinations(range(n), 2):
        result["pairs"].append({
            "i": names[i], "j": names[j],
            "withoutBoth": float(worth[everything & ~(1 << i | 1 << j)]),
            "interaction": float(pair_interaction(worth, i, j)),
            "shapleyInteraction": float(shapley_interaction(decimals, n, i, j)),
        })
    return result, worth


# ---------------------------------------------------------------------------------------------------- B: observed

def cells_of(counts, i, j):
    """[both, only i, only j, neither], each [journeys, conversions]."""
    cells = [[0, 0] for _ in range(4)]
    for path, (plus, minus) in counts.items():
        cell = cells[(i not in path) * 2 + (j not in path)]
        cell[0] += plus + minus
        cell[1] += plus
    return cells


def logit(rate):
    """log of n+/n-: from the counts, so that no 1 - rate is rounded."""
    return math.log(rate.numerator) - math.log(rate.denominator - rate.numerator)


def observed_pair(counts, i, j):
    cells = cells_of(counts, i, j)
    r11, r10, r01, r00 = rates = [Fraction(c, n) if n else None for n, c in cells]
    others = (r10, r01, r00)
    additive = multiplicative = None
    if all(r is not None and 0 < r < 1 for r in others):
        x = logit(r10) + logit(r01) - logit(r00)
        additive = 1 / (1 + math.exp(-x))
    if all(r is not None for r in others) and r00 < 1:
        multiplicative = 1 - (1 - r10) * (1 - r01) / (1 - r00)
    known = r11 is not None
    return {
        "i": i, "j": j,
        "journeys": dict(zip(("both", "onlyI", "onlyJ", "neither"), (n for n, _ in cells))),
        "conversions": dict(zip(("both", "onlyI", "onlyJ", "neither"), (c for _, c in cells))),
        "rates": dict(zip(("both", "onlyI", "onlyJ", "neither"), map(float_or_none, rates))),
        "logitAdditive": {
            "predicted": additive,
            "ratio": float(r11) / additive if known and additive is not None else None,
            "difference": float(r11) - additive if known and additive is not None else None,
        },
        "multiplicative": {
            "predicted": float_or_none(multiplicative),
            "difference": float(r11 - multiplicative) if known and multiplicative is not None else None,
        },
    }


def float_or_none(number):
    return None if number is None else float(number)


# ---------------------------------------------------------------------------------------------------- C: orders

def fit_in_sample(counts, order):
    table = transitions(counts, order)
    likelihood = math.fsum(c * math.log(c / sum(targets.values())) for targets in table.values()
                           for c in targets.values())
    observed = sum(len(targets) for targets in table.values())
    parameters = sum(len(targets) - 1 for targets in table.values())
    return {
        "logLikelihood": likelihood,
        "states": len(table),
        "transitions": observed,
        "parameters": parameters,
        "bic": -2 * likelihood + parameters * math.log(journeys_of(counts)),
    }


def in_canonical_order(counts):
    return sorted(counts, key=lambda path: " > ".join(path).encode("utf-8"))


def folds_of(counts):
    """FOLDS tables path -> (n+, n-). Journeys are numbered path by path, a path's conversions first; number m goes
    to fold m mod FOLDS, so a run of n journeys from number m has to be dealt out, not listed."""
    folds = [{} for _ in range(FOLDS)]
    number = 0
    for path in in_canonical_order(counts):
        plus, minus = counts[path]
        first, second = dealt(number, plus), dealt(number + plus, minus)
        number += plus + minus
        for fold, pair in zip(folds, zip(first, second)):
            if any(pair):
                fold[path] = pair
    return folds


def dealt(first, n):
    """How many of the numbers first .. first+n-1 are f modulo FOLDS, for each f."""
    def below(end, f):
        return (end - f + FOLDS - 1) // FOLDS   # of the numbers 0 .. end-1
    return [below(first + n, f) - below(first, f) for f in range(FOLDS)]


def minus_fold(counts, fold):
    rest = {}
    for path, (plus, minus) in counts.items():
        out_plus, out_minus = fold.get(path, (0, 0))
        if plus + minus > out_plus + out_minus:
            rest[path] = (plus - out_plus, minus - out_minus)
    return rest


class Smoothed:
    """P_k(y|h) = (C(h,y) + A P_{k-1}(y|h')) / (C(h) + A), h' without the oldest symbol of h; order 0 backs off to
    the even distribution over T touchpoints, conversion and null. `number`: Fraction, or float as a second method."""

    def __init__(self, training, touchpoints, number=Fraction):
        self.tables = [transitions(training, order) for order in range(max(ORDERS) + 1)]
        self.totals = [{h: sum(targets.values()) for h, targets in table.items()} for table in self.tables]
        self.number = number
        self.even = number(1) / (touchpoints + 2)
        self.known = {}

    def probability(self, context, target):
        key = context, target
        if key not in self.known:
            order = len(context)
            lower = self.probability(context[1:], target) if order else self.even
            targets = self.tables[order].get(context)
            count = targets[target] if targets else 0
            total = self.totals[order].get(context, 0)
            self.known[key] = (count + BACKOFF * self.number(lower)) / (total + BACKOFF)
        return self.known[key]

    def score(self, context):
        converts, ends = self.probability(context, CONVERSION), self.probability(context, NULL)
        return converts / (converts + ends)


def held_out_likelihood(model, fold, order):
    table = transitions(fold, order)
    return math.fsum(c * math.log(model.probability(h, y)) for h, targets in table.items()
                     for y, c in targets.items()) / journeys_of(fold)


def final_context(path, order):
    return ((START,) * order + path)[len(path):]


def held_out_auc(model, fold, order):
    """Ties count half. The scores are exact: contexts with the same counts of conversion and null and the same
    back-off have the same score whatever else leaves them, which rounding of the two probabilities would hide."""
    groups = defaultdict(lambda: [0, 0])
    for path, (plus, minus) in fold.items():
        group = groups[model.score(final_context(path, order))]
        group[0] += plus
        group[1] += minus
    twice, below = 0, 0
    for score in sorted(groups):
        plus, minus = groups[score]
        twice += plus * (2 * below + minus)
        below += minus
    plus = conversions_of(fold)
    return float(Fraction(twice, 2 * plus * below)) if plus and below else None


def mean_and_error(figures):
    """Mean over the folds and its standard error, sd (n-1) / sqrt(n)."""
    if any(x is None for x in figures):
        return {"mean": None, "standardError": None}
    mean = math.fsum(figures) / len(figures)
    variance = math.fsum((x - mean) ** 2 for x in figures) / (len(figures) - 1)
    return {"mean": mean, "standardError": math.sqrt(variance / len(figures))}


def order_selection(counts, names):
    folds = folds_of(counts)
    likelihoods, aucs = defaultdict(list), defaultdict(list)
    for fold in folds:
        model = Smoothed(minus_fold(counts, fold), len(names))
        for order in ORDERS:
            likelihoods[order].append(held_out_likelihood(model, fold, order))
            aucs[order].append(held_out_auc(model, fold, order))
    result = {
        "folds": [{"journeys": journeys_of(fold), "conversions": conversions_of(fold)} for fold in folds],
        "byOrder": {},
    }
    for order in ORDERS:
        result["byOrder"][str(order)] = {
            **fit_in_sample(counts, order),
            "heldOutLogLikelihood": {"folds": likelihoods[order], **mean_and_error(likelihoods[order])},
            "auc": {"folds": aucs[order], **mean_and_error(aucs[order])},
        }
    result["best"] = best_orders(result["byOrder"])
    # The folds are the same for all orders, so the gain of one order over the one before is a paired comparison.
    result["gainOverPreviousOrder"] = {
        str(k): mean_and_error([a - b for a, b in zip(likelihoods[k], likelihoods[k - 1])]) for k in ORDERS[1:]
    }
    return result


def best_orders(by_order):
    def likelihood(k):
        return by_order[str(k)]["heldOutLogLikelihood"]

    top = max(ORDERS, key=lambda k: likelihood(k)["mean"])
    floor = likelihood(top)["mean"] - likelihood(top)["standardError"]
    return {
        "bic": min(ORDERS, key=lambda k: by_order[str(k)]["bic"]),
        "heldOutLogLikelihood": top,
        "heldOutLogLikelihoodWithinOneStandardError": min(k for k in ORDERS if likelihood(k)["mean"] >= floor),
        "auc": max(ORDERS, key=lambda k: by_order[str(k)]["auc"]["mean"] or 0),
    }


# ---------------------------------------------------------------------------------------------------- D: fit

class Matrices:
    """The chain of some order as float64: index of each context, Q (context to context), r (to conversion)."""

    def __init__(self, counts, order):
        table = transitions(counts, order)
        self.contexts = list(table)
        self.index = {h: i for i, h in enumerate(self.contexts)}
        self.start = self.index[(START,) * order]
        n = len(self.contexts)
        self.q, self.r = np.zeros((n, n)), np.zeros(n)
        for h, targets in table.items():
            total = sum(targets.values())
            for y, c in targets.items():
                if y == CONVERSION:
                    self.r[self.index[h]] = c / total
                elif y != NULL:
                    self.q[self.index[h], self.index[h[1:] + (y,)]] = c / total

    def solve(self, right, kept=None):
        """(I - Q) x = right at the start; contexts outside `kept` are cut out."""
        kept = np.ones(len(self.r), bool) if kept is None else kept
        x = np.zeros(len(self.r))
        x[kept] = np.linalg.solve(np.eye(int(kept.sum())) - self.q[np.ix_(kept, kept)], right[kept])
        return float(x[self.start])


def lengths_of_chain(chain):
    """Share of journeys with 1 .. LENGTHS touches, then the longer ones: what has not ended after that many."""
    leaves = 1 - chain.q.sum(axis=1)
    alive = np.zeros(len(chain.r))
    alive[chain.start] = 1
    shares = []
    for _ in range(LENGTHS):
        alive = alive @ chain.q
        shares.append(float(alive @ leaves))
    return shares, float((alive @ chain.q).sum())


def reaches_of_chain(chain, names):
    """P(visit c), and P(visit c | conversion) = 1 - P(conversion without c) / P(conversion)."""
    converts = chain.solve(chain.r)
    reach, among = {}, {}
    for c in names:
        is_c = np.array([h[-1] == c for h in chain.contexts])
        reach[c] = chain.solve(chain.q[:, is_c].sum(axis=1), ~is_c)
        among[c] = 1 - chain.solve(chain.r, ~is_c) / converts
    return reach, among, converts


def fit_of_chain(counts, names, order):
    chain = Matrices(counts, order)
    shares, longer = lengths_of_chain(chain)
    reach, among, converts = reaches_of_chain(chain, names)
    return {
        "lengths": shares,
        "longer": longer,
        "meanLength": chain.solve(np.ones(len(chain.r))) - 1,   # the start is a step and no touch
        "reach": reach,
        "reachAmongConverting": among,
        "conversionProbability": converts,
    }


def observed_fit(counts, names):
    journeys, conversions = journeys_of(counts), conversions_of(counts)
    by_length = Counter()
    for path, pair in counts.items():
        by_length[len(path)] += sum(pair)
    return {
        "lengths": [by_length[n] / journeys for n in range(1, LENGTHS + 1)],
        "longer": sum(c for n, c in by_length.items() if n > LENGTHS) / journeys,
        "meanLength": sum(n * c for n, c in by_length.items()) / journeys,
        "reach": {c: sum(sum(pair) for path, pair in counts.items() if c in path) / journeys for c in names},
        "reachAmongConverting": {c: sum(plus for path, (plus, _) in counts.items() if c in path) / conversions
                                 for c in names},
        "conversionProbability": conversions / journeys,
    }


# ---------------------------------------------------------------------------------------------------- checks

def check_by_hand():
    """Three paths, worked out on paper. v: a converts 1 of 4 and passes 2 to b, b converts 2 of 3."""
    counts = {("a",): (1, 1), ("a", "b"): (2, 0), ("b",): (0, 1)}
    synergy, worth = chain_synergy(counts, ["a", "b"])
    assert worth == [0, 1, Fraction(2, 3), 3]
    assert synergy["pairs"][0]["interaction"] == synergy["pairs"][0]["shapleyInteraction"] == 4 / 3
    model = Smoothed(counts, 2)
    assert model.probability((), CONVERSION) == Fraction(1, 4)                  # (3 + 2/4) / (12 + 2)
    assert model.probability(("b",), CONVERSION) == Fraction(1, 2)              # (2 + 2/4) / (3 + 2)
    assert model.probability(("a", "b"), CONVERSION) == Fraction(3, 4)          # (2 + 1) / (2 + 2)
    assert model.probability((START, "b"), CONVERSION) == Fraction(1, 3)        # (0 + 1) / (1 + 2)
    assert model.score(("b",)) == Fraction(35, 54)                              # null: (1 + 5/14) / (3 + 2)
    fit = fit_in_sample(counts, 1)
    by_hand = 4 * math.log(4 / 5) + math.log(1 / 5) + 2 * math.log(1 / 4) + 2 * math.log(1 / 2) \
        + 2 * math.log(2 / 3) + math.log(1 / 3)
    assert math.isclose(fit["logLikelihood"], by_hand, rel_tol=1e-14)
    assert (fit["states"], fit["transitions"], fit["parameters"]) == (3, 7, 4)
    assert [dealt(7, 15)[f] for f in range(FOLDS)] == [2, 2, 1, 1, 1, 1, 1, 2, 2, 2]


def close(a, b, tolerance, what):
    """The relative distance, kept for the report."""
    distance = abs(a - b) / max(abs(a), abs(b), 1e-300)
    if not distance <= tolerance:
        raise SystemExit(f"{what}: {a} and {b} disagree")
    return distance


def converts_through_both(counts, i, j):
    """Second method for the interaction: one system whose states also remember which of i and j were met. As a
    removed touchpoint ends a journey without conversion, v(S) = J P(convert, all touches in S), and inclusion and
    exclusion leave J P(convert, i and j both met)."""
    table = transitions(counts, 1)
    names = touchpoints_of(counts)
    states = [(c, met) for c in names for met in range(4)]
    index = {s: k for k, s in enumerate(states)}

    def mark(c, met):
        return met | (1 if c == i else 0) | (2 if c == j else 0)

    matrix, right = np.eye(len(states)), np.zeros(len(states))
    for (c, met), k in index.items():
        total = sum(table[c,].values())
        for y, count in table[c,].items():
            if y == CONVERSION:
                right[k] = count / total if met == 3 else 0
            elif y != NULL:
                matrix[k, index[y, mark(y, met)]] -= count / total
    b = np.linalg.solve(matrix, right)
    return sum(count * b[index[y, mark(y, 0)]] for y, count in table[START,].items() if y != START)


def simulate(counts, names, order, seed):
    """SIMULATED journeys of the chain: number of touches, bit mask of the touchpoints met, converted or not."""
    table = transitions(counts, order)
    contexts = list(table)
    index = {h: k for k, h in enumerate(contexts)}
    targets = list(names) + [CONVERSION, NULL]
    shares = np.array([[table[h][y] for y in targets] for h in contexts], float)
    ends = np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1)
    ends[:, -1] = 1
    following = np.array([[index.get(h[1:] + (c,), -1) for c in names] for h in contexts])
    random = np.random.default_rng(seed)
    length, met = np.zeros(SIMULATED, int), np.zeros(SIMULATED, int)
    converted = np.zeros(SIMULATED, bool)
    who, state = np.arange(SIMULATED), np.full(SIMULATED, index[(START,) * order])
    while len(who):
        drawn = (random.random(len(who))[:, None] >= ends[state]).sum(axis=1)
        converted[who[drawn == len(names)]] = True
        goes_on = drawn < len(names)
        who, state, drawn = who[goes_on], state[goes_on], drawn[goes_on]
        length[who] += 1
        met[who] |= 1 << drawn
        state = following[state, drawn]
    return length, met, converted


def deviation(sample, expected):
    """Of a simulated mean from the exact figure, in standard errors. At least the error of one event: a rare one
    that never came has no spread of its own."""
    n = len(sample)
    z = abs(float(np.mean(sample)) - expected) / math.sqrt(max(float(np.var(sample)), 1 / n) / n)
    if z > 5:
        raise SystemExit(f"simulation: {np.mean(sample)} and {expected} are {z:.1f} standard errors apart")
    return z


def check_synergy(counts, names, synergy, worth):
    n, journeys = len(names), journeys_of(counts)
    m = dividends(worth, n)
    assert min(m) >= -Decimal("1e-40")    # shares of journeys: see converts_through_both
    length, met, converted = simulate(counts, names, 1, 1)
    size = np.array([mask.bit_count() for mask in range(1 << n)])[met]
    marked, index, z = [], [], []
    for entry in synergy["pairs"]:
        i, j = names.index(entry["i"]), names.index(entry["j"])
        both = 1 << i | 1 << j
        marked.append(close(entry["interaction"], converts_through_both(counts, entry["i"], entry["j"]), 1e-9,
                            "interaction"))
        second = sum(m[mask] / (mask.bit_count() - 1) for mask in range(1 << n) if mask & both == both)
        index.append(close(entry["shapleyInteraction"], float(second), 1e-14, "Shapley interaction"))
        hit = converted & (met & both == both)
        z.append(deviation(hit, entry["interaction"] / journeys))
        z.append(deviation(np.where(hit, 1 / np.maximum(size - 1, 1), 0), entry["shapleyInteraction"] / journeys))
    return {
        "interactionAgainstMarkedStates": max(marked),
        "shapleyInteractionAgainstDividends": max(index),
        "simulationLargestDeviation": max(z),
    }


def dividends(worth, n):
    """Moebius transform m of v, by mask. Second method for the Shapley interaction index of i and j: the sum over
    the sets T that hold both of m(T) / (|T| - 1)."""
    m = [as_decimal(x) for x in worth]
    for k in range(n):
        for mask in range(1 << n):
            if mask >> k & 1:
                m[mask] -= m[mask ^ 1 << k]
    return m


def check_orders(counts, names, result):
    """The folds by listing every journey; the in-sample likelihood journey by journey; the held-out figures again in
    plain floats; the AUC again from the sorted scores of single journeys."""
    folds = folds_of(counts)
    listed = [(path, kind) for path in in_canonical_order(counts) for kind in (0, 1) for _ in range(counts[path][kind])]
    for f, fold in enumerate(folds):
        again = Counter(listed[f::FOLDS])
        assert {path: (again[path, 0], again[path, 1]) for path, _ in again} == fold
    in_sample, likelihood, auc, plain_auc = [], [], [], []
    for order in ORDERS:
        figures = result["byOrder"][str(order)]
        in_sample.append(close(figures["logLikelihood"], likelihood_by_journey(counts, order), 1e-12, "likelihood"))
    for f, fold in enumerate(folds):
        rest = minus_fold(counts, fold)
        assert journeys_of(rest) + journeys_of(fold) == journeys_of(counts)
        plain, exact = Smoothed(rest, len(names), float), Smoothed(rest, len(names))
        for order in ORDERS:
            figures = result["byOrder"][str(order)]
            likelihood.append(close(figures["heldOutLogLikelihood"]["folds"][f],
                                    held_out_likelihood(plain, fold, order), 1e-12, "held-out likelihood"))
            auc.append(close(figures["auc"]["folds"][f], auc_by_journey(exact, fold, order), 1e-12, "AUC"))
            plain_auc.append(abs(figures["auc"]["folds"][f] - held_out_auc(plain, fold, order)))
            for h in list(transitions(fold, order))[:5]:      # a distribution, exactly
                assert sum(exact.probability(h, y) for y in [*names, CONVERSION, NULL]) == 1
    return {
        "inSampleAgainstJourneyByJourney": max(in_sample),
        "heldOutAgainstFloats": max(likelihood),
        "aucAgainstSingleJourneys": max(auc),
        "aucLossWhenTiesAreJudgedOnFloats": max(plain_auc),   # no check: how much rounding of the scores would cost
    }


def likelihood_by_journey(counts, order):
    table = transitions(counts, order)
    logs = {(h, y): math.log(c) - math.log(sum(t.values())) for h, t in table.items() for y, c in t.items()}
    terms = []
    for path, ends in counts.items():
        padded = (START,) * order + path
        steps = sum(logs[padded[k:k + order], y] for k, y in enumerate(path))
        for y, n in zip((CONVERSION, NULL), ends):
            if n:
                terms += [steps + logs[padded[len(path):], y]] * n
    return math.fsum(terms)


def auc_by_journey(model, fold, order):
    """Each converting journey against all others: lower ones count 1, equal ones 1/2."""
    plus, minus = [], []
    for path, (p, m) in fold.items():
        score = float(model.score(final_context(path, order)))
        plus += [score] * p
        minus += [score] * m
    minus.sort()
    ranks = np.searchsorted(minus, plus, "left") + np.searchsorted(minus, plus, "right")
    return float(ranks.sum()) / (2 * len(plus) * len(minus))


def check_fit(counts, names, fit):
    """By simulation; and what a chain fitted by counts reproduces by construction."""
    same, z = [], []
    for order in (1, 2):
        chain, observed = fit["orders"][str(order)], fit["observed"]
        same.append(close(chain["meanLength"], observed["meanLength"], 1e-12, "mean length"))
        same.append(close(chain["conversionProbability"], observed["conversionProbability"], 1e-12, "conversion"))
        same.append(close(sum(chain["lengths"]) + chain["longer"], 1, 1e-12, "lengths"))
        length, met, converted = simulate(counts, names, order, 10 + order)
        z += [deviation(length == n + 1, x) for n, x in enumerate(chain["lengths"])]
        z.append(deviation(length > LENGTHS, chain["longer"]))
        z.append(deviation(length, chain["meanLength"]))
        for k, c in enumerate(names):
            z.append(deviation(met >> k & 1, chain["reach"][c]))
            z.append(deviation((met >> k & 1)[converted], chain["reachAmongConverting"][c]))
    return {"identities": max(same), "simulationLargestDeviation": max(z)}


# ---------------------------------------------------------------------------------------------------- output

def study(path, note):
    counts = read_counts(path)
    names = touchpoints_of(counts)
    note(f"{path}: synergy")
    synergy, worth = chain_synergy(counts, names)
    note("orders")
    orders = order_selection(counts, names)
    fit = {
        "observed": observed_fit(counts, names),
        "orders": {str(order): fit_of_chain(counts, names, order) for order in (1, 2)},
    }
    note("checks")
    return {
        "totals": {
            "journeys": journeys_of(counts),
            "conversions": conversions_of(counts),
            "distinctPaths": len(counts),
            "touchpoints": names,
        },
        "chainSynergy": synergy,
        "observedSynergy": [observed_pair(counts, i, j) for i, j in pairs_of(names)],
        "orders": orders,
        "fit": fit,
        "checks": {
            "synergy": check_synergy(counts, names, synergy, worth),
            "orders": check_orders(counts, names, orders),
            "fit": check_fit(counts, names, fit),
        },
    }


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)

    def note(text):
        print(text, file=sys.stderr, flush=True)

    check_by_hand()
    result = {"versions": {"python": platform.python_version(), "numpy": np.__version__}, "inputs": {}}
    for path in sys.argv[2:]:
        result["inputs"][os.path.splitext(os.path.basename(path))[0]] = study(path, note)
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(result, file, ensure_ascii=False, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
