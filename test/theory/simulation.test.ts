import { describe, expect, it } from "vitest";
import {
  type Aggregation,
  amplification,
  type DependenceLaw,
  levelMap,
  levelMapSlope,
} from "../../src/theory/level-map.ts";
import type { TieRule } from "../../src/theory/majority.ts";
import { accuracyFromSignal, pluralityLevelMap } from "../../src/theory/plurality.ts";
import { permutation, type Random, random } from "../../src/theory/random.ts";
import { normalQuantile } from "../../src/theory/special.ts";
import { chainBias, structureBias, type TreeNode } from "../../src/theory/structure.ts";
import { treeBias, treeBiasByLayer, treeBiasWithCommonCause } from "../../src/theory/tree.ts";
import { expectChance } from "./deviations.ts";
import { biased, biasOf, deviation, dyadic, playNode, playTree, type Words } from "./monte-carlo.ts";

const games = 600; // × 32 trees
const pick = <T>(from: readonly T[], next: Random) => from[Math.floor(next() * from.length)]!;
const anyNode = (next: Random, fanIns: readonly number[]): Aggregation => ({
  fanIn: pick(fanIns, next),
  fidelity: Math.max(1 / 512, dyadic(next, 0.3, 1)),
  rho: dyadic(next, 0, 0.9),
});
/** As many of `make` as wanted whose expected bias leaves something to err about. */
function sets<T>(count: number, seed: string, make: (next: Random) => T, expected: (set: T) => number): T[] {
  const next = random(seed);
  const found: T[] = [];
  while (found.length < count) {
    const set = make(next);
    if (Math.abs(expected(set)) < 0.99) found.push(set);
  }
  return found;
}

