"""Runs the calls of docs/porting.md in the libraries they come from.

    pip install torch torchmetrics timm optax keras scikit-learn scipy
    python testdata/porting/peers.py docs/porting.md > testdata/porting/peers.json

Each call of the first column is evaluated on the data below, which TestPorting shares by the file that
this writes. Calls marked *Not run* or *Not comparable* are left out.
"""
import importlib.metadata
import json
import os
import re
import sys
import warnings

os.environ["KERAS_BACKEND"] = "jax"
warnings.filterwarnings("ignore")

import jax
import keras
import numpy as np
import optax
import scipy
import sklearn.metrics
import timm.loss
import torch
import torchmetrics.functional
import torchmetrics.functional.text

rng = np.random.default_rng(7)


def probs(*shape):
    p = rng.uniform(0.05, 1, shape).astype(np.float32)
    return (p / p.sum(-1, keepdims=True, dtype=np.float64)).astype(np.float32)


n, k = 5, 3
data = {
    "x": rng.normal(size=(n, k)).astype(np.float32) * 2,
    "z": rng.normal(size=(n, k)).astype(np.float32) * 2,
    "t": probs(n, k),
    "p": probs(n, k),
    "q": probs(n, k),
    "b": rng.integers(0, 2, (n, k)).astype(np.float32),
    "c": rng.integers(2, 9, (n, k)).astype(np.float32),
    "u": rng.uniform(size=(n, k)).astype(np.float32),
    "var": rng.uniform(0.5, 2, (n, k)).astype(np.float32),
    "w": np.array([0.3, 1, 1.7], np.float32),
    "s": np.array([1, 0.5, 0, 2, 1], np.float32),
    "y": np.array([0, 2, 1, 1, 2]),
    "image": rng.normal(size=(1, k, 2, 2)).astype(np.float32),
    "pixels": np.array([0, 2, 1, 1]),
    "x5": rng.normal(size=(5, k)).astype(np.float32),
    "sim": rng.normal(size=(n, n)).astype(np.float32),
}
data |= {"lp": np.log(data["p"]), "lq": np.log(data["q"])}


def names(convert):
    """The data, and what follows from them, as arrays of a library."""
    v = {name: convert(a) for name, a in data.items()}
    return v | {"p1": v["p"][0], "q1": v["q"][0], "words": convert(np.array([[1, 2]])),
                "table": np.array([[4, 1], [2, 5]])}


F = torch.nn.functional
torchy = names(lambda a: torch.tensor(a))
torchy |= {"lq5": F.log_softmax(torchy["x5"], 1)[:, None], "arange": torch.arange(n), "pixels": torchy["pixels"].reshape(1, 2, 2)}
jaxy = names(jax.numpy.asarray)
plain = names(lambda a: a)
sections = {
    "PyTorch": ("torch", torchy | {"F": F, "torch": torch, "distributions": torch.distributions, "Normal": torch.distributions.Normal}),
    "optax": ("optax", jaxy | {"optax": optax, "jax": jax}),
    "Keras": ("keras", plain | {"losses": keras.losses}),
    "scikit-learn": ("scikit-learn", plain | vars(sklearn.metrics)),
    "SciPy": ("scipy", plain | {"stats": scipy.stats, "special": scipy.special, "distance": scipy.spatial.distance}),
    "torchmetrics": ("torchmetrics", torchy | vars(torchmetrics.functional) | vars(torchmetrics.functional.classification) | vars(torchmetrics.functional.text)),
    "timm": ("timm", torchy | vars(timm.loss)),
}

versions, calls, scope, section = {}, {}, None, ""
for line in open(sys.argv[1]):
    if line.startswith("## "):
        section = line[3:].strip()
        package, scope = sections.get(section, (None, None))
        if package:
            versions[section] = importlib.metadata.version(package)
    cell = re.match(r"\| `(.*?)` \| `", line)
    if cell and scope and "*Not " not in line:
        calls[section + ": " + cell[1]] = np.asarray(eval(cell[1], dict(scope)), np.float64).ravel().tolist()

json.dump({"versions": versions, "data": {name: a.ravel().tolist() for name, a in data.items()}, "calls": calls}, sys.stdout, indent=1)
