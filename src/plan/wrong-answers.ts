// How the wrong answers to one task repeat: an urn that ranges from one popular mistake to mistakes that are all different,
// with any number of mistakes to make.

/**
 * Wrong answers are drawn one after the other from `options` equally likely ones, those given before being drawn more often: after w
 * wrong answers in b blocks of equal ones, the next joins a block of s with (s + θ/K)/(w + θ) and is a new one with
 * θ(1 − b/K)/(w + θ). That is the symmetric Dirichlet law of total θ over K options. K = ∞: the Chinese restaurant; θ = ∞: every
 * option as likely as ever; θ = 0: all agree; both infinite: all differ.
 */
export interface Scatter {
  /** θ ≥ 0, may be Infinity. */
  readonly concentration: number;
  /** K ≥ 2, may be Infinity. */
  readonly options: number;
}

/** P(the next wrong answer is a new one), after `wrong` ones in `blocks` blocks. */
export function newShare({ concentration, options }: Scatter, blocks: number, wrong: number): number {
  if (wrong === 0) return 1;
  const left = Math.max(0, 1 - blocks / options);
  return concentration === Infinity ? left : (concentration * left) / (wrong + concentration);
}

/** P(the next wrong answer is one that was given `size` times already), after `wrong` ones. */
export function joinShare({ concentration, options }: Scatter, size: number, wrong: number): number {
  return concentration === Infinity ? 1 / options : (size + concentration / options) / (wrong + concentration);
}

/** ln P(wrong answers fall into blocks of these sizes, told apart by their order of appearance); −∞ where they cannot. */
export function logBlocks(scatter: Scatter, sizes: readonly number[]): number {
  let log = 0;
  let wrong = 0;
  sizes.forEach((size, blocks) => {
    log += Math.log(newShare(scatter, blocks, wrong++));
    for (let i = 1; i < size; i++) log += Math.log(joinShare(scatter, i, wrong++));
  });
  return log;
}

const tables = new Map<string, Float64Array>();

/**
 * P(c right votes beat w wrong ones), a tie of 1 + t leaders counted 1/(1 + t), for all w, c ≤ `votesMax`. With K = ∞:
 *
 *   a_0 = 1, a_m = (θ/m) Σ_{j=1..min(c−1,m)} a_{m−j}                  coefficients of exp Σ_{j<c} θ z^j/j
 *   T[w,c] = Σ_{t=0..⌊w/c⌋} a_{w−tc} (θ/c)^t/(t!(1+t)) ÷ [Γ(θ+w)/(Γ(θ) w!)];  T[0,c>0] = 1, T[w,0] = 0
 *
 * with finite K option by option: of m answers to j options, s fall to the first with the Beta-binomial law (m; θ/K, (j−1)θ/K),
 * binomial where θ = ∞.
 *
 * @param concentration  θ ≥ 0, may be Infinity
 * @param options        K ≥ 2, may be Infinity
 * @returns rows w, columns c, row after row: entry w·(votesMax + 1) + c; shared, so not to be changed
 */
export function winTable(concentration: number, votesMax: number, options = Infinity): Float64Array {
  const key = `${concentration} ${options} ${votesMax}`;
  const known = tables.get(key);
  if (known) return known;
  const width = votesMax + 1;
  const table = new Float64Array(width * width);
  for (let right = 1; right <= votesMax; right++) {
    table[right] = 1;
    if (concentration === 0)
      for (let wrong = 1; wrong <= votesMax; wrong++)
        table[wrong * width + right] = right > wrong ? 1 : right === wrong ? 0.5 : 0;
    else if (options === Infinity && concentration === Infinity)
      for (let wrong = 1; wrong <= votesMax; wrong++) table[wrong * width + right] = right > 1 ? 1 : 1 / (1 + wrong);
    else if (options === Infinity) fillColumn(table, concentration, right, votesMax);
  }
  if (concentration > 0 && options < Infinity) fillByOption(table, { concentration, options }, votesMax);
  if (votesMax <= sharedMax) tables.set(key, table);
  return table;
}

/** Larger tables are made anew: they would fill the memory of a page. */
const sharedMax = 150;

function fillColumn(table: Float64Array, concentration: number, right: number, votesMax: number): void {
  const smaller = new Float64Array(votesMax + 1); // a_m: wrong votes in blocks smaller than `right`
  smaller[0] = 1;
  for (let m = 1; m <= votesMax; m++) {
    let sum = 0;
    for (let j = 1; j <= Math.min(right - 1, m); j++) sum += smaller[m - j]!;
    smaller[m] = (concentration / m) * sum;
  }
  let all = 1; // Γ(θ+w)/(Γ(θ) w!)
  for (let wrong = 1; wrong <= votesMax; wrong++) {
    all *= (concentration + wrong - 1) / wrong;
    let sum = 0;
    let tied = 1; // (θ/c)^t/t!
    for (let t = 0; t * right <= wrong; t++) {
      if (t > 0) tied *= concentration / (right * t);
      sum += (smaller[wrong - t * right]! * tied) / (1 + t);
    }
    table[wrong * (votesMax + 1) + right] = sum / all;
  }
}

/** below[c][t][m]: P(of m answers to the options so far none has more than c, and t have exactly c). */
function fillByOption(table: Float64Array, { concentration, options }: Scatter, votesMax: number): void {
  const width = votesMax + 1;
  const tiesMax = (right: number) => Math.min(options, Math.floor(votesMax / right));
  let below = Array.from({ length: width }, (_, right) =>
    right === 0 ? [] : Array.from({ length: tiesMax(right) + 1 }, () => new Float64Array(width)),
  );
  for (let right = 1; right <= votesMax; right++) {
    below[right]![0]!.fill(1, 0, right);
    below[right]![1]![right] = 1;
  }
  for (let option = 2; option <= options; option++) {
    const next = below.map((ties) => ties.map(() => new Float64Array(width)));
    for (let m = 0; m <= votesMax; m++) {
      const shares = sharesOfOne(m, option, concentration / options);
      for (let right = 1; right <= votesMax; right++) {
        const [from, to] = [below[right]!, next[right]!];
        from.forEach((before, t) => {
          let sum = 0;
          for (let s = Math.min(m, right - 1); s >= 0; s--) sum += shares[s]! * before[m - s]!;
          to[t]![m]! += sum;
          if (m >= right && t + 1 < to.length) to[t + 1]![m]! += shares[right]! * before[m - right]!;
        });
      }
    }
    below = next;
  }
  for (let right = 1; right <= votesMax; right++)
    for (let wrong = 1; wrong <= votesMax; wrong++)
      table[wrong * width + right] = below[right]!.reduce((sum, ties, t) => sum + ties[wrong]! / (1 + t), 0);
}

/** P(s of m answers fall to one of `options` alike), s = 0 … m, each option with `weight` answers in advance. */
function sharesOfOne(m: number, options: number, weight: number): Float64Array {
  const shares = new Float64Array(m + 1);
  // from the most likely number outwards by the ratio of neighbours, so that no term is lost
  const ratio = (s: number) =>
    weight === Infinity
      ? (m - s) / ((s + 1) * (options - 1))
      : ((m - s) * (weight + s)) / ((s + 1) * ((options - 1) * weight + m - s - 1));
  const start = Math.round(m / options);
  shares[start] = 1;
  for (let s = start; s < m; s++) shares[s + 1] = shares[s]! * ratio(s);
  for (let s = start; s > 0; s--) shares[s - 1] = shares[s]! / ratio(s - 1);
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share / sum);
}
