// Teams with everything the choice needs: outcomes on the calibration tasks, a score, costs.

import { memberName, membersOf } from "../organizations/cast.ts";
import * as organizations from "../organizations/index.ts";
import type { Member, Organization, Stage } from "../organizations/organization.ts";
import { formOf, makeTeam, organizationOf, type Team } from "../organizations/team.ts";
import type { Column } from "../records/answer-table.ts";
import { outcomesCached } from "../simulate/replay.ts";
import { mean, meanOfKnown, pick, rawWeight, variance } from "./choose.ts";
import { type Expense, largestCallCost, repeatedCosts, replayedCosts, type TaskCosts, worstCase } from "./costs.ts";
import {
  fitLatent,
  type JointAnswers,
  type LatentModel,
  latentAccuracy,
  shapeOf,
  type WinTables,
  winTables,
} from "./latent.ts";
import type { Offer } from "./market.ts";
import type { Budget, CostUnit, SharedErrors, Silence } from "./plan-types.ts";
import { hasVotes, type PlanRoster, type RosterAgent } from "./roster.ts";
import { callersOf, silenceOf, silentVotes } from "./silence.ts";
import { forecastAhead, forecastVote, type VoteForecast } from "./vote-forecast.ts";
import { voteKeys } from "./vote-keys.ts";
import { fitVotes, type VoteMixture } from "./vote-mixture.ts";

/** A team by its right answers. */
export interface Candidate extends Offer {
  readonly costs: TaskCosts;
  readonly max: (unit: Expense) => number;
  readonly silence: () => Silence;
  /** Of one agent asked repeatedly, and of readers of its answers. */
  readonly vote?: VoteForecast;
  /** Present where members play roles that nobody recorded: forecast by the theory, with what to know of that. */
  readonly unrecorded?: { readonly caveats: readonly string[]; readonly sharedErrors?: SharedErrors };
}

/** Draws where outcomes have no closed form: always the same, so that replays of any plan share them. */
export const drawSeed = 1;
/** A team is priced if at most this share of the tasks lacks answers that it needs. */
export const gapsMax = 0.05;

/** Prices teams of one roster. Models are fitted once, and only when a team needs them. */
export class Pricing {
  readonly #roster: PlanRoster;
  readonly #unit: CostUnit;
  readonly #seed: number;
  readonly #confidence: number;
  readonly #weights: ReadonlyMap<string, number>;
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #singles: readonly number[];
  readonly #latent: LatentModel | null;
  readonly #repeats: Float64Array;
  readonly #votes: readonly boolean[];
  readonly #winTables = new Map<string, readonly [WinTables | undefined, WinTables | undefined]>();
  readonly #mixtures = new Map<number, VoteMixture | undefined>();
  readonly #largest = new Map<string, number>();
  readonly #priced = new Map<string, Candidate | undefined>();

