import torch
import torch.nn.functional as F

z = torch.tensor([[2.0, 1.0, 0.1], [0.5, -1.0, 3.0]], dtype=torch.float64)
y = torch.tensor([0, 1])
loss = F.cross_entropy(z, y, label_smoothing=0.1)
print(f"{loss.item():.6f}")  # 2.213019
