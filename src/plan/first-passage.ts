// When a comparison that goes on task by task will be settled: first passage of its z through ± reach.

const intervals = 80;
const step = 0.005;
/** e^8: three thousand times the tasks there are. */
const tauMax = 8;

const known = new Map<number, (start: number, share: number) => number>();

/**
 * Quantiles of the time τ at which z, moving as dz = ½ z dτ + dW, first leaves (−reach, reach). Its survival ψ(z, τ) solves
 * the backward equation ψ_τ = ½ ψ_zz + ½ z ψ_z, ψ(±reach) = 0, ψ(·, 0) = 1: Crank–Nicolson, for all starts at once (two
 * implicit steps first, for the start has a corner).
 *
 * @param reach  > 0
 * @returns      (start in (−reach, reach), share in (0, 1)) ↦ τ ≥ 0 by which that share has left; at most 8
 * @see          derived; where z is the standard score of a mean of K = k e^τ terms under a flat prior
 */
export function firstPassage(reach: number): (start: number, share: number) => number {
  const found = known.get(reach) ?? solve(reach);
  known.set(reach, found);
  return found;
}

function solve(reach: number): (start: number, share: number) => number {
  const width = (2 * reach) / intervals;
  const at = (i: number) => -reach + i * width;
  const rows: Float64Array[] = [Float64Array.from({ length: intervals + 1 }, (_, i) => Number(i > 0 && i < intervals))];
  for (let n = 1; n * step <= tauMax; n++) rows.push(advanced(rows[n - 1]!, n <= 2 ? 1 : 0.5, width, at));
  const survival = (row: Float64Array, start: number) => {
    const place = Math.max(0, Math.min(intervals - 1e-9, (start + reach) / width));
    const i = Math.floor(place);
    return row[i]! + (place - i) * (row[i + 1]! - row[i]!);
  };
  return (start, share) => {
    let [low, high] = [0, rows.length - 1];
    if (survival(rows[high]!, start) > 1 - share) return tauMax;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (survival(rows[middle]!, start) > 1 - share) low = middle;
      else high = middle;
    }
    const [before, after] = [survival(rows[low]!, start), survival(rows[high]!, start)];
    return step * (low + (before > after ? Math.max(0, Math.min(1, (before - 1 + share) / (before - after))) : 1));
  };
}

/** One step, a tridiagonal system; `implicit`: share of the new values in the slopes. */
function advanced(row: Float64Array, implicit: number, width: number, at: (i: number) => number): Float64Array {
  const next = new Float64Array(row.length);
  const [upper, right] = [new Float64Array(row.length), new Float64Array(row.length)];
  const diffusion = 0.5 / width ** 2;
  for (let i = 1; i < row.length - 1; i++) {
    const drift = at(i) / (4 * width);
    const [down, up] = [diffusion - drift, diffusion + drift];
    const slope = down * row[i - 1]! - (down + up) * row[i]! + up * row[i + 1]!;
    const value = row[i]! + (1 - implicit) * step * slope;
    const scale = 1 + implicit * step * (down + up) - implicit * step * down * upper[i - 1]!;
    upper[i] = (implicit * step * up) / scale;
    right[i] = (value + implicit * step * down * right[i - 1]!) / scale;
  }
  for (let i = row.length - 2; i > 0; i--) next[i] = right[i]! + upper[i]! * next[i + 1]!;
  return next;
}
