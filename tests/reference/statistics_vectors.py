"""Prints the literals in tests/statistics_test.cpp that were not worked out by hand.

Needs SciPy; made with SciPy 1.17.1 (python3 tests/reference/statistics_vectors.py).
"""

import numpy as np
from scipy import stats


def paired_ratio(numerator, denominator):
    logs = np.log(np.array(numerator) / np.array(denominator))
    n = len(logs)
    center = logs.mean()
    error = logs.std(ddof=1) / np.sqrt(n)
    level = stats.t.ppf(0.975, n - 1)
    power = stats.t.ppf(0.80, n - 1)
    low, high = stats.t.interval(0.95, n - 1, loc=center, scale=error)
    print(f"pairs {n}")
    print(f"  ratio    {np.exp(center):.17g}")
    print(f"  interval {np.exp(low):.17g} {np.exp(high):.17g}")
    print(f"  minimum detectable effect {np.expm1((level + power) * error):.17g}")


paired_ratio([1.10, 1.08], [1.00, 1.01])
paired_ratio([1.21, 1.19, 1.25, 1.18, 1.22], [1.00, 1.01, 0.99, 1.02, 1.00])
rng = [((i * 7919) % 101) / 1000 for i in range(30)]
paired_ratio([2.0 + r for r in rng], [1.9 + ((i * 31) % 17) / 500 for i in range(30)])

# After NIST StRD NumAcc4: the deviation of values with a large common offset.
values = [10000000.2] + [10000000.1, 10000000.3] * 10
print(f"deviation {np.std(np.array(values, dtype=np.longdouble), ddof=1):.17g}")
