import numpy as np

z = np.array([[2.0, -1.0, 0.1], [0.5, -1.0, 3.0]])
y = np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
cost = np.maximum(z, 0) - z * y + np.log1p(np.exp(-abs(z)))
balance = 0.25 * y + 0.75 * (1 - y)
loss = (balance * (1 - np.exp(-cost)) ** 2 * cost).mean()
print(f"{loss:.6f}")  # 0.058979
