/**
 * Form in which answers are compared by a vote: lower case, no blanks around it, no final full stop. Two answers are the
 * same vote exactly if these forms are equal.
 */
export function normalizeAnswer(text: string): string {
  const stripped = text.trim().toLowerCase();
  return stripped.endsWith(".") ? stripped.slice(0, -1).trimEnd() : stripped;
}

/**
 * Whether an answer counts as the gold one: equal as votes, or equal as plain decimal numbers (thousands commas, `$`, `%`
 * and trailing zeros do not matter; relative tolerance 1e-9).
 */
export function sameAnswer(answer: string, gold: string): boolean {
  if (answer === gold || normalizeAnswer(answer) === normalizeAnswer(gold)) return true;
  const a = plainNumber(answer);
  if (a === undefined) return false;
  const b = plainNumber(gold);
  return b !== undefined && Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}

/**
 * An answer without its unit: where gold is a number, the first number in the answer (`4 days` → `4`, `$1,234 a day` →
 * `1234`). For sets whose graders are that lenient.
 */
export function withoutUnit(answer: string, gold: string): string {
  if (plainNumber(gold) === undefined) return answer;
  return answer.match(/-?\d[\d,]*(\.\d+)?/)?.[0].replaceAll(",", "") ?? answer;
}

const decimal = /^[-+]?\$?[-+]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?%?$/;

/** Value of a plain decimal number such as `-1,234.50`, `$5` or `12.0%` (12, the sign is not a factor). */
function plainNumber(text: string): number | undefined {
  const form = normalizeAnswer(text);
  if (!decimal.test(form) || !/\d/.test(form)) return undefined;
  const value = Number(form.replace(/[$,%]/g, ""));
  return Number.isNaN(value) ? undefined : value;
}
