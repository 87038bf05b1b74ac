// Stars and trees: agents that read messages. They cannot be replayed from answers alone, so they are forecast with the
// theory where its parameters are measured, priced in calls and tokens, and refused where messages do not fit the window.

import type { Calibration, FidelityCalibration } from "../calibrate/calibration.ts";
import { combineIntervals } from "../calibrate/estimators/combine-intervals.ts";
import { fidelityAt } from "../calibrate/fidelity.ts";
import { KnownError } from "../errors.ts";
import { memberName } from "../organizations/cast.ts";
import type { Layer, Member } from "../organizations/organization.ts";
import { formOf, makeTeam, type Team } from "../organizations/team.ts";
import { type Column, findColumn } from "../records/answer-table.ts";
import { fanInMax } from "../theory/budget.ts";
import { betaDifficulty } from "../theory/difficulty.ts";
import { type Interval, isMeasured, type NotMeasured } from "../theory/interval.ts";
import { treeBiasByLayer } from "../theory/tree.ts";
import { agentPrice, largestCallCost, noMeter } from "./costs.ts";
import type { Budget, CostForecast, Costs, Forecast, Plan } from "./plan-types.ts";
import type { PlanRoster, RosterAgent } from "./roster.ts";

/** Teams of readers need more than answers to be forecast. */
export class ReadersNotMeasured extends KnownError {
  readonly code = "readers-not-measured";
  constructor(team: string, { notMeasured, probe }: NotMeasured) {
    super(`${team} cannot be forecast: ${notMeasured}.`, `Measure it: ${probe}.`);
  }
}

/** The messages of one node are more than its reader can read. */
export class WindowExceeded extends KnownError {
  readonly code = "window-exceeded";
  constructor({ team, reason, instead }: Plan["refused"][number]) {
    super(`${team} cannot work: ${reason}`, `Use ${instead}.`);
  }
}

/** True for stars and trees: agents in layers. */
export function isReaderTeam(team: Team): boolean {
  return formOf(team).layers !== undefined;
}

/** How leaves err: their accuracy, how tasks differ, and what the votes of one node share. */
interface LeafModel {
  readonly accuracy: Interval;
  /** The reading of the dependence that the forecast takes, and the other extreme where only isolated answers are known. */
  readonly readings: readonly { readonly rhoTask: Interval; readonly rhoWithin: Interval }[];
  readonly tasks: number;
}

/** The leaf's model, or what is missing. */
function leafModel(name: string, { agents, rhoTask, rhoWithin }: Calibration): LeafModel | NotMeasured {
  const { accuracy, tasks, rho } = agents.find((one) => one.name === name)!;
  if (isMeasured(rhoTask) && isMeasured(rhoWithin)) return { accuracy, tasks, readings: [{ rhoTask, rhoWithin }] };
  if (!isMeasured(rho)) return rho;
  // Isolated answers: all dependence is difficulty, as far as anyone can see; at worst it is shared within a node.
  const none = { ...rho, value: 0, low: 0, high: 0 };
  return {
    accuracy,
    tasks,
    readings: [
      { rhoTask: rho, rhoWithin: none },
      { rhoTask: none, rhoWithin: rho },
    ],
  };
}

const castOf = (team: Team) => {
  const member = (role: string) => team.cast.find((part) => part.role === role)!.members[0]!;
  return { leaf: memberName(member("leaf")), reader: memberName(member("reader")) };
};

/**
 * Accuracy by the level maps of its layers, averaged over tasks of Beta difficulty; costs in calls and tokens.
 *
 * @throws {ReadersNotMeasured} {@link ReadersNotMeasured}
 * @throws {WindowExceeded}     {@link WindowExceeded}
 */
export function forecastReaders(team: Team, calibration: Calibration, confidence: number): Forecast {
  const refused = refusal(team, calibration);
  if (refused) throw new WindowExceeded(refused);
  const model = leafModel(castOf(team).leaf, calibration);
  if (!isMeasured<LeafModel>(model)) throw new ReadersNotMeasured(team.text, model);
  if (!isMeasured<FidelityCalibration>(calibration.fidelity))
    throw new ReadersNotMeasured(team.text, calibration.fidelity);
  return forecastWith(model, team, calibration.fidelity, calibration, confidence);
}

