// Stars, trees and chains: agents that read messages. Nobody recorded what they read, so they are forecast by the theory
// from how right their leaves are on each task, priced by the messages they pass on, and refused where those do not fit.

import type { AgentCalibration, Calibration, FidelityCalibration } from "../calibrate/calibration.ts";
import { type CalibratedChannel, channelOf } from "../calibrate/channel.ts";
import { clampPositive, clampShare } from "../calibrate/estimators/estimate.ts";
import { fidelityAt } from "../calibrate/fidelity.ts";
import type { ReaderTransfer } from "../calibrate/reader-transfer.ts";
import { KnownError } from "../errors.ts";
import { memberName, membersOf } from "../organizations/cast.ts";
import type { Part } from "../organizations/organization.ts";
import { formOf, type Team } from "../organizations/team.ts";
import { type Column, findColumn, gradesOf } from "../records/answer-table.ts";
import type { Channel } from "../theory/channel.ts";
import { isMeasured, type NotMeasured } from "../theory/interval.ts";
import { accuracyOf, heardLevelMap, spokenBy } from "../theory/silence.ts";
import { allCosts } from "./costs.ts";
import { caveatsOf } from "./forecast-caveats.ts";
import { type LeafModel, leafModel, pooled } from "./leaf-model.ts";
import type { Costs, Forecast, SharedErrors, Silence } from "./plan-types.ts";
import { type Party, ReaderCosts, type WholeAnswers, workOf } from "./reader-costs.ts";
import { readAccuracy } from "./reader-shapes.ts";
import { refusal, WindowExceeded, windowOf } from "./reader-window.ts";
import { forecastRecordedReader, transferOf } from "./recorded-readers.ts";
import { forecastReading, type VoteForecast } from "./vote-forecast.ts";

/** Teams of readers need more than answers to be forecast. */
export class ReadersNotMeasured extends KnownError {
  readonly code = "readers-not-measured";
  constructor(team: string, { notMeasured, probe }: NotMeasured) {
    super(`${team} cannot be forecast: ${notMeasured}.`, `Measure it: ${probe}.`);
  }
}

/**
 * Of any star, tree or chain: accuracy by the level maps of its layers on each task, given what was recorded on it, or by what
 * its reader was recorded to make of such answers; costs as {@link ReaderCosts} has them. Several members of a role are taken
 * for one agent of their mean.
 *
 * @throws {ReadersNotMeasured} {@link ReadersNotMeasured}
 * @throws {WindowExceeded}     {@link WindowExceeded}
 */
export function forecastReaders(
  team: Team,
  calibration: Calibration,
  { confidence, seed }: { readonly confidence: number; readonly seed: number },
): Forecast {
  const { answering, tasks, ...costs } = readingTeam(team, calibration, confidence);
  const transfer = transferOf(team, calibration);
  if (transfer) return forecastTransfer(team, { answering, costs }, transfer, calibration, { confidence, seed });
  const model = modelOf(answering, tasks, calibration, seed);
  if (!isMeasured<LeafModel>(model)) throw new ReadersNotMeasured(team.text, model);
  const channel = channelOf(calibration);
  if (!isMeasured<CalibratedChannel>(channel)) throw new ReadersNotMeasured(team.text, channel);
  const votes = readForecast(
    team,
    model,
    { channel, fidelity: calibration.fidelity as FidelityCalibration },
    confidence,
  );
  return {
    team: team.text,
    kind: team.kind,
    metric: "accuracy",
    accuracy: { mean: votes.accuracy, low: votes.accuracyLow, high: votes.accuracyHigh, confidence },
    ...costs,
    method: "exact",
    tasks: model.mixture.tasks,
    caveats: [
      ...caveatsOf(team, [answering.column], model.mixture.tasks, calibration.assumptions),
      ...readerCaveats(team, model, votes.sharedErrors),
    ],
    recorded: false,
    ...(votes.sharedErrors && { sharedErrors: votes.sharedErrors }),
    deviation: votes.deviation,
  };
}

const models = new WeakMap<Calibration, WeakMap<Column, Map<number, LeafModel | NotMeasured>>>();

/** Fitted once: many teams are forecast that differ only in what is made of the same answers. */
function modelOf(
  answering: Party,
  tasks: Uint32Array,
  calibration: Calibration,
  seed: number,
): LeafModel | NotMeasured {
  const ofColumns = models.get(calibration) ?? new WeakMap<Column, Map<number, LeafModel | NotMeasured>>();
  models.set(calibration, ofColumns);
  const bySeed = ofColumns.get(answering.column) ?? new Map<number, LeafModel | NotMeasured>();
  ofColumns.set(answering.column, bySeed);
  const model = bySeed.get(seed) ?? leafModel(answering.column, answering.calibration, tasks, calibration, seed);
  bySeed.set(seed, model);
  return model;
}

