"""Prints tests/reference/statistics_vectors.json: what the tests of the statistics must agree with.

Needs SciPy: python3 tests/reference/statistics_vectors.py > tests/reference/statistics_vectors.json
NaN is null, infinities are "inf" and "-inf". What SciPy has no function for is worked out by brute
force, from the definition and not from the formula that is tested.
"""

import itertools
import json
import math
import statistics
import sys

import numpy as np
import scipy
from scipy import stats

rng = np.random.default_rng(20220829)

# Exact in binary, so that every method starts from the same digits: 1e5 + k / 1024.
OFFSET = [1e5 + k / 1024 for k in (0, 1, -1, 2, 0, -2, 1, 3, -1)]
SKEWED = np.exp(rng.normal(size=25)).round(6).tolist()
NORMAL = rng.normal(0.91, 0.003, size=20).round(6).tolist()
TIED = [0.5, 0.5, 0.25, 0.75, 0.5, 0.25, 0.5, 1.0, 0.75, 0.5]
SAMPLES = [[1.0, 2.0], [1.0, 2.0, 3.0, 6.0], TIED, OFFSET, NORMAL, SKEWED, [0.1, 0.2, 0.4, 1e9]]


def exact_deviation(values):
    return statistics.stdev(values)  # in fractions, rounded once


def centered(values):
    return np.array(values) - values[0]


def descriptive():
    for values in SAMPLES:
        deviation = exact_deviation(values)
        assert math.isclose(deviation, np.std(values, ddof=1), rel_tol=1e-7)
        degrees = len(values) - 1
        yield {
            "values": values,
            "mean": statistics.fmean(values),
            "median": np.median(values),
            "range": np.ptp(values),
            "deviation": deviation,
            "low": deviation * math.sqrt(degrees / stats.chi2.isf(0.025, degrees)),
            "high": deviation * math.sqrt(degrees / stats.chi2.ppf(0.025, degrees)),
        }


def anderson_darling():
    for values in SAMPLES:
        if len(values) < 3:
            continue
        # SciPy's own statistic is of the sample's mean and deviation too.
        result = stats.anderson(centered(values), dist="norm", method="interpolate")
        n = len(values)
        yield {
            "values": values,
            "statistic": result.statistic,
            "is_not_normal": bool(n >= 8 and result.statistic * (1 + 0.75 / n + 2.25 / n**2) > 0.752),
        }


