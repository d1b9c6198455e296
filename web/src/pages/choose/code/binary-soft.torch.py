import torch
import torch.nn.functional as F

z = torch.tensor([[2.0, -1.0, 0.1], [0.5, -1.0, 3.0]], dtype=torch.float64)
y = torch.tensor([[0.9, 0.2, 0.7], [0.0, 0.4, 1.0]], dtype=torch.float64)
loss = F.binary_cross_entropy_with_logits(z, y)  # y may lie between 0 and 1
print(f"{loss.item():.6f}")  # 0.541752
