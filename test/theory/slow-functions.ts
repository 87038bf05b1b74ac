// The functions of the golden vectors once more, from their definitions: by counting all outcomes, summing step by step,
// drawing difference quotients. Slow, short, and without a line of the theory's own code.
import { type Random, random } from "../../src/theory/random.ts";

type Args = Record<string, any>;

/** Arguments by the vectors' names, and what the function must return. */
export interface SlowFunction {
  readonly draw: (next: Random) => Args;
  readonly slow: (args: any) => unknown;
  /** Relative and absolute. @default 1e-9 */
  readonly tolerance?: number;
}

const between = (next: Random, low: number, high: number) => low + (high - low) * next();
const whole = (next: Random, low: number, high: number) => low + Math.floor((high - low + 1) * next());
const pick = <T>(next: Random, ...from: readonly T[]) => from[Math.floor(next() * from.length)]!;
const many = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
/** Some of the optional arguments, some of the time. */
const maybe = (next: Random, args: Args) => Object.fromEntries(Object.entries(args).filter(() => next() < 0.6));

function choose(n: number, k: number): number {
  let product = 1;
  for (let i = 1; i <= k; i++) product = (product * (n - k + i)) / i;
  return product;
}

/** All 2^n outcomes of independent votes, with their probabilities. */
function* outcomes(accuracies: readonly number[]): Generator<{ votes: readonly (1 | -1)[]; probability: number }> {
  for (let mask = 0; mask < 2 ** accuracies.length; mask++) {
    const votes = accuracies.map((_, i): 1 | -1 => ((mask >> i) & 1 ? 1 : -1));
    const probability = accuracies.reduce((product, p, i) => product * (votes[i] === 1 ? p : 1 - p), 1);
    yield { votes, probability };
  }
}

const tieValue: Record<string, number> = { random: 0, wrong: -1, right: 1 };
const signOf = (total: number, ties = "random") => (total === 0 ? tieValue[ties]! : Math.sign(total));

/** Bias of the majority of unequal votes, by counting. */
function majorityOf(biases: readonly number[], ties = "random"): number {
  let bias = 0;
  for (const { votes, probability } of outcomes(biases.map((mu) => (1 + mu) / 2)))
    bias += probability * signOf(sum(votes), ties);
  return bias;
}

/** The same of equal votes, from the binomial law. */
const majority = (mu: number, b: number, ties = "random") =>
  sum(many(b + 1, (j) => choose(b, j) * ((1 + mu) / 2) ** j * ((1 - mu) / 2) ** (b - j) * signOf(2 * j - b, ties)));

const slope = (of: (x: number) => number, at: number, h = 1e-5) =>
  (8 * (of(at + h) - of(at - h)) - (of(at + 2 * h) - of(at - 2 * h))) / (12 * h);

const kappa = (b: number, ties = "random") => slope((mu) => majority(mu, b, ties), 0, 1e-3);

/** Φ(z) = 1/2 + φ(z)·(z + z³/3 + z⁵/15 + …) */
function normalCdf(z: number): number {
  if (Math.abs(z) > 9) return z > 0 ? 1 : 0;
  let [total, term] = [z, z];
  for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(total); k++) {
    term *= (z * z) / (2 * k + 1);
    total += term;
  }
  return 0.5 + (total * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}

