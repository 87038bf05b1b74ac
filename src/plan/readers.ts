// Stars and trees: agents that read messages. They cannot be replayed from answers alone, so they are forecast with the
// theory where its parameters are measured, priced in calls and tokens, and refused where messages do not fit the window.

import type { Calibration, FidelityCalibration } from "../calibrate/calibration.ts";
import { KnownError } from "../errors.ts";
import { memberName } from "../organizations/cast.ts";
import type { Layer, Member } from "../organizations/organization.ts";
import { formOf, makeTeam, type Team } from "../organizations/team.ts";
import { type Column, findColumn } from "../records/answer-table.ts";
import { fanInMax } from "../theory/budget.ts";
import { isMeasured, type NotMeasured } from "../theory/interval.ts";
import { levelMap } from "../theory/level-map.ts";
import { random } from "../theory/random.ts";
import { treeBiasByLayer } from "../theory/tree.ts";
import { betaMasses } from "./beta-law.ts";
import { agentPrice, largestCallCost } from "./costs.ts";
import { fidelityAt } from "./fidelity-at.ts";
import { fitVotes, voteKeys } from "./mixture.ts";
import type { CostForecast, Costs, CostUnit, Forecast, Plan } from "./plan-types.ts";
import type { PlanRoster, RosterAgent } from "./roster.ts";
import { clip, drawsOf, percentiles } from "./uncertain.ts";

/** Teams of readers need more than answers to be forecast. */
export class ReadersNotMeasured extends KnownError {
  readonly code = "readers-not-measured";
  constructor(team: string, { notMeasured, probe }: NotMeasured) {
    super(`${team} cannot be forecast: ${notMeasured}.`, `Measure it: ${probe}.`);
  }
}

/** True for stars and trees: agents in layers. */
export function isReaderTeam(team: Team): boolean {
  return formOf(team).layers !== undefined;
}

/** How leaves err: accuracies of tasks with their weights, and the chance that the votes of one node are shared. */
interface LeafModel {
  readonly accuracies: Float64Array;
  /** At the estimates first, then one law per draw. */
  readonly laws: readonly Float64Array[];
  readonly rho: number;
  readonly rhos: Float64Array;
  /** Only isolated answers: then all dependence may be shared error instead of difficulty. */
  readonly totalRho?: number;
  readonly meanAccuracy: number;
  readonly tasks: number;
}

const accuracies = Float64Array.from({ length: 51 }, (_, i) => i / 50);

/** The leaf's accuracy over tasks, or what is missing. */
function leafModel(
  name: string,
  { table, tasks, agents, rhoTask, rhoWithin, confidence }: Calibration,
  seed: number,
): LeafModel | NotMeasured {
  const agent = agents.find((one) => one.name === name)!;
  const column = findColumn(table, name)!;
  const next = random(seed, "leaf", name);
  if (isMeasured(rhoTask) && isMeasured(rhoWithin)) {
    const means = drawsOf(agent.accuracy, 0.001, 0.999, next);
    const spreads = drawsOf(rhoTask, 0.001, 0.99, next);
    const law = (accuracy: number, rho: number) => {
      const size = 1 / clip(rho, 0.001, 0.99) - 1; // Beta of this mean whose two draws correlate by ρ
      const inside = clip(accuracy, 0.001, 0.999);
      return betaMasses(accuracies, inside * size, (1 - inside) * size);
    };
    return {
      accuracies,
      laws: [law(agent.accuracy.value, rhoTask.value), ...Array.from(means, (value, i) => law(value, spreads[i]!))],
      rho: clip(rhoWithin.value, 0, 1),
      rhos: drawsOf(rhoWithin, 0, 1, next),
      meanAccuracy: agent.accuracy.value,
      tasks: agent.tasks,
    };
  }
  const keys = voteKeys(column, tasks);
  if (!keys?.repeated || !isMeasured(agent.rho))
    return {
      notMeasured: `how the tasks differ in difficulty for "${name}"`,
      probe: "quorate measure --samples 3 --groups 2",
    };
  const mixture = fitVotes(keys, column.answersKnown, seed);
  const width = mixture.grid.concentrations.length;
  const marginal = (weights: Float64Array) =>
    mixture.grid.accuracies.map((_, i) => weights.subarray(i * width, (i + 1) * width).reduce((sum, w) => sum + w, 0));
  const resampled = mixture.resampled.map(marginal);
  const rhos = drawsOf({ value: 0, low: 0, high: 0, confidence }, 0, 1, next);
  return {
    accuracies: mixture.grid.accuracies,
    laws: [marginal(mixture.weights), ...Array.from(rhos, (_, i) => resampled[i % resampled.length]!)],
    rho: 0,
    rhos,
    totalRho: clip(agent.rho.value, 0, 1),
    meanAccuracy: agent.accuracy.value,
    tasks: agent.tasks,
  };
}

