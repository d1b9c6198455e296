/** A formula as MathML. */
export type MathML = string;

/**
 * Marks TeX that the build sets as MathML: tex`\frac{1}{2}`, or tex`inline:x^2` within a sentence.
 * \slot{name} is a place for a live number, \link{name}{…} a part that highlights with its name.
 * See tools/content.ts.
 */
export function tex(source: TemplateStringsArray): MathML {
	throw new Error(`tex\`${source.raw[0]}\` was not set by the build`);
}