/** Of a star whose reader was recorded. */
function forecastTransfer(
  team: Team,
  { answering, costs }: { readonly answering: Party; readonly costs: Pick<Forecast, "cost" | "silence"> },
  transfer: ReaderTransfer,
  calibration: Calibration,
  options: { readonly confidence: number; readonly seed: number },
): Forecast {
  const { confidence } = options;
  const { reader, count, mixture } = forecastRecordedReader(team, answering.column, transfer, calibration, options);
  const points = (share: number) => (100 * share).toFixed(1);
  return {
    team: team.text,
    kind: team.kind,
    metric: "accuracy",
    accuracy: { mean: reader.accuracy, low: reader.accuracyLow, high: reader.accuracyHigh, confidence },
    ...costs,
    method: "mixture",
    tasks: mixture.tasks,
    caveats: [
      ...caveatsOf(team, [answering.column], mixture.tasks, calibration.assumptions),
      `The reader as it was recorded, ${transfer.readings} times on ${transfer.tasks} tasks: what it makes of so many right answers among ${transfer.members.length}, over the law of those answers.`,
      `A count of the same answers is forecast ${percent(count.accuracy)}: the reader's gain over it is ${points(reader.gain)} points, ${points(reader.gainLow)} to ${points(reader.gainHigh)}.`,
    ],
    deviation: reader.deviation,
  };
}

/** Who answers for a team that reads, to which tasks, and what it costs. @throws {WindowExceeded} where its messages do not fit */
export function readingTeam(
  team: Team,
  calibration: Calibration,
  confidence: number,
): { readonly answering: Party; readonly tasks: Uint32Array; readonly cost: Costs; readonly silence: Silence } {
  const { answering, reading } = partiesOf(team, calibration);
  const tasks = answeredTasks(answering.column, calibration);
  const whole = requireWindow(team, { answering, reading });
  const work = workOf(team, whole);
  const costs = new ReaderCosts(answering, reading, tasks);
  const cost = allCosts(costs.perTask(work), (unit) => costs.largest(work, unit), confidence);
  return { answering, tasks, cost, silence: costs.silence(work, confidence) };
}

/**
 * That the messages of a team fit its readers; one about whom nothing is known may read all.
 *
 * @throws {WindowExceeded} {@link WindowExceeded}
 */
export function requireRoom(team: Team, calibration: Calibration): void {
  const known = new Set(calibration.agents.map(({ name }) => name));
  if (membersOf(team.cast).every((member) => known.has(memberName(member))))
    requireWindow(team, partiesOf(team, calibration));
}

function requireWindow(
  team: Team,
  { answering, reading }: Readonly<Record<"answering" | "reading", Party>>,
): WholeAnswers {
  const whole = { answering: answerLength(answering), reading: answerLength(reading) };
  const refused = refusal(team, windowOf(reading.calibration), whole);
  if (refused) throw new WindowExceeded(refused);
  return whole;
}

/** The answers that this team's readers would read. */
export function answeringColumn(team: Team, calibration: Calibration): Column {
  return partiesOf(team, calibration).answering.column;
}

/** Who answers and who reads; a team without roles answers and reads with all its members. */
function partiesOf({ cast }: Team, calibration: Calibration): { readonly answering: Party; readonly reading: Party } {
  const party = (role: string): Party => {
    const parts = cast.filter((part) => part.role === undefined || part.role === role);
    return partyOf(parts, calibration);
  };
  return { answering: party("leaf"), reading: party("reader") };
}

function partyOf(parts: readonly Part[], { agents, table }: Calibration): Party {
  const names = parts.flatMap(({ members }) => members.map(memberName));
  const known = names.map((name) => agents.find((agent) => agent.name === name)!);
  const prices = known.flatMap(({ prices }) => prices ?? []);
  const mean = (of: (price: (typeof prices)[number]) => number) =>
    prices.reduce((sum, price) => sum + of(price), 0) / prices.length;
  const windows = known.flatMap(({ contextTokens }) => contextTokens ?? []);
  const { prices: _, ...first } = known[0]!;
  const calibration: AgentCalibration = {
    ...first,
    ...(windows.length > 0 && { contextTokens: Math.min(...windows) }), // whoever reads, it must fit
    ...(prices.length === known.length && {
      prices: {
        inputPerMillion: mean(({ inputPerMillion }) => inputPerMillion),
        outputPerMillion: mean(({ outputPerMillion }) => outputPerMillion),
        ...(prices.some(({ cachedInputPerMillion }) => cachedInputPerMillion !== undefined) && {
          cachedInputPerMillion: mean((price) => price.cachedInputPerMillion ?? price.inputPerMillion),
        }),
      },
    }),
  };
  return { column: pooled(names.map((name) => findColumn(table, name)!)), calibration };
}

function answeredTasks(column: Column, { tasks }: Calibration): Uint32Array {
  const grades = gradesOf(column, tasks);
  return tasks.filter((_, i) => !Number.isNaN(grades[i]!));
}

