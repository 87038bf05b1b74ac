/** How a value is written in an example's comment, and when what is written there is true. */

const number = /-?\b\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?/g;

/** A value as text: numbers with all their digits, strings in quotes, data as it is written in code. */
export function show(value: unknown): string {
  if (typeof value === "function") return outcome(value as () => unknown);
  if (value instanceof Map) return show(Object.fromEntries(value));
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return `[${Array.from(value as number[], show).join(", ")}]`;
  if (typeof value !== "object" || value === null)
    return typeof value === "string" ? JSON.stringify(value) : String(value);
  return `{ ${Object.entries(value)
    .map(([key, part]) => `${/^\w+$/.test(key) ? key : JSON.stringify(key)}: ${show(part)}`)
    .join(", ")} }`;
}

function outcome(call: () => unknown): string {
  try {
    return show(call());
  } catch (error) {
    return `throws ${(error as Error).message}`;
  }
}

/**
 * Whether `actual` is what is expected. `…` stands for any text. Without `lines`, blanks are alike and every number of
 * `actual` is rounded to the digits of the expected one, and what is thrown need only begin as expected; with it, texts agree
 * line by line, and a line `…` stands for any lines.
 */
export function matches(expected: string, actual: string, mode: "value" | "lines" = "value"): boolean {
  if (mode === "lines") {
    const pattern = tidy(expected)
      .map((line) => (line.trim() === "…" ? "(?:.*\n)*" : literal(line).replaceAll("…", ".*") + "\n"))
      .join("");
    return new RegExp(`^${pattern}$`).test(tidy(actual).join("\n") + "\n");
  }
  const digits: string[] = [];
  const pattern = expected
    .trim()
    .replace(/\s+/g, " ")
    .split(number)
    .map((text) => literal(text).replaceAll("…", ".*"));
  for (const [found] of expected.matchAll(number)) digits.push(found);
  const end = expected.startsWith("throws ") ? "" : "$";
  const found = new RegExp(`^${pattern.join(`(${number.source})`)}${end}`).exec(actual.replace(/\s+/g, " "));
  return found !== null && digits.every((digit, i) => rounded(Number(found[i + 1]!), digit) === Number(plain(digit)));
}

const plain = (digits: string) => digits.replaceAll("_", "");

/** The number to the digits that another one shows. */
function rounded(value: number, digits: string): number {
  const [mantissa, exponent] = plain(digits).split("e");
  const decimals = mantissa!.split(".")[1]?.length ?? 0;
  return Number(exponent === undefined ? value.toFixed(decimals) : value.toExponential(decimals));
}

const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

const tidy = (text: string) => text.split("\n").map((line) => line.trimEnd());
