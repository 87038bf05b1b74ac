/**
 * Probabilities of the whole numbers from `low` to `high` from the ratios of neighbours, P(j + 1)/P(j): outwards from the
 * likeliest, so that none that shows is lost to underflow.
 *
 * @param likeliest  integer near the mode, in [low, high]
 * @param ratio      P(j + 1)/P(j) for j = low … high − 1, positive and finite
 * @returns          entry j − low; sums to 1
 */
export function byRatios(
  { low, high, likeliest }: { readonly low: number; readonly high: number; readonly likeliest: number },
  ratio: (j: number) => number,
): Float64Array {
  const shares = new Float64Array(high - low + 1);
  shares[likeliest - low] = 1;
  for (let j = likeliest; j < high; j++) shares[j + 1 - low] = shares[j - low]! * ratio(j);
  for (let j = likeliest; j > low; j--) shares[j - 1 - low] = shares[j - low]! / ratio(j - 1);
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share / sum);
}
