import numpy as np
from numpy import inf

z, T, label = np.array([__py_logits__], dtype=float), __temperature__, __label__
gaps = (z - z.max()) / T  # the max trick: no exponent above 0
log_p = gaps - np.log(np.exp(gaps).sum())
p = np.exp(log_p)
y = np.eye(len(z))[label]
print(f"{abs(log_p[label]):.6f} nats")  # __loss__ nats
print(np.round((p - y) / T, 6))  # [__gradient__]
