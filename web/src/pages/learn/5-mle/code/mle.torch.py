import math
import torch
import torch.nn.functional as F

counts = torch.tensor([__counts__])
q = torch.tensor([__model__], dtype=torch.float64)

unit = __torchUnit__
labels = torch.repeat_interleave(torch.arange(len(counts)), counts)
rows = q.log().expand(len(labels), -1)  # the model says the same of every roll
loss = F.nll_loss(rows, labels) / unit  # the mean of -log q(y)
print(q[labels].prod().item())  # 0.0 once it is below the least float64
print(f"{loss.item():.6f} __unit__")  # __crossPython__ __unit__
