import type { limits as generated } from '../core/lab.gen';

/**
 * The bounds that the core checks, for sliders and schemas. The type holds each value to the generated one;
 * importing that one would bring the whole bridge into the first script of a page.
 */
export const limits: typeof generated = {
	minClasses: 2,
	maxClasses: 10,
	logitSliderMax: 12,
	maxBars: 6,
	barSteps: 10000,
};
