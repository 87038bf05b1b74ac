import { DomainError } from "../../errors.ts";

/**
 * How many different agents a panel of n amounts to: the exponential of the spectral entropy of its agreement matrix,
 *
 *   K* = exp(−Σ_k λ_k ln λ_k),   λ the eigenvalues of A/n
 *
 * with A_ab the share of tasks on which a and b give the same answer and A_aa = 1. 1 where all always agree, n where no two
 * ever do. Disagreement counts as diversity whether it comes from knowing other things or from noise.
 *
 * @param agreement  symmetric, 1 on the diagonal; where tasks are missing it need not be positive: negative λ count as 0
 * @throws           {DomainError} for a matrix that is not square
 * @see              Yang et al., arXiv 2602.03794 (there cosine similarity of embeddings); Friedman & Dieng, TMLR 2023 (Vendi score)
 */
export function effectiveChannels(agreement: readonly Float64Array[]): number {
  return channelsWithSlopes(agreement).channels;
}

/** The same with its derivatives by the entries of A. */
export function channelsWithSlopes(agreement: readonly Float64Array[]): {
  readonly channels: number;
  readonly slopes: readonly Float64Array[];
} {
  const agents = agreement.length;
  for (const row of agreement)
    if (row.length !== agents) throw new DomainError("agreement", `${agents} × ${row.length}`, "as a square matrix");
  const { values, vectors } = symmetricEigen(agreement);
  const shares = values.map((value) => Math.max(0, value / agents));
  const channels = Math.exp(-shares.reduce((sum, share) => (share > 0 ? sum + share * Math.log(share) : sum), 0));
  const slopes = agreement.map(() => new Float64Array(agents));
  shares.forEach((share, k) => {
    const pull = (-channels * (Math.log(Math.max(share, 1e-9)) + 1)) / agents;
    for (let a = 0; a < agents; a++)
      for (let b = 0; b < agents; b++) slopes[a]![b]! += pull * vectors[a]![k]! * vectors[b]![k]!;
  });
  return { channels, slopes };
}

/** Eigenvalues and eigenvectors (columns) of a symmetric matrix, by Jacobi's rotations. */
function symmetricEigen(matrix: readonly Float64Array[]): { values: Float64Array; vectors: readonly Float64Array[] } {
  const n = matrix.length;
  const a = matrix.map((row) => row.slice());
  const vectors = matrix.map((_, i) => Float64Array.from({ length: n }, (_, j) => Number(i === j)));
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += a[p]![q]! ** 2;
    if (off < 1e-22 * n * n) break;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        if (a[p]![q] === 0) continue;
        const theta = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!);
        const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const cosine = 1 / Math.sqrt(tangent * tangent + 1);
        const sine = tangent * cosine;
        for (let k = 0; k < n; k++) {
          const [x, y] = [a[k]![p]!, a[k]![q]!];
          a[k]![p] = cosine * x - sine * y;
          a[k]![q] = sine * x + cosine * y;
        }
        for (let k = 0; k < n; k++) {
          const [x, y] = [a[p]![k]!, a[q]![k]!];
          a[p]![k] = cosine * x - sine * y;
          a[q]![k] = sine * x + cosine * y;
          const [u, v] = [vectors[k]![p]!, vectors[k]![q]!];
          vectors[k]![p] = cosine * u - sine * v;
          vectors[k]![q] = sine * u + cosine * v;
        }
      }
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i]![i]!), vectors };
}
