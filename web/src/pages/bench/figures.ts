import type { Lab, Unit } from '../../core/load';
import { typeset } from '../../lib/format';
import { join } from '../../lib/share/codec';
import type { Report, Surprise } from './report';

/** What stands where a number is undefined. */
export const nothing = '–';

/** A number of rows: "1 row", "50,000 rows". */
export const rowsOf = (n: number): string => `${n.toLocaleString('en')} ${n === 1 ? 'row' : 'rows'}`;

/** Prints numbers of reports, by the core. */
export class Print {
	readonly lab: Lab;
	readonly unit: Unit;

	constructor(lab: Lab, unit: Unit) {
		this.lab = lab;
		this.unit = unit;
	}

	#texts(values: readonly number[], style: 'fixed' | 'significant' | 'shortest', digits: number): string[] {
		const most = 4096; // of one call
		const texts: string[] = [];
		for (let i = 0; i < values.length; i += most)
			texts.push(...this.lab.format({ values: values.slice(i, i + most), style, digits }).texts);
		return texts.map((text) => (text === 'NaN' ? nothing : text));
	}

	fixed(values: readonly number[], digits: number): string[] {
		return this.#texts(values, 'fixed', digits);
	}

	short(values: readonly number[], digits: number): string[] {
		return this.#texts(values, 'significant', digits);
	}

	/** All digits. */
	whole(values: readonly number[]): string[] {
		return this.#texts(values, 'shortest', 0);
	}

	/** Amounts of information, given in nats, in the reader's unit. */
	amounts(nats: readonly number[]): readonly number[] {
		return this.lab.inUnit({ nats, unit: this.unit }).values;
	}

	percent(share: number): string {
		return `${typeset(this.fixed([100 * share], 1)[0]!)} %`;
	}

	/** A probability; it says 1 only for exactly 1. */
	share(p: number): string {
		return p < 1 && p > 0.9995 ? '> 0.999' : this.short([p], 3)[0]!;
	}

	chance(p: number): string {
		return p < 0.001 ? 'p < 0.001' : `p = ${this.short([p], 2)[0]}`;
	}
}

/** The name of a class, else its number. */
export function nameOf(report: Report, k: number): string {
	return report.names?.[k] ?? String(k);
}

/** One line of figures: what it is, its value, and what it stands beside. */
export interface Figure {
	readonly name: string;
	readonly value: string;
	readonly beside: string;
}

/** The figures of a report, in the order of the command. */
export function figures(r: Report, print: Print): Figure[] {
	const { unit } = print;
	const [loss, se, low, high, finite, prior, uniform, gap, expects, lower, fano] = print
		.amounts([
			r.loss.nats,
			r.loss.se,
			...r.loss.ci95,
			r.loss.finite,
			r.prior.nats,
			r.prior.uniform,
			r.confidence.gap,
			r.confidence.entropy,
			r.feasible.lower,
			r.feasible.fano,
		])
		.map((x, i) => typeset(print.short([x], i === 1 ? 3 : 4)[0]!)) as [string, ...string[]];
	const text = (x: number, digits = 4) => typeset(print.short([x], digits)[0]!);
	const wide = r.perplexity_ci95;
	return [
		{
			name: 'loss',
			value: `${loss} ${unit}`,
			beside:
				r.loss.infinite > 0
					? `${rowsOf(r.loss.infinite)} cost ∞; the others ${finite} ${unit}`
					: `± ${se}; 95 %: ${low} to ${high}`,
		},
		{ name: 'perplexity', value: text(r.perplexity), beside: `95 %: ${text(wide[0])} to ${text(wide[1])}` },
		{
			name: 'accuracy',
			value: text(r.accuracy.value),
			beside: `± ${text(r.accuracy.se, 2)} over ${rowsOf(r.rows)}`,
		},
		{
			name: 'skill',
			value: text(r.prior.skill.value),
			beside: `label frequencies cost ${prior} ${unit}, a fair guess ${uniform}`,
		},
		{
			name: 'confidence',
			value: `gap ${gap}`,
			beside: `expects ${expects} ${unit}, loses ${loss}; ${print.chance(r.confidence.p)}`,
		},
		{
			name: 'calibration',
			value: `ECE ${text(r.calibration.ece, 3)}`,
			beside: `${text(r.calibration.null_mean, 2)} if calibrated, 95 % < ${text(r.calibration.null_95, 2)}; ${print.chance(r.calibration.p)}`,
		},
		{
			name: 'feasible',
			value: `${lower} to ${fano}`,
			beside: `${unit}: what is possible at this accuracy, and what a calibrated model loses at most`,
		},
		{
			name: 'numbers',
			value: `to ±${text(r.health.max_abs, 3)}`,
			beside: `${r.health.dtype}; ${odd(r)}`,
		},
	];
}

