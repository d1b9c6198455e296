import numpy as np

x = np.arange(1, 7)
lam = 0.0
for _ in range(100):  # Newton: the slope of the mean is the variance
    z = lam * x
    p = np.exp(z - z.max())
    p /= p.sum()
    mean = p @ x
    lam += (__mean__ - mean) / (p @ (x - mean) ** 2)
print(np.round(p, 6))  # __probs__
print(f"lambda {lam:.6f}, entropy {-(p * np.__numpyLog__(p)).sum():.6f} __unit__")
# lambda __lambda__, entropy __entropy__ __unit__
