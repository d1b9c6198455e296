import torch

logits = torch.tensor([[2.0, 1, 0], [1000, 0, -1000]], requires_grad=True)
labels = torch.tensor([0, 1])

e = logits.exp()  # exp(1000) is inf
p = e / e.sum(-1, keepdim=True)  # inf / inf
loss = -p[torch.arange(2), labels].log()
loss.mean().backward()
print(loss.tolist())
print(logits.grad[1])
