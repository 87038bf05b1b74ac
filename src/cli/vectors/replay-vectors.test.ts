import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { replayVectors, VectorsFormat } from "./replay-vectors.ts";

const golden = JSON.parse(readFileSync(new URL("../../theory/golden/theory.json", import.meta.url), "utf8"));

const vector = (fn: string, args: unknown, expected: unknown, tol: unknown = { rel: 1e-10, abs: 1e-12 }) => ({
  format: 1,
  vectors: [{ id: "one", fn, args, expected, tol }],
});
const passed = { passed: 1, failed: 0, failures: [] };
const failed = { passed: 0, failed: 1, failures: ["one"] };

describe("the golden vectors of the theory", () => {
  it.each(golden.vectors as { id: string }[])("$id", (one) => {
    expect(replayVectors({ ...golden, vectors: [one] }).failures).toEqual([]);
  });

  it("all fail when their expected values are moved by a thousandth", () => {
    const moved = golden.vectors
      .filter(({ expected, tol }: any) => typeof expected === "number" && Math.abs(expected) > 1e-9 && tol.rel < 1e-4)
      .map((one: any) => ({ ...one, expected: one.expected * 1.001 }));
    expect(moved.length).toBeGreaterThan(100);
    expect(replayVectors({ ...golden, vectors: moved }).passed).toBe(0);
  });
});

describe("replayVectors", () => {
  it("counts an unknown function as a failure", () => {
    expect(replayVectors(vector("perpetual_motion", {}, 1))).toEqual(failed);
    expect(replayVectors(vector("toString", {}, 1))).toEqual(failed);
  });

  it("accepts what is within the stated tolerance and nothing else", () => {
    expect(replayVectors(vector("kappa", { b: 3 }, 1.49, { rel: 0, abs: 0.011 }))).toEqual(passed);
    expect(replayVectors(vector("kappa", { b: 3 }, 1.49, { rel: 0, abs: 0.009 }))).toEqual(failed);
    expect(replayVectors(vector("kappa", { b: 3 }, 1.4, { rel: 0.08, abs: 0 }))).toEqual(passed);
    expect(replayVectors(vector("kappa", { b: 3 }, "1.5"))).toEqual(failed);
    expect(replayVectors(vector("ahead_by_k", { p: 0.5, k: 3 }, [0.5, 9, 0]))).toEqual(failed);
  });

  it("understands infinity, none and calls that must be rejected", () => {
    expect(replayVectors(vector("optimal_leaf_compute", { exponent: 0.1, beta: 0.2, c0: 1 }, "Infinity"))).toEqual(
      passed,
    );
    expect(replayVectors(vector("critical_rho", { b: 3, gamma: 0.5 }, null))).toEqual(passed);
    expect(replayVectors(vector("critical_rho", { b: 3, gamma: 0.9 }, null))).toEqual(failed);
    expect(replayVectors(vector("kappa", { b: 0 }, { error: "DomainError" }))).toEqual(passed);
    expect(replayVectors(vector("kappa", { b: 3 }, { error: "DomainError" }))).toEqual(failed);
    expect(replayVectors(vector("kappa", { b: 0 }, 1))).toEqual(failed);
    expect(
      replayVectors(
        vector("level_map", { mu: 0.1, b: 3, gamma: 1, rho: 0, model: "gossip" }, { error: "DomainError" }),
      ),
    ).toEqual(passed);
  });

  it.each([
    ["tree_bias", { mu0: 0.1, L: 0, b: 3, gamma: 0, rho: 0 }],
    ["tree_bias", { mu0: 0.1, L: 0, b: 3, gamma: 0.9, rho: 2 }],
    ["plurality_level_map", { delta: 1.5, n: 5, k: 10, gamma: 0.6 }],
    ["balanced_tree", { n_leaves: 4, b: 3, gamma: 1.1, rho: 0, mu0: 0.1 }],
    ["balanced_tree", { n_leaves: 4, b: 3, gamma: 0.9, rho: 0, mu0: 2 }],
    ["rho_betabinom", { counts: [[5, 3]] }],
    ["rho_copula", { counts: [[5, 3]] }],
  ])("rejects what is outside a domain even where no formula meets it: %s(%j)", (fn, args) => {
    expect(replayVectors(vector(fn, args, { error: "DomainError" }))).toEqual(passed);
  });

  it("takes missing votes inside lists as null or NaN", () => {
    const rows = [
      [1, 0, 1, 0, null],
      [1, 0, "NaN", 0, 1],
    ];
    const agree = [
      [1, 1],
      [1, 1],
    ];
    expect(replayVectors(vector("rho_pairwise_matrix", { Y: rows }, agree))).toEqual(passed);
  });

  it("reports a vector on which our code breaks, and goes on", () => {
    const broken = vector("hetero_majority", { mus: 7 }, 1);
    expect(
      replayVectors({ format: 1, vectors: [...broken.vectors, ...vector("kappa", { b: 3 }, 1.5).vectors] }),
    ).toEqual({
      passed: 1,
      failed: 1,
      failures: ["one"],
    });
  });

  it("keeps the functions of the two specifications apart", () => {
    const routing = (fn: string, args: unknown, out: unknown) => ({
      format: "routing-vectors/1",
      vectors: [{ id: "one", fn, in: args, out, tol: 1e-9 }],
    });
    expect(replayVectors(routing("norm_ppf", { p: 0.875 }, 1.1503493803760079))).toEqual(passed);
    expect(replayVectors(routing("kappa", { b: 3 }, 1.5))).toEqual(failed);
  });

  it.each([
    ["a list", []],
    ["null", null],
    ["an unknown format", { format: 2, vectors: [] }],
    ["no vectors", { format: 1 }],
    ["a vector without a name", { format: 1, vectors: [{ fn: "kappa", args: {}, expected: 1 }] }],
    ["a vector without arguments", { format: 1, vectors: [{ id: "x", fn: "kappa", expected: 1 }] }],
    ["a vector without an expectation", { format: 1, vectors: [{ id: "x", fn: "kappa", args: { b: 3 } }] }],
  ])("refuses %s with a message", (_, document) => {
    expect(() => replayVectors(document)).toThrow(VectorsFormat);
  });
});
