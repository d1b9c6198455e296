/** A step in the history of the loss. */
export interface Event {
	/** "1948", "1989–90". */
	readonly when: string;
	readonly what: string;
	readonly text: string;
	/** The ids of the works that it rests on. */
	readonly works: readonly string[];
}

/** How cross-entropy came to be the loss of classifiers. */
export const timeline: readonly Event[] = [
	{
		when: '1948',
		what: 'Entropy, and the length of codes',
		text: 'Shannon measures information by the logarithm of a probability and shows that no code can be shorter on average than the entropy of its source. What a code made for the wrong source costs follows from the same sum; it has no name yet.',
		works: ['shannon-1948'],
	},
	{
		when: '1951',
		what: 'Divergence',
		text: 'Kullback and Leibler ask how much one sample tells two hypotheses apart, and define the mean of the logarithm of their ratio: what a wrong model costs beyond the right one. “Cross-entropy”, for the whole of the cost, becomes a usual name only later.',
		works: ['kullback-1951'],
	},
	{
		when: '1986',
		what: 'Networks learn by back-propagation',
		text: 'Rumelhart, Hinton and Williams send the error of a network’s output backwards through its layers. The error is squared, for classes too, as was then usual. Where a sigmoid output is sure and wrong, its own flat slope stops the learning.',
		works: ['rumelhart-1986'],
	},
	{
		when: '1988–90',
		what: 'Outputs become probabilities',
		text: 'Solla, Levin and Fleisher train with a logarithmic loss and learn faster. Bridle names the softmax, reads a network’s outputs as probabilities and trains them by cross-entropy: in the gradient the flat slope cancels, and p − y remains.',
		works: ['solla-1988', 'bridle-1990', 'bridle-1990-training'],
	},
	{
		when: 'from 2012',
		what: 'The standard of deep learning',
		text: 'A deep convolutional network wins the ImageNet challenge with a softmax and cross-entropy at its end. Networks for images, speech and text have ended in the same two lines ever since, language models among them.',
		works: ['krizhevsky-2012'],
	},
	{
		when: '2014–15',
		what: 'Divergence at work inside models',
		text: 'Variational auto-encoders train on a bound in which a divergence holds the hidden causes near what was expected. Distillation trains a small network on the softened probabilities of a large one: cross-entropy with soft labels and a temperature.',
		works: ['kingma-2014', 'rezende-2014', 'hinton-2015'],
	},
];
