// Buys what a plan still lacks: first a little of everything, then what narrows the decision most, until it is settled.

import { calibrate } from "../../calibrate/calibrate.ts";
import type { Calibration, FidelityCalibration } from "../../calibrate/calibration.ts";
import { fidelityAt } from "../../calibrate/fidelity.ts";
import { memberName } from "../../organizations/cast.ts";
import type { Advice, Budget } from "../../plan/plan-types.ts";
import type { Attempt } from "../../records/attempt.ts";
import type { Config } from "../../records/config.ts";
import { isMeasured } from "../../theory/interval.ts";
import { permutation, random } from "../../theory/random.ts";
import { allocate, type ChannelShares } from "./allocate.ts";
import { type ExpectedCost, Inventory } from "./inventory.ts";
import { type Bars, type Judged, judge, type Look, lookAt, recordingsOf, withOwnGroups } from "./look.ts";
import { confidencePerLook } from "./looks.ts";
import { type Asked, type Asker, type Asking, addSpent, nothingSpent, type Probe, type Spent } from "./probe.ts";

export interface MeasureOptions {
  /** Ids of the tasks that may be asked. */
  readonly tasks: readonly string[];
  /** Agents at levels that may be asked. */
  readonly columns: readonly Asking[];
  /** What was recorded before, on these tasks or others. */
  readonly have?: readonly Attempt[];
  readonly config: Config;
  /** What may be spent on probes. */
  readonly budget: Budget;
  /** What one task of the later run may cost: what the plan decides at. */
  readonly perTask: Budget;
  /** P(better) at which the plan counts as settled. @default 0.9 */
  readonly confidence?: number;
  readonly seed?: number;
  /** True where code cannot compare answers. @default false */
  readonly needsReading?: boolean;
  /** Before anything was asked. */
  readonly expectedCost: ExpectedCost;
  /** Tasks of the first look. @default 40 */
  readonly pilotTasks?: number;
  /** By which the tasks grow from look to look. @default 1.5 */
  readonly growth?: number;
  /** Of those, tasks on which β, γ(m) and ρ_within are measured, whether the decision needs them or not; 0: none. @default all */
  readonly floorTasks?: number;
  /** Most tokens of the messages of relay probes. @default 16, 64 and 256 */
  readonly messageTokens?: readonly number[];
  /** Who passes messages on in relay probes. @default the cheapest agent */
  readonly reader?: string;
  /** Most answers of one column to one task. @default 9 */
  readonly samplesMax?: number;
  /** Share of right answers that is not worth measuring on for: it ends where no other choice is better by more. @default 0.01 */
  readonly worth?: number;
  /** Told after every look and every batch. */
  readonly onProgress?: (progress: MeasureProgress) => void;
}

/** Why it ended. equal: no other choice is better by more than `worth`, and which is better at all is open. tasks: none is left. */
export type MeasureStatus = "settled" | "equal" | "budget" | "tasks" | "interrupted";

/** One look at what was known, and what was bought next. */
export interface LookTaken {
  /** Tasks of the columns in play. */
  readonly tasks: number;
  readonly advice: Advice;
  /** P(better) of the advice, and at which this look counts as settled. */
  readonly settled: boolean;
  /** What the best other choice is expected to bring at most, as a share of right answers. */
  readonly regret: number;
  readonly inPlay: readonly string[];
  /** Before this look. */
  readonly spent: Spent;
  /** Probes asked next. */
  readonly bought: { readonly answers: number; readonly grouped: number; readonly relays: number };
}

export interface MeasureProgress {
  readonly spent: Spent;
  readonly looks: number;
  readonly asking: number;
  readonly look?: LookTaken;
}

export interface Measurement {
  readonly status: MeasureStatus;
  /** Those that were bought. */
  readonly attempts: readonly Attempt[];
  readonly spent: Spent;
  readonly looks: readonly LookTaken[];
  /** P(better) that a single look must show, so that all of them together are as sure as asked. */
  readonly confidencePerLook: number;
  /** At the asked confidence, of everything known. */
  readonly advice: Advice;
  readonly calibration: Calibration;
  /** What was known before; null where that was nothing. */
  readonly before: Calibration | null;
  /** What it would take to settle, in the unit of the budget; null where it is settled. */
  readonly stillNeeded: { readonly low: number; readonly median: number; readonly high: number } | null;
}