function forecastWith(
  model: LeafModel,
  team: Team,
  fidelity: FidelityCalibration,
  calibration: Calibration,
  confidence: number,
): Forecast {
  const layers = formOf(team).layers!(team);
  const lengths = [...new Set(layers.flatMap(({ messageTokens }) => messageTokens ?? []))];
  const [main, ...others] = model.readings.map(({ rhoTask, rhoWithin }) =>
    combineIntervals(
      [model.accuracy, rhoTask, rhoWithin, ...lengths.map((length) => fidelityAt(fidelity, length))],
      (accuracy, difficulty, rho, ...gammas) => {
        const { accuracies, weights } = betaDifficulty(clip(accuracy, 0, 1), clip(difficulty, 0, 0.99), 0.25);
        const aggregations = layers.map(({ fanIn, messageTokens }) => ({
          fanIn,
          fidelity: messageTokens === undefined ? 1 : clip(gammas[lengths.indexOf(messageTokens)]!, 1e-9, 1),
          rho: clip(rho, 0, 1),
        }));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const biases = accuracies.map((p) => treeBiasByLayer(2 * p - 1, aggregations));
        return (1 + biases.reduce((sum, bias, i) => sum + weights[i]! * bias, 0) / total) / 2;
      },
    ),
  );
  const value = main!.value;
  return {
    team: team.text,
    kind: team.kind,
    metric: "accuracy",
    accuracy: {
      mean: value,
      low: clip(Math.min(main!.low, ...others.map(({ low }) => low)), 0, 1),
      high: clip(Math.max(main!.high, ...others.map(({ high }) => high)), 0, 1),
      confidence,
    },
    cost: costsOf(team, layers, calibration),
    method: "exact",
    tasks: model.tasks,
    caveats: [
      "Forecast by the theory from measured fidelity and shared errors: nobody has seen these readers work, and this version cannot run them.",
      ...(others.length === 0
        ? []
        : ["Hard tasks and shared errors were not told apart: the interval spans both readings."]),
    ],
    recorded: false,
    deviation: Math.sqrt(Math.max(0, value * (1 - value))),
  };
}

const clip = (value: number, min: number, max: number) => Math.max(min, Math.min(max, value));

/** Leaves at their recorded cost; every message is written once and read once; a reader reads the task as well. */
function costsOf(team: Team, layers: readonly Layer[], { agents, table, tasks }: Calibration): Costs {
  const { leaf, reader } = castOf(team);
  const calls = formOf(team).bound(team).steps;
  const leaves = layers.reduce((product, { fanIn }) => product * fanIn, 1);
  let [messages, readers, nodes] = [0, 0, leaves];
  for (const { fanIn, reader: reads, messageTokens } of layers) {
    if (reads) {
      messages += 2 * nodes * (messageTokens ?? 0);
      readers += nodes / fanIn;
    }
    nodes /= fanIn;
  }
  const price = agentPrice(agents.find(({ name }) => name === leaf)!, "tokens");
  const prompt = agents.find(({ name }) => name === reader)!.cost.tokensIn;
  const tokens = (): CostForecast | NotMeasured => {
    if (!isMeasured(price)) return price;
    if (!isMeasured(prompt)) return prompt;
    const sum = (a: number, b: number) => leaves * a + messages + readers * b;
    const largest = (column: Column) => largestCallCost(column, "tokens", tasks);
    return {
      mean: sum(price.value, prompt.value),
      low: sum(price.low, prompt.low),
      high: sum(price.high, prompt.high),
      max: sum(largest(findColumn(table, leaf)!), largest(findColumn(table, reader)!)),
    };
  };
  const unpriced = (unit: string): NotMeasured => ({
    notMeasured: `${unit} of messages were never recorded`,
    probe: "state the budget in tokens or calls, in which readers are priced",
  });
  return {
    calls: { mean: calls, low: calls, high: calls, max: calls },
    tokens: tokens(),
    usd: unpriced("dollars"),
    seconds: unpriced("seconds"),
    wattHours: noMeter,
  };
}

/** Stars and trees of one leaf agent, its readers and message lengths, priced; and those whose messages do not fit. */
export interface ReaderPlans {
  readonly forecasts: readonly Forecast[];
  readonly teams: readonly Team[];
  /** The star of three with the longest messages, whatever it costs: where the theory is told if none fits the budget. */
  readonly smallest: Team | null;
  readonly refused: Plan["refused"];
}

const starSizes = [3, 5, 7, 9, 15, 25, 49];
const treeShapes = [
  [3, 2],
  [3, 3],
  [5, 2],
  [5, 3],
] as const;
const leavesTried = 3;

/**
 * Stars and trees within the budgets, in calls or tokens; none where fidelity or the leaves' dependence is not measured.
 * Stars that would fit the budget but not the reader's window are refused, with the tree that replaces them.
 */
