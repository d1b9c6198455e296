import numpy as np

pred = np.array([2.5, 0.3, -1.0])
target = np.array([3.0, 0.0, -1.5])
loss = ((pred - target) ** 2).mean()
print(f"{loss:.6f}")  # 0.196667
