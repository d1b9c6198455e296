import math
import torch
import torch.nn.functional as F

p = torch.tensor([__p__], dtype=torch.float64)
q = torch.tensor([__q__], dtype=torch.float64)

unit = __torchUnit__
some = p > 0  # kl_div makes nan of p = q = 0
h = torch.special.entr(p).sum() / unit
d = F.kl_div(q[some].log(), p[some], reduction="sum") / unit  # q first, as logarithms
print(f"{h:.6f} + {d:.6f} = {h + d:.6f} __unit__")
# __entropy__ + __klPython__ = __crossPython__ __unit__
