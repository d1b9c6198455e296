// @ts-check
/** Style sheets by the class that scopes them. @type {Map<string, string>} */
const styles = new Map();

/**
 * The class that scopes a component's style sheet: short, since it stands on every element that a rule may meet, in the
 * HTML, the style sheets and the scripts. Two style sheets that came to the same one would style each other.
 * @param {{ hash: (text: string) => string, css: string }} component @returns {string}
 */
export function scope({ hash, css }) {
	const name = `s-${hash(css).slice(0, 4)}`;
	if ((styles.get(name) ?? css) !== css) throw new Error(`two style sheets have the scope ${name}`);
	styles.set(name, css);
	return name;
}
