import { parseNumber } from '../format';

/**
 * Whether a number, as it was typed, agrees with another in so many significant digits: it lies within half a unit of
 * the last of them. Without a count, in as many as were typed.
 *
 * Special values: 0 agrees with 0 only, and an infinity with itself.
 */
export function agrees(typed: string, value: number, digits = significant(typed)): boolean {
	const number = parseNumber(typed) ?? NaN;
	if (value === 0 || !Number.isFinite(value)) return number === value;
	const [, power] = value.toExponential().split('e');
	return Math.abs(number - value) <= 0.5000001 * Number(`1e${Number(power) - digits + 1}`);
}

/** How many significant digits a number was typed with: 2 of 0.050, and 1 at least. */
function significant(typed: string): number {
	const digits = typed.replace(/e.*$/i, '').replace(/\D/g, '').replace(/^0+/, '');
	return Math.min(15, Math.max(1, digits.length));
}
