import { tex, type MathML } from '../lib/tex';

/**
 * The formulas of the losses in the table of doc.go, by their names there: z are logits, q = softmax(z) or σ(z) the
 * model, p the target, y the label. Rows that only say what counts have none.
 */
export const formulas: Readonly<Record<string, MathML>> = {
	'cross-entropy, labels': tex`inline:-\ln q_y`,
	'cross-entropy, targets': tex`inline:-\sum_k p_k\ln q_k`,
	'class weights': tex`inline:-w_y\ln q_y`,
	'label smoothing': tex`inline:p'_k = (1-\varepsilon)\,p_k + \varepsilon/K`,
	'focal loss': tex`inline:(1-q_y)^\gamma\,(-\ln q_y)`,
	'poly-1': tex`inline:-\ln q_y + \varepsilon_1(1-q_y)`,
	'generalised cross-entropy': tex`inline:(1-q_y^{\,r})/r`,
	'symmetric cross-entropy': tex`inline:-\alpha\ln q_y - \beta A\,(1-q_y)`,
	temperature: tex`inline:q = \operatorname{softmax}(z/T)`,
	'z-loss': tex`inline:\zeta\,\bigl(\ln\sum_k e^{z_k}\bigr)^2`,
	'logit soft-capping': tex`inline:z' = c\tanh(z/c)`,
	'binary, multi-label': tex`inline:-p\ln q - (1-p)\ln(1-q)`,
	'positive weights': tex`inline:-w\,p\ln q - (1-p)\ln(1-q)`,
	'element weights, masks': tex`inline:w_i\,\ell_i`,
	'sigmoid focal loss': tex`inline:-\alpha\,p\,(1-q)^\gamma\ln q - (1-\alpha)(1-p)\,q^\gamma\ln(1-q)`,
	'asymmetric loss': tex`inline:-p\,(1-q)^{\gamma_+}\ln q - (1-p)\,q_m^{\gamma_-}\ln(1-q_m)`,
	'squared error, Brier': tex`inline:\sum_k (q_k - p_k)^2`,
	'KL, either direction': tex`inline:\sum_k p_k\ln(p_k/q_k),\quad \sum_k q_k\ln(q_k/p_k)`,
	'KL of log targets': tex`inline:\sum_k e^{a_k}(a_k - \ln q_k),\ a = \ln p`,
	'Jensen-Shannon': tex`inline:\beta D(p\|m) + (1-\beta)D(q\|m),\ m = \beta p + (1-\beta)q`,
	distillation: tex`inline:(1-\lambda)\,T^2 D(p_T\|q_T) - \lambda\ln q_y`,
	'Gaussian NLL': tex`inline:\tfrac12\bigl(\ln\sigma^2 + (y-\mu)^2/\sigma^2\bigr)`,
	'KL of a VAE, free bits': tex`inline:\tfrac12\sum_j(\mu_j^2 + \sigma_j^2 - 1 - \ln\sigma_j^2)`,
	ELBO: tex`inline:\mathbb E_{q(z)}[\ln p(x\mid z)] - D(q(z)\|p(z))`,
	'Poisson NLL': tex`inline:\lambda - y\ln\lambda`,
	CTC: tex`inline:-\ln\sum_{\pi\,\mapsto\,y}\ \prod_t q_t(\pi_t)`,
	'decoupled distillation': tex`inline:\alpha D(b\|c) + \beta D(\bar p\|\bar q)`,
};
