import { printNumber } from "../../records/answer.ts";

/** Numbers are looked for in so much of a text; no answer is longer. */
const lengthMax = 4_000;

/**
 * One number as people and models write it: `-1,234.50`, `$5`, `12%`, `3/4`, `1 1/2`, `6.02e23`, `1.5 × 10^{3}`,
 * `\frac{3}{4}`. The signs of money and of percent are no factors: 12 % is 12.
 */
export interface FoundNumber {
  readonly value: number;
  /** As rules compare it: plain decimal digits. Whole numbers keep all their digits. */
  readonly text: string;
}

/** The first number of a text, but behind a last `=` or `≈` where there is one: what a calculation ends in. */
export function firstNumber(text: string): FoundNumber | undefined {
  const said = plain(text.slice(0, lengthMax));
  const equals = Math.max(said.lastIndexOf("="), said.lastIndexOf("≈"));
  return numbersIn(said.slice(equals + 1)).next().value ?? numbersIn(said).next().value;
}

/** The last number of a text. */
export function lastNumber(text: string): FoundNumber | undefined {
  let last: FoundNumber | undefined;
  for (const one of numbersIn(plain(text.slice(-lengthMax)))) last = one;
  return last;
}

/** The number that a text is, and nothing else: for gold answers. */
export function wholeNumber(text: string): FoundNumber | undefined {
  if (text.length > lengthMax) return undefined;
  const only = plain(text).trim().replace(/\.$/, "");
  const found = onlyNumber.exec(only);
  return found ? read(found) : undefined;
}

const digits = String.raw`(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|(?<!\p{L})\.\d+`;
const signed = String.raw`(?:(?<![\p{L}\d_)\]}])[-+] ?)?(?:[$€£¥] ?)?(?<![\p{L}_])(?:${digits})`;
/** [number, exponent, numerator and denominator of a mixed number, or divisor] */
const form = String.raw`(${signed})(?:e([-+]?\d{1,3})(?![\p{L}\d]))?(?: (\d{1,9})/(\d{1,9})| ?/ ?\(?(${signed})\)?)?%?`;
const number = new RegExp(form, "giu");
const onlyNumber = new RegExp(`^${form}$`, "iu");

function* numbersIn(text: string): Generator<FoundNumber, undefined> {
  for (const found of text.matchAll(number)) {
    const one = read(found);
    if (one) yield one;
  }
  return undefined;
}

function read([, head = "", exponent, numerator, denominator, divisor]: RegExpExecArray): FoundNumber | undefined {
  const decimal = head.replace(/[ $€£¥,+]/g, "");
  if (exponent === undefined && numerator === undefined && divisor === undefined && /^-?\d+$/.test(decimal)) {
    const whole = decimal.replace(/^(-?)0+(?=\d)/, "$1");
    return { value: Number(whole), text: whole === "-0" ? "0" : whole };
  }
  const first = Number(exponent === undefined ? decimal : `${decimal}e${exponent}`);
  const part = numerator === undefined ? 0 : Number(numerator) / Number(denominator);
  const by = divisor === undefined ? 1 : Number(divisor.replace(/[ $€£¥,+]/g, ""));
  const value = (decimal.startsWith("-") ? first - part : first + part) / by;
  return Number.isFinite(value) ? { value, text: printNumber(value === 0 ? 0 : value) } : undefined;
}

/** LaTeX and typography of numbers as plain text. */
function plain(text: string): string {
  return text
    .replace(/[−–]/g, "-")
    .replace(/(\d)[\u00a0\u2009\u202f](?=\d{3})/g, "$1,")
    .replace(/(\d)(?:\{,\}|\\,|\\!)(?=\d{3})/g, "$1,")
    .replace(/(\d)\\[dt]?frac\{/g, "$1 \\frac{")
    .replace(/\\[dt]?frac\{([^{}]{1,40})\}\{([^{}]{1,40})\}/g, "$1/$2")
    .replace(/\\[dt]?frac(\d)(\d)/g, "$1/$2")
    .replace(/\\(?=[$%])/g, "")
    .replace(/\\(?:left|right|[,!; ])/g, "")
    .replace(/\\text(?:bf|rm|it)?\{([^{}]{0,60})\}/g, "$1")
    .replace(/(\d)\s{0,3}(?:\\times|\\cdot|[×·x*])\s{0,3}10\s{0,2}\^\s{0,2}\{?\s{0,2}([-+]?\d{1,3})\}?/g, "$1e$2")
    .replace(/(?<![\d.])10\s{0,2}\^\s{0,2}\{?\s{0,2}([-+]?\d{1,3})\}?/g, "1e$1");
}
