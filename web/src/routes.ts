/** The cores that the explorers are divided among; see lab/doc.go. */
export const cores = ['chapters', 'training', 'practice', 'bench'] as const;
export type Core = (typeof cores)[number];

/** One page of the site. Everything that must know the pages (build, navigation, tests) reads this table. */
export interface Route {
	/** Address below the site's root, with a trailing slash: "learn/1-code/"; the start page is "". */
	readonly path: string;
	/** Folder of the page's sources below src/pages. */
	readonly dir: string;
	/** Title of the page, as its heading and in the browser's tab. */
	readonly title: string;
	/** Short name in the contents. */
	readonly short: string;
	/** One sentence for search engines and link previews. */
	readonly description: string;
	/** Number of the chapter, for the pages that are one. */
	readonly chapter?: number;
	/** A page beside the chapters that every page leads to. */
	readonly room?: boolean;
	/** The core that the page loads, if it is not that of the chapters. */
	readonly core?: Core;
	/** The unit the page begins in. */
	readonly unit?: 'nats' | 'bits';
	/** Whether the page has a worker: worker.ts beside its main.ts. */
	readonly worker?: boolean;
	/** The page's sections, for the contents and for the headings (see lib/Section.svelte). */
	readonly sections?: readonly { readonly id: string; readonly title: string }[];
}

