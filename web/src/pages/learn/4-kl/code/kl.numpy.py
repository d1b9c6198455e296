import numpy as np

p = np.array([__p__])
q = np.array([__q__])

some = p > 0  # 0 log 0 = 0
with np.errstate(divide="ignore"):
    h = -(p[some] * np.__numpyLog__(p[some])).sum()
    ce = -(p[some] * np.__numpyLog__(q[some])).sum()
    d = (p[some] * np.__numpyLog__(p[some] / q[some])).sum()
print(f"{h:.6f} + {d:.6f} = {ce:.6f} __unit__")
# __entropy__ + __klPython__ = __crossPython__ __unit__
