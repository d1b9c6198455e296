// The questions of the lab, as data: six kinds. They are read by the build and by tests only (see lib/Items.svelte),
// so they may call the core, and every number in them is the core's.

import type { Lab } from '../core/load';
import type { MathML } from '../lib/tex';
import type { ObjectiveId } from './objectives';

/** A number of the core: a text of one of its views, or a value, which is then printed with four significant digits. */
export type Figure = (lab: Lab) => string | number;

/** What every kind of question has. */
interface Question {
	/** Stays the same when the words change: it is the key under which a reader's progress is kept. */
	readonly id: string;
	/** May hold `code` and {figures}, as all texts of an item may. */
	readonly question: string;
	/** The objectives it tests (see objectives.ts). */
	readonly tests?: readonly ObjectiveId[];
	/** The section of its page to read again, by its anchor. */
	readonly section?: string;
	/** The numbers that its texts name in braces. */
	readonly figures?: Readonly<Record<string, Figure>>;
}

/** An answer to choose. Right or wrong, its reply says why. */
export interface Answer {
	readonly text: string;
	readonly reply: string;
	readonly right?: boolean;
}

/** Choose one answer. */
export interface Choice extends Question {
	readonly kind?: 'choice';
	readonly answers: readonly Answer[];
}

/** Type a number: right if it agrees with the answer in so many significant digits. */
export interface Numeric extends Question {
	readonly kind: 'numeric';
	readonly answer: (lab: Lab) => number;
	readonly digits: number;
	/** Behind the number: "bits"; nothing for a plain number. */
	readonly unit?: string;
	/** Why the answer is right. It may name {answer}. */
	readonly reply: string;
	/** Numbers that a usual mistake gives, and which mistake that is. */
	readonly misses: readonly { readonly value: (lab: Lab) => number; readonly reply: string }[];
	/** For any other number. */
	readonly hint: string;
}

/** Put steps into order. The order is not written down: it follows from what each step needs. */
export interface Order extends Question {
	readonly kind: 'order';
	readonly steps: readonly {
		readonly id: string;
		readonly text: string;
		readonly math?: MathML;
		/** The steps that must come before. */
		readonly needs: readonly string[];
		/** Why it stands where it does; shown too where it was put too early. */
		readonly reply: string;
	}[];
	/** What the whole shows. */
	readonly reply: string;
}

/** Bring bars or sliders into a state. */
export interface State extends Question {
	readonly kind: 'state';
	readonly scene: Scene;
	/** A state that is right, as the values of the scene's controls; a test tries it. */
	readonly solution: readonly number[];
	readonly reply: string;
	/** States that a usual mistake gives: where the reading lies, and which mistake that is. */
	readonly misses: readonly { readonly from: number; readonly to: number; readonly reply: string }[];
	/** For any other state. */
	readonly hint: string;
}

/**
 * What can be moved in a State, and what is read from the core then: the core of the chapters, which the knowledge
 * check loads. Plain data: it travels with the page.
 */
export interface Scene {
	readonly call: 'kl' | 'crossEntropy';
	/** The parameters of the call, those that move at their start. */
	readonly params: Readonly<Record<string, unknown>>;
	/** The parameter that moves: a list of numbers. */
	readonly moves: string;
	/** What moves: the bars of a distribution, or sliders. */
	readonly as: 'bars' | 'sliders';
	readonly legend: string;
	readonly names: readonly string[];
	/** Which of them stay where they are. */
	readonly fixed?: readonly number[];
	/** Of the sliders; bars go from 0 to 1. */
	readonly min?: number;
	readonly max?: number;
	readonly step?: number;
	/** A distribution to compare with, as marks across the bars. */
	readonly marks?: readonly number[];
	/** Where the number to reach stands in the call's view, what it is called, and its unit. */
	readonly reads: { readonly at: string; readonly name: string; readonly unit: string };
	/** The readings that are right, ends included. A number that JSON lacks is a word: "Infinity". */
	readonly goal: { readonly from: number | 'Infinity'; readonly to: number | 'Infinity' };
}

/** Find the line that is wrong. The lines make a program, which a test runs wrong and mended. */
export interface Bug extends Question {
	readonly kind: 'bug';
	readonly language: 'go' | 'python';
	readonly lines: readonly { readonly code: string; readonly reply: string; readonly right?: boolean }[];
	/** What stands around the lines to make them a program, and is not shown. */
	readonly around?: { readonly before: string; readonly after: string };
	/** What the wrong line must be. */
	readonly fix: string;
	/** What the program prints, wrong and mended, with four decimals. */
	readonly prints: { readonly wrong: string; readonly mended: (lab: Lab) => number };
}

/** Draw a curve by five points, before it is shown. */
export interface Curve extends Question {
	readonly kind: 'curve';
	readonly x: { readonly min: number; readonly max: number; readonly label: string };
	readonly y: { readonly min: number; readonly max: number; readonly label: string };
	readonly at: readonly number[];
	/** The curve, and its values at the five points. */
	readonly curve: (lab: Lab) => readonly { readonly x: number; readonly y: number }[];
	readonly truth: (lab: Lab) => readonly number[];
	/** How far a point may be off, in the unit of y. */
	readonly within: number;
	readonly reply: string;
	/** For a curve whose worst point lies above the true one, or below. */
	readonly above: string;
	readonly below: string;
}

export type Item = Choice | Numeric | Order | State | Bug | Curve;
