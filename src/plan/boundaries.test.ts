import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calibrate } from "../calibrate/calibrate.ts";
import type { Calibration } from "../calibrate/calibration.ts";
import { fidelityAt } from "../calibrate/fidelity.ts";
import { gradesOf } from "../records/answer-table.ts";
import { tabulate } from "../records/tabulate.ts";
import { scriptedAttempts, scriptedConfig, scriptedExample } from "../simulate/scripted.ts";
import { type Interval, isMeasured } from "../theory/interval.ts";
import { amplification, organizationExponent } from "../theory/level-map.ts";
import { boundariesOf, mover } from "./boundaries.ts";
import type { Boundary, Regime } from "./plan-types.ts";
import { type Node, regimeOf } from "./regime.ts";

const truth = { ...scriptedExample, tasks: 40 };
const calibration = calibrate(tabulate(scriptedAttempts(truth, 1), scriptedConfig(truth)));

function nodeOf(fanIn: number, tokens?: number, leaf = "scout~150"): Node {
  const column = calibration.table.columns.find(({ name }) => name === leaf)!;
  const voters = [{ name: leaf, column, right: gradesOf(column, calibration.tasks) }];
  return { fanIn, voters, ...(tokens !== undefined && { messages: { tokens, leaf } }) };
}

const confidence = 0.9;
const between = (value: number, half: number): Interval => ({
  value,
  low: value - half,
  high: value + half,
  confidence,
});

/** The lines of a node whose parameters are as stated. */
function linesAt(parameters: Partial<Regime>, node = nodeOf(parameters.fanIn ?? 3, 96), of: Calibration = calibration) {
  const { regime } = regimeOf(node, calibration, calibration, confidence);
  const [alpha, exponent, window] = boundariesOf(node, { ...regime, ...parameters }, of);
  return { alpha: alpha!, exponent: exponent!, window: window! };
}

const crossing = ({ crossings }: Boundary, parameter: string) => crossings.find((one) => one.parameter === parameter)!;
const aggregation = (fanIn: number, fidelity: number, rho: number) => ({ fanIn, fidelity, rho });

describe("a crossing in words", () => {
  const said = (now: number, at: number) =>
    mover(true, "the messages stop fitting")(
      "leaves",
      "N",
      { value: now, low: now, high: now, confidence: 1 },
      at,
      "never",
    );

  it("tells how far a parameter may go, and where it stands at its last fitting value", () => {
    expect(said(5, 15).text).toBe("N could rise from 5 to 15 before the messages stop fitting");
    expect(said(5, 42_433).text).toBe("N could rise from 5 to 42,433 before the messages stop fitting");
    expect(said(39, 39).text).toBe("N has no room beyond 39 before the messages stop fitting");
  });
});

