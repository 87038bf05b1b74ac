// What a run cost, from its events alone: the same numbers as the ledger's, because each bill is counted where it stands.
import { memberName } from "../organizations/cast.ts";
import type { EnergyRates } from "../plan/energy.ts";
import type {
  Amounts,
  Bill,
  Billing,
  Event,
  Noted,
  StepCalled,
  StepEnded,
  StepState,
  TaskEnded,
  TaskState,
  TokenCounts,
  Why,
} from "./event.ts";

/** What some tries cost together. */
export interface Sums {
  /** As the ledger counts: what was reported, and the reservations of what is unknown. */
  readonly spent: Amounts;
  /** The part of `spent` that nobody reported: reservations of lost calls and of answers without usage. */
  readonly unknown: Amounts;
  /** Tokens by kind, of what was reported. */
  readonly tokens: TokenCounts;
  /** Tries by how sure their bill is. */
  readonly billing: Readonly<Record<Billing, number>>;
}

/** One step of one task. */
export interface StepAccount {
  readonly step: string;
  readonly role: string;
  /** Agent at its level. */
  readonly member: string;
  /** Absent: it has not ended. */
  readonly state?: StepState;
  readonly reused: boolean;
  /** Time of the call that was taken. */
  readonly ms?: number;
  readonly sums: Sums;
}

export interface TaskAccount {
  readonly task: string;
  /** Absent: it has not ended. */
  readonly state?: TaskState;
  readonly answer?: string | null;
  readonly correct?: 0 | 1;
  readonly degraded: boolean;
  readonly sums: Sums;
  readonly states: Readonly<Record<StepState, number>>;
  /** On the clock, from its first step, waiting included. */
  readonly ms?: number;
  readonly criticalMs?: number;
  /** By id; empty where steps were not asked for. */
  readonly steps: ReadonlyMap<string, StepAccount>;
}

export interface AgentAccount {
  /** Agent at its level. */
  readonly member: string;
  readonly agent: string;
  readonly sums: Sums;
  readonly states: Readonly<Record<StepState, number>>;
}

/** From the least to the most that is likely. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** A note and how often it was told. */
export interface NoteCount extends Pick<Noted, "code" | "message" | "endpoint"> {
  readonly times: number;
}

export interface Account {
  readonly run: Sums;
  readonly agents: ReadonlyMap<string, AgentAccount>;
  readonly tasks: ReadonlyMap<string, TaskAccount>;
  /** Steps by the state in which they ended; a task that was taken up again counts as it ended last. */
  readonly states: Readonly<Record<StepState, number>>;
  /** Steps whose answer was there already. */
  readonly reused: number;
  /** Calls by why they were made. */
  readonly whys: Readonly<Record<Why, number>>;
  /** Tries that ended no step, by reason. */
  readonly reasons: ReadonlyMap<string, number>;
  /** Reservations that nobody has closed: of calls in flight, or of an owner that died. */
  readonly open: { readonly calls: number; readonly held: Amounts };
  readonly seconds: {
    /** Of all calls together, as the ledger counts; unknown ones at their reservation. */
    readonly calls: number;
    /** While some process worked on the run. */
    readonly wall: number;
    /** Of tasks that ended: time of calls on the critical path, mean and longest. Absent where none says. */
    readonly criticalMean?: number;
    readonly criticalLongest?: number;
  };
  /** Prompt tokens that were forecast to be cached, beside those that were, over calls that say both. */
  readonly cached: { readonly tokensIn: number; readonly forecast: number; readonly seen: number };
  /** Only where rates are given; of reported tokens. */
  readonly wattHours?: Range;
  readonly gramsCo2?: Range;
  readonly notes: readonly NoteCount[];
  /** Processes that worked on it: 1 and those that resumed. */
  readonly processes: number;
}

