import numpy as np

k, loss, a = __classes__, __loss__, __accuracy__
floor = np.log1p((k - 1) / np.e)  # softmax twice, certain and right
print(f"floor {floor:.6f}")  # __floor__
print(f"softmax twice {floor + 1 - a:.6f}")  # __double__
print(f"possible from {(1 - a) * np.log(2):.6f}")  # __lower__
