import torch
import torch.nn.functional as F

z = torch.tensor([[2.0, -1.0, 0.1], [0.5, -1.0, 3.0]], dtype=torch.float64)
y = torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]], dtype=torch.float64)
cost = F.binary_cross_entropy_with_logits(z, y, reduction="none")
balance = 0.25 * y + 0.75 * (1 - y)
loss = (balance * (1 - torch.exp(-cost)) ** 2 * cost).mean()
print(f"{loss.item():.6f}")  # 0.058979
