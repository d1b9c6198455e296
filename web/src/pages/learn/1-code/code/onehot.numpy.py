import numpy as np

z = np.array([__np_logits__])
m = z.max()  # without it, exp overflows for large logits
log_q = z - m - np.log(np.exp(z - m).sum())  # log-softmax, not log(softmax)
loss = -log_q[__label__]
print(f"{loss:.6f} nats, perplexity {np.exp(loss):.4f}")  # __nats__ nats