/** Groups per task and answers per group: three pairs, each in a context of its own. */
const groups = { perTask: 3, size: 2 };
/** Of the budget, for what the decision may not need. */
const floorShare = 0.3;
const pilotShare = 0.4;
/** A call that costs more than so many times what a task may cost is in no team: a cascade would ask it too rarely. */
const dearest = 4;
/** Most looks whose bar is worked out: later ones come too rarely to matter. */
const looksMax = 12;

/**
 * Asks until the plan is settled at the asked confidence, or the budget is gone.
 *
 * 1. A pilot: every column whose call fits `perTask`, on a few tasks; three times where three calls fit.
 * 2. A floor, so that every parameter of the theory has an interval: levels of compute for β, messages of several lengths for
 *    γ(m), pairs of answers that share a context for ρ_within. Tasks of dearer levels fall as 1/√price.
 * 3. Look after look: columns that are surely not part of the best choice are asked no more; of the others those probes are
 *    bought that lower the expected loss of the choice most per token ({@link allocate}).
 *
 * Asked at every look, P(better) passes a bar too often: the bar is raised ({@link confidencePerLook}).
 */
export async function measure(asker: Asker, options: MeasureOptions): Promise<Measurement> {
  const session = new Session(asker, options);
  await session.pilot();
  await session.floor();
  return session.decide();
}

class Session {
  readonly #asker: Asker;
  readonly #options: Required<Omit<MeasureOptions, "onProgress" | "have" | "reader">> &
    Pick<MeasureOptions, "onProgress" | "reader">;
  readonly #have: readonly Attempt[];
  readonly #bought: Attempt[] = [];
  readonly #inventory: Inventory;
  readonly #order: readonly string[];
  readonly #looks: LookTaken[] = [];
  #relayed: string | undefined;
  #spent = nothingSpent;
  #overBudget = false;
  #interrupted = false;

