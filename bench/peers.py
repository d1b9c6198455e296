"""Other implementations of what xent computes, for the benchmark to run beside it.

Started by the benchmark, with the names of libraries as arguments. One JSON object a line comes in, one goes out:

    {"op": "hello"}                              {"implementations": [{"id", "name"}], "missing": [...]}
    {"op": "load", "arrays": {...}}              {}        .npy files, read when they are wanted
    {"op": "run", "implementation", "work",      {"seconds": [...], "value": loss}
     "threads", "seconds", "runs", "rows"}       {"skip": why}, where the library has no such thing
    {"op": "save", ..., "files": {...}}          {}        results as raw float32, for accuracy

Nothing is installed; what cannot be imported is reported as missing. Work that needs a form of its input that
only one library has (a tensor that records gradients, a session) is prepared outside the timed part.
"""

import json
import os
import sys
import time
import warnings

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
warnings.filterwarnings("ignore")

import numpy as np  # noqa: E402


class Skip(Exception):
    """The library has no such work."""


class Torch:
    """F.cross_entropy, F.binary_cross_entropy_with_logits, and F.linear before the former."""

    def __init__(self):
        import torch

        self.torch, self.F = torch, torch.nn.functional
        self.name = "PyTorch " + torch.__version__.split("+")[0]

    def load(self, arrays):
        self.a = {k: self.torch.from_numpy(v) for k, v in arrays.items()}
        self.leaves, self.nets = {}, {}

    def leaf(self, key):
        """The array as a parameter, whose gradient is wanted. It shares the memory."""
        if key not in self.leaves:
            self.leaves[key] = self.a[key].detach().requires_grad_(True)
        leaf = self.leaves[key]
        leaf.grad = None
        return leaf

    def prepare(self, work, threads):
        t, F, a = self.torch, self.F, self.a
        t.set_num_threads(threads)

        def quiet(f):
            def run():
                with t.no_grad():
                    return f()

            return run

        def backward(f, *keys):
            def run():
                loss = f(*[self.leaf(k) for k in keys])
                loss.backward()
                return loss.detach()

            return run

        ce = lambda x: F.cross_entropy(x, a["labels"])  # noqa: E731
        bce = lambda x: F.binary_cross_entropy_with_logits(x, a["target"])  # noqa: E731
        linear = lambda h, w: F.cross_entropy(F.linear(h, w), a["labels"])  # noqa: E731
        works = {
            "ce.value": quiet(lambda: ce(a["logits"])),
            "ce.grad": backward(ce, "logits"),
            "bce.value": quiet(lambda: bce(a["logits"])),
            "bce.grad": backward(bce, "logits"),
            "linear.value": quiet(lambda: linear(a["hidden"], a["weight"])),
            "linear.grad": backward(linear, "hidden", "weight"),
        }
        works.update(self.steps())
        works["ce.inplace"], works["linear.recompute"] = works["ce.grad"], works["linear.grad"]
        f = lookup(works, work)
        if work.startswith("step.") and work not in self.nets:
            f()  # imports half of the library
        return f

    def steps(self):
        """One step of gradient descent on a batch: forward, loss, backward, update by a rate of 0."""
        t, n = self.torch, self.torch.nn
        nets = {
            "step.mlp": lambda: n.Sequential(n.Linear(784, 256), n.ReLU(), n.Linear(256, 10)),
            "step.cnn": lambda: n.Sequential(
                n.Conv2d(1, 16, 3, padding=1), n.ReLU(), n.MaxPool2d(2),
                n.Conv2d(16, 32, 3, padding=1), n.ReLU(), n.MaxPool2d(2),
                n.Flatten(), n.Linear(1568, 128), n.ReLU(), n.Linear(128, 10),
            ),
        }

        def step(key):
            if key not in self.nets:
                net, at, params = nets[key](), 0, self.a["params"].flatten()
                with t.no_grad():
                    for p in net.parameters():
                        p.copy_(params[at : at + p.numel()].reshape(p.shape))
                        at += p.numel()
                self.nets[key] = net, t.optim.SGD(net.parameters(), lr=0.0)
            net, opt = self.nets[key]
            x = self.a["images"] if key == "step.mlp" else self.a["images"].reshape(-1, 1, 28, 28)
            opt.zero_grad()
            loss = self.F.cross_entropy(net(x), self.a["labels"])
            loss.backward()
            opt.step()
            return loss.detach()

        return {key: lambda key=key: step(key) for key in nets}

    def save(self, files):
        """Losses of the rows and the gradient of their sum, as they come."""
        leaf = self.leaf("logits")
        loss = self.F.cross_entropy(leaf, self.a["labels"], reduction="none")
        loss.sum().backward()
        loss.detach().numpy().astype("<f4").tofile(files["loss"])
        leaf.grad.numpy().astype("<f4").tofile(files["grad"])


class OnnxRuntime:
    """SoftmaxCrossEntropyLoss, after Gemm for a linear layer. It infers only: no gradients."""

    def __init__(self):
        import onnxruntime

        onnxruntime.set_default_logger_severity(3)
        self.ort, self.name = onnxruntime, "ONNX Runtime " + onnxruntime.__version__

    def load(self, arrays):
        self.a, self.sessions = arrays, {}

    def prepare(self, work, threads):
        loss = node("SoftmaxCrossEntropyLoss", ["logits", "labels"], ["loss"])
        models = {
            "ce.value": ([loss], ["logits", "labels"]),
            "linear.value": ([node("Gemm", ["hidden", "weight"], ["logits"], transB=1), loss], ["hidden", "weight", "labels"]),
        }
        nodes, inputs = lookup(models, work)
        if (work, threads) not in self.sessions:
            options = self.ort.SessionOptions()
            options.intra_op_num_threads = threads
            model = onnx_model(nodes, [(k, self.a[k]) for k in inputs])
            self.sessions[work, threads] = self.ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        session, feed = self.sessions[work, threads], {k: self.a[k] for k in inputs}
        return lambda: session.run(["loss"], feed)[0]


