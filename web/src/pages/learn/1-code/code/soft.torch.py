import torch
import torch.nn.functional as F

inf = float("inf")
z = torch.tensor([[__torch_logits__]], dtype=torch.float64, requires_grad=True)
p = torch.tensor([[__target__]], dtype=torch.float64)
loss = F.cross_entropy(z, p)  # takes logits, never probabilities
loss.backward()
print(f"{loss.item():.6f} nats")  # __nats__ nats
print(z.grad)  # q - p = [__gradient__]
