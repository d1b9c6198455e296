import torch
import torch.nn.functional as F

logits = torch.tensor([[8.0, 0, 0]], requires_grad=True)  # sure of class 0, and right
wrong = torch.tensor([1])

for name, z in [("once ", logits), ("twice", logits.softmax(-1))]:
    right = F.cross_entropy(z, torch.tensor([0]))
    (slope,) = torch.autograd.grad(F.cross_entropy(z, wrong), logits, retain_graph=True)
    print(f"{name} loss {right.item():.4f}; slope if it were wrong {slope[0, 0].item():.4f}")
