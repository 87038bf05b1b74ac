import { beforeAll, describe, expect, it } from "vitest";
import { calibrate } from "../calibrate/calibrate.ts";
import type { Calibration } from "../calibrate/calibration.ts";
import { fidelityAt } from "../calibrate/fidelity.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import { tabulate } from "../records/tabulate.ts";
import { scriptedAttempts, scriptedConfig, scriptedExample } from "../simulate/scripted.ts";
import { communicationCost } from "../theory/budget.ts";
import { criticalCorrelation } from "../theory/critical.ts";
import { isMeasured } from "../theory/interval.ts";
import { MissingParameter, PhaseAxisError, phaseParameters, phaseSolver } from "../theory/phase.ts";
import { forecast } from "./forecast.ts";
import { phaseMap } from "./phase.ts";
import { parsePhaseAxis } from "./phase-axis.ts";
import { NoPhaseTeam } from "./phase-facts.ts";

const pairs = phaseParameters.flatMap((x, i) => phaseParameters.slice(i + 1).map((y) => [x, y] as const));
const tree = parseTeam("tree:3x3/m=96@leaf=scout~150,reader=scholar");
let calibration: Calibration;
beforeAll(() => {
  const truth = { ...scriptedExample, tasks: 120 };
  calibration = calibrate(tabulate(scriptedAttempts(truth, 1), scriptedConfig(truth)));
});
const steps = 12;

describe("a phase diagram around a calibrated team", () => {
  it.each(pairs)("over %s and %s takes the rest from the calibration and has the team on it", (x, y) => {
    const map = phaseMap({ team: tree, x: { parameter: x, steps }, y: { parameter: y, steps } }, calibration);
    expect(map.place && isMeasured(map.place.x) && isMeasured(map.place.y)).toBe(true);
    for (const [axis, at] of [
      [map.problem.x, map.place!.x],
      [map.problem.y, map.place!.y],
    ] as const) {
      if (!isMeasured(at)) throw new Error("not measured");
      expect(at.value).toBeGreaterThanOrEqual(axis.from);
      expect(at.value).toBeLessThanOrEqual(axis.to);
    }
    expect([...map.grid.accuracy].every((accuracy) => accuracy >= 0 && accuracy <= 1)).toBe(true);
    expect(
      phaseMap({ team: tree, x: { parameter: y, steps }, y: { parameter: x, steps } }, calibration).walks.x,
    ).toEqual(map.walks.y);
  });

  it("has room for a team where a plan has, beside the task that its reader reads", () => {
    const prompt = 150; // of the script
    for (const [fanIn, fits] of [
      [41, true], // 3,936 and 150 of 4,096 tokens
      [42, false], // 4,032 and 150
    ] as const) {
      const team = parseTeam(`star:${fanIn}/m=96@leaf=scout~150,reader=scholar`);
      const { problem } = phaseMap(
        { team, x: { parameter: "rho", steps }, y: { parameter: "gamma", steps } },
        calibration,
      );
      const { windowRoom } = phaseSolver(problem)(0.1, 0.8);
      expect(windowRoom).toBeCloseTo(Math.log(4096 / (fanIn * 96 + prompt)), 2);
      expect(windowRoom >= 0).toBe(fits);
      if (fits) expect(() => forecast(team, calibration)).not.toThrow();
      else expect(() => forecast(team, calibration)).toThrow("more than the window");
    }
  });

  it("takes every quantity from where it was learned", () => {
    const { inputs, place, problem } = phaseMap(
      { team: tree, x: { parameter: "rho", steps }, y: { parameter: "gamma", steps } },
      calibration,
    );
    const input = (name: string) => inputs.find((one) => one.name === name)!.value;
    const leaf = calibration.agents.find(({ name }) => name === "scout~150")!;
    const reader = calibration.agents.find(({ name }) => name === "scholar")!;
    expect(place!.x).toEqual(calibration.rhoWithin);
    if (!isMeasured(calibration.fidelity) || !isMeasured(leaf.cost.tokens) || !isMeasured(reader.cost.tokensIn))
      throw new Error("not measured");
    expect(place!.y).toEqual(fidelityAt(calibration.fidelity as never, 96));
    expect(input("accuracy")).toEqual(leaf.accuracy);
    expect(input("leafTokens")).toEqual(leaf.cost.tokens);
    expect(input("contextTokens").value).toBe(4096);
    expect(input("rhoTask")).toEqual(calibration.rhoTask);
    const overhead = reader.cost.tokensIn.value;
    expect(input("budget").value).toBeCloseTo(
      27 * leaf.cost.tokens.value + communicationCost(3, 3, 96, { overhead }),
      6,
    );
    expect(problem.leaf).toEqual({ beta: input("beta").value, compute: leaf.cost.tokens.value });
  });

  it("puts what is given above what is calibrated", () => {
    const map = phaseMap(
      {
        team: tree,
        x: { parameter: "rho", steps },
        y: { parameter: "gamma", steps },
        given: { accuracy: 0.9, rho: 0.4 },
      },
      calibration,
    );
    expect(map.problem.values.accuracy).toBe(0.9);
    expect(map.place!.x).toMatchObject({ value: 0.4, low: 0.4, high: 0.4 });
    expect(map.inputs.find(({ name }) => name === "accuracy")).toMatchObject({ source: "given" });
  });

  it("takes the dependence of votes that code counts from the votes themselves, and loses nothing", () => {
    const map = phaseMap(
      { team: parseTeam("vote:5@clerk"), x: { parameter: "rho", steps }, y: { parameter: "gamma", steps } },
      calibration,
    );
    expect(map.place!.y).toMatchObject({ value: 1 });
    const rho = map.place!.x;
    // groups share ρ_within and tasks differ by ρ_task: 1 − 0.9 · 0.95 together
    if (!isMeasured(rho)) throw new Error("not measured");
    expect(rho.value).toBeGreaterThan(0.05);
    expect(rho.value).toBeLessThan(0.35);
    expect(map.problem.values.messageTokens).toBe(0);
  });

  it("casts a team that names no agents, and draws the paper's tree where none is named", () => {
    const shape = phaseMap(
      { team: parseTeam("star:5/m=64"), x: { parameter: "rho", steps }, y: { parameter: "gamma", steps } },
      calibration,
    );
    expect(shape.team.text).toMatch(/^star:5\/m=64@leaf=scholar,reader=/);
    const usual = phaseMap({ x: { parameter: "rho", steps }, y: { parameter: "gamma", steps } }, calibration);
    expect(usual.team.text).toMatch(/^tree:3x3\/m=192@/);
  });

  it("says along the team's row where its theory says the boundary is", () => {
    const problem = {
      team: tree,
      x: { parameter: "rho", from: 0, to: 1, steps },
      y: { parameter: "gamma", steps },
    } as const;
    const { walks } = phaseMap({ ...problem, given: { gamma: 0.75, rho: 0.1 } }, calibration);
    expect(walks.x.held).toEqual({ parameter: "gamma", value: 0.75 });
    const collapse = walks.x.pieces.find(({ phase }) => phase === "collapses")!;
    expect(collapse.from).toBeCloseTo(criticalCorrelation(3, 0.75)!, 12);
    const map = phaseMap(problem, calibration);
    const solve = phaseSolver(map.problem);
    const gammaOf = (one: number) => solve((map.place!.x as { value: number }).value, one).phase;
    for (const [i, { phase, from, to }] of map.walks.y.pieces.entries()) {
      expect(gammaOf((from + to) / 2)).toBe(phase);
      if (i > 0) expect(map.walks.y.pieces[i - 1]!.to).toBe(from);
    }
  });

  it("names the probe of what was not measured", () => {
    const { fidelity: _, ...rest } = calibration;
    const unprobed: Calibration = { ...rest, fidelity: { notMeasured: "no message was relayed", probe: "relay some" } };
    const team = parseTeam("tree:3x2/m=96@leaf=clerk,reader=clerk");
    expect(() => phaseMap({ team, x: { parameter: "rho" }, y: { parameter: "accuracy" } }, unprobed)).toThrow(
      /relay some/,
    );
    const onAxis = phaseMap({ team, x: { parameter: "rho", steps }, y: { parameter: "gamma", steps } }, unprobed);
    expect(onAxis.place!.y).toMatchObject({ probe: "relay some" });
  });

  it.each(["cascade@scout~150,clerk", "vote.weighted@scout~150,clerk,scholar", "tree:3x2/m=64+32", "ahead:2/9@clerk"])(
    "has no place for %s",
    (text) => expect(() => phaseMap({ team: parseTeam(text) }, calibration)).toThrow(NoPhaseTeam),
  );
});

