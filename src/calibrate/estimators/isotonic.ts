import { requireFinite, requirePositive, requireSameLength } from "../../theory/domain.ts";

/**
 * The non-decreasing sequence nearest to `values` in weighted squares: pool adjacent violators (Ayer et al. 1955), O(n).
 *
 * @param values   finite
 * @param weights  > 0, one per value
 */
export function isotonicRegression(values: readonly number[], weights: readonly number[]): readonly number[] {
  requireSameLength({ weights }, values.length, 0);
  const pools: { mean: number; weight: number; length: number }[] = [];
  values.forEach((value, i) => {
    requireFinite({ value });
    requirePositive({ weight: weights[i]! });
    let pool = { mean: value, weight: weights[i]!, length: 1 };
    for (let before = pools.at(-1); before && before.mean > pool.mean; before = pools.at(-1)) {
      pools.pop();
      const weight = before.weight + pool.weight;
      const mean = (before.mean * before.weight + pool.mean * pool.weight) / weight;
      pool = { mean, weight, length: before.length + pool.length };
    }
    pools.push(pool);
  });
  return pools.flatMap(({ mean, length }) => new Array<number>(length).fill(mean));
}
