import torch
import torch.nn.functional as F

for margin in [10.0, 20.0, 40.0, 80.0]:
    z = torch.tensor([[0.0, margin]], requires_grad=True)
    loss = -z.softmax(-1)[0, 0].clamp(1e-7, 1 - 1e-7).log()
    (slope,) = torch.autograd.grad(loss, z)
    (true,) = torch.autograd.grad(F.cross_entropy(z, torch.tensor([0])), z)
    print(f"{margin:.0f}: {loss.item():.4f}, slope {slope[0, 0].item():.4f}, true {true[0, 0].item():.4f}")
