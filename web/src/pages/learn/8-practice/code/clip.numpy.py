import numpy as np

def clipped(margin):
    p = 1 / (1 + np.exp(margin))  # the label's probability, behind by this margin
    return -np.log(np.clip(p, 1e-7, 1 - 1e-7))

for margin in [10, 20, 40, 80]:
    print(f"{margin}: {clipped(margin):.4f}, true {np.logaddexp(0, margin):.4f}")