const castOf = (team: Team) => {
  const member = (role: string) => team.cast.find((part) => part.role === role)!.members[0]!;
  return { leaf: memberName(member("leaf")), reader: memberName(member("reader")) };
};

/** Accuracy by the level maps of its layers, averaged over tasks; costs in calls and tokens. */
export function forecastReaders(
  team: Team,
  calibration: Calibration,
  { confidence, seed }: { confidence: number; seed: number },
): Forecast {
  const { leaf } = castOf(team);
  const model = leafModel(leaf, calibration, seed);
  if (!isMeasured<LeafModel>(model)) throw new ReadersNotMeasured(team.text, model);
  if (!isMeasured<FidelityCalibration>(calibration.fidelity))
    throw new ReadersNotMeasured(team.text, calibration.fidelity);
  return forecastWith(model, team, calibration.fidelity, calibration, { confidence, seed });
}

function forecastWith(
  model: LeafModel,
  team: Team,
  fidelity: FidelityCalibration,
  calibration: Calibration,
  { confidence, seed }: { confidence: number; seed: number },
): Forecast {
  const layers = formOf(team).layers!(team);
  const next = random(seed, "fidelity");
  const gammas = layers.map((layer) => {
    const at = layer.messageTokens === undefined ? undefined : fidelityAt(fidelity, layer.messageTokens);
    return { value: at?.value ?? 1, draws: at && drawsOf(at, 1e-6, 1, next) };
  });
  const accuracy = (law: Float64Array, rho: number, gammaOf: (layer: number) => number) => {
    const aggregations = layers.map(({ fanIn }, i) => ({ fanIn, fidelity: clip(gammaOf(i), 1e-6, 1), rho }));
    let sum = 0;
    law.forEach((weight, i) => {
      if (weight > 1e-9) sum += weight * (1 + treeBiasByLayer(2 * model.accuracies[i]! - 1, aggregations));
    });
    return sum / 2;
  };
  const value = accuracy(model.laws[0]!, model.rho, (i) => gammas[i]!.value);
  const drawn = model.rhos.map((rho, draw) =>
    accuracy(model.laws[draw + 1]!, rho, (i) => gammas[i]!.draws?.[draw] ?? 1),
  );
  const interval = percentiles(value, drawn, confidence);
  const within =
    model.totalRho === undefined
      ? []
      : [
          (1 +
            pairMapOf(
              model,
              layers,
              gammas.map((g) => g.value),
            )) /
            2,
        ];
  return {
    team: team.text,
    kind: team.kind,
    metric: "accuracy",
    accuracy: {
      mean: value,
      low: clip(Math.min(interval.low, ...within), 0, 1),
      high: clip(Math.max(interval.high, ...within), 0, 1),
      confidence,
    },
    cost: costsOf(team, layers, calibration),
    method: "exact",
    tasks: model.tasks,
    caveats: [
      "Forecast by the theory from measured fidelity and shared errors; nobody has seen these readers work, and this version cannot run them.",
      ...(model.totalRho === undefined
        ? []
        : ["Difficulty and shared errors were not told apart: the interval spans both readings."]),
    ],
    runnable: false,
    deviation: Math.sqrt(Math.max(0, value * (1 - value))),
  };
}

