import torch
import torch.nn.functional as F

z = torch.tensor([[2.0, -1.0, 0.1], [0.5, -1.0, 3.0]], dtype=torch.float64)
y = torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]], dtype=torch.float64)
loss = F.binary_cross_entropy_with_logits(z, 0.9 * y + 0.05)
print(f"{loss.item():.6f}")  # 0.458419
