import type { Lab } from '../core/load';
import { typeset } from '../lib/format';
import type { Item } from './item';

/** The item with the core's numbers in the place of the {figures} that its texts name. */
export function filled<T extends Item>(item: T, lab: Lab): T {
	const own = item.kind === 'numeric' ? { answer: significant(item.answer(lab), item.digits, lab) } : {};
	const named = Object.entries(item.figures ?? {}).map(([name, figure]) => {
		const value = figure(lab);
		return [name, typeof value === 'number' ? significant(value, 4, lab) : value] as const;
	});
	const numbers: Record<string, string> = { ...own, ...Object.fromEntries(named) };
	const fill = (text: string) =>
		text.replace(/\{(\w+)\}/g, (_, name: string) => {
			const number = numbers[name];
			if (number === undefined) throw new Error(`item ${item.id}: no figure ${name}`);
			return typeset(number);
		});
	return texts(item, fill);
}

/** A copy of the data with every text of prose mapped; ids, code and formulas stay. */
function texts<T>(value: T, map: (text: string) => string, key = ''): T {
	if (typeof value === 'string') return (prose.has(key) ? map(value) : value) as T;
	if (Array.isArray(value)) return value.map((part) => texts(part as unknown, map, key)) as T;
	if (value === null || typeof value !== 'object') return value;
	return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, texts(v as unknown, map, k)])) as T;
}

const prose = new Set(['question', 'text', 'reply', 'hint', 'above', 'below']);

function significant(value: number, digits: number, lab: Lab): string {
	return lab.format({ values: [value], style: 'significant', digits }).texts[0]!;
}