export interface AccountOptions {
  /** False: no account per step, which is most of the memory. @default true */
  readonly steps?: boolean;
  /** Wh per 1,000 tokens of an agent. Absent: no energy is told. */
  readonly energyOf?: (agent: string) => EnergyRates;
  /** Of the electricity. */
  readonly gramsPerKilowattHour?: Range;
}

/** What these events say was spent, on what, and how it ended. */
export function accountOf(events: Iterable<Event>, options: AccountOptions = {}): Account {
  const accountant = accounting(options);
  for (const event of events) accountant.add(event);
  return accountant.finish();
}

/** The same for events that come one by one, in the journal's order. */
export function accounting({ steps: keepSteps = true, energyOf, gramsPerKilowattHour }: AccountOptions = {}): {
  add(event: Event): void;
  finish(): Account;
} {
  const run = new Sum();
  const agents = new Map<string, OpenAgent>();
  const tasks = new Map<string, OpenTask>();
  const open = new Map<string, StepCalled>();
  const whys: Record<Why, number> = { first: 0, retry: 0, hedge: 0, redundant: 0 };
  const reasons = new Map<string, number>();
  const notes = new Map<string, NoteCount>();
  const cached = { tokensIn: 0, forecast: 0, seen: 0 };
  let processes = 0;
  let wallMs = 0;
  let [sessionFrom, sessionTo] = [Number.NaN, Number.NaN];

  function add(event: Event): void {
    if (event.kind === "run-opened" || event.kind === "run-continued") {
      endSession();
      processes++;
      sessionFrom = event.at;
    }
    sessionTo = event.at;
    switch (event.kind) {
      case "run-ended":
        wallMs += event.ms;
        sessionFrom = Number.NaN;
        break;
      case "task-started":
        taskOf(event.task).begin();
        break;
      case "task-ended":
        taskOf(event.task).end(event, keepSteps);
        break;
      case "step-called":
        whys[event.why]++;
        open.set(tryKey(event.key, event.try), event);
        break;
      case "try-ended": {
        const called = take(event.key, event.try);
        reasons.set(event.reason, (reasons.get(event.reason) ?? 0) + 1);
        pay(event.bill, event.task, event.step, called);
        break;
      }
      case "step-ended": {
        const called = event.key !== undefined && event.try !== undefined ? take(event.key, event.try) : undefined;
        taskOf(event.task).endStep(event);
        if (event.bill) pay(event.bill, event.task, event.step, called ?? event);
        break;
      }
      case "noted": {
        const key = `${event.code}\u0000${event.endpoint ?? ""}`;
        const { code, message, endpoint } = event;
        notes.set(key, {
          code,
          message,
          ...(endpoint !== undefined && { endpoint }),
          times: (notes.get(key)?.times ?? 0) + 1,
        });
      }
    }
  }

  function take(key: string, number: number): StepCalled | undefined {
    const name = tryKey(key, number);
    const called = open.get(name);
    open.delete(name);
    return called;
  }

  function pay(bill: Bill, task: string, step: string, asked: StepCalled | StepEnded | undefined): void {
    run.add(bill);
    const account = taskOf(task);
    account.sums.add(bill);
    account.payStep(step, bill, asked);
    if (!asked) return;
    agentOf(asked).sums.add(bill);
    if (bill.tokens && "cachedShare" in asked && asked.cachedShare !== undefined) {
      cached.tokensIn += bill.tokens.tokensIn;
      cached.forecast += asked.cachedShare * bill.tokens.tokensIn;
      cached.seen += bill.tokens.tokensInCached;
    }
  }

  function taskOf(task: string): OpenTask {
    let account = tasks.get(task);
    if (!account) {
      account = new OpenTask(task);
      tasks.set(task, account);
    }
    return account;
  }

  function agentOf({ agent, level }: StepCalled | StepEnded): OpenAgent {
    const member = level === undefined ? agent : memberName({ agent, level });
    let account = agents.get(member);
    if (!account) {
      account = { member, agent, sums: new Sum() };
      agents.set(member, account);
    }
    return account;
  }

  /** A process that was killed left no end: it worked until its last event. */
  function endSession(): void {
    if (!Number.isNaN(sessionFrom)) wallMs += Math.max(0, sessionTo - sessionFrom);
    sessionFrom = Number.NaN;
  }

  function finish(): Account {
    endSession();
    const states = noStates();
    const agentStates = new Map<string, Record<StepState, number>>();
    let reused = 0;
    const critical: number[] = [];
    for (const task of tasks.values()) {
      for (const [member, own] of task.agentStates) {
        const sum = agentStates.get(member) ?? noStates();
        agentStates.set(member, sum);
        for (const state of stepStates) {
          sum[state] += own[state];
          states[state] += own[state];
        }
      }
      reused += task.reused;
      if (task.ended?.criticalMs !== undefined) critical.push(task.ended.criticalMs);
    }
    for (const member of agentStates.keys())
      if (!agents.has(member)) agents.set(member, { member, agent: member, sums: new Sum() });
    const held = new Sum();
    for (const call of open.values()) held.addAmounts(call.held);
    const energy = energyOf && energyTotal(agents.values(), energyOf);
    return {
      run: run.finish(),
      agents: new Map(
        [...agents].map(([member, { agent, sums }]) => [
          member,
          { member, agent, sums: sums.finish(), states: agentStates.get(member) ?? noStates() },
        ]),
      ),
      tasks: new Map([...tasks].map(([task, account]) => [task, account.finish()])),
      states,
      reused,
      whys,
      reasons,
      open: { calls: open.size, held: held.finish().spent },
      seconds: {
        calls: run.spentMs / 1000,
        wall: wallMs / 1000,
        ...(critical.length > 0 && {
          criticalMean: critical.reduce((sum, ms) => sum + ms, 0) / critical.length / 1000,
          criticalLongest: critical.reduce((most, ms) => Math.max(most, ms), 0) / 1000,
        }),
      },
      cached,
      ...(energy && { wattHours: energy }),
      ...(energy &&
        gramsPerKilowattHour && {
          gramsCo2: {
            low: (energy.low * gramsPerKilowattHour.low) / 1000,
            high: (energy.high * gramsPerKilowattHour.high) / 1000,
          },
        }),
      notes: [...notes.values()],
      processes,
    };
  }

  return { add, finish };
}

