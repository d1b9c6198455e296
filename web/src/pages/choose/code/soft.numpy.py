import numpy as np

z = np.array([[2.0, 1.0, 0.1], [0.5, -1.0, 3.0]])
p = np.array([[0.8, 0.2, 0.0], [0.0, 0.5, 0.5]])
top = z.max(axis=1, keepdims=True)
log_q = z - top - np.log(np.exp(z - top).sum(axis=1, keepdims=True))
loss = -(p * log_q).sum(axis=1).mean()
print(f"{loss:.6f}")  # 1.356352
