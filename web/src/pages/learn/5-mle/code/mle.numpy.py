import numpy as np

counts = np.array([__counts__])
q = np.array([__model__], dtype=np.float64)

rolls = np.repeat(q, counts)  # the probability of every roll
share = counts / counts.sum()
seen = counts > 0  # 0 log 0 = 0
with np.errstate(divide="ignore"):
    print(rolls.prod())  # 0.0 once it is below the least float64
    print(f"{np.__pythonLog__(rolls).sum():.6f} __unit__")  # __sumPython__
    print(f"{-np.__pythonLog__(rolls).mean():.6f}")  # __crossPython__
    print(f"{-(share[seen] * np.__pythonLog__(q[seen])).sum():.6f}")  # __crossPython__
