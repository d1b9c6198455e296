import torch

rows = torch.tensor([__rows__], dtype=torch.float64)
confidence = torch.tensor([__confidence__], dtype=torch.float64)
accuracy = torch.tensor([__accuracy__], dtype=torch.float64)

# where they come from: p = torch.softmax(logits / __t__, dim=1)
ece = (rows * (confidence - accuracy).abs()).sum() / rows.sum()
print(f"ECE {ece.item():.4f}")  # __ece__