function normalQuantile(p: number): number {
  let [low, high] = [-6, 6];
  for (let step = 0; step < 70; step++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** E g(Z) by the trapezoid rule, which converges exponentially on the whole line. */
const overNormal = (of: (z: number) => number) =>
  sum(many(121, (i) => (0.1 * Math.exp(-((i * 0.1 - 6) ** 2) / 2) * of(i * 0.1 - 6)) / Math.sqrt(2 * Math.PI)));

const betaBinomial = (n: number, p: number, rho: number) =>
  many(n + 1, (k) => {
    let product = choose(n, k);
    for (let i = 0; i < k; i++) product *= p * (1 - rho) + i * rho;
    for (let i = 0; i < n - k; i++) product *= (1 - p) * (1 - rho) + i * rho;
    for (let i = 0; i < n; i++) product /= 1 - rho + i * rho;
    return product;
  });

function level({ mu, b, gamma, rho, model = "shared", ties = "random" }: Args): number {
  const u = gamma * mu;
  if (model === "beta") return sum(betaBinomial(b, (1 + u) / 2, rho).map((q, j) => q * signOf(2 * j - b, ties)));
  if (model === "copula_latent") {
    const h = normalQuantile((1 + u) / 2);
    return overNormal((z) => majority(2 * normalCdf((h + Math.sqrt(rho) * z) / Math.sqrt(1 - rho)) - 1, b, ties));
  }
  const copies = mu * majority(gamma, b, "random") + (majority(gamma, b, ties) - majority(gamma, b, "random"));
  return (model === "shared_pre" ? rho * copies : rho * u) + (1 - rho) * majority(u, b, ties);
}

function tree(args: Args): number {
  let { mu0: mu } = args;
  for (let layer = 0; layer < args["L"]; layer++) mu = level({ ...args, mu });
  return mu;
}

function fixedPoint(node: Args): number {
  let [mu, before] = [1, 2];
  for (let layer = 0; layer < 20_000 && mu > 1e-9 && before - mu > 1e-16; layer++)
    [mu, before] = [level({ ...node, mu }), mu];
  return mu < 1e-6 ? 0 : mu;
}

const alpha = (node: Args) => slope((mu) => level({ ...node, mu }), 0, 1e-3);
const node = (next: Random, fanIns = [3, 5, 7]) => ({
  b: pick(next, ...fanIns),
  gamma: between(next, 0.4, 1),
  rho: between(next, 0, 0.7),
});
/** Away from the critical point, where twenty thousand layers suffice. */
function clearNode(next: Random): { b: number; gamma: number; rho: number } {
  for (;;) {
    const found = node(next);
    if (Math.abs(found.gamma * (found.rho + (1 - found.rho) * kappa(found.b)) - 1) > 0.02) return found;
  }
}

const exponential = ({ m, m0, a = 1, gmax = 1 }: Args) => gmax * (1 - Math.exp(-((m / m0) ** a)));
const communication = ({ b, L, m, w_send = 1, w_read = 1, overhead = 0 }: Args) =>
  sum(many(L, (l) => b ** l * (b * m * (w_send + w_read) + overhead)));

/** P(plurality is right), by counting all sequences of n answers. */
function plurality(law: readonly number[], n: number): number {
  const counts = law.map(() => 0);
  const from = (left: number): number => {
    if (left === 0) {
      const most = Math.max(...counts);
      return counts[0] === most ? 1 / counts.filter((count) => count === most).length : 0;
    }
    return sum(
      law.map((p, answer) => {
        counts[answer]!++;
        const rest = p * from(left - 1);
        counts[answer]!--;
        return rest;
      }),
    );
  };
  return from(n);
}

function largestCount(n: number, k: number): number {
  const counts = new Array<number>(k).fill(0);
  const from = (left: number): number => {
    if (left === 0) return Math.max(...counts);
    return sum(
      counts.map((_, cell) => {
        counts[cell]!++;
        const rest = from(left - 1) / k;
        counts[cell]!--;
        return rest;
      }),
    );
  };
  return from(n);
}

const signal = (p: number, k: number) => (k * p - 1) / (k - 1);
const equally = (p: number, k: number) => [p, ...many(k - 1, () => (1 - p) / (k - 1))];

/** [P(up first), E steps] of a ±1 walk, or of what stops it after `cap` steps. */
function walk(
  p: number,
  up: number,
  down: number,
  cap = 20_000,
): { law: Map<number, number>; won: number; steps: number } {
  let law = new Map([[0, 1]]);
  let [won, steps] = [0, 0];
  for (let step = 0; step < cap && law.size > 0; step++) {
    const next = new Map<number, number>();
    for (const [place, q] of law) {
      steps += q;
      for (const [to, share] of [
        [place + 1, p * q],
        [place - 1, (1 - p) * q],
      ] as const) {
        if (to === up) won += share;
        else if (to > -down && share > 1e-18) next.set(to, (next.get(to) ?? 0) + share);
      }
    }
    law = next;
  }
  return { law, won, steps };
}
const ahead = (p: number, k: number) => {
  const { won, steps } = walk(p, k, k);
  return [won, steps];
};

/** x with A x = b, by Cramer's rule. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const determinant = (rows: readonly (readonly number[])[]): number =>
    rows.length === 0
      ? 1
      : sum(rows[0]!.map((x, j) => (-1) ** j * x * determinant(rows.slice(1).map((row) => row.toSpliced(j, 1)))));
  return right.map((_, j) => determinant(matrix.map((row, i) => row.toSpliced(j, 1, right[i]!))) / determinant(matrix));
}

const covariance = (mus: readonly number[], R: readonly (readonly number[])[], ridge = 0) =>
  R.map((row, i) => row.map((r, j) => r * Math.sqrt((1 - mus[i]! ** 2) * (1 - mus[j]! ** 2)) + (i === j ? ridge : 0)));
const quadratic = (A: readonly (readonly number[])[], w: readonly number[]) =>
  sum(A.flatMap((row, i) => row.map((x, j) => w[i]! * x * w[j]!)));
const snr = ({ mus, R, ridge = 1e-9 }: Args) =>
  sum(solve(covariance(mus, R, ridge), mus).map((weight, i) => weight * mus[i]));

function team(next: Random, n = whole(next, 2, 4)) {
  const loadings = many(n, () => between(next, -0.3, 0.8));
  return {
    mus: many(n, () => between(next, -0.3, 0.8)),
    R: many(n, (i) => many(n, (j) => (i === j ? 1 : loadings[i]! * loadings[j]!))),
  };
}

const voters = (next: Random, n = whole(next, 1, 6)) => ({
  ps: many(n, () => between(next, 0.1, 0.95)),
  weights: many(n, () => pick(next, 1, 1, 2, 3, -1)),
});
const decided = (votes: readonly number[], weights: readonly number[], tie = 0.5) => {
  const total = sum(votes.map((vote, i) => vote * weights[i]!));
  return total === 0 ? tie : total > 0 ? 1 : 0;
};
const weighted = ({ ps, weights, tie }: Args): number => {
  let right = 0;
  for (const { votes, probability } of outcomes(ps)) right += probability * decided(votes, weights, tie);
  return right;
};
const comonotone = ({ ps, weights, tie }: Args): number => {
  const cuts = [0, ...ps, 1].sort((a, b) => a - b);
  return sum(
    cuts.slice(1).map((cut, i) => {
      const middle = (cut + cuts[i]!) / 2;
      return (
        (cut - cuts[i]!) *
        decided(
          ps.map((p: number) => (middle <= p ? 1 : -1)),
          weights,
          tie,
        )
      );
    }),
  );
};

/** Mean over Beta(a, c) by a fine trapezoid rule in the logit. */
function overTasks(p: number, rho: number, of: (p: number) => number): number {
  const [a, c] = [p * (1 / rho - 1), (1 - p) * (1 / rho - 1)];
  const nodes = many(8001, (i) => (i - 4000) * 0.08);
  const density = nodes.map((x) => Math.exp(-a * Math.log1p(Math.exp(-x)) - c * Math.log1p(Math.exp(x))));
  const least = 1e-20 * Math.max(...density);
  return sum(nodes.map((x, i) => (density[i]! > least ? density[i]! * of(1 / (1 + Math.exp(-x))) : 0))) / sum(density);
}

const subset = (n: number, k: number, b: number) =>
  sum(
    many(b + 1, (j) =>
      j > k || b - j > n - k
        ? 0
        : ((choose(k, j) * choose(n - k, b - j)) / choose(n, b)) * ((1 + Math.sign(2 * j - b)) / 2),
    ),
  );

const treeNode = (next: Random, depth: number): Args =>
  depth === 0 || next() < 0.4
    ? { mu: between(next, -0.5, 0.9) }
    : {
        ...maybe(next, { gamma: between(next, 0.4, 1), rho: between(next, 0, 0.6) }),
        children: many(whole(next, 1, 4), () => treeNode(next, depth - 1)),
      };
function structure({ mu, gamma = 1, rho = 0, children }: Args, rule = "median"): number {
  if (children === undefined) return mu;
  const received: number[] = children.map((child: Args) => gamma * structure(child, rule));
  const sorted = received.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)]!, sorted[Math.ceil((sorted.length - 1) / 2)]!];
  const shared = rule === "mean" ? sum(received) / received.length : (low + high) / 2;
  return rho * shared + (1 - rho) * majorityOf(received);
}

const ties = (next: Random) => maybe(next, { ties: pick(next, "random", "wrong", "right") });
const trade = (next: Random) => {
  const exponent = between(next, 0.1, 0.45);
  return { exponent, beta: exponent * between(next, 0.2, 0.9), c0: between(next, 5, 500) };
};
/** Where a falling or rising function is 0, between two positive numbers. */
function root(of: (x: number) => number, low: number, high: number): number {
  const rising = of(high) > 0;
  for (let step = 0; step < 200; step++) {
    const middle = Math.sqrt(low * high);
    if (of(middle) > 0 === rising) high = middle;
    else low = middle;
  }
  return low;
}
const relaxed = ({ B, exponent: s, beta, c0 }: Args) => {
  const x = (beta * c0) / (s - beta);
  return x ** beta * (B / (x + c0)) ** s;
};
const risk = (next: Random) => ({ rho: between(next, 0, 0.9), sigma2: between(next, 0, 2) });
const chain = (next: Random) => ({ v: between(next, 0.1, 3), K: whole(next, 0, 8), ...risk(next) });
const gradient = (next: Random, n = whole(next, 1, 3)) => {
  const loading = many(n, () => between(next, -0.3, 0.3));
  return {
    grad: many(n, () => between(next, -2, 2)),
    cov: many(n, (i) => many(n, (j) => loading[i]! * loading[j]! + (i === j ? 0.01 : 0))),
    ...maybe(next, { z: between(next, 0.5, 3) }),
  };
};

