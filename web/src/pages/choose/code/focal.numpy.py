import numpy as np

z = np.array([[2.0, 1.0, 0.1], [0.5, -1.0, 3.0]])
y = np.array([0, 1])
top = z.max(axis=1, keepdims=True)
log_q = z - top - np.log(np.exp(z - top).sum(axis=1, keepdims=True))
cost = -log_q[np.arange(2), y]
loss = ((1 - np.exp(-cost)) ** 2 * cost).mean()
print(f"{loss:.6f}")  # 2.004480