/** Expected tokens of a whole answer: what is passed on where no message length is set. NaN where none is recorded. */
function answerLength({ calibration: { cost } }: Party): number {
  return isMeasured(cost.tokensOut) ? cost.tokensOut.value : Number.NaN;
}

/**
 * What readers make of this leaf's answers on each task. Uncertain are the law of tasks (bootstrap), γ of each message
 * length, ρ_within, and which of difficulty and shared errors it is where they were not told apart.
 */
export function readForecast(
  team: Team,
  model: LeafModel,
  { channel, fidelity }: { readonly channel: Channel; readonly fidelity: FidelityCalibration },
  confidence: number,
): VoteForecast & { readonly sharedErrors?: SharedErrors } {
  const { mixture, rho, rhoAtWorst } = model;
  const scattered = scattering(team, model);
  const through = (changed: Partial<Channel>) =>
    scattered(readAccuracy(team, { ...channel, ...changed }, optionsRead(team, model), model.silent));
  const longer = (messageTokens: number, gamma: number) => (asked: number | undefined) =>
    asked === messageTokens ? clampPositive(gamma) : channel.fidelity(asked);
  const all = rhoAtWorst && through({ rho: clampShare(rhoAtWorst.value) })(meanAccuracy(mixture));
  const votes = forecastReading(
    mixture,
    {
      accuracy: through({}),
      ends: [
        ...[...new Set(team.messageTokens)].map((messageTokens) => {
          const { low, high } = fidelityAt(fidelity, messageTokens);
          return [low, high].map((gamma) => through({ fidelity: longer(messageTokens, gamma) }));
        }),
        [rho.low, rho.high].map((end) => through({ rho: clampShare(end) })),
      ],
      endsConfidence: rho.confidence,
      others: all === null ? [] : [all],
      calls: formOf(team).bound(team).steps,
    },
    confidence,
  );
  return { ...votes, ...(all !== null && { sharedErrors: { none: votes.accuracy, all } }) };
}

/** Votes whose wrong answers are told apart; a vote of more is hardly better. */
const votesScattered = 111;

/**
 * Where there are more than two answers: what readers keep of what counting as many answers would give, of a vote whose
 * wrong answers scatter as they were recorded. One layer that code counts is that vote.
 */
function scattering(team: Team, model: LeafModel) {
  const options = optionsRead(team, model);
  const layers = formOf(team).layers?.(team);
  if (options === 2 || !model.counted || !layers) return (read: (p: number) => number) => read;
  const votes = Math.min(
    votesScattered,
    layers.reduce((product, { fanIn }) => product * fanIn, 1),
  );
  const recorded = model.counted(votes);
  const lossless = { votes, options, fidelity: 1 };
  return (read: (p: number) => number) => (p: number) => {
    const equal = accuracyOf(heardLevelMap(spokenBy(p, model.silent(p), options), lossless), options);
    const kept = equal > 0 ? Math.min(1, read(p) / equal) : 0;
    return clampShare(read(p) + kept * (recorded(p) - equal));
  };
}

/** E[p] */
function meanAccuracy({ weights, grid }: LeafModel["mixture"]): number {
  return grid.accuracies.reduce((mean, p, g) => mean + weights[g]! * p, 0);
}

/** A plurality of more votes over more than two answers would take longer than a forecast may. */
const pluralityMax = 301;

/** k that the maps of this team are worked out for. */
function optionsRead(team: Team, { options }: LeafModel): number {
  const widest = Math.max(1, ...(formOf(team).layers?.(team) ?? []).map(({ fanIn }) => fanIn));
  return widest > pluralityMax ? 2 : options;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** What to know of a forecast of readers. */
export function readerCaveats(team: Team, model: LeafModel, sharedErrors?: SharedErrors): string[] {
  const { options, unparsed } = model;
  const known = optionsRead(team, model);
  return [
    "Forecast by the theory from measured fidelity and shared errors: nobody has seen these readers work.",
    ...(unparsed > 0
      ? [
          `${percent(unparsed)} of its recorded answers are none: no message is sent, and readers work on those that come.`,
        ]
      : []),
    ...(sharedErrors
      ? [
          `Hard tasks and shared errors were not told apart: ${percent(sharedErrors.none)} if tasks differ in difficulty, ${percent(sharedErrors.all)} if the agents of a node share their errors; the interval spans both readings.`,
        ]
      : []),
    ...(known > 2
      ? [
          `Taken for a choice among ${known} answers, the wrong ones equally likely: so often do its wrong answers differ.`,
        ]
      : options > 2
        ? ["Wrong answers are taken to agree, the worst case: so many votes are not told apart by their wrong answers."]
        : []),
    ...(team.cast.some(({ members }) => members.length > 1)
      ? ["Several members of a role are taken for one agent of their mean."]
      : []),
  ];
}
