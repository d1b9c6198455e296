import torch
import torch.nn.functional as F

k, loss, a = __classes__, __loss__, __accuracy__
sure = torch.zeros(1, k, dtype=torch.float64)
sure[0, 0] = 1  # probabilities of a certain prediction, read as logits
floor = F.cross_entropy(sure, torch.tensor([0])).item()
print(f"floor {floor:.6f}")  # __floor__
print(f"softmax twice {floor + 1 - a:.6f}")  # __double__