describe("the lines of the theory", () => {
  it("stand where the paper's setting has them: five voters at γ = 0.6 stop amplifying at ρ = 5/21", () => {
    const { alpha } = linesAt({
      fanIn: 5,
      gamma: between(0.6, 0.02),
      rhoWithin: between(0.1, 0.02),
      alpha: between(1.0725, 0.05),
    });
    expect(alpha).toMatchObject({ code: "amplification", side: "team", tasksStillNeeded: null });
    expect((alpha.distance as Interval).value).toBeCloseTo(Math.log(1.0725), 12);
    expect(crossing(alpha, "rho").at).toBeCloseTo(5 / 21, 12);
    expect(crossing(alpha, "rho").text).toBe("ρ could rise from 0.10 to 0.24 before a layer stops amplifying");
  });

  it("are reached by changing the named parameter alone, as far as it says", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(3, 5, 9),
        fc.double({ min: 0.3, max: 0.99, noNaN: true }),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        fc.double({ min: 0.01, max: 0.5, noNaN: true }),
        (fanIn, gamma, rho, beta) => {
          const parameters = { gamma: between(gamma, 0), rhoWithin: between(rho, 0), beta: between(beta, 0) };
          const { alpha, exponent } = linesAt({
            fanIn,
            ...parameters,
            alpha: between(amplification(aggregation(fanIn, gamma, rho)), 0),
          });
          const at = (line: Boundary, parameter: string) => crossing(line, parameter).at;
          const [rhoAt, gammaAt] = [at(alpha, "rho"), at(alpha, "gamma")];
          if (rhoAt !== null) expect(amplification(aggregation(fanIn, gamma, rhoAt))).toBeCloseTo(1, 9);
          expect(amplification(aggregation(fanIn, gammaAt!, rho))).toBeCloseTo(1, 9);
          const s = (fidelity: number, shared: number) => organizationExponent(aggregation(fanIn, fidelity, shared));
          expect(at(exponent, "beta") ?? 0).toBeCloseTo(Math.max(0, s(gamma, rho)), 9);
          const [rhoEqual, gammaEqual] = [at(exponent, "rho"), at(exponent, "gamma")];
          if (rhoEqual !== null) expect(s(gamma, rhoEqual)).toBeCloseTo(beta, 9);
          if (gammaEqual !== null) expect(s(gammaEqual, rho)).toBeCloseTo(beta, 9);
          const lengthAt = at(alpha, "messageTokens");
          if (lengthAt !== null && isMeasured(calibration.fidelity) && "points" in calibration.fidelity)
            expect(fidelityAt(calibration.fidelity, lengthAt).value).toBeCloseTo(gammaAt!, 6);
          const fanInAt = at(alpha, "fanIn");
          if (fanInAt !== null) {
            expect(amplification(aggregation(fanInAt, gamma, rho))).toBeGreaterThan(1);
            expect(fanInAt === 3 || amplification(aggregation(fanInAt - 2, gamma, rho)) <= 1).toBe(true);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("tell a side where the interval leaves them out, and else how many tasks are still needed", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -0.4, max: 0.4, noNaN: true }),
        fc.double({ min: 1e-3, max: 0.4, noNaN: true }),
        fc.double({ min: 1e-3, max: 0.4, noNaN: true }),
        (logarithm, below, above) => {
          const [low, high] = [logarithm - below, logarithm + above];
          fc.pre(Math.abs(low) > 1e-9 && Math.abs(high) > 1e-9); // α and its logarithm round
          const { side, probabilityTeam, tasksStillNeeded } = linesAt({
            alpha: { value: Math.exp(logarithm), low: Math.exp(low), high: Math.exp(high), confidence },
          }).alpha;
          expect(side).toBe(low > 0 ? "team" : high < 0 ? "single" : "cannot tell yet");
          expect(tasksStillNeeded === null).toBe(side !== "cannot tell yet");
          if (side === "team") expect(probabilityTeam).toBeGreaterThanOrEqual(0.95 - 1e-9);
          else if (side === "single") expect(probabilityTeam).toBeLessThanOrEqual(0.05 + 1e-9);
          else expect(Math.abs(probabilityTeam - 0.5)).toBeLessThanOrEqual(0.45 + 1e-9);
          if (Math.abs(logarithm) > 1e-9) expect(probabilityTeam > 0.5).toBe(logarithm > 0);
        },
      ),
    );
  });

  it("need about the tasks at which the interval would be as wide as the distance", () => {
    // Half-width of three distances: nine times the tasks, less what scatters the estimate.
    const { tasksStillNeeded } = linesAt({
      alpha: { value: Math.exp(0.1), low: Math.exp(-0.2), high: Math.exp(0.4), confidence },
    }).alpha;
    expect(tasksStillNeeded!.low).toBeLessThan(tasksStillNeeded!.median);
    expect(tasksStillNeeded!.median).toBeGreaterThan(2 * truth.tasks);
    expect(tasksStillNeeded!.median).toBeLessThan(8 * truth.tasks);
    expect(tasksStillNeeded!.high).toBeGreaterThan(8 * truth.tasks);
  });

  it("are not crossed by an estimate that was clipped to its domain", () => {
    const clipped = { value: 0.9, low: 0.7, high: 1, confidence };
    const node = nodeOf(3);
    const { regime } = regimeOf(node, calibration, calibration, confidence);
    const [line] = boundariesOf(
      node,
      { ...regime, rhoEffective: clipped, alpha: { value: 1.05, low: 1, high: 1.15, confidence } },
      calibration,
    );
    expect(line!.side).toBe("cannot tell yet");
    expect(line!.tasksStillNeeded!.median).toBeGreaterThanOrEqual(1);
  });

  it("are exact where the team states its message length and no prompt is known: N m of W tokens fit, one more does not", () => {
    const unknown = { notMeasured: "no tokens_in are recorded", probe: "record tokens_in with the attempts" };
    const agents = calibration.agents.map(({ cost, ...agent }) => ({
      ...{ ...agent, contextTokens: 3072, cost: { ...cost, tokensIn: unknown } },
    }));
    const narrow = { ...calibration, agents };
    const window = (tokens: number) => linesAt({}, nodeOf(3, tokens), narrow).window;
    expect(window(1024)).toMatchObject({ side: "team", probabilityTeam: 1, tasksStillNeeded: null });
    expect(window(1024).distance).toMatchObject({ value: 0, low: 0, high: 0 });
    expect(window(1025)).toMatchObject({ side: "single", probabilityTeam: 0 });
    expect(window(1025).crossings.map(({ parameter, at }) => [parameter, at])).toEqual([
      ["leaves", 2],
      ["messageTokens", 1024],
      ["contextTokens", expect.closeTo(3075, 6)],
    ]);
  });

  it("leave room for the task that the reader reads beside the messages", () => {
    const { side, distance, crossings } = linesAt({}, nodeOf(3, 96)).window;
    const { value, low, high } = distance as Interval;
    const prompt = 4096 / Math.exp(value) - 3 * 96;
    expect(side).toBe("team");
    expect(prompt).toBeGreaterThan(130);
    expect(prompt).toBeLessThan(170); // 150 in the script
    expect(high - low).toBeGreaterThan(0); // prompts differ from task to task
    const at = (parameter: string) => crossings.find((one) => one.parameter === parameter)!.at!;
    expect(at("messageTokens")).toBeCloseTo((4096 - prompt) / 3, 0);
    expect(at("leaves")).toBe(Math.floor((4096 - prompt) / 96));
    expect(at("contextTokens")).toBeCloseTo(3 * 96 + prompt, 6);
    const tiny = { ...calibration, agents: calibration.agents.map((agent) => ({ ...agent, contextTokens: 100 })) };
    const { side: none, crossings: never } = linesAt({}, nodeOf(3, 96), tiny).window;
    expect(none).toBe("single");
    expect(never.map(({ at, text }) => at ?? text)).toEqual([
      "no N: not one message fits",
      "no m: not even the task fits",
      expect.closeTo(3 * 96 + prompt, 6),
    ]);
  });

  it("take the recorded length of whole answers where no message is shortened, with its interval", () => {
    const { distance, crossings } = linesAt({ fanIn: 3 }, nodeOf(3)).window;
    const { value, low, high } = distance as Interval;
    expect(value).toBeCloseTo(Math.log(4096 / (3 * 150 + 150)), 1);
    expect(high - low).toBeGreaterThan(0);
    expect(high - low).toBeLessThan(0.1);
    expect(Math.abs(3 * crossings[1]!.now.value + 150 - 4096 / Math.exp(value))).toBeLessThan(20);
  });

  it("name the probe where a parameter was not measured", () => {
    const none = { notMeasured: "no groups", probe: "record the field `group`" };
    const { alpha, exponent } = linesAt({ rhoWithin: none });
    for (const line of [alpha, exponent])
      expect(line).toMatchObject({ distance: none, side: "cannot tell yet", probabilityTeam: 0.5, crossings: [] });
    const unknown = { ...calibration, contextTokens: none };
    expect(linesAt({}, nodeOf(3), unknown).window).toMatchObject({ distance: none, tasksStillNeeded: null });
    expect(boundariesOf(null, regimeOf(null, calibration, calibration, confidence).regime, calibration)).toHaveLength(
      3,
    );
  });
});
