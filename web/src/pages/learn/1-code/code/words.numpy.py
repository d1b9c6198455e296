import numpy as np

p = np.array([__p__])
q = np.array([__q__])
# The code made for q.
words = {__words__}
length = np.array([len(words[s]) if s in words else np.inf for s in "ABCDEF"[: len(p)]])
bits = sum(length["ABCDEF".index(s)] for s in "__message__")
some = p > 0  # 0 times infinity is 0 here
mean = (p[some] * length[some]).sum()
print(f"{bits:.0f} bits, {mean:.4f} a symbol on average")
# __np_said__
with np.errstate(divide="ignore"):
    print(f"H(p, q) = {(p[some] * np.log2(1 / q[some])).sum():.4f} bits")
