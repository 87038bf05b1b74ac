// One task of a run: the organization says what to ask, a buyer buys it, until there is an answer.
import type { Answered, Ended, Move, Organization, Params, Step } from "../organizations/organization.ts";
import type { Event, StepEnded, StepState, TaskEnded } from "../trace/event.ts";
import type { AnswerReader } from "./answers/extraction.ts";
import type { Bought, Buyer, CallOff, Purchase } from "./buy.ts";
import type { Clock } from "./clock.ts";
import type { StoredAnswer } from "./ledger.ts";
import { OffSwitch } from "./off-switch.ts";
import type { Task } from "./task.ts";

/** How the steps of one task become purchases. */
export interface TaskCounter {
  /**
   * The step with what it reads, as it is bought.
   *
   * @param told     what the steps that it reads have said, in the order of `reads`
   * @param place    number of the step in the order in which the task's steps were first asked for, from 0
   * @param instead  who is asked in the place of an agent that failed: the first fallback is 1
   */
  purchase(step: Step, told: readonly Told[], place: number, instead?: number): Purchase;
}

/** What a step said to those that read it. */
export interface Told {
  readonly step: Step;
  readonly value: string | null;
  readonly text: string;
  /** Of the text, as the upstream counted them; absent where it did not. */
  readonly tokens?: number;
}

/** All that the tasks of a run share. */
export interface Executing {
  readonly organization: Pick<Organization, "next">;
  readonly params: Params;
  readonly buyer: Buyer;
  readonly clock: Clock;
  readonly reader: Pick<AnswerReader, "grade">;
  /** A counter for one task; `number` is the task's place in the run, the oldest being 0. */
  counter(task: Task, number: number): TaskCounter;
  /** Durable with the journal's next commit. */
  note(event: Event): Promise<void>;
  /**
   * How many samples beyond these to ask for, so that slow ones need not be waited for: of all, the first to answer are taken.
   * Then the order of arrival does matter. Absent: none.
   */
  furtherSamples?(purchase: Purchase, samples: number): number;
  /** Of a step with its retries, of a task. Absent: none. */
  readonly stepTimeoutMs?: number;
  readonly taskTimeoutMs?: number;
  /** Told when a step is handed to the buyer, and when it has ended. */
  readonly onStep?: (change: "asked" | "ended", purchase: Purchase, bought?: Bought) => void;
}

/** How a task ended. */
export type TaskResult = Omit<TaskEnded, "kind"> & {
  /** Which scope had no room, where one had not. */
  readonly scope?: string;
};

/**
 * Executes one task to its end: never rejects for what an upstream does. When it resolves, its end is in the journal.
 *
 * @param signal  aborts with "interrupted": nothing new is asked, calls in flight are called off, the task stays open
 * @param pause   aborts: nothing new is asked, calls in flight finish, the task stays open where it needs more
 */
export function executeTask(
  task: Task,
  number: number,
  executing: Executing,
  { signal, pause }: { readonly signal?: AbortSignal; readonly pause?: AbortSignal } = {},
): Promise<TaskResult> {
  return new Execution(task, number, executing, signal, pause).run();
}

type Final = Exclude<Move, { readonly ask: readonly Step[] }>;

/** A step that was asked for and has not ended. */
interface Open {
  readonly step: Step;
  readonly off: OffSwitch;
  /** Critical path up to its start, in ms of calls. */
  readonly before: number;
  /** Of a sample that was asked together with further ones. */
  pool?: Pool;
}

/** Samples of one question, with further ones that take the places of the slow. */
interface Pool {
  readonly samples: readonly string[];
  readonly further: readonly string[];
  /** Answers of further samples that have no place yet. */
  readonly spare: { readonly said: Told; readonly ended: Ended; readonly path: number }[];
}