/** The other extreme: all dependence is shared error, none is difficulty. */
function pairMapOf({ totalRho, meanAccuracy }: LeafModel, layers: readonly Layer[], gammas: readonly number[]): number {
  return layers.reduce(
    (bias, { fanIn }, i) => levelMap(bias, { fanIn, fidelity: clip(gammas[i]!, 1e-6, 1), rho: totalRho! }),
    2 * meanAccuracy - 1,
  );
}

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
    probe: "run the team: messages are billed by the token",
  });
  return {
    calls: { mean: calls, low: calls, high: calls, max: calls },
    tokens: tokens(),
    usd: unpriced("dollars"),
    seconds: unpriced("seconds"),
    wattHours: unpriced("watt hours"),
  };
}

/** Stars and trees of one leaf agent, its readers and message lengths, priced; and those whose messages do not fit. */
export interface ReaderPlans {
  readonly forecasts: readonly Forecast[];
  readonly teams: readonly Team[];
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
 * Stars and trees within the budget, in calls or tokens; none where fidelity or the leaves' dependence is not measured.
 * Stars that would fit the budget but not the reader's window are refused, with the tree that replaces them.
 */
export function readerPlans(
  { agents }: PlanRoster,
  calibration: Calibration,
  budget: { readonly amount: number; readonly unit: CostUnit },
  options: { confidence: number; seed: number },
): ReaderPlans {
  const { fidelity, contextTokens } = calibration;
  const window = isMeasured<{ value: number; agent: string }>(contextTokens)
    ? contextTokens.value
    : Number.POSITIVE_INFINITY;
  const reader =
    agents.find(
      ({ column }) =>
        isMeasured<{ value: number; agent: string }>(contextTokens) && column.agent === contextTokens.agent,
    ) ?? agents[0]!;
  const lengths = messageLengths(fidelity, reader);
  const forecasts: Forecast[] = [];
  const teams: Team[] = [];
  const refused: (Plan["refused"][number] & { messageTokens: number })[] = []; // the smallest of each length
  for (const leaf of agents.slice(0, leavesTried)) {
    const model = isMeasured<FidelityCalibration>(fidelity) ? leafModel(leaf.name, calibration, options.seed) : null;
    for (const messageTokens of lengths)
      for (const team of shapes(leaf, reader, messageTokens)) {
        const cost = costsOf(team, formOf(team).layers!(team), calibration)[budget.unit];
        if (!isMeasured(cost) || cost.mean > budget.amount) continue;
        const widest = Math.max(...formOf(team).layers!(team).map(({ fanIn }) => fanIn));
        if (widest * messageTokens > window) {
          if (
            team.organization === "star" &&
            leaf === agents[0] &&
            !refused.some((one) => one.messageTokens === messageTokens)
          )
            refused.push({ ...refusal(team, leaf, reader, messageTokens, window), messageTokens });
        } else if (model && isMeasured<LeafModel>(model)) {
          forecasts.push(forecastWith(model, team, fidelity as FidelityCalibration, calibration, options));
          teams.push(team);
        }
      }
  }
  return { forecasts, teams, refused: refused.map(({ team, reason, instead }) => ({ team, reason, instead })) };
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

function refusal(
  star: Team,
  leaf: RosterAgent,
  reader: RosterAgent,
  messageTokens: number,
  window: number,
): Plan["refused"][number] {
  const leaves = star.sizes[0]!;
  const widest = fanInMax(window, messageTokens);
  const trees = Array.from({ length: Math.max(0, (widest - 1) / 2) }, (_, i) => 2 * i + 3).map((fanIn) => {
    let layers = 2;
    while (fanIn ** layers < leaves) layers++;
    return [fanIn, layers] as const;
  });
  const smallest = trees.sort((a, b) => a[0] ** a[1] - b[0] ** b[1])[0];
  return {
    team: star.text,
    reason: `${leaves} messages of ${messageTokens} tokens are ${leaves * messageTokens} tokens, more than the window of ${window} of "${reader.column.agent}".`,
    instead: smallest
      ? makeTeam("tree", { sizes: smallest, messageTokens: [messageTokens], cast: castOfRoles(leaf, reader) }).text
      : `messages of at most ${Math.floor(window / 3)} tokens`,
  };
}

const castOfRoles = (leaf: RosterAgent, reader: RosterAgent) => [
  { role: "leaf", members: [memberOf(leaf)] },
  { role: "reader", members: [memberOf(reader)] },
];
