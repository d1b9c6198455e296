import numpy as np

logits = np.array([[2, 1, 0], [1000, 0, -1000]], dtype=np.float32)
labels = np.array([0, 1])

def log_softmax(z):
    z = z - z.max(axis=-1, keepdims=True)  # the largest becomes 0: exp cannot overflow
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))

loss = -log_softmax(logits)[np.arange(len(labels)), labels]
print(loss, loss.mean(dtype=np.float64))  # the mean is taken in a wider type