const stepStates = ["answered", "truncated", "unparsed", "refused", "failed", "cancelled", "over-budget"] as const;
/** First tries, which most are, without a text of their own: keys have no blank. */
const tryKey = (key: string, number: number) => (number === 0 ? key : `${key} ${number}`);
const noStates = (): Record<StepState, number> => ({
  ...{ answered: 0, truncated: 0, unparsed: 0, refused: 0, failed: 0, cancelled: 0, "over-budget": 0 },
});

interface OpenAgent {
  readonly member: string;
  readonly agent: string;
  readonly sums: Sum;
}

/** Numbers that grow; `finish` hands out a copy. Whole numbers below 2⁵³, so that sums are exact. */
class Sum {
  private readonly spent = { tokens: 0, calls: 0, nanoUsd: 0, ms: 0 };
  private readonly unknown = { tokens: 0, calls: 0, nanoUsd: 0, ms: 0 };
  private readonly tokens = { tokensIn: 0, tokensInCached: 0, tokensOut: 0, tokensReasoning: 0 };
  private readonly billing: Record<Billing, number> = { reported: 0, bounded: 0, lost: 0, free: 0 };

  get spentMs(): number {
    return this.spent.ms;
  }

  add({ billing, amounts, tokens }: Bill): void {
    this.billing[billing]++;
    addTo(this.spent, amounts);
    if (billing === "bounded" || billing === "lost") addTo(this.unknown, amounts);
    if (!tokens) return;
    this.tokens.tokensIn += tokens.tokensIn;
    this.tokens.tokensInCached += tokens.tokensInCached;
    this.tokens.tokensOut += tokens.tokensOut;
    this.tokens.tokensReasoning += tokens.tokensReasoning;
  }