describe("the exact recursion against trees played vote by vote", () => {
  it("holds on 240 random trees, half of them collapsing", () => {
    const shapes = [
      [3, 1],
      [3, 2],
      [3, 3],
      [3, 4],
      [5, 1],
      [5, 2],
      [5, 3],
      [7, 1],
      [7, 2],
      [9, 1],
      [9, 2],
      [15, 1],
      [25, 1],
      [1, 3],
    ] as const;
    const all = sets(
      240,
      "trees",
      (next) => {
        const [fanIn, layers] = pick(shapes, next);
        return { leaf: dyadic(next, -0.9, 0.9), layers, aggregation: { ...anyNode(next, [fanIn]) } };
      },
      ({ leaf, layers, aggregation }) => treeBias(leaf, layers, aggregation),
    );
    const amplifying = all.filter(({ aggregation }) => amplification(aggregation) > 1).length;
    expect(amplifying).toBeGreaterThan(60);
    expect(amplifying).toBeLessThan(180);
    expectChance(
      all.map(({ leaf, layers, aggregation }, set) => {
        const path = new Array<Aggregation>(layers).fill(aggregation);
        const play = (word: Words) => playTree(() => biased((1 + leaf) / 2, word), path, word);
        return deviation(biasOf(play, games, set), treeBias(leaf, layers, aggregation));
      }),
    );
  });

  it("holds for even fan-ins under every tie rule, layers that differ, and copies that are corrupted one by one", () => {
    const all = sets(
      90,
      "layers",
      (next) => ({
        leaf: dyadic(next, -0.8, 0.8),
        layers: Array.from({ length: 1 + Math.floor(3 * next()) }, () => anyNode(next, [2, 3, 4, 5, 6])),
        options: {
          ties: pick<TieRule>(["random", "wrong", "right"], next),
          law: pick<DependenceLaw>(["shared", "shared-before-channel"], next),
        },
      }),
      ({ leaf, layers, options }) => treeBiasByLayer(leaf, layers, options),
    );
    expectChance(
      all.map(({ leaf, layers, options }, set) => {
        const play = (word: Words) => playTree(() => biased((1 + leaf) / 2, word), layers, word, options);
        return deviation(biasOf(play, games, set), treeBiasByLayer(leaf, layers, options));
      }),
    );
  });

  it("holds where one cause is common to the whole tree", () => {
    const all = sets(
      60,
      "common cause",
      (next) => ({
        leaf: dyadic(next, -0.8, 0.8),
        layers: 1 + Math.floor(3 * next()),
        aggregation: anyNode(next, [3, 5]),
        rhoGlobal: dyadic(next, 0, 0.7),
      }),
      ({ leaf, layers, aggregation, rhoGlobal }) => treeBiasWithCommonCause(leaf, layers, aggregation, rhoGlobal),
    );
    expectChance(
      all.map(({ leaf, layers, aggregation, rhoGlobal }, set) => {
        const path = new Array<Aggregation>(layers).fill(aggregation);
        const play = (word: Words) => {
          const [together, one] = [biased(rhoGlobal, word), biased((1 + leaf) / 2, word)];
          return playTree(() => (together & one) | (~together & biased((1 + leaf) / 2, word)), path, word);
        };
        return deviation(biasOf(play, games, set), treeBiasWithCommonCause(leaf, layers, aggregation, rhoGlobal));
      }),
    );
  });

  it("holds for irregular trees, whose shared vote copies a random child, and for chains", () => {
    const anyTree = (next: Random, depth: number): TreeNode =>
      depth === 0 || next() < 0.3
        ? { bias: dyadic(next, -0.6, 0.9) }
        : {
            fidelity: dyadic(next, 0.4, 1),
            rho: dyadic(next, 0, 0.6),
            children: Array.from({ length: 1 + Math.floor(4 * next()) }, () => anyTree(next, depth - 1)),
          };
    const all = sets(
      60,
      "irregular",
      (next) => anyTree(next, 3),
      (tree) => structureBias(tree, "mean"),
    );
    const playNodeOf = (tree: TreeNode, word: Words): number => {
      if ("bias" in tree) return biased((1 + tree.bias) / 2, word);
      // a random child first: that is the one a shared vote copies
      const order = permutation(tree.children.length, () => (word() >>> 0) / 4294967296);
      const children = [...order].map((child) => () => playNodeOf(tree.children[child]!, word));
      return playNode(children, { fidelity: tree.fidelity!, rho: tree.rho! }, word);
    };
    const trees = all.map((tree, set) =>
      deviation(
        biasOf((word) => playNodeOf(tree, word), games, set),
        structureBias(tree, "mean"),
      ),
    );

    const links = sets(
      30,
      "chains",
      (next) => ({
        first: dyadic(next, -0.8, 0.8),
        hops: 1 + Math.floor(5 * next()),
        link: { fidelity: dyadic(next, 0.4, 1), ownVotes: Math.floor(5 * next()), ownBias: dyadic(next, -0.3, 0.6) },
      }),
      ({ first, hops, link }) => chainBias(first, hops, link),
    );
    const chains = links.map(({ first, hops, link }, set) => {
      const play = (word: Words) => {
        let message = biased((1 + first) / 2, word);
        for (let hop = 0; hop < hops; hop++) {
          const received = message ^ ~biased((1 + link.fidelity) / 2, word);
          const own = () => biased((1 + link.ownBias) / 2, word);
          const children = [() => received, ...new Array<() => number>(link.ownVotes).fill(own)];
          message = playNode(children, { fidelity: 1, rho: 0 }, word);
        }
        return message;
      };
      return deviation(biasOf(play, games, set), chainBias(first, hops, link));
    });
    expectChance([...trees, ...chains]);
  });

  it("would show a fidelity that is off by a hundredth", () => {
    const off = Array.from({ length: 100 }, (_, set) => {
      const play = (word: Words) => playTree(() => biased(0.6, word), [{ fanIn: 3, fidelity: 0.75, rho: 0.25 }], word);
      return deviation(biasOf(play, games, set), treeBias(0.2, 1, { fanIn: 3, fidelity: 0.76, rho: 0.25 }));
    });
    expect(() => expectChance(off)).toThrow();
  });
});

