import json
import numpy as np

flow = json.load(open("flow.json"))  # what the JSON tab holds
x, y = np.array(flow["x"]), np.array(flow["y"])
W = [np.array(l["weight"]) for l in flow["layers"]]
b = [np.array(l["bias"]) for l in flow["layers"]]

a, z = [x], []
for l in range(len(W)):
    z.append(a[l] @ W[l].T + b[l])
    a.append((lambda z: __numpyAct__)(z[l]))

__numpyLoss__
delta, norms = delta / len(x), []
for l in reversed(range(len(W))):
    norms.append(np.sqrt(((delta.T @ a[l]) ** 2).sum() + (delta.sum(0) ** 2).sum()))
    if l > 0:
        delta = delta @ W[l] * (lambda a: __numpySlope__)(a[l])
print(*[f"{n:.3g}" for n in reversed(norms)])
# __norms__
