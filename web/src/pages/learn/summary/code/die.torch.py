import math
import torch

x = torch.arange(1, 7, dtype=torch.float64)
lam = torch.zeros(1, dtype=torch.float64, requires_grad=True)
optimizer = torch.optim.LBFGS([lam], max_iter=200, tolerance_grad=1e-12, line_search_fn="strong_wolfe")


def dual():  # convex in lam; its slope is the mean minus the wanted one
    optimizer.zero_grad()
    loss = torch.logsumexp(lam * x, 0) - __mean__ * lam.sum()
    loss.backward()
    return loss


optimizer.step(dual)
p = torch.softmax(lam.detach() * x, 0)  # the faces are the logits, 1/lam the temperature
print(p)  # __probs__
unit = __torchUnit__
print(f"lambda {lam.item():.4f}, entropy {torch.special.entr(p).sum().item() / unit:.4f} __unit__")
# lambda __lambda__, entropy __entropy__ __unit__