  constructor(asker: Asker, options: MeasureOptions) {
    this.#asker = asker;
    this.#have = options.have ?? [];
    this.#options = {
      ...{
        confidence: 0.9,
        seed: 1,
        needsReading: false,
        pilotTasks: 40,
        growth: 1.5,
        floorTasks: Number.POSITIVE_INFINITY,
      },
      ...{ messageTokens: [16, 64, 256], samplesMax: 9, worth: 0.01 },
      ...options,
    };
    const { config, expectedCost, tasks, seed } = this.#options;
    this.#inventory = new Inventory((attempt, unit) => costOf(attempt, unit, config), expectedCost);
    this.#inventory.add(this.#have);
    this.#order = tasksInOrder(tasks, this.#have, seed);
  }

  /** A little of every column that a team of the later run could ask, if only where others disagree. */
  async pilot(): Promise<void> {
    const { perTask, pilotTasks, columns, budget } = this.#options;
    const asked = columns.flatMap((column) => {
      const price = this.#price({ kind: "answer", ...column, task: this.#order[0]!, sample: 0 }, perTask.unit);
      if (price > dearest * perTask.amount) return [];
      return [{ column, samples: 3 * price <= perTask.amount ? 3 : 1 }];
    });
    const ofTask = (task: string) =>
      asked.flatMap(({ column, samples }) => this.#inventory.missingAnswers(column, task, samples));
    await this.#askTasks(pilotTasks, ofTask, pilotShare * budget.amount);
  }

  /** Every parameter of the theory gets an interval. */
  async floor(): Promise<void> {
    const { budget, messageTokens, columns } = this.#options;
    // On tasks that the columns of the pilot answered: who answered more tasks than the others is compared with nobody.
    const pilot = Math.max(0, ...columns.map((column) => this.#inventory.tasksOf(memberName(column))));
    const floorTasks = Math.min(this.#options.floorTasks, pilot);
    if (floorTasks < 2) return;
    const wanted = [
      ...this.#levelProbes(floorTasks),
      ...this.#groupProbes(floorTasks),
      ...this.#relayProbes(
        floorTasks,
        messageTokens,
        cheapestAgent(columns, (one) => this.#priceOfAnswer(one)),
      ),
    ];
    const most = Math.min(floorShare * budget.amount, budget.amount - this.#spentOf());
    const share = Math.min(1, most / Math.max(1e-12, this.#priceOf(wanted.flat(2))));
    // fewer tasks of each, the first ones, so that the same tasks are asked everything
    await this.#ask(wanted.flatMap((byTask) => byTask.slice(0, Math.floor(share * byTask.length)).flat()));
  }

  /** By task: levels of agents that have two or more numeric ones. */
  #levelProbes(floorTasks: number): Probe[][][] {
    const { columns } = this.#options;
    const numeric = columns.filter(({ level }) => level !== undefined && Number(level) > 0);
    const leveled = numeric.filter(({ agent }) => numeric.filter((other) => other.agent === agent).length >= 2);
    const cheapest = Math.min(...leveled.map((column) => this.#priceOfAnswer(column)));
    return leveled.map((column) => {
      const share = Math.sqrt(cheapest / this.#priceOfAnswer(column));
      const tasks = Math.max(Math.min(24, floorTasks), Math.round(floorTasks * (Number.isNaN(share) ? 1 : share)));
      return this.#order.slice(0, tasks).map((task) => this.#inventory.missingAnswers(column, task, 1));
    });
  }

  #groupProbes(floorTasks: number): Probe[][][] {
    const column = this.#groupColumn();
    if (!column) return [];
    const tasks = this.#order.slice(0, floorTasks);
    return [tasks.map((task) => this.#inventory.missingGroups(column, task, groups.perTask, groups.size))];
  }

  #relayProbes(floorTasks: number, lengths: readonly number[], agent: string): Probe[][][] {
    const tasks = this.#order.slice(0, floorTasks);
    return lengths.length < 2
      ? []
      : [tasks.map((task) => lengths.flatMap((length) => this.#inventory.missingRelays(agent, task, length, 1)))];
  }

  /** The cheapest column that is sometimes right and sometimes wrong: what its groups share can be told. */
  #groupColumn(): Asking | undefined {
    const { columns } = this.#options;
    const already = columns.find((column) => this.#inventory.groupTasks(memberName(column)) > 0);
    if (already) return already;
    const found = columns.map((column) => ({ column, price: this.#priceOfAnswer(column), ...this.#errs(column) }));
    const sometimes = found.filter(({ right }) => right > 0.05 && right < 0.95);
    return [...(sometimes.length > 0 ? sometimes : found)].sort((a, b) => a.price - b.price)[0]?.column;
  }

  #errs(column: Asking): { readonly right: number } {
    const name = memberName(column);
    const answers = this.#all().filter(
      (one) => memberName(one) === name && one.received === undefined && one.gold !== undefined,
    );
    return { right: answers.filter(({ answer, gold }) => answer === gold).length / Math.max(1, answers.length) };
  }

  /** Look, buy, look again. */
  async decide(): Promise<Measurement> {
    const { confidence, needsReading, worth } = this.#options;
    const sure = confidencePerLook(confidence, this.#schedule());
    for (;;) {
      let found = judge(this.#look(needsReading, { sure, worth }), { confidence, sure, worth });
      const isLast = () => found.settled || found.equal || this.#isOver();
      const { fidelity } = found.look.calibration;
      // Before the end, teams of readers are looked at, too.
      if (isLast() && !needsReading && isMeasured<FidelityCalibration>(fidelity))
        found = judge(this.#look(true, { sure, worth }), { confidence, sure, worth });
      const probes = isLast() ? [] : this.#next(found.look);
      const taken = this.#take(found, probes);
      if (probes.length === 0) return this.#measurement(found, taken, sure);
      await this.#ask(probes);
    }
  }

  #look(readers: boolean, bars: Bars): Look {
    const { config, perTask, confidence, seed, needsReading } = this.#options;
    return lookAt(this.#all(), { config, perTask, confidence, seed, needsReading }, { readers, ...bars });
  }

  #take({ look, advice, settled, regret }: Judged, probes: readonly Probe[]): LookTaken {
    const relays = probes.filter(({ kind }) => kind === "relay").length;
    const grouped = probes.filter((probe) => probe.kind === "answer" && probe.group !== undefined).length;
    const taken: LookTaken = {
      tasks: this.#tasksInPlay(look),
      ...{ advice, settled, regret, inPlay: [...look.inPlay], spent: this.#spent },
      bought: { answers: probes.length - relays - grouped, grouped, relays },
    };
    this.#looks.push(taken);
    this.#tell(probes.length, taken);
    return taken;
  }

  /** What narrows the decision most, as far as the budget goes. */
  #next(look: Look): Probe[] {
    const { budget, growth, samplesMax, floorTasks, messageTokens } = this.#options;
    const { unit } = budget;
    const asked = this.#options.columns.filter((column) => look.inPlay.has(memberName(column)));
    const tasks = this.#tasksInPlay(look);
    const calibrations = new Map(look.calibration.agents.map((agent) => [agent.name, agent]));
    const samplesOf = (name: string) => Math.max(1, this.#samples(name, tasks));
    const columns = asked.map((column) => {
      const name = memberName(column);
      const rho = calibrations.get(name)?.rho;
      return {
        ...{ name, price: this.#priceOfAnswer(column), samples: samplesOf(name) },
        rho: rho && isMeasured(rho) ? Math.max(0, Math.min(1, rho.value)) : 0,
      };
    });
    const probed = Math.max(1, this.#relayTasks());
    const relayAgent = this.#reader();
    const groupColumn = this.#groupColumn();
    const relayPrice = messageTokens.reduce(
      (sum, length) =>
        sum + this.#price({ kind: "relay", agent: relayAgent, task: "", messageTokens: length, sample: 0 }, unit),
      0,
    );
    const grouped = groupColumn ? Math.max(1, this.#inventory.groupTasks(memberName(groupColumn))) : 0;
    const most = Math.max(0, budget.amount - this.#spentOf());
    const target = allocate(look.rivalries, columns, {
      ...{ tasks, tasksMax: this.#order.length, samplesMax, most, growth },
      relaysPrice: floorTasks > 0 ? 0.5 * probed * relayPrice : Number.NaN,
      groupsPrice:
        floorTasks > 0 && groupColumn
          ? 0.5 * grouped * groups.perTask * groups.size * this.#priceOfAnswer(groupColumn)
          : Number.NaN,
      channel: this.#channelShares(look),
    });
    // Who is asked no more must fall behind by a fifth before the others are compared without it.
    const dropped = this.#options.columns.length > asked.length && target.tasks > tasks;
    const reached = Math.min(
      this.#order.length,
      dropped ? Math.max(target.tasks, Math.ceil(1.26 * tasks)) : target.tasks,
    );
    const probes = [
      ...this.#order
        .slice(0, reached)
        .flatMap((task) =>
          asked.flatMap((column) =>
            this.#inventory.missingAnswers(column, task, target.samples.get(memberName(column)) ?? 1),
          ),
        ),
      ...(target.relays > 1
        ? this.#relayProbes(Math.round(probed * target.relays), messageTokens, relayAgent).flat(2)
        : []),
      ...(target.groups > 1 ? this.#groupProbes(Math.min(reached, Math.round(grouped * target.groups))).flat(2) : []),
    ];
    return this.#within(probes, most);
  }

  /** How much of the variance of what readers are forecast would go if γ(m), or ρ_within, were known. */
  #channelShares(look: Look): ChannelShares {
    const reads = look.rivalries.find((one) => one.reads);
    if (!reads || !(reads.extraVariance > 0)) return { fidelity: 0, rhoWithin: 0 };
    const { fidelity, rhoWithin } = look.calibration;
    // relative widths stand for shares: both enter the level map as a product, and which matters more is told by how ill it is known
    const gamma = isMeasured<FidelityCalibration>(fidelity) ? fidelityAt(fidelity, this.#middleLength()) : undefined;
    const widths = {
      fidelity: gamma ? ((gamma.high - gamma.low) / Math.max(0.05, gamma.value)) ** 2 : 1,
      rhoWithin: isMeasured(rhoWithin)
        ? ((rhoWithin.high - rhoWithin.low) / Math.max(0.05, 1 - rhoWithin.value)) ** 2
        : 1,
    };
    const all = widths.fidelity + widths.rhoWithin;
    return { fidelity: (0.8 * widths.fidelity) / all, rhoWithin: (0.8 * widths.rhoWithin) / all };
  }

  /** Who passes messages on: always the same, whatever is learned of prices. */
  #reader(): string {
    const { columns, reader } = this.#options;
    this.#relayed ??= reader ?? cheapestAgent(columns, (one) => this.#priceOfAnswer(one));
    return this.#relayed;
  }

  #middleLength(): number {
    const lengths = [...this.#options.messageTokens].sort((a, b) => a - b);
    return lengths[Math.floor(lengths.length / 2)] ?? 64;
  }

  /** Tasks that every column in play has answered. */
  #tasksInPlay(look: Look): number {
    return Math.min(...[...look.inPlay].map((name) => this.#inventory.tasksOf(name)), this.#order.length);
  }

  /** Lone answers to most of the first tasks. */
  #samples(name: string, tasks: number): number {
    const counts = this.#order.slice(0, tasks).map((task) => this.#inventory.samples(name, task));
    return counts.sort((a, b) => a - b)[Math.floor(counts.length / 2)] ?? 0;
  }

  #relayTasks(): number {
    const { messageTokens } = this.#options;
    const agent = this.#reader();
    return Math.max(0, ...messageTokens.map((length) => this.#inventory.relays(agent, length)));
  }

  /** Tasks at the looks to come, as far as can be said beforehand. */
  #schedule(): readonly number[] {
    const { growth, budget, columns } = this.#options;
    const first = Math.max(
      2,
      Math.min(...columns.flatMap((column) => this.#inventory.tasksOf(memberName(column)) || [])),
    );
    const cheapest = Math.min(...columns.map((column) => this.#priceOfAnswer(column)));
    const most = Math.min(
      this.#order.length,
      first + (budget.amount - this.#spentOf()) / (2 * Math.max(1e-12, cheapest)),
    );
    const tasks: number[] = [];
    for (let n = first; tasks.length === 0 || (n <= most && tasks.length < looksMax); n *= growth) tasks.push(n);
    return tasks;
  }

  #measurement({ look, advice, settled, equal }: Judged, { tasks }: LookTaken, sure: number): Measurement {
    const ended = this.#interrupted ? "interrupted" : this.#isOutOfTasks(look) ? "tasks" : "budget";
    const status = settled ? "settled" : equal ? "equal" : ended;
    const needed = look.adviceAt(sure).tasksStillNeeded;
    const { columns } = this.#options;
    const ofTask = columns
      .filter((column) => look.inPlay.has(memberName(column)))
      .reduce((sum, column) => sum + this.#samples(memberName(column), tasks) * this.#priceOfAnswer(column), 0);
    return {
      ...{ status, attempts: this.#bought, spent: this.#spent, looks: this.#looks, confidencePerLook: sure },
      ...{ advice, calibration: look.calibration, before: this.#before() },
      stillNeeded: needed && {
        low: needed.low * ofTask,
        median: needed.median * ofTask,
        high: needed.high * ofTask,
      },
    };
  }

  #before(): Calibration | null {
    const { config, confidence, seed } = this.#options;
    const tasks = new Set(this.#have.filter(({ received }) => received === undefined).map(({ taskId }) => taskId));
    if (tasks.size < 2) return null;
    return calibrate(recordingsOf(withOwnGroups(this.#have), config), { confidence, seed, pairs: false });
  }

  #all(): readonly Attempt[] {
    return this.#have.length === 0 ? this.#bought : [...this.#have, ...this.#bought];
  }

  #price(probe: Probe, unit: Budget["unit"]): number {
    return this.#inventory.cost(probe, unit);
  }

  #priceOfAnswer(column: Asking): number {
    return this.#price({ kind: "answer", ...column, task: "", sample: 0 }, this.#options.budget.unit);
  }

  #priceOf(probes: readonly Probe[]): number {
    const { unit } = this.#options.budget;
    return probes.reduce((sum, probe) => sum + this.#price(probe, unit), 0);
  }

  #spentOf(): number {
    return this.#spent[this.#options.budget.unit];
  }

  #isOver(): boolean {
    return this.#overBudget || this.#interrupted || this.#spentOf() >= this.#options.budget.amount;
  }

  #isOutOfTasks(look: Look): boolean {
    return !this.#isOver() && this.#tasksInPlay(look) >= this.#order.length;
  }

  /** The first of these probes that are expected to fit. */
  #within(probes: readonly Probe[], most: number): Probe[] {
    let left = most;
    const fits: Probe[] = [];
    for (const probe of probes) {
      left -= this.#price(probe, this.#options.budget.unit);
      if (left < 0) {
        this.#overBudget = fits.length === 0;
        break;
      }
      fits.push(probe);
    }
    return fits;
  }

  /** Whole tasks, as many as are wanted and fit. */
  async #askTasks(tasks: number, ofTask: (task: string) => Probe[], most: number): Promise<void> {
    const batch: Probe[] = [];
    let left = most;
    for (const task of this.#order.slice(0, tasks)) {
      const probes = ofTask(task);
      const price = this.#priceOf(probes);
      if (price > left && batch.length > 0) break;
      left -= price;
      batch.push(...probes);
    }
    await this.#ask(batch);
  }

  async #ask(probes: readonly Probe[]): Promise<Asked | undefined> {
    if (probes.length === 0 || this.#isOver()) return undefined;
    this.#tell(probes.length);
    const asked = await this.#asker.ask(probes);
    this.#bought.push(...asked.attempts);
    this.#inventory.add(asked.attempts);
    this.#spent = addSpent(this.#spent, asked.spent);
    this.#overBudget ||= asked.overBudget;
    this.#interrupted ||= asked.interrupted ?? false;
    return asked;
  }

  #tell(asking: number, look?: LookTaken): void {
    this.#options.onProgress?.({ spent: this.#spent, looks: this.#looks.length, asking, ...(look && { look }) });
  }
}

/** Those answered by most columns first, for what is missing there is cheapest; the others in random order. */
function tasksInOrder(tasks: readonly string[], have: readonly Attempt[], seed: number): readonly string[] {
  const answered = new Map<string, Set<string>>();
  for (const attempt of have) {
    if (attempt.received !== undefined) continue;
    const known = answered.get(attempt.taskId) ?? new Set();
    answered.set(attempt.taskId, known.add(memberName(attempt)));
  }
  const columns = (task: string) => answered.get(task)?.size ?? 0;
  const shuffled = Array.from(permutation(tasks.length, random(seed, "tasks to measure on")), (i) => tasks[i]!);
  return shuffled.sort((a, b) => columns(b) - columns(a));
}

function cheapestAgent(columns: readonly Asking[], price: (column: Asking) => number): string {
  return columns.reduce((a, b) => (price(b) < price(a) ? b : a)).agent;
}

function costOf(attempt: Attempt, unit: Budget["unit"], { agents }: Config): number {
  const { agent, tokensIn = Number.NaN, tokensOut = Number.NaN, costUsd, seconds = Number.NaN, received } = attempt;
  if (unit === "calls") return received === undefined ? 1 : 2;
  if (unit === "tokens") return tokensIn + tokensOut;
  if (unit === "seconds") return seconds;
  if (costUsd !== undefined) return costUsd;
  const prices = agents[memberName(attempt)]?.prices ?? agents[agent]?.prices;
  return prices ? (tokensIn * prices.inputPerMillion + tokensOut * prices.outputPerMillion) / 1e6 : Number.NaN;
}

export type { Budget };