class Execution {
  private readonly task: Task;
  private readonly executing: Executing;
  private readonly counter: TaskCounter;
  private readonly signal: AbortSignal | undefined;
  private readonly pause: AbortSignal | undefined;
  private readonly params: Params;
  private readonly startedMs: number;
  private readonly open = new Map<string, Open>();
  private readonly answered = new Map<string, Ended>();
  private readonly said = new Map<string, Told>();
  /** Critical path up to the end of each step. */
  private readonly paths = new Map<string, number>();
  private readonly places = new Map<string, number>();
  private readonly states: Partial<Record<StepState, number>> = {};
  /** What of the journal is under way. */
  private readonly notes: Promise<void>[] = [];
  private longestPath = 0;
  /** What the organization wanted last. */
  private wanted: readonly Step[] | undefined;
  private isReplaced = false;
  private scope: string | undefined;
  private deadline: AbortController | undefined;
  private isLate = false;
  private isStopped = false;
  /** The answer, once there is one: steps that were called off since do not unsay it. */
  private final: Final | undefined;
  private finish!: (result: TaskResult) => void;
  private fail!: (error: unknown) => void;

  constructor(
    task: Task,
    number: number,
    executing: Executing,
    signal: AbortSignal | undefined,
    pause: AbortSignal | undefined,
  ) {
    this.task = task;
    this.executing = executing;
    this.counter = executing.counter(task, number);
    this.params = executing.params;
    this.signal = signal;
    this.pause = pause;
    this.startedMs = executing.clock.monotonicMs();
  }

  run(): Promise<TaskResult> {
    const { clock, taskTimeoutMs } = this.executing;
    this.note({ at: clock.wallMs(), kind: "task-started", task: this.task.taskId });
    this.signal?.addEventListener("abort", this.stop, { once: true });
    if (taskTimeoutMs !== undefined) this.armDeadline(taskTimeoutMs);
    return new Promise<TaskResult>((resolve, reject) => {
      this.finish = resolve;
      this.fail = reject;
      this.advance();
    }).finally(() => {
      this.signal?.removeEventListener("abort", this.stop);
      this.deadline?.abort();
    });
  }

  /** Asks what the organization wants asked now, calls off what it no longer wants, or ends. */
  private advance(): void {
    try {
      let move = this.final ?? this.next();
      while ("ask" in move) {
        if (move.ask === this.wanted && !this.isPaused && !this.isLate) return; // all of them were asked
        this.wanted = move.ask;
        this.callOffAllBut(move.ask);
        const missing = move.ask.filter(({ id }) => !this.open.has(id) && !this.answered.has(id));
        if (this.isPaused) break;
        if (!this.isLate) {
          this.askAll(missing);
          return;
        }
        // After the deadline nobody is asked; the organization may want others, which are not asked either.
        for (const step of missing) this.endUnasked(step, "failed", "deadline");
        if (missing.length === 0) return;
        move = this.next();
      }
      if ("ask" in move) {
        if (this.open.size === 0) this.conclude("interrupted");
        return;
      }
      this.final = move;
      this.callOffAllBut([]);
      if (this.open.size === 0) this.conclude(move);
    } catch (error) {
      this.fail(error);
    }
  }

  private next(): Move {
    return this.executing.organization.next(this.params, this.answered as Answered);
  }

  private get isPaused(): boolean {
    return this.isStopped || this.pause?.aborted === true;
  }

  private askAll(steps: readonly Step[]): void {
    const asked = steps.map((step) => this.ask(step));
    if (this.executing.furtherSamples) this.askFurther(asked);
  }

  private ask(step: Step, samplesOf?: Pool): { readonly open: Open; readonly purchase: Purchase } {
    const place = this.places.size;
    this.places.set(step.id, place);
    const open: Open = { step, off: new OffSwitch(), before: this.pathInto(step) };
    if (samplesOf) open.pool = samplesOf;
    this.open.set(step.id, open);
    return { open, purchase: this.buy(open, 0, samplesOf !== undefined) };
  }

  /** Asks for further samples of what was asked several times at once. */
  private askFurther(asked: readonly { readonly open: Open; readonly purchase: Purchase }[]): void {
    const byQuestion = new Map<unknown, typeof asked>();
    for (const one of asked)
      if (one.open.step.reads.length === 0) {
        const { messages } = one.purchase.call; // the counter makes them once per question
        byQuestion.set(messages, [...(byQuestion.get(messages) ?? []), one]);
      }
    for (const [first, ...others] of byQuestion.values()) {
      if (!first || others.length === 0) continue;
      const samples = [first, ...others];
      const count = this.executing.furtherSamples!(first.purchase, samples.length);
      if (count <= 0) continue;
      const last = samples.at(-1)!.open.step;
      const further = Array.from({ length: count }, (_, i): Step => ({ ...last, id: `${last.id}/further/${i}` }));
      const pool: Pool = {
        samples: samples.map(({ open }) => open.step.id),
        further: further.map(({ id }) => id),
        spare: [],
      };
      for (const { open } of samples) open.pool = pool;
      for (const step of further) this.ask(step, pool);
    }
  }

