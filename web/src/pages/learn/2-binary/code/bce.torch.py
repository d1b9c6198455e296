import torch
import torch.nn.functional as F

z = torch.tensor(__float_z__, dtype=torch.float64, requires_grad=True)
y = torch.tensor(__float_y__, dtype=torch.float64)
w = torch.tensor(__float_w__, dtype=torch.float64)
loss = F.binary_cross_entropy_with_logits(z, y, pos_weight=w)  # takes the logit, no sigmoid before
loss.backward()
print(f"{loss.item():.6f} nats, slope {z.grad.item():.6f}")  # __nats__ nats, slope __slope__
