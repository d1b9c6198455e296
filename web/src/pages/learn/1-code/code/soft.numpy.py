import numpy as np

z = np.array([__np_logits__])
p = np.array([__target__])
m = z.max()  # without it, exp overflows for large logits
log_q = z - m - np.log(np.exp(z - m).sum())  # log-softmax, not log(softmax)
loss = -(p[p > 0] * log_q[p > 0]).sum()  # 0 times infinity is 0 here
print(f"{loss:.6f} nats, perplexity {np.exp(loss):.4f}")  # __nats__ nats