describe("one node against votes drawn one by one", () => {
  const trials = 12_000;
  const score = (right: number, expected: number) =>
    deviation({ bias: (2 * right) / trials - 1, trees: trials }, expected);
  const majority = (votes: number, fanIn: number, next: Random) =>
    2 * votes > fanIn || (2 * votes === fanIn && next() < 0.5) ? 1 : 0;

  it("holds for tasks that share a Beta-distributed accuracy, drawn as Pólya's urn", () => {
    const all = sets(
      40,
      "beta",
      (next) => ({ bias: 1.8 * next() - 0.9, node: anyNode(next, [2, 3, 5, 8, 13]) }),
      (set) => levelMap(set.bias, set.node, { law: "beta" }),
    );
    expectChance(
      all.map(({ bias, node }, set) => {
        const next = random("urn", set);
        const { fanIn, rho } = node;
        const p = (1 + node.fidelity * bias) / 2;
        let right = 0;
        for (let trial = 0; trial < trials; trial++) {
          let votes = 0;
          for (let i = 0; i < fanIn; i++) if (next() * (1 - rho + rho * i) < p * (1 - rho) + rho * votes) votes++;
          right += majority(votes, fanIn, next);
        }
        return score(right, levelMap(bias, node, { law: "beta" }));
      }),
    );
  });

  it("holds for signs of correlated normals", () => {
    const normals = random("normals");
    const spare = Float64Array.from({ length: 1 << 18 }, () => {
      return Math.sqrt(-2 * Math.log(1 - normals())) * Math.cos(2 * Math.PI * normals()); // Box and Muller
    });
    const all = sets(
      40,
      "copula",
      (next) => ({ bias: 1.8 * next() - 0.9, node: anyNode(next, [2, 3, 5, 8, 13]) }),
      (set) => levelMap(set.bias, set.node, { law: "copula-latent" }),
    );
    expectChance(
      all.map(({ bias, node }, set) => {
        const next = random("signs", set);
        const normal = () => spare[Math.floor(next() * spare.length)]!;
        const { fanIn, rho } = node;
        const threshold = normalQuantile((1 + node.fidelity * bias) / 2);
        const [common, own] = [Math.sqrt(rho), Math.sqrt(1 - rho)];
        let right = 0;
        for (let trial = 0; trial < trials; trial++) {
          const shared = common * normal();
          let votes = 0;
          for (let i = 0; i < fanIn; i++) if (shared + own * normal() < threshold) votes++;
          right += majority(votes, fanIn, next);
        }
        return score(right, levelMap(bias, node, { law: "copula-latent" }));
      }),
    );
  });

  it("holds for the plurality of messages over many answers", () => {
    const all = sets(
      50,
      "plurality",
      (next) => ({
        signal: next(),
        node: {
          votes: 1 + Math.floor(9 * next()),
          options: 2 + Math.floor(9 * next()),
          fidelity: 0.2 + 0.8 * next(),
          rho: 0.6 * next(),
        },
      }),
      ({ signal, node }) => 2 * accuracyFromSignal(pluralityLevelMap(signal, node), node.options) - 1,
    );
    expectChance(
      all.map(({ signal, node: { votes, options, fidelity, rho } }, set) => {
        const next = random("votes", set);
        const p = (1 + (options - 1) * signal) / options;
        // answer 0 is right; a message that is lost arrives as any answer
        const sent = () => (next() < p ? 0 : 1 + Math.floor((options - 1) * next()));
        const received = () => (next() < fidelity ? sent() : Math.floor(options * next()));
        let right = 0;
        for (let trial = 0; trial < trials; trial++) {
          if (next() < rho) {
            if (received() === 0) right++;
            continue;
          }
          const counts = new Uint8Array(options);
          for (let vote = 0; vote < votes; vote++) counts[received()]!++;
          const most = Math.max(...counts);
          const leaders = counts.filter((count) => count === most).length;
          if (counts[0] === most && next() * leaders < 1) right++;
        }
        const expected = pluralityLevelMap(signal, { votes, options, fidelity, rho });
        return score(right, 2 * accuracyFromSignal(expected, options) - 1);
      }),
    );
  });
});

describe("the paper's own simulation: b = 5, γ = 0.6, μ₀ = 0.05, 50,000 samples", () => {
  const size = 50_000;
  /** Each layer's votes are drawn from those of the layer below, as a population that is replaced layer by layer. */
  function population(rho: number, layers: number): number[] {
    const next = random("population", rho);
    let votes = Uint8Array.from({ length: size }, () => (next() < 0.525 ? 1 : 0));
    const biases = [];
    for (let layer = 1; layer <= layers; layer++) {
      const received = () => votes[Math.floor(next() * size)]! ^ (next() < 0.8 ? 0 : 1);
      votes = votes.map(() => {
        if (next() < rho) return received();
        return received() + received() + received() + received() + received() > 2 ? 1 : 0;
      });
      biases.push((2 * votes.reduce((sum, vote) => sum + vote, 0)) / size - 1);
    }
    return biases;
  }

  it.each([
    [0, 0.15896, 0.65845],
    [0.1, 0.09954, 0.33308],
    [0.2, 0.06057, 0.08797],
    [5 / 21, 0.04974, 0.04925],
    [0.3, 0.0358, 0.01844],
    [0.5, 0.01137, 0.00059],
  ])("passes through the table's values at ρ = %f", (rho, ten, thirty) => {
    const aggregation = { fanIn: 5, fidelity: 0.6, rho };
    const biases = population(rho, 30);
    // chance enters at every layer and is carried on by the slope of the map there
    let [bias, variance] = [0.05, (1 - 0.05 ** 2) / size];
    for (let layer = 1; layer <= 30; layer++) {
      variance *= levelMapSlope(bias, aggregation) ** 2;
      bias = levelMap(bias, aggregation);
      variance += (1 - bias ** 2) / size;
      const expected = layer === 10 ? ten : layer === 30 ? thirty : undefined;
      if (expected === undefined) continue;
      expect(Math.abs(biases[layer - 1]! - expected) / Math.sqrt(variance)).toBeLessThan(3.5);
    }
  });
});
