"""Plants wrong labels in testdata/models/fashion-labels.npy and looks for them with SciPy and cleanlab; writes labels.json.

    python testdata/porting/labels.py

`go test ./eval` holds `xent eval --label-errors` to these figures.
"""

import json
import pathlib

import cleanlab
import cleanlab.count
import numpy
import scipy
import scipy.optimize
import scipy.special

here = pathlib.Path(__file__).parent
models = here.parent / "models"

logp = scipy.special.log_softmax(numpy.load(models / "fashion-mlp-logits.npy").astype(float), axis=1)
y = numpy.load(models / "fashion-labels.npy").astype(int)
rows, k = numpy.arange(len(y)), logp.shape[1]
planted = rows % 20 == 3
y = numpy.where(planted, (y + 1 + rows // 20 % 9) % k, y)


def loss(t, epsilon):
    q = scipy.special.softmax(logp / t, axis=1)[rows, y]
    return -numpy.log((1 - epsilon) * q + epsilon / k).mean()


def profile(epsilon):
    return scipy.optimize.minimize_scalar(lambda t: loss(t, epsilon), bounds=(0.3, 5), method="bounded", options={"xatol": 1e-9}).fun


best = scipy.optimize.minimize(lambda x: loss(*x), [1, 0.03], method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-15, "maxiter": 4000})
t, epsilon = best.x
allowed = best.fun + scipy.stats.chi2.ppf(0.95, 1) / (2 * len(y))
q = scipy.special.softmax(logp / t, axis=1)[rows, y]
random = epsilon / k / ((1 - epsilon) * q + epsilon / k)
joint = cleanlab.count.compute_confident_joint(labels=y, pred_probs=numpy.exp(logp), calibrate=False)
thresholds = cleanlab.count.get_confident_thresholds(y, numpy.exp(logp))
off = joint - numpy.diag(joint.diagonal())

figures = {
    "versions": {"numpy": numpy.__version__, "scipy": scipy.__version__, "cleanlab": cleanlab.__version__},
    "temperature": t,
    "epsilon": epsilon,
    "loss": best.fun,
    "epsilon_ci95": [scipy.optimize.brentq(lambda e: profile(e) - allowed, *ends, xtol=1e-9) for ends in ((0.01, epsilon), (epsilon, 0.2))],
    "random": int((random > 0.5).sum()),
    "planted_among_them": int((planted & (random > 0.5)).sum()),
    "precision": random[random > 0.5].mean(),
    "most_random": [int(i) for i in numpy.argsort(-random, kind="stable")[:5]],
    "thresholds": list(thresholds),
    "confident_joint": joint.tolist(),
    "off_diagonal": int(off.sum()),
}
(here / "labels.json").write_text(json.dumps(figures, indent=1) + "\n")
