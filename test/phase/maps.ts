// Phase diagrams for tests: every sort of axis, teams inside and outside the picture, theory with and without a place.
import { calibrate } from "../../src/calibrate/calibrate.ts";
import type { Calibration } from "../../src/calibrate/calibration.ts";
import { parseTeam } from "../../src/organizations/parse-team.ts";
import { type AxisRequest, type PhaseMap, type PhaseRequest, phaseMap } from "../../src/plan/phase.ts";
import { parsePhaseAxis } from "../../src/plan/phase-axis.ts";
import { tabulate } from "../../src/records/tabulate.ts";
import { scriptedAttempts, scriptedConfig, scriptedExample } from "../../src/simulate/scripted.ts";

const truth = { ...scriptedExample, tasks: 120 };
const learned: Calibration = calibrate(tabulate(scriptedAttempts(truth, 1), scriptedConfig(truth)));
const tree = parseTeam("tree:3x3/m=96@leaf=scout~150,reader=scholar");
const axis = (text: string): AxisRequest => ({ steps: 60, ...parsePhaseAxis(text) });
const over = (x: string, y: string, request: PhaseRequest = {}, calibration: Calibration | null = learned): PhaseMap =>
  phaseMap({ team: tree, ...request, x: axis(x), y: axis(y) }, calibration);

export const maps: Readonly<Record<string, () => PhaseMap>> = {
  rhoAndGamma: () => over("rho", "gamma"),
  budgetAndMessage: () => over("budget", "messageTokens"),
  fanInAndRho: () => over("fanIn", "rho", { given: { budget: 3e5 } }),
  accuracyAndBudget: () => over("accuracy", "budget"),
  messageAndWindow: () => over("messageTokens", "contextTokens"),
  outsideInACorner: () => over("rho=0.3:0.6", "gamma=0.2:0.5"),
  votes: () => over("fanIn", "rho", { team: parseTeam("vote:5@clerk") }),
  notMeasured: () =>
    over("rho", "gamma", { team: parseTeam("tree:3x2@leaf=clerk,reader=clerk"), given: { messageTokens: 50 } }),
  theoryWithPlace: () =>
    over("rho=0:1", "gamma=0.1:1", { team: parseTeam("tree:5x3"), given: { accuracy: 0.6, rho: 1, gamma: 0.1 } }, null),
};
