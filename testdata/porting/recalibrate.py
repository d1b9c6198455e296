"""Recalibrates the outputs of testdata/models with scikit-learn and SciPy, and writes recalibrate.json.

    python testdata/porting/recalibrate.py

`go test ./calib` holds FitAffine to these figures.
"""

import json
import pathlib

import numpy
import scipy
import scipy.optimize
import scipy.special
import sklearn
import sklearn.linear_model

here = pathlib.Path(__file__).parent
models = here.parent / "models"


def load(scores, labels):
    z = numpy.load(models / scores).astype(float)
    if z.ndim == 1 or z.shape[1] == 1:
        z = numpy.stack([0 * z.ravel(), z.ravel()], axis=1)
    return scipy.special.log_softmax(z, axis=1), numpy.load(models / labels).astype(int).ravel()


def fit(family, logp, y):
    n, k = logp.shape
    ridge = {"temperature": 0, "bias": 0, "vector": k / n, "matrix": k * (k - 1) / n}[family]

    def scores(x):
        out = x[0] * logp
        if family == "vector":
            out = out + x[1 : 1 + k] * logp
        if family == "matrix":
            out = out + logp @ x[1 : 1 + k * k].reshape(k, k).T
        return out if family == "temperature" else out + x[-k:]

    def loss(x):
        s = scores(x)
        p = scipy.special.softmax(s, axis=1)
        r = p.copy()
        r[numpy.arange(n), y] -= 1
        r /= n
        g = [(r * logp).sum()]
        if family == "vector":
            g.extend((r * logp).sum(axis=0))
        if family == "matrix":
            g.extend((r.T @ logp).ravel())
        if family != "temperature":
            g.extend(r.sum(axis=0))
        g = numpy.array(g)
        g[1:] += ridge * x[1:]
        nll = -scipy.special.log_softmax(s, axis=1)[numpy.arange(n), y].mean()
        return nll + ridge / 2 * (x[1:] ** 2).sum(), g

    size = {"temperature": 1, "bias": 1 + k, "vector": 1 + 2 * k, "matrix": 1 + k + k * k}[family]
    x = numpy.zeros(size)
    x[0] = 1
    best = scipy.optimize.minimize(loss, x, jac=True, method="BFGS", options={"gtol": 1e-9, "maxiter": 5000})
    return {"beta": best.x[0], "objective": best.fun, "loss": -scipy.special.log_softmax(scores(best.x), axis=1)[numpy.arange(n), y].mean()}


figures = {"versions": {"numpy": numpy.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__}, "models": {}}
for name, scores, labels in (("digits", "digits-mlp-logits.npy", "digits-labels.npy"), ("cancer", "cancer-logits.npy", "cancer-labels.npy"), ("fashion", "fashion-small-logits.npy", "fashion-labels.npy")):
    logp, y = load(scores, labels)
    figures["models"][name] = {family: fit(family, logp, y) for family in ("temperature", "bias", "vector", "matrix")}

# beta calibration without a ridge, as a logistic regression on ln p and -ln(1-p)
logp, y = load("cancer-logits.npy", "cancer-labels.npy")
beta = sklearn.linear_model.LogisticRegression(C=1e10, tol=1e-12, max_iter=100000).fit(numpy.stack([logp[:, 1], -logp[:, 0]], axis=1), y)
figures["beta_cancer"] = {"a": beta.coef_[0][0], "b": beta.coef_[0][1], "c": beta.intercept_[0]}
(here / "recalibrate.json").write_text(json.dumps(figures, indent=1) + "\n")
