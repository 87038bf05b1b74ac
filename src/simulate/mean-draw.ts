import { binomial } from "./plurality-draw.ts";

/** The recorded answers of one member to one task, of which some are drawn without replacement. */
export interface MeanHand {
  /** K, how many of them are numbers, and how many are none. */
  readonly numbers: number;
  readonly silent: number;
  readonly mean: number;
  /** Of the K numbers, divisor K − 1; 0 for one. */
  readonly variance: number;
  /** Answers drawn, at most K + silent. */
  readonly draws: number;
  /** Of each, ≥ 0. */
  readonly weight: number;
}

/**
 * The weighted mean of answers drawn without replacement, by how many numbers each draw holds: given j_i numbers of member
 * i, with the hypergeometric probability C(K, j) C(silent, n − j)/C(K + silent, n), it has
 *
 *   mean Σ w_i j_i m_i/W,   variance Σ w_i² j_i S_i² (1 − j_i/K_i)/W²,   W = Σ w_i j_i
 *
 * (sampling from a finite population; where W = 0 all weigh alike). With one number per draw and no silence there is one case.
 *
 * @param each  called with the probability, mean and variance of every case
 * @returns     P(no number is drawn)
 * @see         derived; Cochran, Sampling Techniques, 1977, §2.5
 */
export function meanDraw(
  hands: readonly MeanHand[],
  each: (probability: number, mean: number, variance: number) => void,
): number {
  let nothing = 0;
  const drawn = hands.map(() => 0);
  deal(0, 1);
  return nothing;

  function deal(number: number, probability: number): void {
    if (number === hands.length) {
      judge(probability);
      return;
    }
    const { numbers, silent, draws } = hands[number]!;
    const all = binomial(numbers + silent, draws);
    for (let j = Math.max(0, draws - silent); j <= Math.min(draws, numbers); j++) {
      drawn[number] = j;
      deal(number + 1, (probability * binomial(numbers, j) * binomial(silent, draws - j)) / all);
    }
  }

  function judge(probability: number): void {
    const weighted = hands.some(({ weight }, i) => weight * drawn[i]! > 0);
    let total = 0;
    let sum = 0;
    let spread = 0;
    for (const [i, { numbers, mean, variance, ...hand }] of hands.entries()) {
      const j = drawn[i]!;
      const weight = weighted ? hand.weight : 1;
      if (j === 0) continue;
      total += weight * j;
      sum += weight * j * mean;
      spread += weight * weight * j * variance * (1 - j / numbers);
    }
    if (total === 0) nothing += probability;
    else each(probability, sum / total, spread / (total * total));
  }
}
