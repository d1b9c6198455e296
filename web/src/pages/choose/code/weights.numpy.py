import numpy as np

z = np.array([[2.0, 1.0, 0.1], [0.5, -1.0, 3.0]])
y = np.array([0, 1])
w = np.array([1.0, 5.0, 1.0])
top = z.max(axis=1, keepdims=True)
log_q = z - top - np.log(np.exp(z - top).sum(axis=1, keepdims=True))
loss = -(w[y] * log_q[np.arange(2), y]).sum() / w[y].sum()
print(f"{loss:.6f}")  # 3.482567
