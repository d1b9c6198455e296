import numpy as np

z = np.array([[2.0, -1.0, 0.1], [0.5, -1.0, 3.0]])
y = np.array([[0.9, 0.2, 0.7], [0.0, 0.4, 1.0]])
loss = (np.maximum(z, 0) - z * y + np.log1p(np.exp(-abs(z)))).mean()
print(f"{loss:.6f}")  # 0.541752
