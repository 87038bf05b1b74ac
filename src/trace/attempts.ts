// Answers of a run as attempts of the long table, so that what was paid for calibrates the next plan.
import { memberName } from "../organizations/cast.ts";
import type { Attempt, Status } from "../records/attempt.ts";
import type { Event, StepEnded, StepState, TaskEnded } from "./event.ts";

export interface AttemptOptions {
  /** How the run graded. @default answer and gold are written, and whoever reads them grades */
  readonly grade?: (task: string, value: string | null) => 0 | 1 | undefined;
}

const statuses: Partial<Record<StepState, Status>> = {
  answered: "ok",
  truncated: "truncated",
  unparsed: "unparsed",
  refused: "refused",
  failed: "failed",
};

/**
 * The steps of every task that ended, a task's last time, in the order in which tasks ended. Steps that were cancelled or
 * had no budget are nobody's answer. Samples are numbered by step id; a step that read others names their agents.
 */
export function* attemptsOf(events: Iterable<Event>, options: AttemptOptions = {}): Generator<Attempt> {
  const steps = new Map<string, Map<string, StepEnded>>();
  const ended = new Map<string, TaskEnded>();
  for (const event of events) {
    if (event.kind === "step-ended") {
      const own = steps.get(event.task) ?? new Map<string, StepEnded>();
      steps.set(event.task, own);
      const before = own.get(event.step);
      // An answer that was taken over again says nothing of its cost: the first telling does.
      own.set(event.step, event.reused && before?.bill ? { ...event, ...costOf(before) } : event);
    } else if (event.kind === "task-ended") {
      ended.delete(event.task); // taken up again: it stands where it ended last
      ended.set(event.task, event);
    }
  }
  for (const [task, end] of ended) yield* attemptsOfTask(end, steps.get(task) ?? new Map(), options);
}

function costOf({ bill, ms }: StepEnded): Partial<StepEnded> {
  return { ...(bill && { bill }), ...(ms !== undefined && { ms }) };
}

function* attemptsOfTask(
  { task, gold }: TaskEnded,
  steps: ReadonlyMap<string, StepEnded>,
  { grade }: AttemptOptions,
): Generator<Attempt> {
  const samples = new Map<string, number>();
  const groupOf = (step: StepEnded) => step.group ?? commonGroup(step, steps);
  for (const step of [...steps.values()].sort((a, b) => byNumbers(a.step, b.step))) {
    const status = statuses[step.state];
    if (status === undefined) continue;
    const { role, agent, level, reads, messageTokens, value, score, bill, ms } = step;
    const group = groupOf(step);
    const series = JSON.stringify([agent, level, role, group, messageTokens]);
    const sample = samples.get(series) ?? 0;
    samples.set(series, sample + 1);
    const correct = step.state === "failed" ? undefined : grade?.(task, value);
    const isReported = bill?.billing === "reported";
    yield {
      taskId: task,
      agent,
      sample,
      ...(step.state !== "failed" && { answer: value }),
      ...(gold !== undefined && { gold }),
      ...(correct !== undefined && { correct }),
      ...(score !== undefined && { score }),
      ...(level !== undefined && { level }),
      ...(group !== undefined && { group }),
      role,
      ...(reads.length > 0 && { reads: reads.map((id) => nameOf(steps.get(id), id)) }),
      ...(messageTokens !== undefined && { messageTokens }),
      ...(bill?.tokens && {
        tokensIn: bill.tokens.tokensIn,
        tokensInCached: bill.tokens.tokensInCached,
        tokensOut: bill.tokens.tokensOut,
      }),
      ...(isReported && bill.amounts.nanoUsd > 0 && { costUsd: bill.amounts.nanoUsd / 1e9 }),
      ...(ms !== undefined && { seconds: ms / 1000 }),
      status,
    };
  }
}

/** Of a reader: the group of those it read, where they are of one. */
function commonGroup({ reads }: StepEnded, steps: ReadonlyMap<string, StepEnded>): string | undefined {
  const groups = new Set(reads.map((id) => steps.get(id)?.group));
  const [group] = groups;
  return groups.size === 1 ? group : undefined;
}

const nameOf = (step: StepEnded | undefined, id: string) => (step ? memberName(step) : id);

/** solve/2 before solve/10. */
function byNumbers(a: string, b: string): number {
  const [aParts, bParts] = [a.split(/(\d+)/), b.split(/(\d+)/)];
  for (let i = 0; i < Math.min(aParts.length, bParts.length); i++) {
    const [x, y] = [aParts[i]!, bParts[i]!];
    if (x === y) continue;
    return i % 2 === 1 && Number(x) !== Number(y) ? Number(x) - Number(y) : x < y ? -1 : 1;
  }
  return aParts.length - bParts.length;
}