export const slowFunctions: Readonly<Record<string, SlowFunction>> = {
  kappa: { draw: (n) => ({ b: whole(n, 1, 12), ...ties(n) }), slow: ({ b, ties: t }) => kappa(b, t), tolerance: 1e-7 },
  majority_map: {
    draw: (n) => ({ mu: between(n, -1, 1), b: whole(n, 1, 12), ...ties(n) }),
    slow: ({ mu, b, ties: t }) => majority(mu, b, t),
  },
  majority_map_prime: {
    draw: (n) => ({ mu: between(n, -0.9, 0.9), b: whole(n, 1, 12), ...ties(n) }),
    slow: ({ mu, b, ties: t }) => slope((x) => majority(x, b, t), mu, 1e-3),
    tolerance: 1e-6,
  },
  majority_error: {
    draw: (n) => ({ mu: between(n, 0, 1), b: pick(n, 1, 3, 5, 9) }),
    slow: ({ mu, b }) => (1 - majority(mu, b)) / 2,
    tolerance: 1e-12,
  },
  tie_probability: {
    draw: (n) => ({ mu: between(n, -1, 1), b: whole(n, 1, 12) }),
    slow: ({ mu, b }) => (b % 2 === 1 ? 0 : choose(b, b / 2) * ((1 - mu ** 2) / 4) ** (b / 2)),
  },
  poisson_binomial_pmf: {
    draw: (n) => ({ ps: many(whole(n, 1, 7), () => n()) }),
    slow: ({ ps }) => {
      const law = many(ps.length + 1, () => 0);
      for (const { votes, probability } of outcomes(ps)) law[votes.filter((vote) => vote === 1).length]! += probability;
      return law;
    },
  },
  hetero_majority: {
    draw: (n) => ({ mus: many(whole(n, 1, 7), () => between(n, -1, 1)), ...ties(n) }),
    slow: ({ mus, ties: t }) => majorityOf(mus, t),
  },
  betabinom_pmf: {
    draw: (n) => ({ n: whole(n, 1, 12), p: n(), rho: between(n, 0.01, 0.9) }),
    slow: ({ n, p, rho }) => betaBinomial(n, p, rho),
  },
  copula_pearson: {
    draw: (n) => ({ p: between(n, 0.05, 0.95), r: between(n, 0.02, 0.9) }),
    slow: ({ p, r }) => {
      const h = normalQuantile(p);
      const both = overNormal((z) => normalCdf((h + Math.sqrt(r) * z) / Math.sqrt(1 - r)) ** 2);
      return (both - p * p) / (p * (1 - p));
    },
    tolerance: 1e-6,
  },
  level_map: {
    draw: (n) => ({
      mu: between(n, -0.9, 0.9),
      ...node(n, [1, 2, 3, 4, 5, 6]),
      ...maybe(n, { model: pick(n, "shared", "shared_pre", "beta", "copula_latent") }),
      ...ties(n),
    }),
    slow: level,
    tolerance: 1e-6,
  },
  alpha_rho: {
    draw: (n) => ({
      ...node(n, [3, 4, 5]),
      ...maybe(n, { model: pick(n, "shared", "shared_pre", "beta", "copula_latent") }),
      ...ties(n),
    }),
    slow: alpha,
    tolerance: 1e-6,
  },
  level_map_prime: {
    draw: (n) => ({ mu: between(n, -0.9, 0.9), ...node(n, [1, 2, 4, 5]), ...ties(n) }),
    slow: (args) => slope((mu) => level({ ...args, mu }), args.mu, 1e-3),
    tolerance: 1e-6,
  },
  organization_exponent: {
    draw: (n) => ({ ...node(n, [2, 3, 5]), ...maybe(n, { model: pick(n, "shared_pre", "beta") }) }),
    slow: (args) => Math.log(alpha(args)) / Math.log(args.b),
    tolerance: 1e-6,
  },
  effective_rho: {
    draw: (n) => ({
      b: pick(n, 3, 5),
      model: pick(n, "shared", "shared_pre", "beta", "copula_latent"),
      rho: between(n, 0.05, 0.8),
    }),
    slow: ({ b, model, rho }) => (kappa(b) - alpha({ b, gamma: 1, rho, model })) / (kappa(b) - 1),
    tolerance: 1e-5,
  },
  effective_rho_from_star: {
    draw: (n) => ({ u: between(n, 0.05, 0.9), out: between(n, -0.9, 0.9), b: pick(n, 3, 4, 5, 7) }),
    slow: ({ u, out, b }) => (majority(u, b) - out) / (majority(u, b) - u),
  },
  critical_gamma: {
    draw: (n) => ({ b: whole(n, 2, 9), rho: n(), ...ties(n) }),
    slow: ({ b, rho, ties: t }) => 1 / (rho + (1 - rho) * kappa(b, t)),
    tolerance: 1e-6,
  },
  critical_rho: {
    draw: (n) => ({ b: whole(n, 3, 9), gamma: between(n, 0.2, 1), ...ties(n) }),
    slow: ({ b, gamma, ties: t }) =>
      gamma * kappa(b, t) < 1 ? null : root((rho) => alpha({ b, gamma, rho, ties: t }) - 1, 1e-12, 1),
    tolerance: 1e-6,
  },
  critical_fanin: {
    draw: (n) => ({ gamma: between(n, 0.3, 0.95), rho: between(n, 0, 0.6), b_max: pick(n, 5, 9, 15) }),
    slow: ({ gamma, rho, b_max }) => {
      for (let b = 3; b <= b_max; b += 2) if (gamma * (rho + (1 - rho) * kappa(b)) > 1) return b;
      return null;
    },
  },
  fixed_point: { draw: clearNode, slow: fixedPoint, tolerance: 1e-8 },
  relaxation_rate: {
    draw: clearNode,
    slow: (args) => slope((mu) => level({ ...args, mu }), fixedPoint(args)),
    tolerance: 1e-6,
  },
  one_level_gain: {
    draw: (n) => ({ mu: between(n, -1, 1), ...node(n) }),
    slow: (args) => level(args) - args.mu,
  },
  tree_bias: {
    draw: (n) => ({
      ...{ mu0: between(n, -0.9, 0.9), L: whole(n, 0, 5), ...node(n, [2, 3, 4, 5]) },
      ...{ ...maybe(n, { model: pick(n, "shared", "shared_pre", "beta") }), ...ties(n) },
    }),
    slow: tree,
  },
  tree_bias_levels: {
    draw: (n) => ({
      ...{ mu0: between(n, -0.9, 0.9), levels: many(whole(n, 1, 4), () => Object.values(node(n, [2, 3, 4]))) },
      ...{ ...maybe(n, { model: pick(n, "shared_pre", "beta") }), ...ties(n) },
    }),
    slow: ({ mu0, levels, ...options }) =>
      levels.reduce((mu: number, [b, gamma, rho]: number[]) => level({ mu, b, gamma, rho, ...options }), mu0),
  },
  tree_bias_global: {
    draw: (n) => {
      const { rho: rho_local, ...of } = node(n);
      return { mu0: between(n, -0.9, 0.9), L: whole(n, 0, 4), ...of, rho_local, rho_global: n() };
    },
    slow: ({ rho_local: rho, rho_global: g, ...args }) =>
      g * args.mu0 * tree({ ...args, rho, mu0: 1 }) + (1 - g) * tree({ ...args, rho }),
  },
  mixing_depth: {
    draw: (n) => ({
      mu0: between(n, 0.01, 0.9),
      ...clearNode(n),
      ...maybe(n, { eps: between(n, 0.01, 0.3), L_max: 40 }),
    }),
    slow: ({ mu0, eps = 0.05, L_max = 100_000, ...args }) => {
      const limit = fixedPoint(args);
      for (let [L, mu] = [0, mu0]; L <= L_max; L++, mu = level({ ...args, mu }))
        if (Math.abs(mu - limit) <= eps * (limit || mu0)) return L;
      return null;
    },
  },
  required_depth: {
    draw: (n) => ({
      mu0: between(n, 0.01, 0.5),
      target: between(n, 0.05, 0.95),
      ...node(n),
      ...maybe(n, { L_max: 20 }),
    }),
    slow: ({ mu0, target, L_max = 3000, ...args }) => {
      for (let [L, mu] = [0, mu0]; L <= L_max; L++, mu = level({ ...args, mu })) if (mu >= target) return L;
      return null;
    },
  },
  structure_bias: {
    draw: (n) => ({ node: treeNode(n, 3), ...maybe(n, { shared_rule: pick(n, "median", "mean") }) }),
    slow: ({ node: of, shared_rule }) => structure(of, shared_rule),
  },
  chain_bias: {
    draw: (n) => ({
      ...{ mu0: between(n, -0.5, 0.9), K: whole(n, 0, 4), gamma: between(n, 0.4, 1), n_own: whole(n, 0, 4) },
      ...{ mu_own: between(n, -0.3, 0.8), ...maybe(n, { rho: between(n, 0, 0.8) }) },
    }),
    slow: ({ mu0, K, gamma, n_own, mu_own, rho = 0 }) => {
      let mu = mu0;
      for (let hop = 0; hop < K; hop++)
        mu = structure({ rho, children: [{ mu: gamma * mu }, ...many(n_own, () => ({ mu: mu_own }))] });
      return mu;
    },
  },
  relay_chain_bias: {
    draw: (n) => ({ mu0: between(n, -1, 1), K: whole(n, 0, 9), gamma: between(n, 0.1, 1) }),
    slow: ({ mu0, K, gamma }) => many(K, () => gamma).reduce((mu, g) => mu * g, mu0),
  },

  leaf_bias: {
    draw: (n) => ({
      x: between(n, 0, 1000),
      k: between(n, 0.01, 0.2),
      beta: between(n, 0.1, 0.6),
      ...maybe(n, { cap: between(n, 0.3, 1) }),
    }),
    slow: ({ x, k, beta, cap = 1 }) => Math.min(cap, k * x ** beta),
  },
  leaf_bias_saturating: {
    draw: (n) => ({
      x: between(n, 0, 1000),
      k: between(n, 0.01, 0.2),
      beta: between(n, 0.1, 0.6),
      ...maybe(n, { cap: between(n, 0.3, 1) }),
    }),
    slow: ({ x, k, beta, cap = 1 }) => cap * (1 - Math.exp((-k * x ** beta) / cap)),
  },
  comm_cost: {
    draw: (n) => ({
      ...{ b: whole(n, 1, 9), L: whole(n, 0, 5), m: between(n, 0, 500) },
      ...maybe(n, { w_send: between(n, 0, 5), w_read: between(n, 0, 2), overhead: between(n, 0, 300) }),
    }),
    slow: communication,
  },
  c0_per_leaf: {
    draw: (n) => ({
      ...{ b: whole(n, 2, 9), m: between(n, 0, 500) },
      ...maybe(n, { w_send: between(n, 0, 5), w_read: between(n, 0, 2), overhead: between(n, 0, 300) }),
    }),
    slow: (args) => communication({ ...args, L: 30 }) / args.b ** 30,
    tolerance: 1e-7,
  },
  max_fanin: {
    draw: (n) => ({
      W: whole(n, 0, 5000),
      m: whole(n, 1, 400),
      ...maybe(n, { reserve: whole(n, 0, 1000), odd: pick(n, true, false) }),
    }),
    slow: ({ W, m, reserve = 0, odd = true }) => {
      let best = 0;
      for (let b = 1; b * m + reserve <= W; b++) if (!odd || b % 2 === 1) best = b;
      return best;
    },
  },
  optimal_leaf_compute: {
    draw: trade,
    slow: (args) => {
      // value per budget rises below x* and falls above
      const { exponent: s, beta, c0 } = args;
      return root((x) => s / (x + c0) - beta / x, 1e-9, 1e9);
    },
  },
  relaxed_value: {
    draw: (n) => ({ B: 10 ** between(n, 3, 7), k: between(n, 0.001, 0.1), ...trade(n) }),
    slow: (args) => args.k * relaxed(args),
  },
  relaxed_threshold: {
    draw: trade,
    slow: (args) => root((B) => Math.log(relaxed({ ...args, B })) - args.beta * Math.log(B), 1e-9, 1e30),
  },
  relaxed_threshold_leaves: {
    draw: (n) => {
      const { exponent, beta } = trade(n);
      return { exponent, beta };
    },
    slow: (args) => {
      const c0 = 1;
      const B = root((b) => Math.log(relaxed({ ...args, c0, B: b })) - args.beta * Math.log(b), 1e-9, 1e30);
      return B / (args.beta / (args.exponent - args.beta) + 1);
    },
  },
  integer_threshold: {
    draw: (n) => ({
      L: whole(n, 1, 4),
      b: pick(n, 3, 4, 5),
      alpha: between(n, 1.4, 1.8),
      beta: between(n, 0.05, 0.2),
      comm: between(n, 10, 5000),
    }),
    slow: ({ L, b, alpha: a, beta, comm }) =>
      root((B) => L * Math.log(a) + beta * Math.log((B - comm) / b ** L / B), comm * (1 + 1e-12), comm * 1e6),
    tolerance: 1e-7,
  },
  depth_switch_budget: {
    draw: (n) => {
      const b = pick(n, 3, 4, 5);
      const comm_L = between(n, 10, 1000);
      return {
        L: 1,
        b,
        alpha: between(n, 1.5, 1.8),
        beta: between(n, 0.05, 0.2),
        comm_L,
        comm_L1: comm_L * between(n, 4, 8),
      };
    },
    slow: ({ b, alpha: a, beta, comm_L, comm_L1 }) =>
      root(
        (B) => Math.log(a) + beta * Math.log((B - comm_L1) / b / (B - comm_L)),
        comm_L1 * (1 + 1e-12),
        comm_L1 * 1e6,
      ),
    tolerance: 1e-7,
  },
  best_depth_small_signal: {
    draw: (n) => ({
      ...{
        B: 10 ** between(n, 2, 6),
        b: pick(n, 3, 4, 5),
        alpha: between(n, 1.1, 1.8),
        beta: between(n, 0.05, 0.3),
        m: whole(n, 5, 50),
      },
      ...maybe(n, { k: between(n, 0.01, 1), L_max: whole(n, 0, 4) }),
    }),
    slow: ({ B, b, alpha: a, beta, m, k = 1, L_max = 60 }) => {
      let best = [0, k * B ** beta];
      for (let L = 1; L <= L_max; L++) {
        const x = (B - communication({ b, L, m })) / b ** L;
        if (x > 0 && a ** L * k * x ** beta > best[1]!) best = [L, a ** L * k * x ** beta];
      }
      return best;
    },
  },
  synergy_upper_budget: {
    draw: (n) => ({ k: between(n, 0.01, 0.1), beta: between(n, 0.1, 0.5), mu_star: between(n, 0.2, 1) }),
    slow: ({ k, beta, mu_star }) => root((B) => k * B ** beta - mu_star, 1e-6, 1e30),
  },
  best_design_relaxed: {
    draw: (n) => ({
      ...{
        B: 10 ** between(n, 3, 6),
        W: whole(n, 40, 120),
        beta: between(n, 0.05, 0.3),
        k: 1e-4,
        m0: between(n, 5, 40),
      },
      ...{
        a: between(n, 0.7, 1.5),
        gmax: between(n, 0.7, 1),
        rho: between(n, 0, 0.3),
        ...maybe(n, { b_max: pick(n, 3, 7) }),
      },
    }),
    slow: ({ B, W, beta, k, m0, a, gmax, rho, b_max = 101 }) => {
      let best = [1, 0, k * B ** beta, 0];
      for (let b = 3; b <= b_max; b += 2)
        for (let m = 1; b * m <= W; m++) {
          const s = Math.log(exponential({ m, m0, a, gmax }) * (rho + (1 - rho) * kappa(b))) / Math.log(b);
          const value = s > beta ? k * relaxed({ B, exponent: s, beta, c0: (2 * m * b) / (b - 1) }) : 0;
          if (value > best[2]!) best = [b, m, value, s];
        }
      return best;
    },
    tolerance: 1e-6,
  },
  optimal_uniform_message: {
    draw: (n) => ({
      x: between(n, 5, 500),
      b: pick(n, 3, 4, 5),
      L: whole(n, 1, 4),
      beta: between(n, 0.1, 0.4),
      m0: between(n, 10, 100),
    }),
    slow: ({ x, b, L, beta, m0 }) => {
      // at fixed x the next token of every message gains L γ′/γ and costs 2E of budget, which is worth β/(N x)
      const price = (2 * sum(many(L, (l) => b ** (l + 1))) * beta) / (b ** L * x);
      return root((m) => L / (m0 * (Math.exp(m / m0) - 1)) - price, 1e-9, 1e6);
    },
  },
  optimal_level_messages: {
    draw: (n) => ({
      ...{
        B: 10 ** between(n, 3.5, 6),
        b: pick(n, 3, 5),
        L: whole(n, 1, 4),
        beta: between(n, 0.1, 0.4),
        m0: between(n, 10, 100),
      },
      ...maybe(n, { W: whole(n, 50, 600) }),
    }),
    slow: ({ B, b, L, beta, m0, W = Number.POSITIVE_INFINITY }) => {
      const lengths = (x: number) => many(L, (h) => Math.min(W / b, m0 * Math.log(1 + (x * b ** h) / (2 * beta * m0))));
      const cost = (x: number) => x * b ** L + sum(lengths(x).map((m, h) => 2 * m * b ** (L - h)));
      const x = root((compute) => cost(compute) - B, 1e-9, 1e9);
      return [x, lengths(x)];
    },
  },
  plan_power: {
    draw: (n) => ({
      ...{
        B: 10 ** between(n, 3, 6),
        W: whole(n, 100, 1000),
        k: between(n, 0.005, 0.05),
        beta: between(n, 0.05, 0.25),
      },
      ...{
        cap: between(n, 0.3, 1),
        m0: between(n, 5, 60),
        a: pick(n, 1, 1.5),
        gmax: pick(n, 1, 0.9),
        rho: between(n, 0, 0.3),
      },
      ...{ m_grid: [10, 30, 90], b_max: pick(n, 3, 7), L_max: whole(n, 1, 3) },
      ...maybe(n, { rho_global: between(n, 0, 0.3), x_min: between(n, 0, 200), rho_task: between(n, 0.005, 0.1) }),
    }),
    slow: ({ B, W, k, beta, cap, m0, a, gmax, rho, m_grid, b_max, L_max, rho_global = 0, x_min = 0, rho_task = 0 }) => {
      const leaf = (x: number) => Math.min(cap, k * x ** beta);
      let best: Args = { kind: "single", L: 0, b: 1, m: 0, N: 1, x: B, mu: leaf(B), cost: B, alpha: 1 };
      for (let b = 3; b <= b_max; b += 2)
        for (const m of m_grid)
          for (let L = 1; L <= L_max; L++) {
            const x = (B - communication({ b, L, m })) / b ** L;
            if (b * m > W || x <= 0 || x < x_min) continue;
            const of = { b, gamma: exponential({ m, m0, a, gmax }), rho, L };
            const at = (mu0: number) => tree({ ...of, mu0 });
            const own = rho_task ? overTasks((1 + leaf(x)) / 2, rho_task, (p) => at(2 * p - 1)) : at(leaf(x));
            const mu = rho_global * leaf(x) * at(1) + (1 - rho_global) * own;
            if (mu <= best["mu"]) continue;
            const kind = L === 1 ? "star" : "tree";
            best = { kind, L, b, m, N: b ** L, x, mu, cost: B, alpha: of.gamma * (rho + (1 - rho) * kappa(b)) };
          }
      return { ...best, p: (1 + best["mu"]) / 2 };
    },
    tolerance: 1e-6,
  },
  gamma_exp: {
    draw: (n) => ({
      m: between(n, 0, 300),
      m0: between(n, 5, 100),
      ...maybe(n, { a: between(n, 0.5, 2), gmax: between(n, 0.3, 1) }),
    }),
    slow: exponential,
  },
  gamma_exp_inverse: {
    draw: (n) => {
      const gmax = between(n, 0.5, 1);
      return { g: gmax * between(n, 0.05, 0.95), m0: between(n, 5, 100), gmax, ...maybe(n, { a: between(n, 0.5, 2) }) };
    },
    slow: ({ g, ...law }) => root((m) => exponential({ m, ...law }) - g, 1e-9, 1e9),
  },
  gamma_hill: {
    draw: (n) => ({
      m: between(n, 0, 300),
      m0: between(n, 5, 100),
      ...maybe(n, { a: between(n, 0.5, 2), gmax: between(n, 0.3, 1) }),
    }),
    slow: ({ m, m0, a = 1, gmax = 1 }) => (gmax * m ** a) / (m ** a + m0 ** a),
  },
  best_fanin_for_window: {
    draw: (n) => ({
      ...{
        W: whole(n, 20, 600),
        m0: between(n, 5, 60),
        a: between(n, 0.7, 1.5),
        rho: between(n, 0, 0.4),
        b_max: pick(n, 5, 11),
      },
      ...maybe(n, { gmax: between(n, 0.6, 1), m_min: whole(n, 2, 40) }),
    }),
    slow: ({ W, m0, a, rho, b_max, gmax = 1, m_min = 1 }) => {
      let best: number[] | null = null;
      for (let b = 3; b <= b_max; b += 2) {
        const m = Math.floor(W / b);
        if (m < m_min) break;
        const growth = exponential({ m, m0, a, gmax }) * (rho + (1 - rho) * kappa(b));
        const s = Math.log(growth) / Math.log(b);
        if (best === null || s > best[1]!) best = [b, s, m, growth];
      }
      return best;
    },
    tolerance: 1e-6,
  },
  diagnose: {
    draw: (n) => ({
      ...{ B: 1e5, W: whole(n, 100, 800), m: whole(n, 20, 90), ...clearNode(n), L: whole(n, 0, 12) },
      ...{ mu_leaf: between(n, 0.01, 0.9), beta: between(n, 0.02, 0.45), mu_single: between(n, 0.05, 0.95) },
    }),
    slow: ({ W, m, b, L, mu_leaf, beta, gamma, rho, mu_single }) => {
      const [growth, limit] = [alpha({ b, gamma, rho }), fixedPoint({ b, gamma, rho })];
      let settled = 0;
      for (let mu = mu_leaf; Math.abs(mu - limit) > 0.05 * limit && settled < 1e5; settled++)
        mu = level({ mu, b, gamma, rho });
      const holds = {
        window_violated: b * m > W,
        subcritical: growth <= 1,
        correlation_bound: growth <= 1 && gamma * kappa(b) > 1,
        fidelity_bound: growth <= 1 && gamma * kappa(b) <= 1 && rho + (1 - rho) * kappa(b) > 1,
        scale_up_better: growth > 1 && Math.log(growth) / Math.log(b) <= beta,
        strong_baseline: growth > 1 && mu_single >= limit,
        leaf_above_fixed_point: growth > 1 && mu_leaf >= limit,
        past_mixing_depth: growth > 1 && L > settled,
        fanin_headroom: (b + 2) * m <= W,
      };
      const codes = Object.entries(holds).flatMap(([code, is]) => (is ? [code] : []));
      return codes.length === 0 ? ["ok"] : codes;
    },
  },

  star_risk: {
    draw: (n) => ({ v: between(n, 0.1, 3), N: whole(n, 1, 30), ...risk(n) }),
    slow: ({ v, N, rho, sigma2 }) => (N * (v + sigma2) + N * (N - 1) * rho * v) / N ** 2,
  },
  tree_risk: {
    draw: (n) => ({
      v0: between(n, 0.1, 3),
      b: whole(n, 2, 9),
      L: whole(n, 0, 9),
      ...risk(n),
      ...maybe(n, { rho: 1 }),
    }),
    slow: ({ v0, b, L, rho, sigma2 }) =>
      many(L, () => 0).reduce((v) => (b * (v + sigma2) + b * (b - 1) * rho * v) / b ** 2, v0),
  },
  tree_floor: {
    draw: (n) => ({ b: whole(n, 2, 9), ...risk(n) }),
    slow: ({ b, rho, sigma2 }) => many(3000, () => 0).reduce((v) => (rho + (1 - rho) / b) * v + sigma2 / b, 1),
  },
  tree_risk_global: {
    draw: (n) => {
      const { rho: rho_global, sigma2 } = risk(n);
      return { v0: between(n, 0.1, 3), b: whole(n, 2, 5), L: whole(n, 0, 5), rho_global, sigma2 };
    },
    slow: ({ v0, b, L, rho_global: g, sigma2 }) =>
      v0 * (g + (1 - g) / b ** L) + sum(many(L, (l) => sigma2 / b ** (l + 1))), // b^(l+1) messages of weight 1/b^(l+1)
  },
  tree_risk_mixing_depth: {
    draw: (n) => ({
      v0: between(n, 0.1, 3),
      b: whole(n, 2, 9),
      rho: between(n, 0, 0.9),
      sigma2: between(n, 0.01, 2),
      eps: between(n, 0.01, 0.5),
    }),
    slow: ({ v0, b, rho, sigma2, eps }) => {
      const target = ((1 + eps) * sigma2) / ((b - 1) * (1 - rho));
      let layers = 0;
      for (let v = v0; v > target; layers++) v = (rho + (1 - rho) / b) * v + sigma2 / b;
      return layers;
    },
  },
  chain_relay_risk: {
    draw: (n) => ({ v0: between(n, 0.1, 3), K: whole(n, 0, 9), sigma2: between(n, 0, 2) }),
    slow: ({ v0, K, sigma2 }) => many(K, () => sigma2).reduce((v, noise) => v + noise, v0),
  },
  chain_average_risk: {
    draw: chain,
    slow: ({ v, K, rho, sigma2 }) =>
      // weights: 1/(K + 1) on every estimate, j/(K + 1) on the noise of hop j
      (v * (K + 1) * (1 + K * rho)) / (K + 1) ** 2 + sum(many(K, (j) => sigma2 * ((j + 1) / (K + 1)) ** 2)),
  },
  chain_optimal_risk: {
    draw: chain,
    slow: ({ v, K, rho, sigma2 }) => {
      let risk = v;
      for (let hop = 0; hop < K; hop++) {
        const [u, c] = [risk + sigma2, rho * v];
        // the least of a parabola in the weight of the message
        const [a, b] = [u + v - 2 * c, v - c];
        risk = v - b ** 2 / a;
      }
      return risk;
    },
  },
  chain_optimal_floor: {
    draw: (n) => ({ v: between(n, 0.1, 3), rho: between(n, 0, 0.9), sigma2: between(n, 0.05, 2) }),
    slow: ({ v, rho, sigma2 }) => {
      let risk = v;
      for (let hop = 0; hop < 3000; hop++) risk = v - (v - rho * v) ** 2 / (risk + sigma2 + v - 2 * rho * v);
      return risk;
    },
  },

  plurality_prob: {
    draw: (n) => {
      const raw = many(whole(n, 2, 4), () => n() + 0.05);
      const [p, ...wrong] = raw.map((x) => x / sum(raw));
      return next01(n) ? { p, n: whole(n, 1, 6), wrong } : { p, n: whole(n, 1, 6), wrong: whole(n, 1, 4) };
    },
    slow: ({ p, n, wrong }) => plurality(typeof wrong === "number" ? equally(p, wrong + 1) : [p, ...wrong], n),
  },
  expected_max_count: {
    draw: (n) => ({ n: whole(n, 1, 6), k: whole(n, 1, 5) }),
    slow: ({ n, k }) => largestCount(n, k),
  },
  kappa_plurality: {
    draw: (n) => ({ n: whole(n, 1, 6), k: whole(n, 2, 5) }),
    slow: ({ n, k }) => slope((d) => signal(plurality(equally((1 + (k - 1) * d) / k, k), n), k), 0, 1e-3),
    tolerance: 1e-6,
  },
  plurality_level_map: {
    draw: (n) => ({
      delta: n(),
      n: whole(n, 1, 5),
      k: whole(n, 2, 4),
      gamma: between(n, 0.2, 1),
      ...maybe(n, { rho: n() }),
    }),
    slow: ({ delta, n, k, gamma, rho = 0 }) => {
      const received = (1 + (k - 1) * gamma * delta) / k;
      return rho * gamma * delta + (1 - rho) * signal(plurality(equally(received, k), n), k);
    },
  },
  signal_from_p: { draw: (n) => ({ p: n(), k: whole(n, 2, 9) }), slow: ({ p, k }) => 1 - ((1 - p) * k) / (k - 1) },
  p_from_signal: { draw: (n) => ({ d: n(), k: whole(n, 2, 9) }), slow: ({ d, k }) => 1 - ((1 - d) * (k - 1)) / k },
  plurality_ahead_bound: {
    draw: (n) => ({ p: between(n, 0.5, 0.9), wrong: whole(n, 2, 5), k: whole(n, 1, 6) }),
    slow: ({ p, wrong, k }) => 1 - wrong * ((1 - p) / wrong / p) ** k,
  },

  ahead_by_k: { draw: (n) => ({ p: n(), k: whole(n, 1, 6) }), slow: ({ p, k }) => ahead(p, k) },
  ahead_by_k_truncated: {
    draw: (n) => ({ p: n(), k: whole(n, 1, 6), n_max: whole(n, 1, 12), ...ties(n) }),
    slow: ({ p, k, n_max, ties: t }) => {
      const { law, won, steps } = walk(p, k, k, n_max);
      const led = [...law].map(([lead, q]) => (q * (1 + signOf(lead, t))) / 2);
      return [won + sum(led), steps, sum([...law.values()])];
    },
  },
  race_to_k: {
    draw: (n) => ({ p: n(), k: whole(n, 1, 6) }),
    slow: ({ p, k }) => {
      const from = (right: number, wrong: number): [number, number] => {
        if (right === k || wrong === k) return [right === k ? 1 : 0, 0];
        const [[p1, n1], [p2, n2]] = [from(right + 1, wrong), from(right, wrong + 1)];
        return [p * p1 + (1 - p) * p2, 1 + p * n1 + (1 - p) * n2];
      };
      return from(0, 0);
    },
  },
  ahead_k_for_error: {
    draw: (n) => ({ p: between(n, 0.55, 0.99), err: 10 ** between(n, -9, -1) }),
    slow: ({ p, err }) => {
      for (let k = 1; ; k++) if (1 / (1 + (p / (1 - p)) ** k) <= err) return k;
    },
  },
  ahead_k_for_steps: {
    draw: (n) => ({ p: between(n, 0.7, 0.99), steps: whole(n, 1, 1000), target: between(n, 0.1, 0.99) }),
    slow: ({ p, steps, target }) => {
      for (let k = 1; ; k++) if ((1 / (1 + ((1 - p) / p) ** k)) ** steps >= target) return k;
    },
  },
  decomposition_cost: {
    draw: (n) => ({
      ...{ p: between(n, 0.6, 0.99), steps: whole(n, 1, 1000), k: whole(n, 1, 5) },
      ...maybe(n, { cost_per_vote: between(n, 0, 5), discard: between(n, 0, 0.8) }),
    }),
    slow: ({ p, steps, k, cost_per_vote = 1, discard = 0 }) => {
      const [right, votes] = ahead(p, k) as [number, number];
      return [right ** steps, (steps * votes * cost_per_vote) / (1 - discard)];
    },
  },
  ahead_by_k_shared: {
    draw: (n) => ({ p: n(), k: whole(n, 1, 6), rho: n() }),
    slow: ({ p, k, rho }) => ahead(p, k).map((own, i) => rho * [p, k][i]! + (1 - rho) * own),
  },
  ahead_by_k_over_tasks: {
    draw: (n) => {
      const count = whole(n, 1, 5);
      return {
        ps: many(count, () => pick(n, 0, 0.5, 1, n())),
        k: whole(n, 1, 5),
        ...maybe(n, { weights: many(count, () => n() + 0.1) }),
      };
    },
    slow: ({ ps, k, weights = ps.map(() => 1) }) =>
      [0, 1].map((part) => sum(ps.map((p: number, t: number) => weights[t] * ahead(p, k)[part]!)) / sum(weights)),
    tolerance: 1e-8,
  },
  sprt_thresholds: {
    draw: (n) => ({ err_fp: between(n, 0.001, 0.5), err_fn: between(n, 0.001, 0.5) }),
    slow: ({ err_fp, err_fn }) => [Math.log((1 - err_fn) / err_fp), Math.log(err_fn / (1 - err_fp))],
  },
  sprt_walk: {
    draw: (n) => ({ p: pick(n, 0.5, n()), up: whole(n, 1, 7), down: whole(n, 1, 7) }),
    slow: ({ p, up, down }) => {
      const { won, steps } = walk(p, up, down);
      return [won, steps];
    },
    tolerance: 1e-8,
  },

  weighted_majority_prob: { draw: (n) => ({ ...voters(n), ...maybe(n, { tie: n() }) }), slow: weighted },
  comonotone_vote_prob: {
    draw: (n) => ({ ...voters(n), rho: n(), ...maybe(n, { tie: n() }) }),
    slow: (args) => args.rho * comonotone(args) + (1 - args.rho) * weighted(args),
  },
  copula_vote_prob: {
    draw: (n) => {
      const { ps, weights } = voters(n, whole(n, 1, 5));
      return { ps, loadings: ps.map(() => between(n, -0.8, 0.8)), ...maybe(n, { weights, tie: n() }) };
    },
    slow: ({ ps, loadings, weights = ps.map(() => 1), tie }) =>
      overNormal((z) => {
        const given = (p: number, i: number) =>
          normalCdf((normalQuantile(p) + loadings[i] * z) / Math.sqrt(1 - loadings[i] ** 2));
        return weighted({ ps: ps.map(given), weights, tie });
      }),
    tolerance: 1e-6,
  },
  log_odds_weights: {
    draw: (n) => ({ ps: many(whole(n, 1, 5), () => between(n, 0.05, 0.95)) }),
    slow: ({ ps }) => ps.map((p: number) => Math.log(p / (1 - p))),
  },
  signed_covariance: { draw: team, slow: ({ mus, R }) => covariance(mus, R) },
  lda_weights: {
    draw: (n) => ({ ...team(n), ...maybe(n, { ridge: between(n, 0, 0.1) }) }),
    slow: ({ mus, R, ridge = 1e-9 }) => solve(covariance(mus, R, ridge), mus),
    tolerance: 1e-7,
  },
  team_snr2: { draw: (n) => ({ ...team(n), ...maybe(n, { ridge: between(n, 0, 0.1) }) }), slow: snr, tolerance: 1e-7 },
  linear_vote_normal_approx: {
    draw: (n) => {
      const of = team(n);
      return { ...of, weights: of.mus.map(() => between(n, 0.1, 2)) };
    },
    slow: ({ mus, R, weights }) =>
      normalCdf(
        sum(mus.map((mu: number, i: number) => mu * weights[i])) / Math.sqrt(quadratic(covariance(mus, R), weights)),
      ),
  },
  n_eff_kish: {
    draw: (n) => ({ n: whole(n, 1, 30), phi: n() }),
    slow: ({ n, phi }) => n ** 2 / (n + n * (n - 1) * phi),
  },
  n_eff_weighted: {
    draw: (n) => {
      const { R } = team(n);
      return { R, weights: R.map(() => between(n, 0.1, 2)) };
    },
    slow: ({ R, weights }) => sum(weights) ** 2 / quadratic(R, weights),
  },
  greedy_team: {
    draw: (n) => {
      const of = team(n, 4);
      return { ...of, costs: of.mus.map(() => between(n, 0.5, 3)), budget: between(n, 0, 6) };
    },
    slow: ({ mus, R, costs, budget }) => {
      const score = (of: number[]) => snr({ mus: of.map((i) => mus[i]), R: of.map((i) => of.map((j) => R[i][j])) });
      const members: number[] = [];
      for (;;) {
        const spent = sum(members.map((i) => costs[i]));
        const rates = mus.map((_: number, i: number) =>
          members.includes(i) || spent + costs[i] > budget ? 0 : (score([...members, i]) - score(members)) / costs[i],
        );
        const best = Math.max(...rates);
        if (!(best > 0)) return [members, score(members), spent];
        members.push(rates.indexOf(best));
      }
    },
    tolerance: 1e-7,
  },

  tree_accuracy_over_tasks: {
    draw: (n) => {
      const { rho: rho_within, ...of } = node(n, [3, 4, 5]);
      const count = whole(n, 1, 5);
      return {
        ps: many(count, () => n()),
        weights: many(count, () => n() + 0.1),
        L: whole(n, 0, 4),
        ...of,
        rho_within,
      };
    },
    slow: ({ ps, weights, rho_within: rho, ...args }) =>
      sum(ps.map((p: number, t: number) => weights[t] * (1 + tree({ ...args, rho, mu0: 2 * p - 1 })))) /
      (2 * sum(weights)),
  },
  deep_limit_over_tasks: {
    draw: (n) => {
      const { rho: rho_within, ...of } = clearNode(n);
      const count = whole(n, 1, 5);
      return { ps: many(count, () => pick(n, 0.5, n())), weights: many(count, () => n() + 0.1), ...of, rho_within };
    },
    slow: ({ ps, weights, b, gamma, rho_within: rho }) => {
      const limit = fixedPoint({ b, gamma, rho });
      return (
        0.5 + (limit * sum(ps.map((p: number, t: number) => weights[t] * Math.sign(p - 0.5)))) / (2 * sum(weights))
      );
    },
    tolerance: 1e-8,
  },
  star_accuracy_beta: {
    draw: (n) => ({ p: between(n, 0.1, 0.9), rho: between(n, 0.02, 0.8), b: whole(n, 1, 9) }),
    slow: ({ p, rho, b }) => overTasks(p, rho, (q) => (1 + majority(2 * q - 1, b)) / 2),
    tolerance: 1e-8,
  },
  tree_accuracy_beta: {
    draw: (n) => {
      const { rho: rho_within, ...of } = node(n, [3, 4, 5]);
      return {
        p: between(n, 0.2, 0.9),
        rho_task: between(n, 0.02, 0.6),
        L: whole(n, 0, 3),
        ...of,
        rho_within,
        ...maybe(n, { h: 0.1 }),
      };
    },
    slow: ({ p, rho_task, rho_within: rho, ...args }) =>
      overTasks(p, rho_task, (q) => (1 + tree({ ...args, rho, mu0: 2 * q - 1 })) / 2),
    tolerance: 1e-7,
  },
  subset_majority_accuracy: {
    draw: (n) => {
      const all = whole(n, 1, 12);
      return { n: all, k: whole(n, 0, all), b: whole(n, 1, all) };
    },
    slow: ({ n, k, b }) => subset(n, k, b),
  },
  star_accuracy_from_counts: {
    draw: (n) => ({ counts: many(whole(n, 1, 6), () => [6 + whole(n, 0, 3), whole(n, 0, 6)]), b: whole(n, 1, 6) }),
    slow: ({ counts, b }) => sum(counts.map(([n, k]: [number, number]) => subset(n, k, b))) / counts.length,
  },

  fidelity_estimate: {
    draw: (n) => ({ n: 100, agree: whole(n, 0, 100), ...maybe(n, { k: whole(n, 2, 6) }) }),
    slow: ({ n, agree, k = 2 }) => {
      const a = agree / n;
      return [(k * a - 1) / (k - 1), (Math.sqrt((a * (1 - a)) / n) * k) / (k - 1)];
    },
  },
  isotonic: {
    draw: (n) => {
      const count = whole(n, 1, 6);
      return { ys: many(count, () => n()), ws: many(count, () => whole(n, 1, 4)) };
    },
    // the max–min formula: max over starts of the min over ends of weighted means
    slow: ({ ys, ws }) => {
      const mean = (from: number, to: number) => {
        const range = many(to - from + 1, (i) => from + i);
        return sum(range.map((i) => ys[i] * ws[i])) / sum(range.map((i) => ws[i]));
      };
      return ys.map((_: number, i: number) =>
        Math.max(...many(i + 1, (from) => Math.min(...many(ys.length - i, (end) => mean(from, i + end))))),
      );
    },
  },
  interp_gamma: {
    draw: (n) => ({ m: between(n, 0, 300), ms: [20, 60, 200], gs: [0.2, 0.5 + 0.1 * n(), 0.7] }),
    slow: ({ m, ms, gs }) => {
      const points = [[0, 0], ...ms.map((x: number, i: number) => [x, gs[i]]), [1e9, gs.at(-1)]] as [number, number][];
      const after = points.findIndex(([x]) => x >= m);
      if (after === 0) return 0;
      const [[x0, y0], [x1, y1]] = [points[after - 1]!, points[after]!];
      return y0 + ((y1 - y0) * (m - x0)) / (x1 - x0);
    },
  },
  rho_moments: {
    draw: (n) => ({ counts: many(12, () => [whole(n, 2, 5), whole(n, 0, 2)]) }),
    // by votes one by one: pairs on one task, and pairs of shares on different tasks
    slow: ({ counts }) => {
      const votes = counts.map(([n, k]: [number, number]) => many(n, (i) => (i < k ? 1 : 0)));
      const same = votes.flatMap((v: number[]) => v.flatMap((x, i) => v.flatMap((y, j) => (i === j ? [] : [x * y]))));
      const shares = votes.map((v: number[]) => sum(v) / v.length);
      const apart = shares.flatMap((x: number, s: number) =>
        shares.flatMap((y: number, t: number) => (s === t ? [] : [x * y])),
      );
      const mean = (values: number[]) => sum(values) / values.length;
      return (mean(same) - mean(apart)) / (mean(votes.flat()) - mean(apart));
    },
  },
  nested_rows: {
    draw: (n) => ({ Y: many(3, () => many(whole(n, 1, 3), () => [3, whole(n, 0, 3)])) }),
    // right pairs and pairs within groups, across groups, right votes and votes
    slow: ({ Y }) =>
      Y.map((groups: [number, number][]) => {
        const votes = groups.flatMap(([n, k], g) => many(n, (i) => ({ g, right: i < k ? 1 : 0 })));
        const pairs = votes.flatMap((x, i) =>
          votes.flatMap((y, j) => (i === j ? [] : [{ same: x.g === y.g, right: x.right * y.right }])),
        );
        const [same, apart] = [pairs.filter((pair) => pair.same), pairs.filter((pair) => !pair.same)];
        const right = (of: readonly { right: number }[]) => sum(of.map((one) => one.right));
        return [right(same), same.length, right(apart), apart.length, right(votes), votes.length];
      }),
  },

  alpha_gradient: {
    draw: (n) => node(n),
    slow: (args) => [
      slope((gamma) => alpha({ ...args, gamma }), args.gamma, 1e-3),
      slope((rho) => alpha({ ...args, rho }), args.rho, 1e-3),
    ],
    tolerance: 1e-5,
  },
  exponent_gradient: {
    draw: (n) => node(n),
    slow: (args) => {
      const s = (of: Args) =>
        Math.log(of["gamma"] * (of["rho"] + (1 - of["rho"]) * kappa(of["b"]))) / Math.log(of["b"]);
      return [
        slope((gamma) => s({ ...args, gamma }), args.gamma, 1e-3),
        slope((rho) => s({ ...args, rho }), args.rho, 1e-3),
      ];
    },
    tolerance: 1e-5,
  },
  fixed_point_gradient: {
    draw: (n) => ({ b: 3, gamma: between(n, 0.85, 0.95), rho: between(n, 0, 0.2) }),
    slow: (args) => [
      slope((gamma) => fixedPoint({ ...args, gamma }), args.gamma, 1e-4),
      slope((rho) => fixedPoint({ ...args, rho }), args.rho, 1e-4),
    ],
    tolerance: 1e-4,
  },
  tree_bias_gradient: {
    draw: (n) => ({ mu0: between(n, -0.6, 0.6), L: whole(n, 0, 4), ...node(n) }),
    slow: (args) => [
      tree(args),
      ...["mu0", "gamma", "rho"].map((name) => slope((x) => tree({ ...args, [name]: x }), args[name], 1e-4)),
    ],
    tolerance: 1e-6,
  },
  delta_ci: {
    draw: (n) => ({ value: between(n, -2, 2), ...gradient(n) }),
    slow: ({ value, grad, cov, z = 1.959963984540054 }) => {
      const se = Math.sqrt(quadratic(cov, grad));
      return [value - z * se, value + z * se, se];
    },
  },
  delta_ci_bias: {
    draw: (n) => ({ value: between(n, -0.9, 0.9), ...gradient(n) }),
    slow: ({ value, grad, cov, z = 1.959963984540054 }) => {
      const se = Math.sqrt(quadratic(cov, grad));
      const moved = (by: number) => {
        const odds = ((1 + value) / (1 - value)) * Math.exp((2 * by) / (1 - value ** 2));
        return (odds - 1) / (odds + 1);
      };
      return [moved(-z * se), moved(z * se), se];
    },
  },
  prob_supercritical: {
    draw: (n) => ({
      ...node(n),
      se_gamma: between(n, 0.02, 0.2),
      se_rho: between(n, 0.02, 0.2),
      ...maybe(n, { corr: between(n, -0.9, 0.9) }),
    }),
    slow: ({ se_gamma: g, se_rho: r, corr = 0, ...args }) => {
      const [byGamma, byRho] = [alpha(args) / args.gamma, -args.gamma * (kappa(args.b) - 1)];
      const variance = (byGamma * g) ** 2 + (byRho * r) ** 2 + 2 * corr * byGamma * byRho * g * r;
      return normalCdf((alpha(args) - 1) / Math.sqrt(variance));
    },
    tolerance: 1e-6,
  },
};

function next01(next: Random): boolean {
  return next() < 0.5;
}

/** Vectors in the golden file's form: `count` of each function, in domains where the slow way is exact enough. */
export function slowVectors(name: string, count: number): Args[] {
  const { draw, slow, tolerance = 1e-9 } = slowFunctions[name]!;
  const next = random("vectors", name);
  return many(count, (i) => {
    const args = draw(next);
    const expected = slow(args);
    const tol = { rel: tolerance, abs: tolerance };
    return { id: `${name} ${i}: ${JSON.stringify(args)} → ${JSON.stringify(expected)}`, fn: name, args, expected, tol };
  });
}