describe("a phase diagram of theory alone", () => {
  it("has a place only where one is stated", () => {
    const axes = { x: { parameter: "rho", steps }, y: { parameter: "gamma", steps } } as const;
    expect(phaseMap({ ...axes, given: { accuracy: 0.6 } })).toMatchObject({ place: null, calibration: null });
    const placed = phaseMap({ ...axes, given: { accuracy: 0.6, rho: 0.1, gamma: 0.8 } });
    expect(placed.place).toMatchObject({ x: { value: 0.1 }, y: { value: 0.8 } });
  });

  it("compares money where a budget, β and a leaf law are given", () => {
    const { problem } = phaseMap({
      team: parseTeam("tree:3x3/m=32"),
      x: { parameter: "budget", from: 1e3, to: 1e6, steps, log: true },
      y: { parameter: "rho", steps },
      given: { gamma: 0.9, beta: 0.2, scale: 0.05 },
    });
    expect(problem.leaf).toEqual({ scale: 0.05, beta: 0.2 });
  });

  it("names the flag of what is missing", () => {
    expect(() => phaseMap({})).toThrow(/--accuracy/);
    expect(() => phaseMap({ x: { parameter: "messageTokens" }, given: { accuracy: 0.6 } })).toThrow(/--length-scale/);
    expect(() => phaseMap({ x: { parameter: "budget" }, given: { accuracy: 0.6, messageTokens: 9, rho: 0 } })).toThrow(
      /--beta/,
    );
    expect(() => phaseMap({ x: { parameter: "contextTokens" }, given: { accuracy: 0.6, rho: 0 } })).toThrow(
      MissingParameter,
    );
  });
});

describe("axes in words", () => {
  it.each([
    ["rho", { parameter: "rho" }],
    ["ρ=0:0.6", { parameter: "rho", from: 0, to: 0.6, log: false }],
    ["fan-in=3:21:10", { parameter: "fanIn", from: 3, to: 21, steps: 10, log: false }],
    ["W=100:1e5:50:log", { parameter: "contextTokens", from: 100, to: 1e5, steps: 50, log: true }],
    ["budget=1e3:1e6:log", { parameter: "budget", from: 1000, to: 1e6, log: true }],
  ])("%s", (text, axis) => expect(parsePhaseAxis(text)).toEqual(axis));

  it.each([
    "rho=",
    "rho=0",
    "rho=0:a",
    "rho=0:1:",
    "rho=0:1:5:lin",
    "rho=0:1:5:log:7",
    "rho=0:1=2",
    "rho=:1",
    "",
    "=0:1",
  ])("%s is refused", (text) => expect(() => parsePhaseAxis(text)).toThrow(PhaseAxisError));

  it("offers the nearest name", () => expect(() => parsePhaseAxis("gama=0:1")).toThrow(/Did you mean gamma/));
});
