import torch
import torch.nn.functional as F

pred = torch.tensor([2.5, 0.3, -1.0], dtype=torch.float64)
target = torch.tensor([3.0, 0.0, -1.5], dtype=torch.float64)
loss = F.mse_loss(pred, target)
print(f"{loss.item():.6f}")  # 0.196667
