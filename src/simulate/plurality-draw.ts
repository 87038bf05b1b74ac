/**
 * The plurality of n answers drawn without replacement from the recorded ones: probability that each answer wins,
 *
 *   P(j wins) = Σ_c C(m_j, c) · Σ_t W_{j,c}(n − c, t) / (1 + t)  ÷  C(S, n)
 *
 * where answer j was recorded m_j times of S, c is its number of votes, and W counts the ways to draw the other n − c
 * from the other answers (each less than c times, but t of them exactly c times) and from the S − Σ m_j without an
 * answer, which are no votes. A tie of 1 + t answers is split evenly: all are samples of one member. All terms are ≥ 0,
 * so nothing cancels.
 *
 * @param times     m_j, how often each answer was recorded
 * @param silent    recorded answers that could not be parsed
 * @param draws     n ≤ Σ m_j + silent
 * @param answer    j, whose probability is wanted
 * @returns         in [0, 1]; over all j it sums to 1 − P(no vote at all)
 * @see             derived, §8 (plurality over answers), hypergeometric instead of multinomial
 */
export function pluralityDraw(times: ArrayLike<number>, silent: number, draws: number, answer: number): number {
  let recorded = silent;
  for (let i = 0; i < times.length; i++) recorded += times[i]!;
  const own = times[answer]!;
  let ways = 0;
  for (let votes = 1; votes <= Math.min(own, draws); votes++)
    ways += binomial(own, votes) * waysOfOthers(times, silent, draws - votes, answer, votes);
  return ways / binomial(recorded, draws);
}

/** Σ_t W(rest, t) / (1 + t): the others draw `rest`, none more than `votes` times; ties[t][drawn] builds up answer by answer. */
function waysOfOthers(times: ArrayLike<number>, silent: number, rest: number, answer: number, votes: number): number {
  let ties: Float64Array[] = [];
  for (let t = 0; t * votes <= rest; t++) ties.push(new Float64Array(rest + 1));
  for (let drawn = 0; drawn <= Math.min(rest, silent); drawn++) ties[0]![drawn] = binomial(silent, drawn);
  for (let other = 0; other < times.length; other++) {
    if (other === answer) continue;
    const next = ties.map(() => new Float64Array(rest + 1));
    for (let take = 0; take <= Math.min(times[other]!, votes, rest); take++) {
      const ways = binomial(times[other]!, take);
      const tied = take === votes ? 1 : 0;
      for (let t = 0; t + tied < ties.length; t++)
        for (let drawn = 0; drawn + take <= rest; drawn++) next[t + tied]![drawn + take]! += ways * ties[t]![drawn]!;
    }
    ties = next;
  }
  return ties.reduce((sum, byDrawn, t) => sum + byDrawn[rest]! / (1 + t), 0);
}

const rows: Float64Array[] = [Float64Array.of(1)];

/** C(n, k) as a float, from Pascal's triangle: exact up to 2^53, then to 1e-16 per addition. 0 outside 0 ≤ k ≤ n. */
export function binomial(n: number, k: number): number {
  while (rows.length <= n) {
    const above = rows.at(-1)!;
    rows.push(Float64Array.from({ length: above.length + 1 }, (_, i) => (above[i - 1] ?? 0) + (above[i] ?? 0)));
  }
  return rows[n]![k] ?? 0;
}
