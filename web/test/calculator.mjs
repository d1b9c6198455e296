// @ts-check
// A calculator that reads formulas off the page, in MathML and in plain text around it, and says
// whether what is printed on one side of an equals sign gives what is printed on the other.

/** @import { Locator } from 'playwright-core' */

/**
 * The lines of an explorer's formula as sides of equations, in the notation of JavaScript; "?"
 * stands for what is no number: a name, a sum over classes.
 * @param {Locator} lines
 * @returns {Promise<string[][]>}
 */
export async function equations(lines) {
	const texts = await lines.evaluateAll((all) => {
		/** @type {Record<string, string>} */
		const signs = {
			'−': '-',
			'·': '*',
			'⋅': '*', // the dot of a formula
			'×': '*',
			'\u2062': '*',
			'\u2061': '',
			'(': '(',
			')': ')',
			'+': '+',
			'-': '-',
			'=': '=',
			'/': '/',
		};
		/** @param {Node} node @returns {string[]} tokens */
		const read = (node) => {
			const text = (node.textContent ?? '').trim();
			const children = () => [...node.childNodes].flatMap(read);
			const argument = (/** @type {number} */ i) =>
				`(${apply(read(/** @type {Node} */ (/** @type {Element} */ (node).children[i])))})`;
			switch (node.nodeName.toLowerCase()) {
				case '#comment':
				case 'mspace':
					return [];
				case '#text':
					// Around the formulas stand words, units and single signs.
					return text
						.split(/\s+/)
						.flatMap((word) => (/^[−+=·-]$|^−?\d/.test(word) ? [word.replace('−', '-')] : []));
				case 'mn':
					return [text];
				case 'mtext':
					return ['', 'nats', 'bits'].includes(text) ? [] : ['?'];
				case 'mi':
					return [{ ln: 'Math.log', e: 'Math.E', '∞': 'Infinity' }[text] ?? '?'];
				case 'mo':
					return [signs[text] ?? '?'];
				case 'msub':
					return [text === 'log2' ? 'Math.log2' : '?'];
				case 'mfrac':
					return [`(${argument(0)}/${argument(1)})`];
				case 'msup':
					return [`(${argument(0)}**${argument(1)})`];
				case 'munder':
				case 'munderover':
				case 'msubsup':
					return ['?'];
			}
			const tokens = children();
			const whole =
				node.nodeName === 'mrow' &&
				tokens.length > 1 &&
				!tokens.includes('=') &&
				/[\d)yE?]$/.test(tokens.at(-1) ?? '');
			return whole ? [`(${apply(tokens)})`] : tokens;
		};
		/** Gives each logarithm the token behind it. @param {string[]} tokens */
		const apply = (tokens) => {
			let line = '';
			for (let i = 0; i < tokens.length; i++) {
				const token = tokens[i] ?? '';
				const next = tokens[i + 1] ?? '?';
				if (/^Math\.log/.test(token) && next !== '(') {
					line += `${token}(${next})`;
					i++;
				} else line += token;
			}
			return line;
		};
		return all.map((line) => apply(read(line)));
	});
	return texts.map((line) => line.split('='));
}

/**
 * What a calculator says about one equation: how many sides of it were numbers, and which did
 * not give the one that is printed as a result.
 * @param {string[]} sides
 * @returns {{numeric: number, wrong: string[]}}
 */
export function check(sides) {
	const numbers = sides.filter((side) => side !== '' && !side.includes('?'));
	const printed = numbers.findLast((side) => literal.test(side.replace(/[()]/g, '')));
	if (numbers.length < 2 || !printed) return { numeric: 0, wrong: [] };
	const result = value(printed);
	const wrong = numbers.filter(
		(side) => !(value(side) === result || Math.abs(value(side) - result) <= 0.5000001 * lastDigit(printed)),
	);
	return {
		numeric: numbers.length,
		wrong: wrong.map((side) => `${side} = ${value(side)}, printed ${printed}`),
	};
}

/** A number as it is printed, with its decimals and its power of ten. */
const literal = /^-?(?:Infinity|\d+(?:\.(\d+))?)(?:\*10\*\*(-?\d+))?$/;

/** A logarithm of a number with a power of ten, which may lie beyond what a float64 holds: log m + n log 10. */
const small = /Math\.(log2?)\(\(([\d.]+)\*\(\(10\)\*\*\(\((-\d+)\)\)\)\)\)/g;

/** @param {string} side */
function value(side) {
	const source = side.replace(small, '(Math.$1($2)+($3)*Math.$1(10))');
	try {
		return Number(new Function(`return ${source}`)());
	} catch (cause) {
		throw new Error(`a formula that no calculator reads: ${side}`, { cause });
	}
}

/** What one unit in the last digit of a printed number is worth: 0.0001 for 0.4402. @param {string} printed */
function lastDigit(printed) {
	const [, decimals, power] = literal.exec(printed.replace(/[()]/g, '')) ?? [];
	return 10 ** (Number(power ?? 0) - (decimals?.length ?? 0));
}
