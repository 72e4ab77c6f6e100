#!/usr/bin/env python3
"""Independent reference ("oracle") for the attribution models: slow, plain, exact where it can be.

    python3 exact_models.py PATHS.csv OUT.json [--orders 1,2,3,4] [--fractions]

Written and run with Python 3.11.7 and numpy 2.4.6 (see requirements.txt). The committed figures come from

    python3 make_small_paths.py small_paths.csv
    python3 exact_models.py small_paths.csv small_paths.json --orders 1,2,3,4 --fractions
    python3 exact_models.py PathData.csv pathdata.json --orders 1,2,3,4 --fractions

PathData.csv is the path table that ships with the R/Python package ChannelAttribution; it is not part of this
repository.

Input: columns path, total_conversions, total_conversion_value, total_null; delimiter ';' or ','; the touches of a
path are separated by '>' with spaces around it.

Arithmetic
  * All sums that make up the rule, Shapley and Shao-Li models are exact (fractions.Fraction); a figure is rounded
    once, when it is written.
  * shapley-rate uses decimal.Decimal with 60 digits.
  * Markov: with --fractions, orders 1 and 2 are solved exactly in rational arithmetic and the solution is put back
    into the equations (residual exactly 0). All other orders: a dense numpy solve in float64, then refinement in
    extended precision (numpy.longdouble, 64 bits of mantissa; x86-64 has it, Apple silicon does not) until a
    bound on the error of every unknown, rounding included, is below 1e-15 of the conversion probability (of the
    value per journey). "solver" and "errorBound" in the output say which.

Notation, a row: touches c_1..c_L, n+ conversions, V their value, n- journeys without conversion.
Y = sum of n+, W = sum of V, J = sum of (n+ + n-).
"""

import argparse
import csv
import json
import math
import os
import platform
import sys
from collections import defaultdict
from decimal import Decimal, getcontext
from fractions import Fraction

import numpy as np

getcontext().prec = 60

START, CONVERSION, NULL = "(start)", "(conversion)", "(null)"
DIRECT = {"Direct"}


# ---------------------------------------------------------------------------------------------------- reading

class Row:
    def __init__(self, touches, conversions, value, nulls):
        self.touches = touches          # tuple of names, in order
        self.conversions = conversions  # n+, Fraction
        self.value = value              # V, Fraction
        self.nulls = nulls              # n-, Fraction
        self.journeys = conversions + nulls
        self.distinct = frozenset(touches)


