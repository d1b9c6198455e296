import numpy as np

rows = np.array([__rows__])
confidence = np.array([__confidence__])
accuracy = np.array([__accuracy__])

ece = (rows * np.abs(confidence - accuracy)).sum() / rows.sum()
print(f"ECE {ece:.4f}")  # __ece__
