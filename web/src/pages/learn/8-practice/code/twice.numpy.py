import numpy as np

def log_softmax(z):
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))

logits = np.array([8.0, 0, 0])  # sure of class 0, and right
p = np.exp(log_softmax(logits))
print(f"once   {-log_softmax(logits)[0]:.4f}")
print(f"twice  {-log_softmax(p)[0]:.4f}, never below {np.log(1 + 2 / np.e):.4f}")