class SciPy:
    """scipy.special.logsumexp less the label's logit. It has one thread."""

    def __init__(self):
        import scipy
        import scipy.special

        self.logsumexp, self.name = scipy.special.logsumexp, "SciPy " + scipy.__version__

    def load(self, arrays):
        self.a = arrays

    def prepare(self, work, threads):
        one(threads)
        if work != "ce.value":
            raise Skip("no such function")
        x, y = self.a["logits"], self.a["labels"]
        rows = np.arange(len(y))
        return lambda: np.mean(self.logsumexp(x, axis=1) - x[rows, y])


class ScikitLearn:
    """sklearn.metrics.log_loss, of probabilities made beforehand: it takes no logits. It has one thread."""

    def __init__(self):
        import sklearn
        from sklearn.metrics import log_loss

        self.log_loss, self.name = log_loss, "scikit-learn " + sklearn.__version__

    def load(self, arrays):
        self.a, self.p = arrays, None

    def prepare(self, work, threads):
        one(threads)
        if work not in ("ce.value", "eval"):
            raise Skip("no such function")
        x, y = self.a["logits"], self.a["labels"]
        if x.shape[1] > 1000:
            raise Skip("it makes a dense table of the labels, as large as the scores in integers")
        if self.p is None:
            e = np.exp(x - x.max(axis=1, keepdims=True), dtype=np.float64)  # it would clip float32 at 1e-7
            self.p = e / e.sum(axis=1, keepdims=True)
        classes = list(range(x.shape[1]))
        return lambda: self.log_loss(y, self.p, labels=classes)


def one(threads):
    if threads > 1:
        raise Skip("one thread")


def lookup(works, work):
    if work not in works:
        raise Skip("no such function")
    return works[work]


# An ONNX model is a protocol buffer of few fields; writing it takes less than another package would.


def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


def node(op, inputs, outputs, **integers):
    attributes = [field(5, field(1, k) + field(3, v) + field(20, 2)) for k, v in integers.items()]
    return b"".join([field(1, i) for i in inputs] + [field(2, o) for o in outputs] + [field(4, op)] + attributes)


def value_info(name, dtype, shape):
    element = {"float32": 1, "int64": 7}[str(dtype)]
    dims = b"".join(field(1, field(1, int(d))) for d in shape)
    return field(1, name) + field(2, field(1, field(1, element) + field(2, dims)))


def onnx_model(nodes, inputs):
    graph = b"".join(field(1, n) for n in nodes) + field(2, "loss")
    graph += b"".join(field(11, value_info(k, v.dtype, v.shape)) for k, v in inputs)
    graph += field(12, value_info("loss", np.dtype("float32"), ()))
    return field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 17))


LONG_RUN = 0.1  # seconds

LIBRARIES = {"torch": Torch, "onnxruntime": OnnxRuntime, "scipy": SciPy, "sklearn": ScikitLearn}


class Server:
    def __init__(self, names):
        self.found, self.missing = {}, []
        for name in names:
            try:
                self.found[name] = LIBRARIES[name]()
            except Exception as e:  # an import may fail in any way
                self.missing.append({"id": name, "why": (str(e) or type(e).__name__).splitlines()[0][:200]})

    def hello(self, _):
        found = [{"id": k, "name": v.name} for k, v in self.found.items()]
        return {"implementations": found, "missing": self.missing, "runtime": "Python " + sys.version.split()[0]}

    def load(self, q):
        self.paths, self.rows = q.get("arrays") or {}, None
        for lib in self.found.values():
            lib.load({})
        return {}

    def read(self, rows):
        """Reads the arrays when they are first wanted: all of them, or their first rows."""
        if rows == self.rows:
            return
        arrays = {k: np.load(path, mmap_mode="r")[: rows or None] for k, path in self.paths.items()}
        arrays = {k: np.array(v) for k, v in arrays.items()}
        for lib in self.found.values():
            lib.load(arrays)
        self.rows = rows

    def run(self, q):
        self.read(q.get("rows", 0))
        f = self.found[q["implementation"]].prepare(q["work"], q["threads"])
        began = time.perf_counter()
        value = float(f())  # the first run is not counted, unless it is long: it makes what later ones reuse
        took = time.perf_counter() - began
        seconds = [took] if took >= LONG_RUN else []
        if not seconds:
            began = time.perf_counter()
        while len(seconds) < q.get("runs", 1) or time.perf_counter() - began < q.get("seconds", 0):
            at = time.perf_counter()
            f()
            seconds.append(time.perf_counter() - at)
            if len(seconds) >= 10000:
                break
        return {"seconds": seconds, "value": value}

    def save(self, q):
        self.read(0)
        self.found[q["implementation"]].save(q["files"])
        return {}


def main():
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints goes to stderr
    server = Server(sys.argv[1:])
    for line in sys.stdin:
        q = json.loads(line)
        try:
            answer = getattr(server, q["op"])(q)
        except Skip as e:
            answer = {"skip": str(e)}
        except Exception as e:  # told, and the next request may still work
            answer = {"error": f"{type(e).__name__}: {e}".splitlines()[0][:300]}
        out.write(json.dumps(answer) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
