/** Spearman's rank correlation, ties at their mean rank; pairs with a number missing are left out. NaN where all of one side tie. */
export function rankCorrelation(x: readonly number[], y: readonly number[]): number {
  const known = [...x.keys()].filter((i) => !Number.isNaN(x[i]! + y[i]!));
  const [a, b] = [ranks(known.map((i) => x[i]!)), ranks(known.map((i) => y[i]!))];
  const center = (known.length - 1) / 2;
  const product = (u: readonly number[], v: readonly number[]) =>
    u.reduce((sum, rank, i) => sum + (rank - center) * (v[i]! - center), 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

function ranks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
  const found = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) found[order[i]!] = (from + to - 1) / 2;
    from = to;
  }
  return found;
}
