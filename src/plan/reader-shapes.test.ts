import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTeam } from "../organizations/parse-team.ts";
import { formOf } from "../organizations/team.ts";
import { fidelityExponential } from "../theory/fidelity.ts";
import { LayerMaps, proposedShapes, readAccuracy, teamOfShape } from "./reader-shapes.ts";

describe("the shapes that are proposed", () => {
  const accuracies = Float64Array.from([0, 0.2, 0.45, 0.6, 0.8, 1]);
  const weights = Float64Array.from([0.05, 0.1, 0.2, 0.3, 0.25, 0.1]);
  const cast = parseTeam("star:3/m=8@leaf=a,reader=b").cast;

  it.each([2, 3])("are scored as the organizations read them, with %i answers", (options) => {
    const channel = { fidelity: (m = 1e9) => fidelityExponential(m, { lengthScale: 40 }), rho: 0.15 };
    const maps = () => new LayerMaps(accuracies, channel, options);
    const bounds = { costMax: 400, callsMax: 1000, windowTokens: 900, promptTokens: 50 };
    const leaf = {
      mixture: { weights },
      options,
      single: 0,
      cost: ({ answers, readers }: { answers: number; readers: number }) => answers + readers,
    };
    const found = proposedShapes([leaf], maps, [20, 55, 140], bounds);
    expect(new Set(found.map(({ layers }) => layers)).size).toBeGreaterThan(3);
    expect(found.some(({ counted }) => counted)).toBe(true);
    fc.assert(
      fc.property(fc.nat(found.length - 1), (at) => {
        const { score, cost, windowTokens, ...shape } = found[at]!;
        const team = teamOfShape(shape, cast);
        const right = readAccuracy(team, channel, options);
        const expected = accuracies.reduce((sum, p, i) => sum + weights[i]! * (right(p) - p), 0);
        expect(score).toBeCloseTo(expected, 12);
        expect(cost).toBe(formOf(team).bound(team).steps);
        expect(windowTokens).toBe(shape.fanIn * shape.messageTokens + 50);
        expect(windowTokens).toBeLessThanOrEqual(900);
      }),
      { numRuns: options === 2 ? 200 : 40 },
    );
  });
});
