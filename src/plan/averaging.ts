// What teams whose readers average make of the errors of their leaves, some of which may give no number.

import { leavesOf } from "../organizations/layers.ts";
import { formOf, type Team } from "../organizations/team.ts";
import { byRatios } from "./by-ratios.ts";
import { callsMaxOf } from "./candidates.ts";

/** Beyond so many expected numbers the mean of 1/J is taken by the first terms of its series. */
const numbersCounted = 1000;

/** J of so many answers are numbers: P(J = 0), and E[1/J | J ≥ 1]. */
export type NumbersAmong = (answers: number) => { readonly none: number; readonly inverse: number };

/** Answers of one task of which so many recorded ones were numbers: drawn from them, each once, as long as they last. */
export function numbersRecorded(numbers: number, silent: number): NumbersAmong {
  const all = numbers + silent;
  const apart = numbersWith(numbers / all);
  return (answers) => {
    if (silent === 0 || numbers === 0 || answers > all) return apart(answers);
    const [low, high] = [Math.max(0, answers - silent), Math.min(numbers, answers)];
    const likeliest = clamp(Math.round((answers * numbers) / all), low, high);
    const drawn = byRatios(
      { low, high, likeliest },
      (j) => ((numbers - j) * (answers - j)) / ((j + 1) * (silent - answers + j + 1)),
    );
    return inverseOf(drawn, low);
  };
}

/** Answers each of which is a number with probability p. */
export function numbersWith(p: number): NumbersAmong {
  return (answers) => {
    if (p === 1) return { none: 0, inverse: 1 / answers };
    if (p === 0) return { none: 1, inverse: 1 };
    const expected = answers * p;
    if (expected > numbersCounted) return { none: (1 - p) ** answers, inverse: (1 + (1 - p) / expected) / expected };
    const likeliest = clamp(Math.round(expected), 0, answers);
    const drawn = byRatios({ low: 0, high: answers, likeliest }, (j) => ((answers - j) * p) / ((j + 1) * (1 - p)));
    return inverseOf(drawn, 0);
  };
}

const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));

/** Of P(J = low), P(J = low + 1) …; where J is hardly ever positive, it is 1 then. */
function inverseOf(drawn: Float64Array, low: number): ReturnType<NumbersAmong> {
  let [sum, some] = [0, 0];
  drawn.forEach((probability, i) => {
    if (low + i === 0) return;
    some += probability;
    sum += probability / (low + i);
  });
  return { none: low === 0 ? drawn[0]! : 0, inverse: some > 0 ? sum / some : 1 };
}

/** A risk that averaging takes away, on its way to the team's answer, which is the mean of the numbers that were given. */
export interface Averaged {
  /** R(own): of the team's answer where it gives one. */
  readonly risk: (own: number) => number;
  /** P(nobody gives a number) */
  readonly none: number;
}

/**
 * What readers make of the risk that averaging takes away: `own` ↦ R(own), a straight line. J of N answers are
 * numbers, and every reader weighs a message by the numbers behind it. Layer by layer, N leaves and M = N/b below each
 * child, r = (M − 1)/(N − 1):
 *
 *   d = r + (1 − r) E[1/J]                              Σ (share of a message in the numbers)²: 1/b where all answer
 *   own ← own (ρ + (1 − ρ) E[1/J_N]/E[1/J_M]),  noise ← noise (ρ + (1 − ρ) d) + σ² d
 *
 * and the running average of a chain of N answers, whose link j reads the numbers before it:
 *
 *   own E[1/J] + σ² Σ_{j=1}^{N−1} (j/N) (r_j + (1 − r_j) E[1/J]),  r_j = (j − 1)/(N − 1)
 *
 * Exact where ρ = 0 and one layer reads, or messages add no noise; the formulas of §7 where all are numbers.
 *
 * @param variances  σ² of each layer's messages, leaves first, or one for all
 */
export function passedOn(
  team: Team,
  rho: number,
  variances: readonly number[],
  numbersAmong: NumbersAmong = numbersWith(1),
): Averaged {
  const layers = formOf(team).layers?.(team);
  if (!layers) {
    const links = callsMaxOf(team);
    const { none, inverse } = numbersAmong(links);
    let reading = 0;
    for (let j = 1; j < links; j++) {
      const together = (j - 1) / (links - 1);
      reading += (j / links) * (together + (1 - together) * inverse);
    }
    const noise = reading * (variances[0] ?? 0);
    return { none, risk: (own) => own * inverse + noise };
  }
  let [slope, noise, below, inverseBelow] = [1, 0, 1, 1];
  for (const [layer, { fanIn, reader }] of layers.entries()) {
    const leaves = below * fanIn;
    const { inverse } = numbersAmong(leaves);
    const together = leaves > 1 ? (below - 1) / (leaves - 1) : 0;
    const spread = together + (1 - together) * inverse;
    const channelVariance = reader ? (variances[layer] ?? variances[0] ?? 0) : 0;
    slope *= rho + (1 - rho) * (inverse / inverseBelow);
    noise = noise * (rho + (1 - rho) * spread) + channelVariance * spread;
    [below, inverseBelow] = [leaves, inverse];
  }
  const { none } = numbersAmong(leavesOf(layers));
  return { none, risk: (own) => noise + slope * own };
}
