import torch
import torch.nn.functional as F

z = torch.tensor([[2.0, 1.0, 0.1], [0.5, -1.0, 3.0]], dtype=torch.float64)
p = torch.tensor([[0.8, 0.2, 0.0], [0.0, 0.5, 0.5]], dtype=torch.float64)
loss = F.cross_entropy(z, p)
print(f"{loss.item():.6f}")  # 1.356352