export const routes = [
	{
		path: '',
		dir: 'start',
		unit: 'bits',
		title: 'What does a prediction cost?',
		short: 'Start',
		description: 'Cross-entropy in sixty seconds: one bar to drag, one cost to watch, computed by xent.',
	},
	{
		path: 'learn/1-code/',
		dir: 'learn/1-code',
		title: 'A prediction is a code',
		short: 'A prediction is a code',
		description:
			'Cross-entropy from its definition to the loss of a classifier, with every number live and draggable.',
		chapter: 1,
		sections: [
			{ id: 'idea', title: 'Predictions are codes' },
			{ id: 'explore', title: 'Take it in your hands' },
			{ id: 'definition', title: 'The definition' },
			{ id: 'one-hot', title: 'One true class' },
			{ id: 'every-logit', title: 'Does it only see the true class?' },
			{ id: 'derive', title: 'Derive it once yourself' },
			{ id: 'check', title: 'Three questions' },
		],
	},
	{
		path: 'learn/2-binary/',
		core: 'training',
		dir: 'learn/2-binary',
		title: 'Yes or no, from one number',
		short: 'Binary cross-entropy',
		description:
			'The binary cross-entropy of a logit, its slope p − y, and why it is computed from the logit and not from p.',
		chapter: 2,
		sections: [
			{ id: 'question', title: 'Two classes, one number' },
			{ id: 'explore', title: 'Drag the logit' },
			{ id: 'derive', title: 'The slope, in four steps' },
			{ id: 'stable', title: 'Why from the logit' },
			{ id: 'insights', title: 'Three things to take along' },
			{ id: 'check', title: 'Three questions' },
		],
	},
	{
		path: 'learn/3-softmax/',
		dir: 'learn/3-softmax',
		title: 'From scores to shares',
		short: 'Softmax and temperature',
		description:
			'Softmax with a temperature: what it does to probabilities, gradients, draws, single precision and a student.',
		chapter: 3,
		sections: [
			{ id: 'question', title: 'How sure should it be?' },
			{ id: 'explore', title: 'Heat it and cool it' },
			{ id: 'temperature', title: 'What temperature does' },
			{ id: 'slopes', title: 'Every logit moves everything' },
			{ id: 'draw', title: 'A hundred draws' },
			{ id: 'shift', title: 'What cannot be seen, and what overflows' },
			{ id: 'distil', title: 'Dark knowledge' },
			{ id: 'exercise', title: 'Work one out' },
			{ id: 'check', title: 'Three questions' },
		],
	},
	{
		path: 'learn/4-kl/',
		dir: 'learn/4-kl',
		title: 'What can be learnt, and what cannot',
		short: 'Entropy plus divergence',
		description:
			'Cross-entropy is the entropy of the truth plus the divergence of the model from it: taken apart, class by class.',
		chapter: 4,
		unit: 'bits',
		sections: [
			{ id: 'question', title: 'Where does the loss stop?' },
			{ id: 'explore', title: 'Take it apart' },
			{ id: 'derive', title: 'Why the parts add up' },
			{ id: 'negative', title: 'A row below zero' },
			{ id: 'directions', title: 'Two directions' },
			{ id: 'exercise', title: 'Work one out' },
			{ id: 'check', title: 'Three questions' },
		],
	},
	{
		path: 'learn/5-mle/',
		dir: 'learn/5-mle',
		title: 'The least loss is the greatest likelihood',
		short: 'Maximum likelihood',
		description:
			'Why minimising cross-entropy is maximum likelihood, in three steps, and why a program adds logarithms instead of multiplying.',
		chapter: 5,
		sections: [
			{ id: 'question', title: 'Which model made the data likely?' },
			{ id: 'explore', title: 'Roll, and judge' },
			{ id: 'derive', title: 'Three steps to the loss' },
			{ id: 'underflow', title: 'Why nobody multiplies' },
			{ id: 'promises', title: 'What it promises, and what not' },
			{ id: 'exercise', title: 'Work one out' },
			{ id: 'check', title: 'Three questions' },
		],
	},
	{
		path: 'learn/6-mse/',
		core: 'training',
		dir: 'learn/6-mse',
		title: 'Why not just square the error?',
		short: 'Squared error or cross-entropy',
		description:
			'Squared error and cross-entropy side by side: equally right about what is wrong, and how differently they pull on the logit.',
		chapter: 6,
		sections: [
			{ id: 'question', title: 'Two losses that agree' },
			{ id: 'explore', title: 'How hard does each pull?' },
			{ id: 'derive', title: 'Where the sigmoid comes in' },
			{ id: 'table', title: 'Five rows, each with its proof' },
			{ id: 'meaning', title: 'What squared error is good for' },
			{ id: 'exercise', title: 'Find its strongest pull' },
			{ id: 'check', title: 'Three questions' },
		],
	},
	{
		path: 'learn/7-flow/',
		core: 'training',
		dir: 'learn/7-flow',
		worker: true,
		title: 'How the gradient flows',
		short: 'Gradient flow',
		description:
			'A real network trains in the page: gradients layer by layer, what cross-entropy repairs of them, and what it cannot.',
		chapter: 7,
		sections: [
			{ id: 'question', title: 'Why does the first layer learn last?' },
			{ id: 'explore', title: 'Train one' },
			{ id: 'derive', title: 'A product as long as the way' },
			{ id: 'repair', title: 'What the loss can repair' },
			{ id: 'failures', title: 'Four ways to stop learning' },
			{ id: 'exercise', title: 'Work one out' },
			{ id: 'check', title: 'Three questions' },
		],
	},
	{
		path: 'learn/8-practice/',
		dir: 'learn/8-practice',
		core: 'practice',
		title: 'Few digits, and what goes wrong',
		short: 'In practice',
		description:
			'Numerical stability of cross-entropy bit by bit, code that works and code that breaks, and a doctor for losses that look right and are not.',
		chapter: 8,
		sections: [
			{ id: 'question', title: 'Two ways to go wrong' },
			{ id: 'bits', title: 'Few bits' },
			{ id: 'techniques', title: 'What keeps it stable' },
			{ id: 'derive', title: 'Why the largest may go' },
			{ id: 'code', title: 'Code, and how to break it' },
			{ id: 'twice', title: 'Softmax twice' },
			{ id: 'doctor', title: 'Ask the doctor' },
			{ id: 'check', title: 'Three questions' },
		],
	},
	{
		path: 'learn/9-apply/',
		dir: 'learn/9-apply',
		title: 'One loss, many uses',
		short: 'Uses',
		description:
			'Cross-entropy at work: perplexity of language models, calibration of classifiers, distillation, and the bound of autoencoders and diffusion.',
		chapter: 9,
		core: 'practice',
		sections: [
			{ id: 'question', title: 'The same number everywhere' },
			{ id: 'language', title: 'Language: perplexity' },
			{ id: 'images', title: 'Images: is it as sure as it is right?' },
			{ id: 'distillation', title: 'Distillation: what a teacher doubts' },
			{ id: 'latent', title: 'Autoencoders and diffusion: a bound' },
			{ id: 'derive', title: 'Why it is a bound' },
			{ id: 'exercise', title: 'Work one out' },
			{ id: 'choose', title: 'Which loss?' },
			{ id: 'check', title: 'Three questions' },
		],
	},
	{
		path: 'learn/check/',
		dir: 'learn/check',
		title: 'What do you know by now?',
		short: 'Knowledge check',
		description:
			'Questions on cross-entropy of six kinds, each answer explained. What was missed comes back after 1, 3, 7 and 21 days.',
		sections: [
			{ id: 'questions', title: 'The questions' },
			{ id: 'objectives', title: 'What they test' },
			{ id: 'keep', title: 'Your progress' },
		],
	},
	{
		path: 'learn/summary/',
		dir: 'learn/summary',
		title: 'Six things to keep, and one beyond',
		short: 'Summary',
		description:
			'The chapter in six questions, and the principle of maximum entropy: why a softmax, and what its temperature is.',
		chapter: 10,
		sections: [
			{ id: 'takeaways', title: 'Six things to keep' },
			{ id: 'question', title: 'Where does a softmax come from?' },
			{ id: 'explore', title: 'Load a die, and say no more' },
			{ id: 'derive', title: 'A multiplier, and a temperature' },
			{ id: 'exercise', title: 'Work one out' },
			{ id: 'check', title: 'Three questions' },
		],
	},
	{
		path: 'bench/',
		dir: 'bench',
		core: 'bench',
		room: true,
		worker: true,
		title: 'Your own model on the bench',
		short: 'Your own data',
		description:
			'Drop the saved scores and labels of a model, or a report: what its loss is made of, computed in the browser. Nothing leaves the machine.',
		sections: [
			{ id: 'files', title: 'The files' },
			{ id: 'report', title: 'What the loss is made of' },
			{ id: 'compare', title: 'Against another' },
			{ id: 'read', title: 'What is read, and what is not' },
		],
	},
	{
		path: 'ref/',
		core: 'training',
		dir: 'ref',
		room: true,
		title: 'Reference',
		short: 'Reference',
		description: 'Every loss of the library with its formula, its functions and options, and the packages.',
		sections: [
			{ id: 'losses', title: 'The losses' },
			{ id: 'functions', title: 'The functions' },
			{ id: 'numbers', title: 'Numbers to know' },
			{ id: 'packages', title: 'The packages' },
		],
	},
	{
		path: 'choose/',
		dir: 'choose',
		room: true,
		title: 'Which loss?',
		short: 'Which loss?',
		description:
			'A guided choice: from the task, the kind of label, imbalance and noise to the loss, its reason, and its code in Go, NumPy and PyTorch.',
		sections: [
			{ id: 'guide', title: 'Four questions' },
			{ id: 'losses', title: 'The losses' },
		],
	},
	{
		path: 'ref/glossary/',
		dir: 'ref/glossary',
		room: true,
		title: 'Glossary',
		short: 'Glossary',
		description:
			'The words of cross-entropy, information and calibration, each with its formula, unit and place.',
		sections: [],
	},
	{
		path: 'ref/history/',
		dir: 'ref/history',
		room: true,
		title: 'Sources and corrections',
		short: 'Sources and corrections',
		description:
			'The history of cross-entropy as a loss, what is often said of it wrongly, and the works to read.',
		sections: [
			{ id: 'timeline', title: 'How it came to be' },
			{ id: 'corrections', title: 'Often said, not quite right' },
			{ id: 'works', title: 'Works' },
		],
	},
	{
		path: 'teach/',
		dir: 'teach',
		room: true,
		title: 'Lessons in a link',
		short: 'For teachers',
		description:
			'Make links that open an explorer in a state, with your question and without what gives it away.',
	},
] as const satisfies readonly Route[];

/** The chapters that exist, in reading order. */
export const chapters: readonly Route[] = /* @__PURE__ */ routes.filter((r) => 'chapter' in r);

/** All that is read in order: the chapters, and the pages that go with them. */
export const reading: readonly Route[] = /* @__PURE__ */ routes.filter((r) => r.path.startsWith('learn/'));

/** The pages beside the chapters. */
export const rooms: readonly Route[] = /* @__PURE__ */ routes.filter((r) => 'room' in r);

/** A relative address from one page to another, so that the site works below any path. */
export function href(from: Route, to: Route): string {
	return root(from) + to.path || './';
}

/** The relative address of the site's root: "../../" on "learn/1-code/", "" on the start page. */
export function root(from: Route): string {
	return '../'.repeat(from.path.split('/').length - 1);
}
