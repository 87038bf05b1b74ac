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
  const a = readNumber(answer);
  if (a === undefined) return false;
  const b = readNumber(gold);
  return b !== undefined && sameNumber(a, b);
}

/** Equal but for rounding: relative tolerance 1e-9. */
export function sameNumber(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}

/**
 * An answer without its unit: where gold is a number, the first number in the answer (`4 days` → `4`, `$1,234 a day` →
 * `1234`). For sets whose graders are that lenient.
 */
export function withoutUnit(answer: string, gold: string): string {
  if (readNumber(gold) === undefined) return answer;
  return answer.match(/-?\d[\d,]*(\.\d+)?/)?.[0].replaceAll(",", "") ?? answer;
}

const decimal = /^[-+]?\$?[-+]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?%?$/;

/** Value of a plain decimal number such as `-1,234.50`, `$5` or `12.0%` (12, the sign is not a factor); not `3/4` or `1e6`. */
export function readNumber(text: string): number | undefined {
  const form = normalizeAnswer(text);
  if (!decimal.test(form) || !/\d/.test(form)) return undefined;
  const value = Number(form.replace(/[$,%]/g, ""));
  return Number.isNaN(value) ? undefined : value;
}

/** A finite number as plain decimal text: the shortest that {@link readNumber} reads back, never `1e+21`. */
export function printNumber(value: number): string {
  const text = String(value);
  const at = text.indexOf("e");
  if (at < 0) return text;
  const exponent = Number(text.slice(at + 1));
  const sign = value < 0 ? "-" : "";
  const digits = text.slice(sign.length, at).replace(".", "");
  return sign + (exponent < 0 ? `0.${"0".repeat(-exponent - 1)}${digits}` : digits.padEnd(exponent + 1, "0"));
}
