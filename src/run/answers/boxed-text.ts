/**
 * What the last complete `\boxed{…}` holds, of nested ones the innermost; also `\fbox{…}` and `\boxed 5`. One pass.
 *
 * @returns undefined where no box is closed
 */
export function lastBoxed(text: string): { readonly content: string; readonly end: number } | undefined {
  if (!text.includes("\\boxed") && !text.includes("\\fbox")) return undefined;
  let found: { start: number; end: number } | undefined;
  const open: number[] = []; // per open brace: where its box's content begins, −1 for a plain brace
  const token = /\\(?:boxed|fbox)(?:\s{0,3}\{|[ \t]{1,3}([\w.+-]{1,40}))|\\.|[{}]/gs;
  for (const match of text.matchAll(token)) {
    const [all, bare] = match;
    const end = match.index + all.length;
    if (bare !== undefined) found = { start: end - bare.length, end };
    else if (all === "{") open.push(-1);
    else if (all === "}") {
      const start = open.pop() ?? -1;
      if (start >= 0 && (found === undefined || found.start < start)) found = { start, end: match.index };
    } else if (all.endsWith("{") && all.length > 2) open.push(end);
  }
  return found && { content: text.slice(found.start, found.end), end: found.end };
}

/** Longer formulas are compared as they are. */
const formulaMax = 10_000;

/**
 * A formula without what does not change it: blanks, `\left` and `\right`, spacing, `\dfrac` for `\frac`, `\frac12` for
 * `\frac{1}{2}`, dollar and percent signs, degrees, words of units, a name before `=`.
 */
export function plainMath(formula: string): string {
  if (formula.length > formulaMax) return formula.trim();
  let form = formula
    .replace(/\\(?:left|right|displaystyle)(?![A-Za-z])|(?<!\\)\\[,!;:> ]|~|\\(?:quad|qquad)(?![A-Za-z])/g, "")
    .replace(/\\(?:text|textbf|mathrm|mathbf|mbox)\{\s{0,9}(?:and|or)\s{0,9}\}/g, ",")
    .replace(/(?<=[\d}])\s{0,9}\\(?:text|mathrm|mbox)\{[^{}]{0,100}\}/g, "") // units behind a number
    .replace(/\\(?:text|textbf|mathrm|mathbf|mbox)\{([^{}]{0,200})\}/g, "$1")
    .replace(/\\[dt]frac/g, "\\frac")
    .replace(/\^\{?\\circ\}?|\\degree|°/g, "")
    .replace(/\\?[$%]/g, "")
    .replace(/\\frac\s{0,3}(\d)\s{0,3}(\d)/g, "\\frac{$1}{$2}")
    .replace(/\\frac\s{0,3}(\d)\s{0,3}\{/g, "\\frac{$1}{")
    .replace(/\\frac\{([^{}]{1,100})\}\s{0,3}(\d)/g, "\\frac{$1}{$2}")
    .replace(/\\sqrt\s{0,3}(\w)/g, "\\sqrt{$1}")
    .replace(/\s+/g, "")
    .replace(/(\d)(?:\{,\}|,)(?=\d{3}(?!\d))/g, "$1")
    .replace(/^([-+]?)(\d+)\/(\d+)$/, "$1\\frac{$2}{$3}")
    .replace(/\.$/, "");
  const sides = form.split("=");
  if (sides.length === 2 && /^[A-Za-z](?:_\{?\w\}?)?$/.test(sides[0]!)) form = sides[1]!;
  return form;
}
