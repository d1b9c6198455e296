import type { FlowView } from '../../../core/load';
import type { State } from './state';

const tests = { halves: 'x[2*i] > 0', ring: 'i < points/2', quarters: 'x[2*i]*x[2*i+1] > 0' };
const goInits = { xavier: 'nn.Xavier', he: 'nn.He', zeros: 'nn.Zeros' };
const goNames = { sigmoid: 'Sigmoid', tanh: 'Tanh', relu: 'ReLU' };
const goLosses = {
	squared: 'xent.SquaredErrorGrad(grad, out, xent.MatrixOf(class, 1), nil)',
	binary: 'xent.BinaryCrossEntropyGrad(grad, xent.Logits[float64](out), xent.MatrixOf(class, 1), nil)',
	softmax: 'xent.CrossEntropyGrad(grad, xent.Logits[float64](out), labels, nil)',
};
const numpyLosses = {
	squared: 'p = 1 / (1 + np.exp(-z[-1])); delta = 2 * (p - y[:, None]) * p * (1 - p)',
	binary: 'p = 1 / (1 + np.exp(-z[-1])); delta = p - y[:, None]',
	softmax:
		'p = np.exp(z[-1] - z[-1].max(1, keepdims=True)); delta = p / p.sum(1, keepdims=True) - np.eye(2)[y]',
};
const torchLosses = {
	squared: 'F.mse_loss(out.sigmoid()[:, 0], y.double())',
	binary: 'F.binary_cross_entropy_with_logits(out[:, 0], y.double())',
	softmax: 'F.cross_entropy(out, y)',
};
const slopes = { sigmoid: 'a * (1 - a)', tanh: '1 - a * a', relu: '(a > 0).astype(float)' };
const numpyActs = { sigmoid: '1 / (1 + np.exp(-z))', tanh: 'np.tanh(z)', relu: 'np.maximum(z, 0)' };

/** What the code tabs hold for the moment: the network by its seed in Go, by its weights elsewhere. */
export function literals(view: FlowView, state: State): Record<string, string> {
	const run = view.runs[0]!;
	const outputs = run.softmax ? 2 : 1;
	const sizes = [2, ...Array<number>(state.depth).fill(state.width), outputs];
	return {
		test: tests[state.task],
		seed: String(state.seed),
		activation: goNames[state.act],
		init: state.init === 'normal' ? `nn.Normal(${state.sd})` : goInits[state.init],
		sizes: sizes.join(', '),
		outputs: String(outputs),
		head: state.loss === 'squared' ? 'nn.NewNet[float64](mlp, nn.NewActivate[float64](nn.Sigmoid))' : 'mlp',
		loss: goLosses[state.loss],
		rate: String(state.rate),
		steps: String(run.state.step),
		norms: run.layers.text.grad.join(' '),
		numpyAct: numpyActs[state.act],
		numpySlope: slopes[state.act],
		numpyLoss: numpyLosses[state.loss],
		torchAct: state.act,
		torchLoss: torchLosses[state.loss],
		activationName: state.act,
		lossName: state.loss,
		// Long, and seldom looked at: written when the tab that holds them is.
		get points() {
			return JSON.stringify(view.points.map((p) => [p.x, p.y]));
		},
		get classes() {
			return JSON.stringify(view.points.map((p) => p.class));
		},
		get layers() {
			return layers(sizes, run.state.weights);
		},
	};
}

/** The weights of a state layer by layer, as JSON. */
function layers(sizes: readonly number[], weights: readonly number[]): string {
	let at = 0;
	const take = (count: number) => weights.slice(at, (at += count));
	const made = sizes.slice(1).map((out, l) => ({
		weight: Array.from({ length: out }, () => take(sizes[l]!)),
		bias: take(out),
	}));
	return `[\n    ${made.map((layer) => JSON.stringify(layer)).join(',\n    ')}\n  ]`;
}
