// Binomial sums without rounding: with whole numbers, and with 256 binary digits where those would be too long.

/** A double as numerator/2^power, exactly. */
function fraction(x: number): { numerator: bigint; power: bigint } {
  let power = 0n;
  while (!Number.isInteger(x)) {
    x *= 2;
    power++;
  }
  return { numerator: BigInt(x), power };
}

/** numerator/2^power, to the nearest double but one. */
function toNumber(numerator: bigint, power: bigint): number {
  const excess = BigInt(Math.max(0, numerator.toString(2).length - 60));
  const digits = Number(numerator >> excess);
  const shift = Number(excess - power);
  return digits * 2 ** Math.trunc(shift / 2) * 2 ** (shift - Math.trunc(shift / 2)); // two factors: neither underflows alone
}

/** P(more than half of b votes of bias μ are wrong), b odd: Σ C(b, j) (1 − μ)^j (1 + μ)^(b−j)/2^b in whole numbers. */
export function exactError(bias: number, fanIn: number): number {
  const { numerator, power } = fraction(bias);
  const one = 1n << power;
  const [wrong, right] = [one - numerator, one + numerator];
  let choose = 1n;
  let sum = 0n;
  const rights = [1n];
  for (let j = 1; j <= fanIn; j++) rights.push(rights.at(-1)! * right);
  let wrongs = 1n;
  for (let j = 0; j <= fanIn; j++) {
    if (2 * j > fanIn) sum += choose * wrongs * rights[fanIn - j]!;
    choose = (choose * BigInt(fanIn - j)) / BigInt(j + 1);
    wrongs *= wrong;
  }
  return toNumber(sum, (power + 1n) * BigInt(fanIn));
}

const digits = 256n;

/** mantissa · 2^exponent with 256 digits. */
interface Long {
  readonly mantissa: bigint;
  readonly exponent: number;
}

function trimmed(mantissa: bigint, exponent: number): Long {
  const excess = BigInt(mantissa.toString(2).length) - digits;
  return excess > 0n ? { mantissa: mantissa >> excess, exponent: exponent + Number(excess) } : { mantissa, exponent };
}

const times = (a: Long, b: Long) => trimmed(a.mantissa * b.mantissa, a.exponent + b.exponent);
const scaled = (a: Long, by: number, over: number) =>
  trimmed((a.mantissa * BigInt(by) * (1n << digits)) / BigInt(over), a.exponent - Number(digits));

/** The same for thousands of votes, relative error below 1e-60. */
export function longError(bias: number, fanIn: number): number {
  const { numerator, power } = fraction(bias);
  const one = 1n << power;
  const wrong = trimmed(one - numerator, -Number(power) - 1);
  const right = trimmed(one + numerator, -Number(power) - 1);
  const half = (fanIn - 1) / 2;
  // the first term of the tail: C(b, half + 1) q^(half + 1) p^half
  let term: Long = { mantissa: 1n << digits, exponent: -Number(digits) };
  for (let j = 0; j < half; j++) term = times(times(scaled(term, fanIn - j, j + 1), wrong), right);
  term = times(scaled(term, fanIn - half, half + 1), wrong);
  const odds = trimmed((wrong.mantissa << (2n * digits)) / right.mantissa, wrong.exponent - right.exponent - 512);
  let [sum, least] = [0n, term.exponent]; // in units of 2^least: the terms fall
  for (let j = half + 1; j <= fanIn; j++) {
    const shift = BigInt(term.exponent - least);
    const part = shift >= 0n ? term.mantissa << shift : term.mantissa >> -shift;
    if (part === 0n) break;
    sum += part;
    if (j < fanIn) term = times(scaled(term, fanIn - j, j + 1), odds);
  }
  return toNumber(sum, BigInt(-least));
}