function odd({ health }: Report): string {
	const counts = [
		[health.nan, 'NaN'],
		[health.pos_inf, '+∞'],
		[health.neg_inf, '−∞'],
	] as const;
	const found = counts
		.filter(([n]) => n > 0)
		.map(([n, what]) => `${n} ${what === 'NaN' ? 'that are no numbers' : what}`);
	return found.length > 0 ? found.join(', ') : 'all finite';
}

/** What the figures amount to, in a sentence or two. */
export function verdict(r: Report, print: Print): string {
	const text = (nats: number) => typeset(print.short(print.amounts([nats]), 3)[0]!);
	const right = `Right in ${print.percent(r.accuracy.value)} of the rows`;
	const skill = r.prior.skill;
	const doubt = 2 * (skill.se > 0 ? skill.se : 0);
	if (r.loss.nats === Infinity)
		return `The loss is infinite: ${r.loss.infinite} of ${rowsOf(r.rows)} gave the true class probability 0.`;
	if (Number.isNaN(r.loss.nats)) return 'The loss is undefined: some rows have no softmax.';
	let knows = `${right}, and explains ${print.percent(skill.value)} of the entropy of the labels.`;
	if (r.soft_targets)
		knows = `Of ${text(r.loss.nats)} ${print.unit} a row, ${text(r.soft_targets.entropy)} are in the targets themselves and ${text(r.soft_targets.kl)} are the model’s.`;
	else if (!Number.isFinite(skill.value)) knows = `${right}, at ${text(r.loss.nats)} ${print.unit} a row.`;
	else if (skill.value < -doubt) knows = `${right}; worse than always answering the label frequencies.`;
	else if (skill.value <= doubt) knows = `${right}; no better than always answering the label frequencies.`;
	const { z, p, gap, entropy } = r.confidence;
	if (!Number.isFinite(z) || !Number.isFinite(p)) return knows;
	const expects = `expects to lose ${text(entropy)} ${print.unit} a row and loses ${text(r.loss.nats)} (${print.chance(p)}).`;
	if (p >= 0.05) return `${knows} About as confident as it should be: ${expects}`;
	return `${knows} ${gap > 0 ? 'Over' : 'Under'}-confident: ${expects}`;
}

/** An explorer that opens with a row: its address below the site's root, the state in it. */
export interface Door {
	readonly id: string;
	/** What is seen there of the row. */
	readonly text: string;
	readonly to: string;
}

/** The explorers that a row opens in; none where the report does not hold its scores, or they have no softmax. */
export function doors(r: Report, s: Surprise, lab: Lab): Door[] {
	if (!s.scores || s.scores.length === 0 || s.scores.length > 100) return [];
	if (!(s.label >= 0 && s.label < Math.max(2, s.scores.length))) return [];
	const own = { scores: s.scores, label: s.label, probs: r.input.kind === 'probs' };
	const row = lab.ownRow(own);
	if (row.logits.length === 0) return [];
	const written = (x: number) => (x === -Infinity ? '-inf' : String(x));
	const list = (xs: readonly number[]) => xs.map(written).join(',');
	const names = row.classes.map((k) => (k < 0 ? 'others' : nameOf(r, k).replaceAll(',', ' ').slice(0, 24)));
	const door = (id: string, text: string, page: string, state: Record<string, string>): Door => {
		const pairs = Object.entries(state).map(([key, value]): [string, string] => [`${id}.${key}`, value]);
		return { id, text, to: `learn/${page}/${join(pairs)}` };
	};
	const [z, y] = [list(row.logits), String(row.label)];
	const opened = [
		door('e1', 'cross-entropy', '1-code', { z, y, n: names.join(',') }),
		door('e3', 'temperature', '3-softmax', { z, y }),
	];
	const rivals = row.logits.map((x, k) => (k === row.label ? -Infinity : x));
	const [mine, rival] = [row.logits[row.label]!, Math.max(...rivals)];
	if (!Number.isFinite(mine) || !Number.isFinite(rival)) return opened;
	// A column of yes-or-no scores is the second logit, beside a first of 0.
	if (own.scores.length === 1 && row.logits[0] === 0) {
		opened.push(door('e2', 'yes or no', '2-binary', { z: written(row.logits[1]!), y }));
		opened.push(door('e6', 'squared error', '6-mse', { by: 'z', z: written(row.logits[1]!), y }));
	}
	// Of more classes, the label against its strongest rival.
	opened.push(door('e9', 'few bits', '8-practice', { z: written(mine), r: written(rival) }));
	return opened;
}
