import torch
import torch.nn.functional as F

z = torch.tensor([[2.0, 1.0, 0.1], [0.5, -1.0, 3.0]], dtype=torch.float64)
y = torch.tensor([0, 1])
w = torch.tensor([1.0, 5.0, 1.0], dtype=torch.float64)
loss = F.cross_entropy(z, y, weight=w)  # a weighted mean
print(f"{loss.item():.6f}")  # 3.482567
