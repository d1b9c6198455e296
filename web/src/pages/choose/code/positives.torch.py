import torch
import torch.nn.functional as F

z = torch.tensor([[2.0, -1.0, 0.1], [0.5, -1.0, 3.0]], dtype=torch.float64)
y = torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]], dtype=torch.float64)
weight = torch.tensor(20.0, dtype=torch.float64)  # about negatives / positives
loss = F.binary_cross_entropy_with_logits(z, y, pos_weight=weight)
print(f"{loss.item():.6f}")  # 2.999807
