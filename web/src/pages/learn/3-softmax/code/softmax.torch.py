import torch
import torch.nn.functional as F
from math import inf

z = torch.tensor([[__py_logits__]], dtype=torch.float64, requires_grad=True)
T, label = __temperature__, torch.tensor([__label__])
loss = F.cross_entropy(z / T, label)  # logits divided by T, never probabilities
loss.backward()
print(f"{loss.item():.6f} nats")  # __loss__ nats
print(z.grad)  # (p - y)/T = [__gradient__]
