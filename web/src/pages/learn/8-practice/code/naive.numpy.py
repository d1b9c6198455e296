import numpy as np

logits = np.array([[2, 1, 0], [1000, 0, -1000]], dtype=np.float32)
labels = np.array([0, 1])

e = np.exp(logits)  # exp(1000) is inf
p = e / e.sum(axis=-1, keepdims=True)  # inf / inf
loss = -np.log(p[np.arange(len(labels)), labels])
print(p[1], loss)