  /** Buys the step, from its agent or from the one that takes its place. */
  private buy(open: Open, instead: number, isRedundant = false): Purchase {
    const { step, off } = open;
    const { buyer, onStep, stepTimeoutMs } = this.executing;
    const told = step.reads.map((id) => this.said.get(id)).filter((one) => one !== undefined);
    const made = this.counter.purchase(step, told, this.places.get(step.id)!, instead);
    const purchase = isRedundant ? { ...made, isRedundant } : made;
    onStep?.("asked", purchase);
    const timer = stepTimeoutMs === undefined ? undefined : this.timer(stepTimeoutMs, off);
    buyer.buy(purchase, off).then((bought) => {
      timer?.abort();
      onStep?.("ended", purchase, bought);
      this.take(open, purchase, bought, instead);
    }, this.fail);
    return purchase;
  }

  private take(open: Open, purchase: Purchase, bought: Bought, instead: number): void {
    const { step, off } = open;
    const { end, answer } = bought;
    const reason = off.aborted ? (off.reason as CallOff) : undefined;
    if (end.state === "cancelled" && (reason === "interrupted" || end.reason === "interrupted")) {
      this.isStopped = true; // it has not ended, and the organization is not asked what to do without it
      this.open.delete(step.id);
      this.advance();
      return;
    }
    if (end.state === "failed" && purchase.isReplaceable) {
      if (reason === undefined && !this.isPaused && !this.isLate) {
        this.isReplaced = true;
        try {
          this.buy(open, instead + 1);
        } catch (error) {
          this.fail(error);
        }
        return;
      }
      if (this.isPaused) {
        this.open.delete(step.id);
        this.advance();
        return;
      }
      this.noteEnd(step, "failed", reason ?? end.reason ?? "deadline"); // the buyer left it to us
    }
    this.open.delete(step.id);
    this.states[end.state] = (this.states[end.state] ?? 0) + 1;
    const path = open.before + (bought.callMs ?? answer?.ms ?? 0);
    this.paths.set(step.id, path);
    this.longestPath = Math.max(this.longestPath, path);
    const isFurther = open.pool?.further.includes(step.id) ?? false;
    if (end.state === "over-budget" && !isFurther) this.scope ??= bought.scope ?? "run";
    const said = answer && toldBy(step, end.value, answer);
    if (isFurther) {
      if (said && end.state === "answered") open.pool!.spare.push({ said, ended: endedOf(bought), path });
    } else if (!this.answered.has(step.id) && end.state !== "cancelled") {
      // Called off: nobody wanted it any more. Answered already: a further sample has taken its place.
      if (said) this.said.set(step.id, said);
      this.answered.set(step.id, endedOf(bought));
    }
    if (open.pool) this.fillPlaces(open.pool);
    this.advance();
  }

  /** Once as many samples have answered as were wanted, further ones take the places of those still under way. */
  private fillPlaces({ samples, further, spare }: Pool): void {
    const late = samples.filter((id) => !this.answered.has(id));
    if (late.length > spare.length) return;
    for (const id of late) {
      const { said, ended, path } = spare.shift()!;
      this.said.set(id, { ...said, step: { ...said.step, id } });
      this.answered.set(id, ended);
      this.paths.set(id, path);
    }
    for (const id of [...late, ...further]) this.open.get(id)?.off.abort("cancelled" satisfies CallOff);
  }

  /** A step that reads waits for what it reads, any other for all that had ended when it was first wanted. */
  private pathInto({ reads }: Step): number {
    let longest = 0;
    for (const id of reads.length > 0 ? reads : this.paths.keys()) longest = Math.max(longest, this.paths.get(id) ?? 0);
    return longest;
  }

