import numpy as np

z, r = np.float64(__true__), np.float64(__rival__)
naive = -np.log(np.exp(z) / (np.exp(z) + np.exp(r)))
stable = np.logaddexp(0, r - z)  # ln(exp(0) + exp(r - z))
print(f"{naive:.6g} {stable:.6g}")  # __naive__ and __stable__ nats
