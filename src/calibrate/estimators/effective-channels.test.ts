import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { channelsWithSlopes, effectiveChannels } from "./effective-channels.ts";

const matrix = (rows: readonly (readonly number[])[]) => rows.map((row) => Float64Array.from(row));

/** Agreement of agents that answered these texts, one letter per task. */
function agreementOf(answers: readonly string[]): Float64Array[] {
  return answers.map((a) =>
    Float64Array.from(answers, (b) => [...a].filter((letter, t) => letter === b[t]).length / a.length),
  );
}

const anyAnswers = fc.array(
  fc.array(fc.constantFrom("a", "b", "c"), { minLength: 12, maxLength: 12 }).map((letters) => letters.join("")),
  { minLength: 2, maxLength: 7 },
);

describe("effectiveChannels", () => {
  it("is 1 where all always agree and n where no two ever do", () => {
    expect(effectiveChannels(agreementOf(["abc", "abc", "abc"]))).toBeCloseTo(1, 12);
    expect(effectiveChannels(agreementOf(["aaa", "bbb", "ccc"]))).toBeCloseTo(3, 12);
  });

  it("is exp(H) of (1 ± a)/2 for two agents that agree on the share a", () => {
    for (const a of [0.1, 0.5, 0.9]) {
      const entropy = -[(1 + a) / 2, (1 - a) / 2].reduce((sum, share) => sum + share * Math.log(share), 0);
      const found = effectiveChannels(
        matrix([
          [1, a],
          [a, 1],
        ]),
      );
      expect(found).toBeCloseTo(Math.exp(entropy), 10);
    }
  });

  it("lies between 1 and the number of agents, whatever their order", () => {
    fc.assert(
      fc.property(anyAnswers, (answers) => {
        const channels = effectiveChannels(agreementOf(answers));
        expect(channels).toBeGreaterThan(1 - 1e-9);
        expect(channels).toBeLessThan(answers.length + 1e-9);
        expect(effectiveChannels(agreementOf([...answers].reverse()))).toBeCloseTo(channels, 8);
      }),
    );
  });

  it("counts a copy of every agent as nothing new", () => {
    fc.assert(
      fc.property(anyAnswers, (answers) => {
        const doubled = answers.flatMap((one) => [one, one]);
        expect(effectiveChannels(agreementOf(doubled))).toBeCloseTo(effectiveChannels(agreementOf(answers)), 6);
      }),
    );
  });

  it("has the slopes that small changes show", () => {
    const agreement = agreementOf(["aabbc", "aabcc", "abbbc", "caabc"]);
    const { channels, slopes } = channelsWithSlopes(agreement);
    const moved = agreement.map((row) => row.slice());
    moved[0]![2]! += 1e-6;
    moved[2]![0]! += 1e-6;
    expect((effectiveChannels(moved) - channels) / 1e-6).toBeCloseTo(2 * slopes[0]![2]!, 4);
  });

  it("refuses what is no square matrix", () => {
    expect(() => effectiveChannels(matrix([[1, 0]]))).toThrow("agreement");
  });
});