  private callOffAllBut(wanted: readonly Step[]): void {
    if (this.open.size === 0) return;
    const ids = new Set(wanted.map(({ id }) => id));
    const isWanted = ({ step, pool }: Open) => ids.has(step.id) || (pool?.samples.some((id) => ids.has(id)) ?? false);
    for (const open of this.open.values()) if (!isWanted(open)) open.off.abort("cancelled" satisfies CallOff);
  }

  private endUnasked(step: Step, state: StepState, reason: string): void {
    this.states[state] = (this.states[state] ?? 0) + 1;
    this.answered.set(step.id, { state: state as "failed", usage: { tokensIn: 0, tokensOut: 0 } });
    this.noteEnd(step, state, reason);
  }

  private noteEnd({ id, role, agent, level, reads, messageTokens, group }: Step, state: StepState, reason: string) {
    const { taskId } = this.task;
    const end: StepEnded = {
      ...{ kind: "step-ended", task: taskId, step: id, role, agent, reads, state, value: null, reason },
      ...(level !== undefined && { level }),
      ...(messageTokens !== undefined && { messageTokens }),
      ...(group !== undefined && { group }),
    };
    this.note({ at: this.executing.clock.wallMs(), ...end });
  }

  private readonly stop = (): void => {
    this.isStopped = true;
    for (const { off } of this.open.values()) off.abort("interrupted" satisfies CallOff);
    if (this.open.size === 0) this.advance();
  };

  private armDeadline(ms: number): void {
    this.deadline = this.timer(ms, {
      abort: (reason) => {
        this.isLate = true;
        for (const { off } of this.open.values()) off.abort(reason);
      },
    });
  }

  /** Calls off after so many milliseconds, unless it is aborted itself first. */
  private timer(ms: number, target: Pick<OffSwitch, "abort">): AbortController {
    const timer = new AbortController();
    this.executing.clock.sleep(ms, timer.signal).then(
      () => target.abort("deadline" satisfies CallOff),
      () => {},
    );
    return timer;
  }

  private note(event: Event): void {
    this.notes.push(this.executing.note(event));
  }

  private conclude(move: Final | "interrupted"): void {
    const { task, executing } = this;
    const { taskId, gold } = task;
    const isOpen = move === "interrupted";
    const answer = isOpen ? null : move.answer;
    const correct = isOpen ? undefined : executing.reader.grade(answer, task);
    const ended: Omit<TaskEnded, "kind"> = {
      task: taskId,
      state: isOpen
        ? "interrupted"
        : this.scope !== undefined
          ? "over-budget"
          : answer === null
            ? "unanswered"
            : "answered",
      answer,
      ...(gold !== undefined && { gold }),
      ...(correct !== undefined && { correct }),
      ...(!isOpen && move.score !== undefined && { score: move.score }),
      degraded: (!isOpen && move.degraded) || this.isReplaced,
      because: isOpen ? [] : move.because,
      ms: Math.round(executing.clock.monotonicMs() - this.startedMs),
      criticalMs: Math.round(this.longestPath),
      steps: this.states,
    };
    const end: Event = { at: executing.clock.wallMs(), kind: "task-ended", ...ended };
    this.note(end);
    const result = { ...ended, ...(this.scope !== undefined && { scope: this.scope }) };
    Promise.all(this.notes).then(() => this.finish(result), this.fail);
  }
}

function toldBy(step: Step, value: string | null, { text, bill }: StoredAnswer): Told {
  const counted = bill.tokens;
  return { step, value, text, ...(counted && { tokens: counted.tokensOut - counted.tokensReasoning }) };
}

/** The end of a step as organizations see it. */
function endedOf({ end, answer, bill, ms, callMs }: Bought): Ended {
  const tokens = (bill ?? answer?.bill)?.tokens;
  const usage = { tokensIn: tokens?.tokensIn ?? 0, tokensOut: tokens?.tokensOut ?? 0 };
  if (end.state !== "answered") return { state: end.state, usage };
  return {
    state: "answered",
    answer: {
      value: end.value,
      ...(end.score !== undefined && { score: end.score }),
      ...(end.confidence !== undefined && { confidence: end.confidence }),
      usage,
      seconds: (callMs ?? answer?.ms ?? ms) / 1000,
    },
  };
}