def median_interval():
    for values in [NORMAL[:6], NORMAL[:7], NORMAL[:8], TIED, OFFSET, NORMAL, SKEWED,
                   rng.normal(size=101).round(4).tolist(), rng.normal(size=1500).round(3).tolist()]:
        n = len(values)
        binomial = stats.binom(n, 0.5)
        levels = {d: 1 - 2 * binomial.cdf(d - 1) for d in range(1, n // 2 + 1)}
        rank = max(d for d, level in levels.items() if level >= 0.95)
        outer, inner = levels[rank], levels[rank + 1]
        part = (outer - 0.95) / (outer - inner)
        share = (n - rank) * part / (rank + (n - 2 * rank) * part)
        x = np.sort(values)
        yield {
            "values": values, "rank": rank, "outer": outer, "inner": inner,
            "low": (1 - share) * x[rank - 1] + share * x[rank],
            "high": (1 - share) * x[n - rank] + share * x[n - rank - 1],
        }


def bca():
    deviation = lambda x, axis: np.std(x, ddof=1, axis=axis)
    for values in [NORMAL, SKEWED, TIED]:
        result = stats.bootstrap((values,), deviation, method="BCa", n_resamples=199,
                                 vectorized=True, rng=np.random.default_rng(1))
        yield {
            "estimate": np.std(values, ddof=1),
            "resampled": result.bootstrap_distribution.tolist(),
            "jackknifed": [np.std(np.delete(values, i), ddof=1) for i in range(len(values))],
            "low": result.confidence_interval.low,
            "high": result.confidence_interval.high,
        }


def two_samples():
    pairs = [(NORMAL[:10], [v * 3 - 1.82 for v in NORMAL[8:]]), (SKEWED, NORMAL), (TIED, SKEWED[:5]),
             (TIED, TIED[2:]), (OFFSET, [v + 1 / 1024 for v in OFFSET[3:]]), (SKEWED[:3], SKEWED[3:6]),
             ([1.0, 2.0, 4.0], [5.0, 3.0, 9.0])]
    for a, b in pairs:
        # Nothing here depends on a common offset, which costs SciPy digits.
        x, y = np.array(a) - a[0], np.array(b) - a[0]
        levene = stats.levene(x, y, center="median")
        less = stats.ttest_ind(x, y, equal_var=False, alternative="less")
        two_sided = stats.ttest_ind(x, y, equal_var=False)
        probability = stats.mannwhitneyu(x, y).statistic / (len(x) * len(y))
        assert math.isclose(probability, np.mean([(p > q) + 0.5 * (p == q) for p in x for q in y]))
        munzel = stats.brunnermunzel(x, y)
        ranks = stats.rankdata(np.concatenate([x, y]))
        variances = [np.var(ranks[part] - stats.rankdata(sample), ddof=1)
                     for part, sample in [(slice(0, len(x)), x), (slice(len(x), None), y)]]
        weighted = [len(x) * variances[0], len(y) * variances[1]]
        degrees = sum(weighted)**2 / (weighted[0]**2 / (len(x) - 1) + weighted[1]**2 / (len(y) - 1))
        error = math.sqrt(sum(weighted)) / (len(x) * len(y))
        assert math.isclose(munzel.statistic, -(probability - 0.5) / error, abs_tol=1e-12)
        half = stats.t.ppf(0.975, degrees) * error
        yield {
            "a": a, "b": b,
            "brown_forsythe": [levene.statistic, levene.pvalue],
            "welch_less": [less.statistic, less.pvalue],
            "welch_two_sided": [two_sided.statistic, two_sided.pvalue],
            "superiority": probability, "superiority_p": munzel.pvalue,
            "low": max(0.0, probability - half), "high": min(1.0, probability + half),
        }


def replicas_for_effect():
    def power(n, effect):
        critical = stats.t.ppf(0.975, 2 * n - 2)
        shift = effect * math.sqrt(n / 2)
        return stats.nct.sf(critical, 2 * n - 2, shift) + stats.nct.cdf(-critical, 2 * n - 2, shift)

    for effect in [0.1, 0.2, 0.3, 0.5, 0.8, 1.0, 1.5, 2.0, 3.0, 5.0]:
        yield {"effect": effect,
               "replicas": next(n for n in itertools.count(2) if power(n, effect) >= 0.8)}


def differing_share_bound():
    # Clopper and Pearson's upper limit, one-sided, for none of n.
    for n in [1, 2, 5, 10, 59, 300]:
        yield {"n": n, "bound": stats.beta.ppf(0.95, 1, n)}


def replica_metrics():
    for replicas, examples, classes, step in [(2, 5, 2, 0.5), (4, 30, 3, 0.25), (7, 40, 10, None)]:
        signal = 1.5 * rng.normal(size=(examples, classes))
        logits = (signal + rng.normal(size=(replicas, examples, classes)))
        # A coarse step makes ties within a replica.
        logits = (np.round(logits / step) * step if step else logits).astype(np.float32)
        # Ties between classes are settled by the first, as np.argmax does.
        predictions = logits.argmax(axis=2)
        targets = signal.argmax(axis=1)
        flat = logits.reshape(replicas, -1).astype(np.float64)
        pairs = list(itertools.combinations(range(replicas), 2))
        right = predictions == targets
        accuracies = right.mean(axis=1)

        def gain(i, j):
            both = ((logits[i].astype(np.float64) + logits[j]) / 2).argmax(axis=1) == targets
            return both.mean() - (accuracies[i] + accuracies[j]) / 2

        # p (1 - p) by the share of ordered pairs of replicas of which the first alone is right.
        test_set = sum(np.mean([right[i, e] and not right[j, e] for i in range(replicas)
                                for j in range(replicas) if i != j]) for e in range(examples))
        yield {
            "classes": classes, "targets": targets.tolist(), "logits": flat.tolist(),
            "predictions": predictions.tolist(),
            "churn": np.mean([np.mean(predictions[i] != predictions[j]) for i, j in pairs]),
            "pearson": np.mean([stats.pearsonr(flat[i], flat[j])[0] for i, j in pairs]),
            "spearman": np.mean([stats.spearmanr(flat[i], flat[j])[0] for i, j in pairs]),
            "ensemble_gain": np.mean([gain(i, (i + 1) % replicas) for i in range(replicas)]),
            "observed": np.var(accuracies, ddof=1),
            "test_set": test_set / examples**2,
        }


def permutation():
    def size_of_t(x, y, axis=-1):
        return np.abs(stats.ttest_ind(x, y, equal_var=False, axis=axis).statistic)

    pairs = [(NORMAL[:2], NORMAL[5:7]), (NORMAL[:3], NORMAL[7:10]), (NORMAL[:6], [v + 0.004 for v in NORMAL[9:15]]),
             (NORMAL[:4], NORMAL[8:17]), (SKEWED[:8], SKEWED[8:17]), (SKEWED[:3], [v / 4 for v in SKEWED[5:16]])]
    for a, b in pairs:
        x, y = np.array(a) - a[0], np.array(b) - a[0]
        result = stats.permutation_test((x, y), size_of_t, permutation_type="independent",
                                        alternative="greater", n_resamples=np.inf, vectorized=True)
        splits = math.comb(len(a) + len(b), len(a))
        yield {"a": a, "b": b, "statistic": result.statistic, "p": result.pvalue,
               "least_p": (2 if len(a) == len(b) else 1) / splits}


def false_discovery():
    for p in [[0.03], [0.01, 0.04, 0.03, 0.5], [0.2, 0.2, 0.001, 1.0, 0.2], [0.0, 1e-9, 0.05, 0.05],
              rng.uniform(size=40).round(6).tolist()]:
        yield {"p": p, "adjusted": stats.false_discovery_control(p, method="bh").tolist()}


def equivalence():
    for a, b, margin, factor in [(NORMAL[:5], NORMAL[5:12], 0.004, 2.0), (NORMAL[:2], NORMAL[3:5], 0.01, 3.0),
                                 (SKEWED, SKEWED[3:], 0.5, 1.5), (OFFSET, OFFSET[2:], 1 / 512, 2.0),
                                 (TIED, SKEWED[:12], 0.25, 2.0)]:
        x, y = np.array(a) - a[0], np.array(b) - a[0]
        below = stats.ttest_ind(x, y + margin, equal_var=False, alternative="less")
        above = stats.ttest_ind(x, y - margin, equal_var=False, alternative="greater")
        interval = stats.ttest_ind(x, y, equal_var=False).confidence_interval(0.95)
        squared = np.var(x, ddof=1) / np.var(y, ddof=1)
        f = stats.f(len(x) - 1, len(y) - 1)
        yield {
            "a": a, "b": b, "margin": margin, "factor": factor,
            "means_p": max(below.pvalue, above.pvalue),
            "deviations_p": max(f.cdf(squared / factor**2), f.sf(squared * factor**2)),
            "means": [interval.low, interval.high],
            "deviations": [math.sqrt(squared / f.isf(0.025)), math.sqrt(squared / f.ppf(0.025))],
        }


def plain(value):
    """`value` with what JSON has: no NumPy types, no NaN, no infinity."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, (float, np.floating)):
        if math.isnan(value):
            return None
        return float(value) if math.isfinite(value) else str(float(value))
    return value.item() if isinstance(value, np.generic) else value


FAMILIES = [descriptive, anderson_darling, median_interval, bca, two_samples, replicas_for_effect,
            differing_share_bound, replica_metrics, permutation, false_discovery, equivalence]
vectors = {"made_with": {"scipy": scipy.__version__, "numpy": np.__version__}}
for family in FAMILIES:
    vectors[family.__name__] = plain(list(family()))
lines = [f'  {json.dumps(name)}: ' + (json.dumps(cases) if isinstance(cases, dict) else
         "[\n    " + ",\n    ".join(map(json.dumps, cases)) + "\n  ]")
         for name, cases in vectors.items()]
sys.stdout.write("{\n" + ",\n".join(lines) + "\n}\n")