  addAmounts(amounts: Amounts): void {
    addTo(this.spent, amounts);
  }

  finish(): Sums {
    const { spent, unknown, tokens, billing } = this;
    return { spent: { ...spent }, unknown: { ...unknown }, tokens: { ...tokens }, billing: { ...billing } };
  }
}

function addTo(sum: { tokens: number; calls: number; nanoUsd: number; ms: number }, more: Amounts): void {
  sum.tokens += more.tokens;
  sum.calls += more.calls;
  sum.nanoUsd += more.nanoUsd;
  sum.ms += more.ms;
}

interface OpenStep {
  sums?: Sum;
  end?: StepEnded;
  called?: Pick<StepCalled, "role" | "agent" | "level">;
}

/** A task may be begun several times: its bills add up, the states of its steps are those of the last time. */
class OpenTask {
  readonly task: string;
  readonly sums = new Sum();
  readonly agentStates = new Map<string, Record<StepState, number>>();
  reused = 0;
  ended: TaskEnded | undefined;
  private readonly steps = new Map<string, OpenStep>();

  constructor(task: string) {
    this.task = task;
  }

  begin(): void {
    this.ended = undefined;
    this.reused = 0;
    this.agentStates.clear();
    for (const step of this.steps.values()) delete step.end;
  }

  end(event: TaskEnded, keepSteps: boolean): void {
    this.ended = event;
    if (!keepSteps) this.steps.clear();
  }

  endStep(event: StepEnded): void {
    const step = this.stepOf(event.step);
    const member = memberName(event);
    const states = this.agentStates.get(member) ?? noStates();
    this.agentStates.set(member, states);
    if (step.end) {
      const before = this.agentStates.get(memberName(step.end))!;
      before[step.end.state]--;
      if (step.end.reused) this.reused--;
    }
    states[event.state]++;
    if (event.reused) this.reused++;
    step.end = event;
  }

  payStep(id: string, bill: Bill, asked: StepCalled | StepEnded | undefined): void {
    const step = this.stepOf(id);
    step.sums ??= new Sum();
    step.sums.add(bill);
    if (asked) step.called = asked;
  }

  finish(): TaskAccount {
    const { task, ended, agentStates } = this;
    const states = noStates();
    for (const own of agentStates.values()) for (const state of stepStates) states[state] += own[state];
    return {
      task,
      ...(ended && {
        state: ended.state,
        answer: ended.answer,
        ...(ended.correct !== undefined && { correct: ended.correct }),
        ms: ended.ms,
        ...(ended.criticalMs !== undefined && { criticalMs: ended.criticalMs }),
      }),
      degraded: ended?.degraded ?? false,
      sums: this.sums.finish(),
      states,
      steps: new Map([...this.steps].map(([id, step]) => [id, stepAccount(id, step)])),
    };
  }

  private stepOf(id: string): OpenStep {
    let step = this.steps.get(id);
    if (!step) {
      step = {};
      this.steps.set(id, step);
    }
    return step;
  }
}

function stepAccount(step: string, { sums, end, called }: OpenStep): StepAccount {
  const asked = end ?? called;
  return {
    step,
    role: asked?.role ?? "",
    member: asked ? memberName(asked) : "",
    ...(end && { state: end.state }),
    reused: end?.reused ?? false,
    ...(end?.ms !== undefined && { ms: end.ms }),
    sums: (sums ?? new Sum()).finish(),
  };
}

function energyTotal(agents: Iterable<OpenAgent>, energyOf: (agent: string) => EnergyRates): Range {
  let [low, high] = [0, 0];
  for (const { agent, sums } of agents) {
    const { input, output } = energyOf(agent);
    const { tokensIn, tokensOut } = sums.finish().tokens;
    low += (tokensIn * input.low + tokensOut * output.low) / 1000;
    high += (tokensIn * input.high + tokensOut * output.high) / 1000;
  }
  return { low, high };
}
