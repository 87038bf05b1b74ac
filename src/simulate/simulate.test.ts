import { describe, expect, it } from "vitest";
import { DomainError } from "../errors.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import { simulate } from "./simulate.ts";

const run = (text: string, accuracy: number, more: { sharing?: number; options?: number; trials?: number } = {}) =>
  simulate(parseTeam(text), { accuracy, trials: 20_000, seed: 1, ...more });

const within4 = ({ mean, standardError }: { mean: number; standardError: number }, expected: number) =>
  expect(Math.abs(mean - expected)).toBeLessThanOrEqual(4 * standardError);

describe("simulate", () => {
  it("lifts three voters of 60 % to 64.8 %", () => {
    within4(run("vote:3@a", 0.6).accuracy, 0.648);
  });

  // P(Binomial(n, 0.6) > n/2), summed by hand: C(5,3) 0.6³0.4² + C(5,4) 0.6⁴0.4 + 0.6⁵, and so on.
  it.each([
    [5, 0.68256],
    [7, 0.710208],
    [9, 0.73343232],
  ])("%i voters at 0.6 reach the majority's %s", (n, expected) => {
    within4(run(`vote:${n}@a`, 0.6).accuracy, expected);
  });

  it("leaves a tie to the seed, so that two voters are as good as one", () => {
    within4(run("vote:2@a", 0.7).accuracy, 0.7);
  });

  it.each([
    [2, 0.6],
    [3, 0.6],
    [4, 0.55],
  ])("a lead of %i at p = %s has the gambler's ruin odds, and asks k tanh(kt)/tanh(t) times", (lead, p) => {
    const { accuracy, calls } = run(`ahead:${lead}/150@a`, p, { trials: 5_000 });
    within4(accuracy, 1 / (1 + ((1 - p) / p) ** lead));
    const t = Math.atanh(2 * p - 1);
    within4(calls, (lead * Math.tanh(lead * t)) / Math.tanh(t));
  });

  it("gains nothing where all share one draw, and part of it in between", () => {
    within4(run("vote:9@a", 0.6, { sharing: 1 }).accuracy, 0.6);
    within4(run("vote:3@a", 0.6, { sharing: 0.5 }).accuracy, (0.6 + 0.648) / 2);
  });

  it("lets wrong answers scatter over the options", () => {
    // One right among three, two wrong ones that differ with probability 1/2: the tie is right in a third of the cases.
    const p = 0.4;
    const expected = p ** 3 + 3 * p ** 2 * (1 - p) + 3 * p * (1 - p) ** 2 * (1 / 2) * (1 / 3);
    within4(run("vote:3@a", p, { options: 3 }).accuracy, expected);
  });

  it("asks the last stage only where the first disagrees", () => {
    const accuracy = new Map([
      ["a", 0.7],
      ["b", 0.6],
      ["c", 0.9],
    ]);
    const { accuracy: reached, calls } = simulate(parseTeam("cascade@a+b,c"), { accuracy, trials: 40_000, seed: 1 });
    within4(calls, 2 + 0.7 * 0.4 + 0.3 * 0.6);
    within4(reached, 0.7 * 0.6 + (0.7 * 0.4 + 0.3 * 0.6) * 0.9);
  });

  it("gives the same numbers for the same seed, and others for another", () => {
    expect(run("vote:3@a", 0.6, { trials: 500 })).toEqual(run("vote:3@a", 0.6, { trials: 500 }));
    const other = simulate(parseTeam("vote:3@a"), { accuracy: 0.6, trials: 500, seed: 2 });
    expect(other.accuracy.mean).not.toBe(run("vote:3@a", 0.6, { trials: 500 }).accuracy.mean);
  });

  it("refuses what is no probability", () => {
    expect(() => run("vote:3@a", 1.2)).toThrow(DomainError);
    expect(() => run("vote:3@a", 0.6, { sharing: -1 })).toThrow(/sharing = -1/);
    expect(() => simulate(parseTeam("vote@a,b"), { accuracy: new Map([["a", 0.5]]), trials: 9, seed: 1 })).toThrow(
      /accuracy of b/,
    );
  });
});
