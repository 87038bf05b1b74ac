/**
 * Order in which items that are alike stand side by side: leaves of an average-linkage (UPGMA) dendrogram. Of the two ways
 * to join two clusters end to end, and their mirror images, the one is kept whose touching ends are most alike.
 *
 * @param likeness symmetric; NaN where unknown counts as the mean of what is known
 * @returns the indices 0 … n − 1 in order
 * @see Sokal and Michener 1958; no source is needed for the joining of ends
 */
export function clusterOrder(likeness: readonly (readonly number[])[]): number[] {
  const known = likeness.flatMap((row, i) => row.filter((value, j) => i !== j && !Number.isNaN(value)));
  const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
  const alike = (i: number, j: number) => {
    const value = likeness[i]?.[j] ?? Number.NaN;
    return Number.isNaN(value) ? mean : value;
  };
  let clusters = likeness.map((_, i) => [i]);
  while (clusters.length > 1) {
    let best = { a: 0, b: 1, likeness: Number.NEGATIVE_INFINITY };
    for (let a = 0; a < clusters.length; a++)
      for (let b = a + 1; b < clusters.length; b++) {
        let sum = 0;
        for (const i of clusters[a]!) for (const j of clusters[b]!) sum += alike(i, j);
        const average = sum / (clusters[a]!.length * clusters[b]!.length);
        if (average > best.likeness) best = { a, b, likeness: average };
      }
    const joined = joinEnds(clusters[best.a]!, clusters[best.b]!, alike);
    clusters = [...clusters.filter((_, i) => i !== best.a && i !== best.b), joined];
  }
  return clusters[0] ?? [];
}

function joinEnds(a: readonly number[], b: readonly number[], alike: (i: number, j: number) => number): number[] {
  const ways = [
    [a, b],
    [a, b.toReversed()],
    [a.toReversed(), b],
    [a.toReversed(), b.toReversed()],
  ] as const;
  const touching = ([left, right]: (typeof ways)[number]) => alike(left.at(-1)!, right[0]!);
  return ways.reduce((best, way) => (touching(way) > touching(best) ? way : best)).flat();
}
