// Every number that people read is written here, so that all formats agree: signs with U+2212, a narrow no-break space
// before %, the same decimals inside an interval and no unit in it.
import type { CostUnit } from "../plan/plan-types.ts";
import type { Interval } from "../theory/interval.ts";

const minus = "\u2212";
const thinSpace = "\u202f";

/** −1234.5 → "−1,234.5". A number that rounds to zero has no sign. */
export function decimal(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? `${minus}∞` : "–";
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split(".") as [string, string?];
  const digits = whole.replace(/\B(?=(\d{3})+$)/g, ",") + (fraction === undefined ? "" : `.${fraction}`);
  return value < 0 && /[1-9]/.test(digits) ? minus + digits : digits;
}

/** 6607 → "6,607". */
export function count(value: number): string {
  return decimal(value, 0);
}

/** Share → "54 %". */
export function percent(share: number, decimals = 0): string {
  return `${decimal(100 * share, decimals)}${thinSpace}%`;
}

/** Accuracy as it stands under a header with the unit: 0.884 → "88.4". */
export function accuracy(share: number): string {
  return decimal(100 * share, 1);
}

/** Difference of two accuracies in points: 0.03 → "+3.0". */
export function points(difference: number): string {
  const text = decimal(100 * difference, 1);
  return difference > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** "[1.2, 4.9]" of two numbers written by the same function. */
export function between(low: string, high: string): string {
  return `[${low}, ${high}]`;
}

/** Interval of an accuracy, per cent without the sign. */
export function accuracyInterval({ low, high }: Pick<Interval, "low" | "high">): string {
  return between(accuracy(low), accuracy(high));
}

/** Interval of a difference in points; no plus signs inside. */
export function pointsInterval({ low, high }: Pick<Interval, "low" | "high">): string {
  return between(accuracy(low), accuracy(high));
}

/** Probability with two decimals that never claims certainty: "> 0.99", "< 0.01". */
export function probability(value: number): string {
  if (Number.isNaN(value)) return "–";
  if (value > 0.99) return `>${thinSpace}0.99`;
  if (value < 0.01) return `<${thinSpace}0.01`;
  return value.toFixed(2);
}

/** "0.96" → "P = 0.96", "> 0.99" → "P > 0.99". */
export function probabilitySentence(value: number): string {
  const text = probability(value);
  return /^[<>]/.test(text) ? `P ${text}` : `P = ${text}`;
}

/** Correlation with two decimals. */
export function correlation(value: number): string {
  return decimal(value, 2);
}

/** Correlation inside a cell, without the leading zero: ".57", "−.08", "1.0". */
export function correlationCell(value: number): string {
  const text = decimal(value, 2);
  return text.startsWith("1") || text.startsWith(`${minus}1`) ? text.slice(0, -1) : text.replace(/^(−?)0/, "$1");
}

/** A quantity without a unit of its own, to three significant digits: "0.415", "12.3", "1,988". */
export function plain(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || !Number.isFinite(value)) return decimal(value, 0);
  const decimals = Math.max(0, Math.min(size < 0.001 ? 6 : 3, 2 - Math.floor(Math.log10(size))));
  return decimal(value, decimals);
}

/** Interval of such a quantity, with the decimals of its middle. */
export function plainInterval({ value, low, high }: Interval): string {
  const decimals = decimalsOf(plain(value === 0 ? Math.max(Math.abs(low), Math.abs(high)) : value));
  return between(decimal(low, decimals), decimal(high, decimals));
}

/** Mean squared error, in the square of the answers' unit: three significant digits, from a million on, and below 0.0001, in powers of ten. */
export function squaredError(value: number): string {
  const size = Math.abs(value);
  const isPlain = size === 0 || !Number.isFinite(value) || (size >= 1e-4 && size < 1e6);
  return isPlain ? plain(value) : value.toExponential(2).replace("e+", "e").replaceAll("-", minus);
}

/** Its interval, each end with three digits of its own: it may span powers of ten. */
export function squaredErrorInterval({ low, high }: Pick<Interval, "low" | "high">): string {
  return between(squaredError(low), squaredError(high));
}

function decimalsOf(text: string): number {
  return text.split(".")[1]?.length ?? 0;
}

/** Dollars: cents below $100, whole dollars from there, two significant digits below one cent. */
export function money(usd: number): string {
  const size = Math.abs(usd);
  const sign = usd < 0 ? minus : "";
  if (size >= 100) return `${sign}$${decimal(size, 0)}`;
  if (size >= 0.01 || size === 0) return `${sign}$${size.toFixed(2)}`;
  return `${sign}$${size.toFixed(Math.min(9, 1 - Math.floor(Math.log10(size))))}`;
}

/** Dollars on an axis: "$0.2", "$5", "$20". */
export function moneyTick(usd: number): string {
  if (usd >= 1) return `$${decimal(usd, 0)}`;
  return usd >= 0.01 ? `$${Number(usd.toPrecision(2))}` : money(usd).replace(/(\.\d*?[1-9])0+$/, "$1");
}

/** What stands in a header above costs: dollars are per 1,000 tasks, all else per task. */
export const costHeaders: Readonly<Record<CostUnit, string>> = {
  usd: "$ per 1,000 tasks",
  tokens: "tokens per task",
  calls: "calls per task",
  seconds: "seconds per task",
};

/** Cost per task in the scale that people read: dollars per 1,000 tasks, all else per task. */
export function readable(perTask: number, unit: CostUnit): number {
  return unit === "usd" ? 1000 * perTask : perTask;
}

/** Cost per task, as it stands under `costHeaders`. */
export function cost(perTask: number, unit: CostUnit): string {
  const value = readable(perTask, unit);
  if (unit === "usd") return money(value);
  return unit === "tokens" || value >= 100 ? count(value) : decimal(value, 1);
}

/** A cost tick: round numbers only. */
export function costTick(value: number, unit: CostUnit): string {
  return unit === "usd"
    ? moneyTick(value)
    : value >= 1
      ? decimal(value, Number.isInteger(value) ? 0 : 1)
      : String(value);
}

/** Cost per task with its unit: "$5.49 per 1,000 tasks", "2.9 calls per task". */
export function costSentence(perTask: number, unit: CostUnit): string {
  if (unit === "usd") return `${cost(perTask, unit)} per 1,000 tasks`;
  const text = cost(perTask, unit).replace(/\.0$/, "");
  return `${text} ${text === "1" ? unit.slice(0, -1) : unit} per task`;
}

/** Ratio of two costs in words: "about half its cost", "54 % of its cost", "2.3 times its cost". */
export function share(ratio: number): string {
  if (ratio < 0.005) return `less than ${percent(0.01)}`;
  if (ratio < 1.995) return percent(ratio);
  return `${decimal(ratio, ratio < 9.95 ? 1 : 0)} times`;
}