  constructor(
    roster: PlanRoster,
    {
      unit,
      seed,
      confidence,
      weights,
    }: { unit: CostUnit; seed: number; confidence: number; weights: ReadonlyMap<string, number> },
  ) {
    this.#roster = roster;
    this.#unit = unit;
    this.#seed = seed;
    this.#confidence = confidence;
    this.#weights = weights;
    this.#numbers = new Map(roster.agents.map(({ name }, i) => [name, i]));
    this.#latent = roster.agents.length > 1 ? fitLatent(jointAnswers(roster)) : null;
    this.#repeats = Float64Array.from(roster.agents, (agent, i) => this.#repeatability(agent, i));
    this.#votes = roster.agents.map(({ column }) => hasVotes(column));
    this.#singles = roster.agents.map((agent, i) =>
      this.#mixed(agent.accuracy, this.#latent ? singleOf(this.#latent, i) : undefined),
    );
  }

  /** The team with its price, or undefined where too many tasks lack answers that it needs. Each is worked out once. */
  price(team: Team): Candidate | undefined {
    if (!this.#priced.has(team.text)) this.#priced.set(team.text, this.#price(team));
    return this.#priced.get(team.text);
  }

  #price(team: Team): Candidate | undefined {
    const names = membersOf(team.cast).map(memberName);
    const members = [...new Set(names.map((name) => this.#numbers.get(name)!))];
    if (team.kind === "single") return this.#single(team, members[0]!);
    if (!members.every((agent) => this.#votes[agent])) return undefined;
    return votesRepeatedly(team) ? this.#repeated(team, members[0]!) : this.#joint(team, members);
  }

  #single(team: Team, agent: number): Candidate {
    const { column, right, accuracy } = this.#roster.agents[agent]!;
    const costs = repeatedCosts(column, { taskCalls: new Float64Array(right.length).fill(1) }, 1, this.#roster.tasks);
    const silence = () => this.#silenceOfOne(agent, new Float64Array(right.length).fill(1), team);
    return this.#candidate(team, [agent], right, accuracy, this.#singles[agent]!, 0, costs, silence);
  }

  /** One agent asked repeatedly: its single score, and the gain that the mixture forecasts. */
  #repeated(team: Team, agent: number): Candidate | undefined {
    const mixture = this.mixtureOf(agent);
    if (!mixture) return undefined;
    const forecast = repeatedForecast(team, mixture, this.#confidence);
    const { column } = this.#roster.agents[agent]!;
    const costs = repeatedCosts(column, forecast, callsAtOnce(team), this.#roster.tasks);
    const silence = () => this.#silenceOfOne(agent, forecast.taskCalls, team);
    return this.ofSamples(team, agent, { mixture, forecast, costs, silence });
  }

  /** Any team that works on samples of one agent: its single score, and the gain that was forecast from their mixture. */
  ofSamples(
    team: Team,
    agent: number,
    {
      mixture,
      forecast,
      costs,
      silence,
      max,
    }: {
      readonly mixture: VoteMixture;
      readonly forecast: VoteForecast;
      readonly costs: TaskCosts;
      readonly silence: () => Silence;
      /** @default every step at the largest recorded cost of a call */
      readonly max?: (unit: Expense) => number;
    },
  ): Candidate {
    const { right } = this.#roster.agents[agent]!;
    const one = forecastVote(mixture, 1, this.#confidence);
    const gains = forecast.taskAccuracy.map((value, t) => value - one.taskAccuracy[t]!);
    const accuracy = right.map((value, t) => value + gains[t]!);
    const seen = variance(gains) / gains.length + 0.25 / gains.length ** 2;
    const extra = Math.max(0, forecast.gainVariance - seen);
    const score = this.singleScore(agent) + forecast.gain;
    const candidate = this.#candidate(team, [agent], accuracy, mean(accuracy), score, extra, costs, silence);
    return { ...candidate, ...(max && { max }), vote: forecast };
  }

  /** Score of one call of this agent of the roster. */
  singleScore(agent: number): number {
    return this.#singles[agent]!;
  }

  /** Several agents, or one in a way that no mixture forecasts: the raw joint, mixed with what the latent classes expect. */
  #joint(team: Team, members: readonly number[]): Candidate | undefined {
    const { tasks, table } = this.#roster;
    const outcomes = outcomesCached(team, table, { seed: drawSeed, weights: this.#weights });
    const accuracy = pick(outcomes.accuracy, tasks);
    if (!fillGaps(accuracy)) return undefined;
    const raw = mean(accuracy);
    const costs = replayedCosts(outcomes, table, tasks);
    const silence = () =>
      silenceOf(callersOf(outcomes, table, tasks), tasks, pick(outcomes.unanswered, tasks), this.#confidence);
    const score = this.#mixed(raw, this.#latentAccuracy(team));
    return this.#candidate(team, members, accuracy, raw, score, 0, costs, silence);
  }

  #candidate(
    team: Team,
    members: readonly number[],
    accuracy: Float64Array,
    raw: number,
    score: number,
    extraVariance: number,
    costs: TaskCosts,
    silence: () => Silence,
  ): Candidate {
    const max = (unit: Expense) => worstCase(team, stagesOf(team), unit, (name) => this.#largestCallCost(name, unit));
    return {
      team,
      kind: team.kind,
      members,
      accuracy,
      raw,
      score,
      extraVariance,
      price: meanOfKnown(costs(this.#unit)),
      costs,
      max,
      silence,
    };
  }

  #silenceOfOne(agent: number, calls: Float64Array, team: Team): Silence {
    const { column } = this.#roster.agents[agent]!;
    const { tasks, table } = this.#roster;
    const confidence = this.#confidence;
    const unanswered = silentVotes(team, table, column, tasks, confidence);
    return silenceOf([{ column, calls }], tasks, unanswered, confidence);
  }

  #mixed(raw: number, model: number | undefined): number {
    return model === undefined ? raw : model + rawWeight(this.#roster.tasks.length) * (raw - model);
  }

  /** Law of this agent's samples over tasks; undefined where nothing is known of its votes. */
  mixtureOf(agent: number): VoteMixture | undefined {
    if (!this.#mixtures.has(agent)) {
      const { column } = this.#roster.agents[agent]!;
      const keys = voteKeys(column, this.#roster.tasks);
      this.#mixtures.set(agent, keys?.repeated ? fitVotes(keys, column.answersKnown, this.#seed) : undefined);
    }
    return this.#mixtures.get(agent);
  }

  /**
   * What the latent classes expect of these stages. Calls to the same agent are taken for one shared answer with the
   * probability that two of its samples share more than the class, else for answers of different agents of its accuracy.
   */
  #latentAccuracy(team: Team): number | undefined {
    const stages = stagesOf(team);
    if (!this.#latent || !stages) return undefined;
    const calls = (some: readonly Stage[]) =>
      some.flatMap(({ members }) =>
        members.flatMap((member) => new Array<number>(member.samples).fill(this.#number(member))),
      );
    const shape = shapeOf(stages);
    const once = stages.map((stage) => ({
      ...stage,
      members: stage.members.map((member) => ({ ...member, samples: 1 })),
    }));
    const repeats = calls(stages).length > calls(once).length;
    if (!this.#winTables.has(shape))
      this.#winTables.set(shape, [
        winTables(this.#latent, stages),
        repeats ? winTables(this.#latent, once) : undefined,
      ]);
    const [apart, shared] = this.#winTables.get(shape)!;
    if (!apart) return undefined;
    const independent = latentAccuracy(this.#latent, apart, calls(stages));
    if (!shared) return independent;
    const repeated = stages.flatMap(({ members }) => members.filter(({ samples }) => samples > 1));
    const sharing = repeated.reduce((sum, member) => sum + this.#repeats[this.#number(member)]!, 0) / repeated.length;
    return independent + sharing * (latentAccuracy(this.#latent, shared, calls(once)) - independent);
  }

  #number(member: Member): number {
    return this.#numbers.get(memberName(member))!;
  }

  /** Of two samples of this agent on one task: the correlation beyond what the classes explain. */
  #repeatability({ column, accuracy }: RosterAgent, agent: number): number {
    if (!this.#latent) return 0;
    let [both, pairs] = [0, 0];
    for (const task of this.#roster.tasks) {
      let [right, samples] = [0, 0];
      for (let at = column.start[task]!; at < column.start[task + 1]!; at++) {
        if (Number.isNaN(column.grade[at]!)) continue;
        right += column.grade[at]! >= 0.5 ? 1 : 0;
        samples++;
      }
      both += right * (right - 1);
      pairs += samples * (samples - 1);
    }
    if (pairs === 0) return 1;
    const explained = this.#latent.classes.reduce(
      (sum, { share, accuracies }) => sum + share * accuracies[agent]! ** 2,
      0,
    );
    return accuracy > explained ? Math.max(0, Math.min(1, (both / pairs - explained) / (accuracy - explained))) : 1;
  }

  #largestCallCost(name: string, unit: Expense): number {
    const key = `${unit} ${name}`;
    const { column } = this.#roster.agents[this.#numbers.get(name)!]!;
    const known = this.#largest.get(key) ?? largestCallCost(column, unit, this.#roster.tasks);
    this.#largest.set(key, known);
    return known;
  }
}

/** All teams that the organizations propose for this roster, cheapest shapes first. */
export function proposedTeams({ agents }: PlanRoster, callsMax: number): Team[] {
  const roster = {
    names: agents.map(({ name }) => name),
    callsMax,
    samples: new Map(agents.map(({ name, calibration }) => [name, calibration.samples])),
    members: new Map(
      agents.map(({ name, column: { agent, level } }) => [name, { agent, ...(level !== undefined && { level }) }]),
    ),
  };
  return Object.entries<Organization>(organizations).flatMap(([name, organization]) =>
    [...organization.candidates(roster)].map((shape) => makeTeam(name, shape)),
  );
}

/** Stages of a team that is a sequence of votes. */
export function stagesOf(team: Team): readonly Stage[] | undefined {
  return organizationOf(team).stages?.(team);
}

/** How many calls of one agent asked repeatedly are made together before any has to end: all of a vote, the lead of a race. */
export function callsAtOnce(team: Team): number {
  return organizationOf(team).race?.(team).lead ?? Number.POSITIVE_INFINITY;
}

/** True for a vote of samples of one agent and for samples until one answer leads: what a mixture can forecast. */
export function votesRepeatedly(team: Team): boolean {
  return membersOf(team.cast).length === 1 && (stagesOf(team)?.length === 1 || organizationOf(team).race !== undefined);
}

/** Of a team that {@link votesRepeatedly}. */
export function repeatedForecast(team: Team, mixture: VoteMixture, confidence: number): VoteForecast {
  const race = organizationOf(team).race?.(team);
  if (race) return forecastAhead(mixture, race.lead, race.cap, confidence);
  const [stage] = stagesOf(team)!;
  return forecastVote(mixture, stage!.members[0]!.samples, confidence, stage!.rule.quorum);
}

/** True where no member may be asked more often than it was recorded. */
export function isRecorded(team: Team, { agents }: PlanRoster): boolean {
  const members =
    stagesOf(team)?.flatMap((stage) => stage.members) ??
    membersOf(team.cast).map((member) => ({ ...member, samples: callsMaxOf(team) }));
  return agents.every(({ name, calibration }) => {
    const calls = members.reduce((sum, member) => (memberName(member) === name ? sum + member.samples : sum), 0);
    return calls <= calibration.samples;
  });
}

/** Most calls that are tried where no reader is among them. */
export const votesMax = 33;

/** Calls that twice the budget pays for at the cheapest agent, from 7 to `most`: teams above the budget tell what more money buys. */
export function callsPaidFor({ amount }: Budget, { agents }: PlanRoster, most: number): number {
  const cheapest = Math.min(...agents.map(({ price }) => price));
  return Math.max(7, Math.min(most, Math.floor((2 * amount) / cheapest)));
}

/** The most calls of a team. */
export const callsMaxOf = (team: Team) => formOf(team).bound(team).steps;

function singleOf({ classes }: LatentModel, agent: number): number {
  return classes.reduce((sum, { share, accuracies }) => sum + share * accuracies[agent]!, 0);
}

/** Few tasks lack an answer: the mean of the others stands in. False where many do. */
function fillGaps(values: Float64Array): boolean {
  let gaps = 0;
  for (let t = 0; t < values.length; t++) if (Number.isNaN(values[t]!)) gaps++;
  if (gaps > gapsMax * values.length) return false;
  if (gaps === 0) return true;
  const center = meanOfKnown(values);
  values.forEach((value, t) => {
    if (Number.isNaN(value)) values[t] = center;
  });
  return true;
}

/** Right and wrong answers of a roster, and how often wrong ones agree. */
function jointAnswers({ agents, tasks }: PlanRoster): JointAnswers {
  return {
    right: agents.map(({ right }) => right),
    ...wrongAnswers(
      agents.map(({ column }) => column),
      tasks,
    ),
  };
}

/** Per task: pairs of wrong answers of different columns, and how many of them agree. Where no answers are recorded no pair is counted. */
export function wrongAnswers(columns: readonly Column[], tasks: Uint32Array): Omit<JointAnswers, "right"> {
  const known = columns.filter(({ answersKnown }) => answersKnown);
  const wrongPairs = new Float64Array(tasks.length);
  const wrongPairsAgreeing = new Float64Array(tasks.length);
  tasks.forEach((task, t) => {
    const wrong = known.map(({ start, grade, value }) => {
      const values: number[] = [];
      for (let at = start[task]!; at < start[task + 1]!; at++) if (grade[at]! < 0.5) values.push(value[at]!);
      return { values, samples: start[task + 1]! - start[task]! };
    });
    for (let i = 0; i < wrong.length; i++)
      for (let j = i + 1; j < wrong.length; j++) {
        const [a, b] = [wrong[i]!, wrong[j]!];
        if (a.values.length === 0 || b.values.length === 0) continue;
        let agreeing = 0;
        for (const one of a.values) for (const other of b.values) if (one >= 0 && one === other) agreeing++;
        wrongPairs[t]! += (a.values.length * b.values.length) / (a.samples * b.samples);
        wrongPairsAgreeing[t]! += agreeing / (a.samples * b.samples);
      }
  });
  return { wrongPairs, wrongPairsAgreeing };
}