export function readerPlans(
  { agents }: PlanRoster,
  calibration: Calibration,
  { perTask, perTaskMax }: { readonly perTask: Budget; readonly perTaskMax?: Budget | undefined },
  confidence: number,
): ReaderPlans {
  const { fidelity } = calibration;
  const reader = agents.find(({ column }) => Number.isFinite(windowOf(column.agent, calibration))) ?? agents[0]!;
  const window = windowOf(reader.column.agent, calibration);
  const lengths = messageLengths(fidelity, reader);
  const forecasts: Forecast[] = [];
  const teams: Team[] = [];
  const refused: (Plan["refused"][number] & { messageTokens: number })[] = []; // the smallest of each length
  for (const leaf of agents.slice(0, leavesTried)) {
    const model = isMeasured<FidelityCalibration>(fidelity) ? leafModel(leaf.name, calibration) : null;
    for (const messageTokens of lengths)
      for (const team of shapes(leaf, reader, messageTokens)) {
        const costs = costsOf(team, formOf(team).layers!(team), calibration);
        if (!fits(costs, perTask, "mean") || (perTaskMax && !fits(costs, perTaskMax, "max"))) continue;
        const unfit = refusal(team, calibration);
        if (unfit) {
          const isStar = team.organization === "star";
          if (isStar && leaf === agents[0] && !refused.some((one) => one.messageTokens === messageTokens))
            refused.push({ ...unfit, messageTokens });
        } else if (model && isMeasured<LeafModel>(model)) {
          forecasts.push(forecastWith(model, team, fidelity as FidelityCalibration, calibration, confidence));
          teams.push(team);
        }
      }
  }
  const longest = Math.max(...lengths.filter((length) => 3 * length <= window));
  const told =
    isMeasured<FidelityCalibration>(fidelity) && isMeasured<LeafModel>(leafModel(agents[0]!.name, calibration));
  const smallest =
    told && longest > 0
      ? makeTeam("star", { sizes: [3], messageTokens: [longest], cast: castOfRoles(agents[0]!, reader) })
      : null;
  return {
    forecasts,
    teams,
    smallest,
    refused: refused.map(({ team, reason, instead }) => ({ team, reason, instead })),
  };
}

function fits(costs: Costs, { amount, unit }: Budget, bound: "mean" | "max"): boolean {
  const cost = costs[unit];
  return isMeasured<CostForecast>(cost) && cost[bound] <= amount * (1 + 1e-9);
}

/** The lengths that were probed; where none was, whole answers as they were recorded. */
function messageLengths(fidelity: Calibration["fidelity"], reader: RosterAgent): readonly number[] {
  if (isMeasured<FidelityCalibration>(fidelity)) return fidelity.points.map(({ messageTokens }) => messageTokens);
  const { tokensOut } = reader.calibration.cost;
  return isMeasured(tokensOut) ? [Math.max(1, Math.round(tokensOut.value))] : [];
}

function* shapes(leaf: RosterAgent, reader: RosterAgent, messageTokens: number): Generator<Team> {
  const cast = castOfRoles(leaf, reader);
  for (const leaves of starSizes) yield makeTeam("star", { sizes: [leaves], messageTokens: [messageTokens], cast });
  for (const sizes of treeShapes) yield makeTeam("tree", { sizes, messageTokens: [messageTokens], cast });
}

const memberOf = ({ column: { agent, level } }: RosterAgent): Member => ({
  agent,
  ...(level !== undefined && { level }),
  samples: 1,
});

/** W where it is known to be this agent's. */
function windowOf(agent: string, { contextTokens }: Calibration): number {
  const known = isMeasured<{ value: number; agent: string }>(contextTokens) && contextTokens.agent === agent;
  return known ? contextTokens.value : Number.POSITIVE_INFINITY;
}

/** Why the messages of some node do not fit its reader's window, and the smallest tree of as many leaves whose do. */
function refusal(team: Team, calibration: Calibration): Plan["refused"][number] | undefined {
  const reader = team.cast.find(({ role }) => role === "reader")!.members[0]!.agent;
  const window = windowOf(reader, calibration);
  const layers = formOf(team).layers!(team);
  const tooMuch = layers.find(({ fanIn, messageTokens = 0 }) => fanIn * messageTokens > window);
  if (!tooMuch) return undefined;
  const { fanIn, messageTokens = 0 } = tooMuch;
  const longest = Math.max(...layers.map((layer) => layer.messageTokens ?? 0));
  const leaves = layers.reduce((product, layer) => product * layer.fanIn, 1);
  const smallest = treesOf(leaves, fanInMax(window, longest))[0];
  return {
    team: team.text,
    reason: `${fanIn} messages of ${messageTokens} tokens are ${fanIn * messageTokens} tokens, more than the window of ${window} of "${reader}".`,
    instead: smallest
      ? makeTeam("tree", { sizes: smallest, messageTokens: [longest], cast: team.cast }).text
      : `messages of at most ${Math.floor(window / 3)} tokens`,
  };
}

/** Trees of at least so many leaves with odd fan-ins up to the widest, fewest leaves first. */
function treesOf(leaves: number, widest: number): readonly (readonly [fanIn: number, layers: number])[] {
  const fanIns = Array.from({ length: Math.max(0, (widest - 1) / 2) }, (_, i) => 2 * i + 3);
  return fanIns
    .map((fanIn) => {
      let layers = 2;
      while (fanIn ** layers < leaves) layers++;
      return [fanIn, layers] as const;
    })
    .sort((a, b) => a[0] ** a[1] - b[0] ** b[1]);
}

const castOfRoles = (leaf: RosterAgent, reader: RosterAgent) => [
  { role: "leaf", members: [memberOf(leaf)] },
  { role: "reader", members: [memberOf(reader)] },
];
