import numpy as np

z, y, w = np.float64(__float_z__), __float_y__, __float_w__

softplus = lambda x: np.logaddexp(0.0, x)  # max(x, 0) + log1p(exp(-|x|))
loss = w * y * softplus(-z) + (1 - y) * softplus(z)  # never the logarithm of a probability
e = np.exp(-abs(z))
p, q = (1 / (1 + e), e / (1 + e)) if z > 0 else (e / (1 + e), 1 / (1 + e))  # q is 1 - p
print(f"{loss:.6f} nats, slope {(1 - y) * p - w * y * q:.6f}")  # __nats__ nats, slope __slope__

with np.errstate(all="ignore"):  # the naive way, in __precision__
    one = np.__precision__(1)
    p = one / (one + np.exp(-np.__precision__(z)))
    print(-(w * y * np.log(p) + (1 - y) * np.log(one - p)))  # about __naive__
