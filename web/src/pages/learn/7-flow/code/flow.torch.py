import json
import torch
import torch.nn.functional as F

flow = json.load(open("flow.json"))  # what the JSON tab holds
x, y = torch.tensor(flow["x"], dtype=torch.float64), torch.tensor(flow["y"])
layers = [
    [torch.tensor(l[k], dtype=torch.float64, requires_grad=True) for k in ("weight", "bias")]
    for l in flow["layers"]
]

out = x
for i, (w, b) in enumerate(layers):
    out = F.linear(out if i == 0 else torch.__torchAct__(out), w, b)
loss = __torchLoss__
loss.backward()
print(*[f"{torch.sqrt((w.grad**2).sum() + (b.grad**2).sum()):.3g}" for w, b in layers])
# __norms__
