"""Compares the two models of testdata/models/fashion-*.npy with SciPy and statsmodels, and writes compare.json.

    python testdata/porting/compare.py

`go test ./eval` holds `xent compare` to these figures.
"""

import json
import math
import pathlib

import numpy
import scipy
import scipy.optimize
import scipy.special
import scipy.stats
import statsmodels
import statsmodels.stats.contingency_tables
import statsmodels.stats.proportion

here = pathlib.Path(__file__).parent
models = here.parent / "models"

a, b = (scipy.special.log_softmax(numpy.load(models / f"fashion-{name}-logits.npy").astype(float), axis=1) for name in ("small", "mlp"))
y = numpy.load(models / "fashion-labels.npy").astype(int)
rows = numpy.arange(len(y))


def loss(logp, t=1.0):
    return -scipy.special.log_softmax(logp / t, axis=1)[rows, y]


def temperature(logp):
    return scipy.optimize.minimize_scalar(lambda t: loss(logp, t).mean(), bounds=(0.2, 5), method="bounded", options={"xatol": 1e-10}).x


d = loss(b) - loss(a)
t = scipy.stats.ttest_rel(loss(b), loss(a))
right = [x.argmax(axis=1) == y for x in (a, b)]
table = [[int((right[0] & right[1]).sum()), int((right[0] & ~right[1]).sum())], [int((~right[0] & right[1]).sum()), int((~right[0] & ~right[1]).sum())]]
same = int((a.argmax(axis=1) == b.argmax(axis=1)).sum())
kl = scipy.special.rel_entr(numpy.exp(a), numpy.exp(b)).sum(axis=1)
few = slice(0, 14)  # so few rows that all signs are tried
flips = scipy.stats.permutation_test((d[few],), lambda x, axis: x.mean(axis=axis), permutation_type="samples", n_resamples=math.inf)

figures = {
    "versions": {"numpy": numpy.__version__, "scipy": scipy.__version__, "statsmodels": statsmodels.__version__},
    "dloss": {"nats": d.mean(), "se": scipy.stats.sem(d), "t": t.statistic, "ci95_of_t": list(t.confidence_interval())},
    "mcnemar_p": statsmodels.stats.contingency_tables.mcnemar(table, exact=True).pvalue,
    "answers": table,
    "agreement": same / len(y),
    "agreement_ci95": list(statsmodels.stats.proportion.proportion_confint(same, len(y), method="wilson")),
    "kl_ab": {"mean": kl.mean(), "se": scipy.stats.sem(kl), "median": numpy.median(kl), "p99": numpy.quantile(kl, 0.99), "max": kl.max()},
    "kl_ba": scipy.special.rel_entr(numpy.exp(b), numpy.exp(a)).sum(axis=1).mean(),
    "total_variation": numpy.abs(numpy.exp(a) - numpy.exp(b)).sum(axis=1).mean() / 2,
    "temperature_a": temperature(a),
    "temperature_b": temperature(b),
    "first_14_rows": {"permutation_p": flips.pvalue, "t_p": scipy.stats.ttest_rel(loss(b)[few], loss(a)[few]).pvalue},
    "students_t": [[x, df, 2 * scipy.stats.t.sf(x, df)] for x, df in [(0.5, 1), (1, 2), (2, 5), (2.776, 4), (8, 3), (1.96, 30), (5, 899), (22, 9999), (0, 7), (37, 9999)]],
    "mcnemar": [[n, m, scipy.stats.binomtest(n, n + m).pvalue] for n, m in [(0, 1), (1, 0), (3, 9), (5, 5), (10, 30), (345, 777), (5000, 5100), (0, 40)]],
}
(here / "compare.json").write_text(json.dumps(figures, indent="\t") + "\n")
