"""Makes conformal sets of the outputs of testdata/models/fashion-mlp-logits.npy, and writes conformal.json.

    python testdata/porting/conformal.py

`go test ./eval` holds `xent eval --conformal` to these figures. Rows are halved, and APS draws its random shares, by the same
hash as there: the finaliser of SplitMix64.
"""

import json
import math
import pathlib

import numpy
import scipy
import scipy.special

here = pathlib.Path(__file__).parent
models = here.parent / "models"

logp = scipy.special.log_softmax(numpy.load(models / "fashion-mlp-logits.npy").astype(float), axis=1)
y = numpy.load(models / "fashion-labels.npy").astype(int)
rows = numpy.arange(len(y))
p = numpy.exp(logp)


def mix(x):
    mask = (1 << 64) - 1
    x = (x + 0x9E3779B97F4A7C15) & mask
    x = ((x ^ x >> 30) * 0xBF58476D1CE4E5B9) & mask
    x = ((x ^ x >> 27) * 0x94D049BB133111EB) & mask
    return x ^ x >> 31


half = numpy.array([mix(int(i)) >> 32 & 1 == 0 for i in rows])
u = numpy.array([(mix(mix(int(i))) >> 11) * 2.0**-53 for i in rows])
order = numpy.argsort(-p, axis=1, kind="stable")
sorted_p = numpy.take_along_axis(p, order, axis=1)
before = numpy.cumsum(sorted_p, axis=1) - sorted_p
aps = numpy.empty_like(p)
numpy.put_along_axis(aps, order, before + u[:, None] * sorted_p, axis=1)


def sets(score, alpha):
    n = int(half.sum())
    q = numpy.sort(score[rows, y][half])[math.ceil((n + 1) * (1 - alpha)) - 1]
    inside = score[~half] <= q
    size = inside.sum(axis=1)
    return {
        "threshold": q,
        "coverage": inside[numpy.arange(len(size)), y[~half]].mean(),
        "size": size.mean(),
        "se": size.std(ddof=1) / math.sqrt(len(size)),
        "empty": int((size == 0).sum()),
        "single": int((size == 1).sum()),
    }


figures = {
    "versions": {"numpy": numpy.__version__, "scipy": scipy.__version__},
    "calibrated": int(half.sum()),
    "sets": [{"alpha": alpha, "lac": sets(-logp, alpha), "aps": sets(aps, alpha)} for alpha in (0.2, 0.1, 0.05, 0.01)],
}
(here / "conformal.json").write_text(json.dumps(figures, indent=1) + "\n")
