#!/usr/bin/env python3
"""Independent reference for bootstrap standard errors: the Poisson bootstrap over PathData.csv, plain numpy.

    OPENBLAS_NUM_THREADS=1 python3 bootstrap_pathdata.py PathData.csv bootstrap_pathdata.json [--against pathdata.json]

Written and run with Python 3.11 and numpy 2.4.6 (see requirements.txt); one core, about 20 seconds. The committed figures
come from the defaults, 20,000 replicates and seed 20180701, with --against pathdata.json. PathData.csv is the path
table that ships with the R/Python package ChannelAttribution; it is not part of this repository.

Input: columns path, total_conversions, total_conversion_value, total_null; delimiter ';'; the touches of a path are
separated by '>' with spaces around it. Rows with the same path are added together first.

Notation, a distinct path: touches c_1..c_L, k of them distinct, n+ conversions, V their value, n- journeys without
conversion, m = V / n+ (0 if n+ = 0).

Replicate
  * For every distinct path, independently: N+ ~ Poisson(n+), N- ~ Poisson(n-); value m N+. The totals of a replicate
    are random too: Y = sum of N+, W = sum of m N+. That is a resampling of journeys in which each journey has a
    Poisson(1) weight, except that all conversions of one path carry the path's mean value: the spread of the values
    among the conversions of one path is not in the table and not in these standard errors.

Models, for conversions (for value: m N+ in place of N+, W in place of Y)
  * first-touch, last-touch: N+ to c_1, to c_L. linear: N+ / L for each touch, a repeated touchpoint as often as it
    comes. shapley: N+ / k to each distinct touchpoint.
  * markov-1: start, touchpoints, conversion, null; self-loops kept. Every step of a path (from the start, between
    touches) weighs N+ + N-; the step after the last touch goes to conversion with N+ and to null with N-.
    b = r + Q b, r_s = conversions that leave from s / all that leaves s; p = b at the start. Removal of c: whatever
    enters c goes to null (column c of Q is 0), which gives p_c; RE_c = 1 - p_c / p; credit_c = Y RE_c / sum of RE.
    Value: r_s = value that leaves from s / all that leaves s. One linear system per touchpoint and replicate, no
    closed forms. A touchpoint that does not occur in a replicate has RE = 0 and credit 0 there; "absent" counts that.

Output, per model and touchpoint
  * estimate: on the data (N+ = n+, N- = n-). standardError: standard deviation over the replicates, ddof = 1.
    interval: 2.5 and 97.5 percentiles of the conversions over the replicates (linear interpolation, numpy's default).
  * removalEffect, removalEffectValue: RE from conversions, from value (markov-1 only).
  * monteCarloRelativeError: relative standard error of such a standard error, 1/sqrt(2R), which holds for normal
    replicates. monteCarloRelativeErrorLargest: the largest, over all the standard errors in the file, of
    sqrt((kurtosis - 1) / (4R)) with the kurtosis of the replicates, which holds without that assumption.

Checks that stop the program: in every replicate each model's credits add up to Y and W, and the chain gives back
p = Y/J and value per journey = W/J; for the first four models the variance is known exactly, sum of n+ w^2 (w: what one
conversion of the path gives the touchpoint), and every bootstrap standard error has to lie within 5 Monte Carlo errors of it;
the removal effects on the data; with --against, every estimate against the exact reference.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")   # before numpy is loaded

import argparse
import csv
import json
import platform
import sys
import time

import numpy as np

BATCH = 250          # replicates at a time; part of the order in which the generator is used
LINEAR = ["first-touch", "last-touch", "linear", "shapley"]


# ---------------------------------------------------------------------------------------------------- reading

def read_paths(file_name):
    """Distinct paths in order of first appearance: list of touch tuples; arrays n+, V, n-."""
    sums = {}
    rows = 0
    with open(file_name, encoding="utf-8-sig", newline="") as file:
        for record in csv.DictReader(file, delimiter=";"):
            rows += 1
            touches = tuple(t.strip() for t in record["path"].split(">"))
            assert all(touches)
            line = sums.setdefault(touches, [0.0, 0.0, 0.0])
            line[0] += float(record["total_conversions"])
            line[1] += float(record["total_conversion_value"])
            line[2] += float(record["total_null"])
    table = np.array(list(sums.values()))
    return list(sums), table[:, 0], table[:, 1], table[:, 2], rows


# ---------------------------------------------------------------------------------------------------- models

class Models:
    """All models of many replicates at once. Everything they need is linear in the counts of the paths."""

    def __init__(self, paths, mean_value):
        self.names = sorted({t for path in paths for t in path})
        n, self.n = len(paths), len(self.names)
        index = {name: i for i, name in enumerate(self.names)}
        self.weights = {model: np.zeros((n, self.n)) for model in LINEAR}
        steps = np.zeros((n, self.n + 1, self.n))     # path, from (touchpoint, or start: the last), to touchpoint
        for p, path in enumerate(paths):
            touches = [index[t] for t in path]
            self.weights["first-touch"][p, touches[0]] = 1
            self.weights["last-touch"][p, touches[-1]] = 1
            for t in touches:
                self.weights["linear"][p, t] += 1 / len(touches)
            for t in set(touches):
                self.weights["shapley"][p, t] = 1 / len(set(touches))
            for a, b in zip([self.n] + touches, touches):
                steps[p, a, b] += 1
        self.steps = steps.reshape(n, -1)
        self.all_weights = np.hstack([self.weights[m] for m in LINEAR])
        self.mean_value = mean_value
        self.all_weights_value = self.all_weights * mean_value[:, None]

    def credits(self, conversions, nulls):
        """conversions, nulls: replicates x paths. Returns model -> measure -> replicates x touchpoints, and how many
        times a touchpoint is absent."""
        count = len(conversions)
        by_conversions = (conversions @ self.all_weights).reshape(count, len(LINEAR), self.n)
        by_value = (conversions @ self.all_weights_value).reshape(count, len(LINEAR), self.n)
        total, total_value = conversions.sum(axis=1), conversions @ self.mean_value
        assert np.allclose(by_conversions.sum(axis=2), total[:, None], rtol=1e-11)
        assert np.allclose(by_value.sum(axis=2), total_value[:, None], rtol=1e-11)
        result = {m: {"conversions": by_conversions[:, i], "value": by_value[:, i]} for i, m in enumerate(LINEAR)}

        journeys = conversions + nulls
        last = LINEAR.index("last-touch")
        steps = (journeys @ self.steps).reshape(count, self.n + 1, self.n)
        ends = journeys @ self.weights["last-touch"]                     # journeys whose last touch is s
        out = steps.sum(axis=2)
        out[:, :self.n] += ends
        absent = out[:, :self.n] < 0.5
        out[out == 0] = 1                                                # an absent touchpoint: its row of Q is 0
        q = np.zeros((count, self.n + 1, self.n + 1))
        q[:, :, :self.n] = steps / out[:, :, None]
        r = np.zeros((count, self.n + 1, 2))
        r[:, :self.n, 0] = by_conversions[:, last] / out[:, :self.n]
        r[:, :self.n, 1] = by_value[:, last] / out[:, :self.n]
        identity = np.eye(self.n + 1)
        p = np.linalg.solve(identity - q, r)[:, self.n]                  # replicates x (conversion, value)
        assert np.allclose(p[:, 0], total / journeys.sum(axis=1), rtol=1e-11)
        assert np.allclose(p[:, 1], total_value / journeys.sum(axis=1), rtol=1e-11)
        effect = np.empty((count, self.n, 2))
        for c in range(self.n):
            without = q.copy()
            without[:, :, c] = 0                                         # whatever enters c goes to null
            effect[:, c] = 1 - np.linalg.solve(identity - without, r)[:, self.n] / p
        assert np.abs(effect[:, :, 0][absent]).max(initial=0) < 1e-12
        share = effect / effect.sum(axis=1, keepdims=True)
        result["markov-1"] = {"conversions": total[:, None] * share[:, :, 0],
                              "value": total_value[:, None] * share[:, :, 1],
                              "removalEffect": effect[:, :, 0],
                              "removalEffectValue": effect[:, :, 1]}
        return result, absent.sum(axis=0)


# ---------------------------------------------------------------------------------------------------- output

def check_estimates(estimate, names, file_name):
    known = {"alpha": .55840, "beta": .26404, "delta": .00048, "epsilon": .06264, "eta": .34903, "gamma": .01788,
             "iota": .40584, "kappa": .02866, "lambda": .13402, "mi": .00018, "theta": .20601, "zeta": .03981}
    for i, c in enumerate(names):
        assert round(float(estimate["markov-1"]["removalEffect"][0, i]), 5) == known[c], c
    if not file_name:
        return
    with open(file_name, encoding="utf-8") as file:
        exact = json.load(file)["models"]
    for model, measures in estimate.items():
        for measure, numbers in measures.items():
            for i, c in enumerate(names):
                if measure == "removalEffect":
                    wanted = exact[model]["removalEffects"][c]
                elif measure == "removalEffectValue":
                    wanted = exact[model]["removalEffectsValue"][c]
                else:
                    wanted = exact[model]["credits"][c][measure]
                assert abs(numbers[0, i] - wanted) <= 1e-10 * abs(wanted), (model, measure, c, numbers[0, i], wanted)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("paths")
    parser.add_argument("out")
    parser.add_argument("--replicates", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=20180701)
    parser.add_argument("--against", help="pathdata.json, written by exact_models.py")
    arguments = parser.parse_args()
    replicates = arguments.replicates
    began = time.monotonic()

    paths, conversions, value, nulls, rows = read_paths(arguments.paths)
    assert not (value[conversions == 0] != 0).any(), "value without a conversion"
    mean_value = np.divide(value, conversions, out=np.zeros_like(value), where=conversions > 0)
    models = Models(paths, mean_value)
    names = models.names
    estimate, _ = models.credits(conversions[None], nulls[None])
    check_estimates(estimate, names, arguments.against)

    generator = np.random.Generator(np.random.PCG64(arguments.seed))
    draws = {m: {k: np.empty((replicates, len(names))) for k in measures} for m, measures in estimate.items()}
    absent = np.zeros(len(names), dtype=int)
    for start in range(0, replicates, BATCH):
        size = min(BATCH, replicates - start)
        drawn = generator.poisson(conversions, (size, len(paths))).astype(float)
        drawn_nulls = generator.poisson(nulls, (size, len(paths))).astype(float)
        batch, missing = models.credits(drawn, drawn_nulls)
        absent += missing
        for m, measures in batch.items():
            for k, numbers in measures.items():
                draws[m][k][start:start + size] = numbers
        if start // BATCH % 10 == 0:
            print(f"{start + size} replicates, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)

    largest, where = 0.0, None
    worst = 0.0
    written = {}
    for m, measures in draws.items():
        written[m] = {c: {"estimate": {}, "standardError": {}, "interval": {}} for c in names}
        for k, numbers in measures.items():
            error = numbers.std(axis=0, ddof=1)
            deviation = numbers - numbers.mean(axis=0)
            kurtosis = (deviation ** 4).mean(axis=0) / (deviation ** 2).mean(axis=0) ** 2
            noise = np.sqrt((kurtosis - 1) / (4 * replicates))
            if noise.max() > largest:
                largest, where = float(noise.max()), f"{m}, {names[int(noise.argmax())]}, {k}"
            if m in LINEAR:
                one = models.weights[m] * (mean_value[:, None] if k == "value" else 1)
                exact = np.sqrt(conversions @ one ** 2)
                score = np.abs(error / exact - 1) / noise
                assert (score < 5).all(), (m, k, score)
                worst = max(worst, float(score.max()))
            for i, c in enumerate(names):
                written[m][c]["estimate"][k] = float(estimate[m][k][0, i])
                written[m][c]["standardError"][k] = float(error[i])
        for i, c in enumerate(names):
            written[m][c]["interval"]["conversions"] = [float(x) for x in
                                                        np.percentile(measures["conversions"][:, i], [2.5, 97.5])]
    print(f"bootstrap against exact standard errors, linear models: at most {worst:.2f} Monte Carlo errors apart; "
          f"largest Monte Carlo relative error {largest:.4f} ({where})", file=sys.stderr)

    result = {
        "source": os.path.basename(arguments.paths),
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "generator": "PCG64",
        "seed": arguments.seed,
        "batch": BATCH,
        "replicates": replicates,
        "monteCarloRelativeError": float(1 / np.sqrt(2 * replicates)),
        "monteCarloRelativeErrorLargest": largest,
        "monteCarloRelativeErrorLargestAt": where,
        "totals": {"conversions": float(conversions.sum()), "value": float(value.sum()),
                   "journeys": float((conversions + nulls).sum()), "rows": rows, "distinctPaths": len(paths)},
        "absent": {c: int(absent[i]) for i, c in enumerate(names)},
        "models": written,
    }
    with open(arguments.out, "w", encoding="utf-8") as file:
        json.dump(result, file, ensure_ascii=False, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
