import numpy as np

z, y = np.float64(__np_z__), __float_y__
with np.errstate(over="ignore"):
    p, q = 1 / (1 + np.exp(-z)), 1 / (1 + np.exp(z))  # q is 1 - p with all its digits
off = p * (1 - y) - q * y  # p - y

softplus = lambda x: np.logaddexp(0.0, x)
ce = sum(w * softplus(x) for w, x in ((y, -z), (1 - y, z)) if w > 0)  # never log(p)
print(f"cross-entropy {ce:.6f} nats, slope {off:.6f}")  # __ce_python__, __slope_ce__
print(f"squared error {off**2:.6f}, slope {2 * off * p * q:.6f}")  # __se__, __slope_se__
