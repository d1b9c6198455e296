import { tex } from '../../../lib/tex';

export const definition = tex`\link{loss}{H(p, q)} = -\sum_{x} \link{p}{p(x)}\, \log \link{q}{q(x)}`;

export const softmax = tex`\link{q}{q(\slot{name})} = \frac{\slot{top}}{\slot{bottom}} = \slot{q}`;

export const oneHot = tex`\link{loss}{H(p, q)} = -\slot{log}\, \link{q}{q(\slot{name})} = \link{q}{\slot{cost}} = \link{loss}{\slot{loss}}\ \slot{unit}`;

export const soft = tex`\link{loss}{H(p, q)} = -\sum_{x} \link{p}{p(x)}\, \slot{log}\, \link{q}{q(x)} = \terms{terms} = \link{loss}{\slot{loss}}\ \slot{unit}`;

export const collapse = tex`\link{loss}{H(p, q)} = \terms{terms} = \link{loss}{\slot{loss}}\ \slot{unit}`;

export const surprisal = tex`inline:-\log q(x)`;
export const p = tex`inline:p(x)`;
export const q = tex`inline:q(x)`;
export const loss = tex`inline:H(p, q)`;
export const x = tex`inline:x`;
export const z = tex`inline:z_x`;
export const c = tex`inline:c`;
export const gap = tex`inline:q - p`;

export const steps = {
	loss: tex`L = -\log q_c`,
	softmax: tex`q_c = \frac{e^{z_c}}{\sum_j e^{z_j}}`,
	logits: tex`L = \log \sum_j e^{z_j} - z_c`,
	first: tex`\frac{\partial}{\partial z_i} \log \sum_j e^{z_j} = \frac{e^{z_i}}{\sum_j e^{z_j}} = q_i`,
	second: tex`\frac{\partial z_c}{\partial z_i} = p_i \qquad p_i = 1 \text{ if } i = c, \text{ else } 0`,
	gradient: tex`\frac{\partial L}{\partial z_i} = q_i - p_i`,
	sum: tex`\sum_i \frac{\partial L}{\partial z_i} = \sum_i q_i - \sum_i p_i = 1 - 1 = 0`,
};

export const entropy = tex`\link{p}{H(p)} = \slot{entropy}\ \slot{unit} \qquad \link{q}{H(p, q)} = \slot{cross}\ \slot{unit}`;
export const meanTruth = tex`\sum_x p(x)\,\link{p}{\ell_p(x)} = \terms{truthTerms} = \slot{truthMean}\ \slot{bits}`;
export const meanModel = tex`\sum_x p(x)\,\link{q}{\ell_q(x)} = \terms{modelTerms} = \slot{modelMean}\ \slot{bits}`;
