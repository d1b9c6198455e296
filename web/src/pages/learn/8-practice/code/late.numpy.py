import numpy as np

logits = np.array([[2, 1, 0], [1000, 0, -1000]], dtype=np.float32)
labels = np.array([0, 1])

e = np.exp(logits - logits.max(axis=-1, keepdims=True))
p = e / e.sum(axis=-1, keepdims=True)  # a stable softmax: 1, 0, 0
loss = -np.log(p[np.arange(len(labels)), labels])  # but its zeros are gone for good
print(p[1], loss)
