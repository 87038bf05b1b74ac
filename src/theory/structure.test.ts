import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { majorityBias } from "./majority.ts";
import { balancedTree, chainBias, relayChainBias, structureBias, type TreeNode } from "./structure.ts";
import { treeBias } from "./tree.ts";

const sizes = (node: TreeNode): number =>
  "bias" in node ? 1 : node.children.reduce((sum, child) => sum + sizes(child), 0);
const widest = (node: TreeNode): number =>
  "bias" in node ? 0 : Math.max(node.children.length, ...node.children.map(widest));

describe("structureBias", () => {
  it("is the regular recursion on a regular tree", () => {
    const aggregation = { fanIn: 3, fidelity: 0.9, rho: 0.2 };
    for (const layers of [0, 1, 2, 3])
      for (const rule of ["median", "mean"] as const)
        expect(structureBias(balancedTree(3 ** layers, aggregation, 0.15), rule)).toBeCloseTo(
          treeBias(0.15, layers, aggregation),
          12,
        );
  });

  it("takes the median or the mean of unequal children as their shared vote", () => {
    const children = [{ bias: 0.1 }, { bias: 0.4 }, { bias: 0.3 }];
    expect(structureBias({ rho: 1, children })).toBeCloseTo(0.3, 14);
    expect(structureBias({ rho: 1, children }, "mean")).toBeCloseTo(0.8 / 3, 14);
  });

  it("refuses a node without children", () => {
    expect(() => structureBias({ children: [] })).toThrow("children = 0");
  });
});

describe("balancedTree", () => {
  it("has every leaf once, no node wider than b, and equal groups up to one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 2, max: 9 }), (leaves, fanIn) => {
        const tree = balancedTree(leaves, { fanIn, fidelity: 0.9, rho: 0 }, 0.2);
        expect(sizes(tree)).toBe(leaves);
        expect(widest(tree)).toBeLessThanOrEqual(fanIn);
      }),
    );
    const four = balancedTree(4, { fanIn: 3, fidelity: 1, rho: 0 }, 0.2);
    expect("children" in four && four.children.map(sizes)).toEqual([2, 2]);
    expect(balancedTree(1, { fanIn: 3, fidelity: 0.5, rho: 0 }, 0.2)).toEqual({ bias: 0.2 });
  });

  it("passes a group of one through without a channel", () => {
    const tree = balancedTree(3, { fanIn: 2, fidelity: 0.5, rho: 0 }, 0.2);
    expect(tree).toEqual({
      ...{ fidelity: 0.5, rho: 0 },
      children: [{ fidelity: 0.5, rho: 0, children: [{ bias: 0.2 }, { bias: 0.2 }] }, { bias: 0.2 }],
    });
  });
});

describe("chains", () => {
  it("lose γ at every hop when they only relay", () => {
    expect(relayChainBias(0.4, 5, 0.9)).toBeCloseTo(0.4 * 0.9 ** 5, 14);
    expect(chainBias(0.4, 5, { fidelity: 0.9, ownVotes: 0, ownBias: 0 })).toBeCloseTo(0.4 * 0.9 ** 5, 14);
  });

  it("cannot amplify with a single own vote", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const some = fc.double({ min: 0.01, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, some, fc.integer({ min: 1, max: 10 }), (bias, ownBias, fidelity, hops) => {
        const better = Math.max(fidelity * bias, ownBias);
        expect(chainBias(bias, hops, { fidelity, ownVotes: 1, ownBias })).toBeLessThanOrEqual(better + 1e-12);
      }),
    );
  });

  it("take the majority of the message and two own votes", () => {
    expect(chainBias(0.2, 1, { fidelity: 1, ownVotes: 2, ownBias: 0.2 })).toBeCloseTo(majorityBias(0.2, 3), 12);
  });
});
