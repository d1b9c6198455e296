import numpy as np

z = np.array([[2.0, -1.0, 0.1], [0.5, -1.0, 3.0]])
y = np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
t = 0.9 * y + 0.05
loss = (np.maximum(z, 0) - z * t + np.log1p(np.exp(-abs(z)))).mean()
print(f"{loss:.6f}")  # 0.458419
