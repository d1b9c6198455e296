import torch

p = torch.tensor([__p__], dtype=torch.float64)
q = torch.tensor([__q__], dtype=torch.float64)
# The code made for q.
words = {__words__}
lengths = [len(words[s]) if s in words else torch.inf for s in "ABCDEF"[: len(p)]]
length = torch.tensor(lengths, dtype=torch.float64)
bits = sum(lengths["ABCDEF".index(s)] for s in "__message__")
some = p > 0  # 0 times infinity is 0 here
mean = (p[some] * length[some]).sum()
print(f"{bits:.0f} bits, {mean:.4f} a symbol on average")
# __np_said__
print(f"H(p, q) = {(p[some] * torch.log2(1 / q[some])).sum():.4f} bits")
