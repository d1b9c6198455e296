/** What a reader can do at the end of the chapter. An item that tests an objective names its id. */
export interface Objective {
	readonly id: string;
	readonly group: 'To know' | 'To do' | 'To master';
	readonly text: string;
	/** Where it is learnt: a page of routes.ts and one of its sections, "learn/4-kl/#derive". */
	readonly sections: readonly string[];
}

export const objectives = [
	{
		id: 'information',
		group: 'To know',
		text: 'Derive the loss from the lengths of codewords, and say what a bit of it means.',
		sections: ['learn/1-code/#idea', 'learn/1-code/#definition'],
	},
	{
		id: 'divergence',
		group: 'To know',
		text: 'Take the loss apart into the entropy of the truth and the divergence of the model.',
		sections: ['learn/4-kl/#derive', 'learn/4-kl/#directions'],
	},
	{
		id: 'likelihood',
		group: 'To know',
		text: 'Show that the least loss is the greatest likelihood.',
		sections: ['learn/5-mle/#derive', 'learn/5-mle/#underflow'],
	},
	{
		id: 'squared',
		group: 'To know',
		text: 'Explain why a classifier learns faster from cross-entropy than from squared error.',
		sections: ['learn/6-mse/#explore', 'learn/6-mse/#derive'],
	},
	{
		id: 'implement',
		group: 'To do',
		text: 'Write the loss and its gradient in Go, NumPy and PyTorch.',
		sections: ['learn/1-code/#explore', 'learn/8-practice/#code'],
	},
	{
		id: 'choose',
		group: 'To do',
		text: 'Choose the loss that fits the task and its labels.',
		sections: ['choose/#guide'],
	},
	{
		id: 'debug',
		group: 'To do',
		text: 'Read from the loss and its gradients what goes wrong in training.',
		sections: ['learn/8-practice/#doctor', 'learn/4-kl/#question', 'learn/1-code/#every-logit'],
	},
	{
		id: 'stability',
		group: 'To do',
		text: 'Keep the computation finite for any logits.',
		sections: [
			'learn/8-practice/#bits',
			'learn/8-practice/#techniques',
			'learn/3-softmax/#shift',
			'learn/1-code/#derive',
		],
	},
	{
		id: 'fused',
		group: 'To master',
		text: 'Say why frameworks put the softmax into the loss.',
		sections: ['learn/1-code/#derive'],
	},
	{
		id: 'language',
		group: 'To master',
		text: 'Read the loss of a language model as perplexity.',
		sections: ['learn/9-apply/#language'],
	},
	{
		id: 'distillation',
		group: 'To master',
		text: 'Train on soft labels, and let a temperature show what a teacher knows.',
		sections: ['learn/3-softmax/#distil', 'learn/9-apply/#distillation'],
	},
	{
		id: 'elbo',
		group: 'To master',
		text: 'Tell the two directions of the divergence apart, as variational inference must.',
		sections: ['learn/4-kl/#directions', 'learn/9-apply/#latent'],
	},
] as const satisfies readonly Objective[];

export type ObjectiveId = (typeof objectives)[number]['id'];
