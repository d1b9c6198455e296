import torch

logits = torch.tensor([[2.0, 1, 0], [1000, 0, -1000]], requires_grad=True)
labels = torch.tensor([0, 1])

p = logits.softmax(-1)  # stable: 1, 0, 0
loss = -p[torch.arange(2), labels].log()  # but its zeros are gone for good
loss.mean().backward()
print(loss.tolist())
print(logits.grad[1])
