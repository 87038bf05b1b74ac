/** What GitHub would not render of the formulas in a document, without a browser. */

/** Commands known to render on GitHub. `\operatorname`, `\newcommand` and their like are refused there. */
const macros = new Set(
  (
    "alpha beta gamma delta varepsilon eta kappa lambda mu pi rho sigma varphi theta Phi Theta " +
    "frac sqrt sum prod int binom max min ln exp sin cos tanh arcsin overline mathrm mathbf " +
    "left right lfloor rfloor lceil rceil lbrace rbrace vert " +
    "le ge lt gt approx sim to infty cdot dots pm mapsto leftarrow partial quad ast"
  ).split(" "),
);

/** The document with fenced blocks and inline code blanked, line by line. */
export function withoutCode(markdown: string): string {
  return markdown
    .replace(/^(`{3,}).*\n[\s\S]*?^\1$/gm, (block) => block.replace(/[^\n]/g, ""))
    .replace(/`[^`\n]+`/g, (code) => code.replace(/[$*_|<>\\]/g, " "));
}

export function mathProblems(markdown: string): string[] {
  const problems: string[] = [];
  for (const [i, line] of withoutCode(markdown).split("\n").entries()) {
    const add = (problem: string) => problems.push(`line ${i + 1}: ${problem}: ${line}`);
    const display = /^\$\$(.*)\$\$$/.exec(line);
    if (display) {
      check(display[1]!, add);
      continue;
    }
    const pieces = line.split("$");
    if (pieces.length % 2 === 0) add("a formula is not closed on its line");
    for (let at = 1; at < pieces.length; at += 2) {
      const [before, formula, after] = [pieces[at - 1]!, pieces[at]!, pieces[at + 1] ?? ""];
      if (formula.trim() !== formula || formula === "") add("blank inside the dollars");
      if (!/(^|[\s(,"“])$/.test(before) || !/^($|[\s.,;:)"”?])/.test(after))
        add("no blank or comma beside the dollars");
      check(formula, add);
    }
  }
  return problems;
}

function check(formula: string, add: (problem: string) => void): void {
  for (const [, macro] of formula.matchAll(/\\([A-Za-z]+)/g)) if (!macros.has(macro!)) add(`\\${macro} may not render`);
  if (/\\[^A-Za-z]|[*<>|]|[^A-Za-z0-9]_/.test(formula)) add("Markdown takes some of it for itself");
  const count = (pattern: RegExp) => formula.match(pattern)?.length ?? 0;
  if (count(/\{/g) !== count(/\}/g)) add("braces do not match");
  if (count(/\\left\b/g) !== count(/\\right\b/g)) add("\\left and \\right do not match");
}
