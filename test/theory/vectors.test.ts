import { describe, expect, it } from "vitest";
import { bootstrapInterval, taskRows } from "../../src/calibrate/estimators/resample.ts";
import { replayVectors } from "../../src/cli/vectors/replay-vectors.ts";
import { theoryFunctions } from "../../src/cli/vectors/vector-functions.ts";
import { random } from "../../src/theory/random.ts";
import { normalDensity, normalQuantile } from "../../src/theory/special.ts";
import { propagate } from "../../src/theory/uncertainty.ts";
import { slowFunctions, slowVectors } from "./slow-functions.ts";

describe("vectors of our own, from definitions", () => {
  it.each(Object.keys(slowFunctions))("of %s pass", (name) => {
    expect(replayVectors({ format: 1, vectors: slowVectors(name, 15) }).failures).toEqual([]);
  });

  it("fail when they are moved by a thousandth", () => {
    const moved = Object.keys(slowFunctions).flatMap((name) =>
      slowVectors(name, 3)
        .filter(({ expected }) => typeof expected === "number" && !Number.isInteger(expected))
        .map((vector) => ({ ...vector, expected: vector["expected"] + 1e-3 * (1 + Math.abs(vector["expected"])) })),
    );
    expect(moved.length).toBeGreaterThan(80);
    expect(replayVectors({ format: 1, vectors: moved }).passed).toBe(0);
  });

  it("are not needed only where a fit, a table or the golden file says more", () => {
    const elsewhere = [
      ...["norm_pdf", "norm_cdf", "norm_ppf", "bvn_cdf", "t_quantile", "copula_latent", "cubic_coefficient", "regime"],
      ...["effective_rho_small_phi", "clipped_upper", "clipped_lower", "smooth_predictor", "mixing_depth_approx"],
      ...["growth_depth", "balanced_tree", "optimal_leaf_count", "leaf_risk", "tree_contraction", "tree_risk_exponent"],
      ...["plurality_fixed_points", "beta_mixture", "npmle_mixture", "predict_from_counts"],
      ...["fit_beta", "fit_beta_ols", "fit_gamma", "fit_gamma_isotonic", "moment_rows", "rho_pairwise_matrix"],
      ...["rho_moments_ci", "rho_anova", "rho_betabinom", "rho_shared_em", "rho_copula", "rho_nested", "rho_nested_ci"],
    ];
    expect([...Object.keys(slowFunctions), ...elsewhere].sort()).toEqual(Object.keys(theoryFunctions).sort());
  });
});

describe("what is drawn with a seed", () => {
  it("gives the mean and the quantiles of a normal law within three standard errors", () => {
    const draws = 40_000;
    const covariance = [
      [0.04, 0.01],
      [0.01, 0.09],
    ];
    const { mean, low, high } = propagate(([x, y]) => 2 * x! - y!, [1, 2], covariance, { draws, next: random(5) });
    const deviation = Math.sqrt(4 * 0.04 + 0.09 - 4 * 0.01);
    expect(Math.abs(mean)).toBeLessThan((3 * deviation) / Math.sqrt(draws));
    const z = normalQuantile(0.975);
    const error = (deviation * Math.sqrt((0.025 * 0.975) / draws)) / normalDensity(z);
    expect(Math.abs(low + z * deviation)).toBeLessThan(3 * error);
    expect(Math.abs(high - z * deviation)).toBeLessThan(3 * error);
  });

  it("resamples tasks to the standard error of a mean within three of its own", () => {
    const next = random("bootstrap");
    const values = Array.from({ length: 60 }, () => next() ** 2);
    const mean = values.reduce((sum, value) => sum + value, 0) / 60;
    const exact = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0)) / 60;
    const replicates = 4000;
    const rows = taskRows(values.map((value) => [value, 1]));
    const [estimate] = bootstrapInterval(rows, ([sum, n]) => [sum! / n!], { confidence: 0.95, replicates, seed: 7 });
    expect(estimate!.value).toBeCloseTo(mean, 12);
    expect(Math.abs(estimate!.standardError / exact - 1)).toBeLessThan(3 / Math.sqrt(2 * replicates));
  });
});
