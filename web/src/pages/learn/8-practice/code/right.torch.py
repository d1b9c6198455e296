import torch
import torch.nn.functional as F

logits = torch.tensor([[2.0, 1, 0], [1000, 0, -1000]], requires_grad=True)
labels = torch.tensor([0, 1])

loss = F.cross_entropy(logits, labels)  # log-softmax and the label's term in one
loss.backward()
print(f"{loss.item():.4f}")
print(logits.grad)
