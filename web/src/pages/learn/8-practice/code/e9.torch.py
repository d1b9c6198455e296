import torch
import torch.nn.functional as F

z, r = torch.tensor([__true__, __rival__], dtype=torch.float64)
naive = -(z.exp() / (z.exp() + r.exp())).log()
stable = F.softplus(r - z)  # ln(1 + exp(r - z))
print(f"{naive.item():.6g} {stable.item():.6g}")  # __naive__ and __stable__ nats
