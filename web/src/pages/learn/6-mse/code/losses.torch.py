import torch
import torch.nn.functional as F

inf = float("inf")
y = torch.tensor(__float_y__, dtype=torch.float64)
for name, loss in (
    ("cross-entropy", lambda z: F.binary_cross_entropy_with_logits(z, y)),  # takes the logit
    ("squared error", lambda z: F.mse_loss(torch.sigmoid(z), y)),
):
    z = torch.tensor(__torch_z__, dtype=torch.float64, requires_grad=True)
    value = loss(z)
    value.backward()
    print(f"{name} {value.item():.6f}, slope {z.grad.item():.6f}")
# cross-entropy __ce_python__, slope __slope_ce__
# squared error __se__, slope __slope_se__