def read_rows(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        header = file.readline()
        delimiter = ";" if header.count(";") > header.count(",") else ","
        file.seek(0)
        rows = []
        for record in csv.DictReader(file, delimiter=delimiter):
            touches = tuple(t.strip() for t in record["path"].split(">") if t.strip())
            row = Row(touches,
                      Fraction(record["total_conversions"]),
                      Fraction(record["total_conversion_value"]),
                      Fraction(record["total_null"]))
            if not touches:
                raise SystemExit("a row without a touch")
            if row.conversions < 0 or row.nulls < 0 or row.journeys == 0:
                raise SystemExit(f"a row with negative counts or without journeys: {record}")
            if row.conversions == 0 and row.value != 0:
                raise SystemExit(f"a row with value and no conversion: {record}")
            rows.append(row)
    return rows


def touchpoints_of(rows):
    return sorted({t for row in rows for t in row.touches})


# ---------------------------------------------------------------------------------------------------- rules

def first_touch(touches):
    """w_1 = 1, all else 0."""
    return [Fraction(int(i == 0)) for i in range(len(touches))]


def last_touch(touches):
    """w_L = 1, all else 0."""
    return [Fraction(int(i == len(touches) - 1)) for i in range(len(touches))]


def last_non_direct(touches):
    """w_m = 1 for the largest m with c_m not in DIRECT; m = L if all are in DIRECT."""
    others = [i for i, t in enumerate(touches) if t not in DIRECT]
    m = others[-1] if others else len(touches) - 1
    return [Fraction(int(i == m)) for i in range(len(touches))]


def linear(touches):
    """w_i = 1/L for each touch; a touchpoint that comes twice gets 2/L."""
    return [Fraction(1, len(touches)) for _ in touches]


def position_based(first, last):
    """L=1: 1. L=2: first/(first+last), last/(first+last). L>=3: first, last, each middle (1-first-last)/(L-2)."""
    def weights(touches):
        length = len(touches)
        if length == 1:
            return [Fraction(1)]
        if length == 2:
            return [first / (first + last), last / (first + last)]
        return [first] + [(1 - first - last) / (length - 2)] * (length - 2) + [last]
    return weights


def position_decay(touches):
    """w_i proportional to 2^-(L-i) (half-life one step), normalised over the path."""
    length = len(touches)
    raw = [Fraction(1, 2 ** (length - i)) for i in range(1, length + 1)]
    return [w / sum(raw) for w in raw]


def credits_by_rule(rows, rule):
    """credit_c = sum over rows of n+ * (sum of w_i over the touches i with c_i = c); value: V in place of n+."""
    conversions, value = defaultdict(Fraction), defaultdict(Fraction)
    weights_of = {}   # rules depend on the sequence alone
    for row in rows:
        if row.touches not in weights_of:
            w = rule(row.touches)
            assert sum(w) == 1
            weights_of[row.touches] = w
        for touch, weight in zip(row.touches, weights_of[row.touches]):
            conversions[touch] += row.conversions * weight
            value[touch] += row.value * weight
    return conversions, value


def participation(rows):
    """credit_c = sum of n+ (V) over the rows that contain c. Does not share out a total."""
    conversions, value = defaultdict(Fraction), defaultdict(Fraction)
    for row in rows:
        for touch in row.distinct:
            conversions[touch] += row.conversions
            value[touch] += row.value
    return conversions, value


# ---------------------------------------------------------------------------------------------------- Shapley

def shapley(rows):
    """v(S) = conversions of the rows with distinct set within S; closed form: n+ / |distinct set| to each member."""
    conversions, value = defaultdict(Fraction), defaultdict(Fraction)
    for row in rows:
        for touch in row.distinct:
            conversions[touch] += row.conversions / len(row.distinct)
            value[touch] += row.value / len(row.distinct)
    return conversions, value


def shapley_ordered(rows):
    """Zhao, Mahboobi, Bagheri 2018: n+ / |distinct set| to each member, booked at its rank (1-based) among the
    distinct touchpoints of the path ordered by first occurrence."""
    conversions = defaultdict(lambda: defaultdict(Fraction))
    value = defaultdict(lambda: defaultdict(Fraction))
    for row in rows:
        by_first_occurrence = list(dict.fromkeys(row.touches))
        for rank, touch in enumerate(by_first_occurrence, start=1):
            conversions[touch][rank] += row.conversions / len(row.distinct)
            value[touch][rank] += row.value / len(row.distinct)
    return conversions, value


def shapley_brute_force(names, worth):
    """phi_i = sum over S without i of |S|! (n-|S|-1)! / n! * (v(S+i) - v(S)). worth: bit mask -> number."""
    n = len(names)
    number = type(worth[0])
    weight = []
    for size in range(n):
        exact = Fraction(math.factorial(size) * math.factorial(n - size - 1), math.factorial(n))
        weight.append(number(exact.numerator) / number(exact.denominator))
    result = {}
    for i, name in enumerate(names):
        total = number(0)
        for mask in range(1 << n):
            if not mask >> i & 1:
                total += weight[mask.bit_count()] * (worth[mask | 1 << i] - worth[mask])
        result[name] = total
    return result


def sums_within_subsets(rows, names):
    """For every subset S (bit mask): conversions, value, journeys of the rows whose distinct set is within S."""
    bit = {name: 1 << i for i, name in enumerate(names)}
    exact = defaultdict(lambda: [Fraction(0), Fraction(0), Fraction(0)])
    for row in rows:
        mask = sum(bit[t] for t in row.distinct)
        exact[mask][0] += row.conversions
        exact[mask][1] += row.value
        exact[mask][2] += row.journeys
    observed = list(exact.items())
    common = math.lcm(*(x.denominator for _, sums in observed for x in sums))   # whole numbers add faster
    observed = [(mask, [int(x * common) for x in sums]) for mask, sums in observed]
    within = []
    for subset in range(1 << len(names)):
        members = [sums for mask, sums in observed if mask & ~subset == 0]
        within.append(tuple(Fraction(sum(s[k] for s in members), common) for k in range(3)))
    return within


def as_decimal(fraction):
    return Decimal(fraction.numerator) / Decimal(fraction.denominator)


def shapley_rate(names, within):
    """v(S) = conversions / journeys of the rows with distinct set within S (0 without journeys); value: value /
    journeys. The Shapley values times J, so that they sum to Y (W)."""
    journeys = as_decimal(within[-1][2])
    result = []
    for k in (0, 1):
        worth = [as_decimal(s[k] / s[2]) if s[2] else Decimal(0) for s in within]
        result.append({name: phi * journeys for name, phi in shapley_brute_force(names, worth).items()})
    return result


# ---------------------------------------------------------------------------------------------------- Shao and Li

def shao_li(rows):
    """P(y|i) = conversions / journeys over the rows that contain i, P(y|i,j) over those that contain both.
    C_i(S) = P(y|i) + 1/(2(|S|-1)) * sum over j in S, j != i of [P(y|i,j) - P(y|i) - P(y|j)]; P(y|i) if |S| = 1.
    raw_i = sum over rows of n+ C_i(S) (value: V C_i(S)); credit_i = Y raw_i / sum of raw (value: W ...)."""
    conversions_one, journeys_one = defaultdict(Fraction), defaultdict(Fraction)
    conversions_two, journeys_two = defaultdict(Fraction), defaultdict(Fraction)
    by_set = defaultdict(lambda: [Fraction(0), Fraction(0)])
    for row in rows:
        for i in row.distinct:
            conversions_one[i] += row.conversions
            journeys_one[i] += row.journeys
            for j in row.distinct - {i}:
                conversions_two[i, j] += row.conversions
                journeys_two[i, j] += row.journeys
        by_set[row.distinct][0] += row.conversions
        by_set[row.distinct][1] += row.value

    def p1(i):
        return conversions_one[i] / journeys_one[i]

    def p2(i, j):
        return conversions_two[i, j] / journeys_two[i, j]

    raw, raw_value = defaultdict(Fraction), defaultdict(Fraction)
    for members, (conversions, value) in by_set.items():
        for i in members:
            c = p1(i)
            others = members - {i}
            if others:
                c += sum(p2(i, j) - p1(i) - p1(j) for j in others) / (2 * len(others))
            raw[i] += conversions * c
            raw_value[i] += value * c
    total = sum(row.conversions for row in rows)
    total_value = sum(row.value for row in rows)
    sum_raw, sum_raw_value = sum(raw.values()), sum(raw_value.values())
    return ({i: total * x / sum_raw for i, x in raw.items()},
            {i: total_value * x / sum_raw_value for i, x in raw_value.items()},
            raw, raw_value, sum_raw, sum_raw_value)


# ---------------------------------------------------------------------------------------------------- Markov

class Chain:
    """Order k: the path padded on the left with k start symbols; a state is a window of k symbols. Every step
    between touches (and from the start) weighs n+ + n-; at the end n+ goes to conversion and n- to null.
    Self-loops are kept. value[s] is the value of the conversions that leave from state s."""

    def __init__(self, rows, order):
        self.start = (START,) * order
        self.step = defaultdict(Fraction)          # (state, next state) -> weight
        self.conversion = defaultdict(Fraction)    # state -> weight
        self.null = defaultdict(Fraction)
        self.value = defaultdict(Fraction)
        self.out = defaultdict(Fraction)           # state -> all that leaves
        for row in rows:
            state = self.start
            for touch in row.touches:
                following = state[1:] + (touch,)
                self.step[state, following] += row.journeys
                self.out[state] += row.journeys
                state = following
            self.conversion[state] += row.conversions
            self.null[state] += row.nulls
            self.value[state] += row.value
            self.out[state] += row.journeys
        self.states = sorted(self.out)


def solve_exactly(chain, kept):
    """b_i = r_i + sum over kept j of Q_ij b_j, in whole numbers: row i times out_i (times a common denominator),
    fraction-free elimination (Bareiss), then the solution is checked in the original equations.
    Two right-hand sides: r_i = conversion_i/out_i, and value_i/out_i. Returns both b at the start."""
    n = len(kept)
    index = {s: i for i, s in enumerate(kept)}
    common = math.lcm(*(x.denominator for s in kept for x in (chain.out[s], chain.conversion[s], chain.value[s])),
                      *(w.denominator for w in chain.step.values()))
    a = [[0] * (n + 2) for _ in range(n)]
    for s in kept:
        i = index[s]
        a[i][i] += int(chain.out[s] * common)
        a[i][n] = int(chain.conversion[s] * common)
        a[i][n + 1] = int(chain.value[s] * common)
    for (s, t), w in chain.step.items():
        if s in index and t in index:
            a[index[s]][index[t]] -= int(w * common)
    original = [list(line) for line in a]
    previous = 1
    for k in range(n - 1):
        pivot = a[k][k]
        assert pivot != 0
        for i in range(k + 1, n):
            factor = a[i][k]
            a[i] = [0] * (k + 1) + [(pivot * a[i][j] - factor * a[k][j]) // previous for j in range(k + 1, n + 2)]
        previous = pivot
    # By Cramer's rule every unknown is a whole number over the determinant, a[n-1][n-1].
    determinant = a[n - 1][n - 1]
    answers = []
    for column in (n, n + 1):
        x = [0] * n
        for i in reversed(range(n)):
            top = determinant * a[i][column] - sum(a[i][j] * x[j] for j in range(i + 1, n))
            assert top % a[i][i] == 0
            x[i] = top // a[i][i]
        for line in original:                      # the certificate: the residual is exactly zero
            assert sum(line[j] * x[j] for j in range(n)) == line[column] * determinant
        answers.append(Fraction(x[index[chain.start]], determinant))
    return answers[0], answers[1], 0.0


def solve_extended(chain, kept):
    """The same system: numpy.linalg.solve in float64, then b <- r + Q b in extended precision from there.
    Certificate: with w = (I-Q)^-1 1 (mean number of steps), |error| <= max|r + Q b - b| * max w in every unknown."""
    ext = np.longdouble
    assert np.finfo(ext).eps < 1e-18, "this platform's long double is no wider than double"
    n = len(kept)
    index = {s: i for i, s in enumerate(kept)}

    def ext_of(fraction):
        return ext(str(fraction.numerator)) / ext(str(fraction.denominator))

    source, target, q = [], [], []
    for (s, t), w in chain.step.items():
        if s in index and t in index:
            source.append(index[s])
            target.append(index[t])
            q.append(ext_of(w / chain.out[s]))
    source, target, q = np.array(source), np.array(target), np.array(q, dtype=ext)
    r = np.array([[ext_of(chain.conversion[s] / chain.out[s]), ext_of(chain.value[s] / chain.out[s])] for s in kept],
                 dtype=ext)
    matrix = np.eye(n)
    np.add.at(matrix, (source, target), -q.astype(float))
    solution = np.linalg.solve(matrix, np.hstack([r.astype(float), np.ones((n, 1))]))
    steps = float(solution[:, 2].max()) * 1.001
    dense = solution[:, :2]
    b = dense.astype(ext)
    for _ in range(100_000):
        new = r.copy()
        np.add.at(new, source, q[:, None] * b[target])
        residual = np.abs(new - b).max(axis=0)
        b = new
        start = b[index[chain.start]]
        # the rounding of one step of the refinement itself is part of what the bound has to cover
        bound = (residual + 16 * np.finfo(ext).eps * np.abs(b).max(axis=0)) * ext(steps)
        relative = float((residual * ext(steps) / start).max())
        if relative < 1e-17:
            break
    else:
        raise SystemExit("the refinement did not converge")
    assert (bound / start).max() < 1e-15, "the error bound is too wide"
    assert np.abs(b - dense).max() <= 1e-10 * np.abs(b).max(), "dense solve and refinement disagree"
    return start[0], start[1], float((bound / start).max())


def markov(rows, names, order, exactly, note):
    """b = r + Q b; p = b at the start. Removal of c: every state whose last symbol is c is taken out, a journey that
    gets there does not convert: p_c from the smaller system, RE_c = 1 - p_c / p. Value: r_i = (value leaving i to
    conversion) / (all that leaves i) = r_i * mean value per conversion leaving i; RE^v_c likewise.
    Credit_c = Y RE_c / sum of RE; value: W RE^v_c / sum of RE^v. One linear system per touchpoint, no closed forms."""
    chain = Chain(rows, order)
    solve = solve_exactly if exactly else solve_extended
    p, v, worst = solve(chain, chain.states)
    # The chain reproduces the observed totals per journey: p = Y/J, v = W/J.
    journeys = sum(row.journeys for row in rows)
    total = sum(row.conversions for row in rows)
    total_value = sum(row.value for row in rows)
    assert abs(float(p) / float(total / journeys) - 1) < 1e-13
    assert abs(float(v) / float(total_value / journeys) - 1) < 1e-13
    effect, effect_value = {}, {}
    for c in names:
        note(f"order {order}, {len(chain.states)} states, without {c}")
        p_c, v_c, bound = solve(chain, [s for s in chain.states if s[-1] != c])
        effect[c], effect_value[c] = 1 - p_c / p, 1 - v_c / v
        worst = max(worst, bound)
    sum_effect, sum_effect_value = sum(effect.values()), sum(effect_value.values())
    if not exactly:
        total, total_value = (np.longdouble(str(x.numerator)) / np.longdouble(str(x.denominator))
                              for x in (total, total_value))
    return {
        "credits": table(names, {c: total * effect[c] / sum_effect for c in names},
                         {c: total_value * effect_value[c] / sum_effect_value for c in names}),
        "removalEffects": plain(names, effect),
        "removalEffectsValue": plain(names, effect_value),
        "reach": plain(names, reach(rows)),
        "conversionProbability": float(p),
        "valuePerJourney": float(v),
        "states": len(chain.states),
        "transitions": len(chain.step),
        "solver": "rational" if exactly else "extended",
        "errorBound": worst,
    }


def reach(rows):
    """Conversions of the rows that contain c, over Y."""
    total = sum(row.conversions for row in rows)
    return {c: x / total for c, x in participation(rows)[0].items()}


def transitions_of_order_one(rows):
    chain = Chain(rows, 1)
    result = []
    for s in chain.states:
        ends = [(t[0], w) for (u, t), w in sorted(chain.step.items()) if u == s]
        ends += [(CONVERSION, chain.conversion[s]), (NULL, chain.null[s])]
        for to, weight in ends:
            if weight > 0:
                count = int(weight) if weight.denominator == 1 else float(weight)
                result.append({"from": s[0], "to": to, "count": count, "probability": float(weight / chain.out[s])})
    return result


# ---------------------------------------------------------------------------------------------------- output

def plain(names, numbers):
    return {c: float(numbers.get(c, 0)) for c in names}


def table(names, conversions, value):
    return {c: {"conversions": float(conversions.get(c, 0)), "value": float(value.get(c, 0))} for c in names}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("paths")
    parser.add_argument("out")
    parser.add_argument("--orders", default="1,2,3,4")
    parser.add_argument("--fractions", action="store_true", help="solve Markov orders 1 and 2 in rational arithmetic")
    arguments = parser.parse_args()

    def note(text):
        print(text, file=sys.stderr, flush=True)

    rows = read_rows(arguments.paths)
    names = touchpoints_of(rows)
    total = sum(row.conversions for row in rows)
    total_value = sum(row.value for row in rows)
    models = {}

    tenth = Fraction(1, 10)
    rules = {
        "first-touch": first_touch,
        "last-touch": last_touch,
        "last-non-direct": last_non_direct,
        "linear": linear,
        "position-based": position_based(4 * tenth, 4 * tenth),
        "j-shaped": position_based(2 * tenth, 6 * tenth),
        "inverse-j": position_based(6 * tenth, 2 * tenth),
        "position-decay": position_decay,
    }
    for name, rule in rules.items():
        note(name)
        conversions, value = credits_by_rule(rows, rule)
        assert sum(conversions.values()) == total and sum(value.values()) == total_value
        models[name] = {"credits": table(names, conversions, value)}

    models["participation"] = {"credits": table(names, *participation(rows))}

    note("shapley")
    conversions, value = shapley(rows)
    assert sum(conversions.values()) == total and sum(value.values()) == total_value
    models["shapley"] = {"credits": table(names, conversions, value)}

    by_position, by_position_value = shapley_ordered(rows)
    for c in names:
        assert sum(by_position[c].values()) == conversions[c] and sum(by_position_value[c].values()) == value[c]
    ranks = range(1, 1 + max(len(row.distinct) for row in rows))
    models["shapley-ordered"] = {
        "credits": table(names, conversions, value),
        "byPosition": {c: [float(by_position[c][k]) for k in ranks] for c in names},
        "byPositionValue": {c: [float(by_position_value[c][k]) for k in ranks] for c in names},
    }

    note("shapley-rate")
    within = sums_within_subsets(rows, names)
    if len(names) <= 12:   # the closed form of shapley against the definition, exactly
        assert shapley_brute_force(names, [s[0] for s in within]) == dict(conversions)
        assert shapley_brute_force(names, [s[1] for s in within]) == dict(value)
    rate, rate_value = shapley_rate(names, within)
    assert abs(sum(rate.values()) - as_decimal(total)) < Decimal("1e-40") * as_decimal(total)
    assert abs(sum(rate_value.values()) - as_decimal(total_value)) < Decimal("1e-40") * as_decimal(total_value)
    models["shapley-rate"] = {"credits": table(names, rate, rate_value)}

    note("shao-li")
    conversions, value, raw, raw_value, sum_raw, sum_raw_value = shao_li(rows)
    models["shao-li"] = {
        "credits": table(names, conversions, value),
        "raw": table(names, raw, raw_value),
        "rawSum": float(sum_raw),
        "rawSumValue": float(sum_raw_value),
    }

    for order in (int(x) for x in arguments.orders.split(",")):
        models[f"markov-{order}"] = markov(rows, names, order, arguments.fractions and order <= 2, note)

    source = os.path.basename(arguments.paths)
    if source == "PathData.csv" and "markov-1" in models:   # five independent codes agree on these
        known = {"alpha": .55840, "beta": .26404, "delta": .00048, "epsilon": .06264, "eta": .34903, "gamma": .01788,
                 "iota": .40584, "kappa": .02866, "lambda": .13402, "mi": .00018, "theta": .20601, "zeta": .03981}
        for c, effect in known.items():
            assert round(models["markov-1"]["removalEffects"][c], 5) == effect, c

    result = {
        "source": source,
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "totals": {
            "conversions": float(total),
            "value": float(total_value),
            "journeys": float(sum(row.journeys for row in rows)),
            "rows": len(rows),
            "distinctPaths": len({row.touches for row in rows}),
        },
        "models": models,
        "transitions-1": transitions_of_order_one(rows),
    }
    with open(arguments.out, "w", encoding="utf-8") as file:
        json.dump(result, file, ensure_ascii=False, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
