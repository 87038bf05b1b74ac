// What must be true of a run that was killed and taken up again, judged from what it left behind and what the upstream saw.

import type { Ended } from "../../src/organizations/organization.ts";
import { parseTeam } from "../../src/organizations/parse-team.ts";
import { organizationOf, paramsOf } from "../../src/organizations/team.ts";
import type { Amounts, Budget, Event, StepEnded } from "../../src/trace/event.ts";
import type { Logged, UpstreamBill } from "./logged-upstream.ts";

/** All that is known of a run from outside. */
export interface Evidence {
  readonly team: string;
  readonly budget: Budget;
  /** As exported when the run was over. */
  readonly events: readonly Event[];
  /** Exported in between, after some of the kills. */
  readonly earlier: readonly (readonly Event[])[];
  /** Of each process that worked on the run, what the upstream saw of it. */
  readonly lives: readonly (readonly Logged[])[];
  readonly bill: UpstreamBill;
  /** As printed by the process that came to the end, by task. */
  readonly answers: ReadonlyMap<string, Answered>;
  /** Of an undisturbed run without faults and with money enough. */
  readonly undisturbed: ReadonlyMap<string, Answered>;
  /** As printed. */
  readonly spent: Partial<Amounts>;
}

export interface Answered {
  readonly answer: string | null;
  readonly state: string;
  readonly degraded: boolean;
}

export interface Audit {
  readonly calls: number;
  /** Tries that the ledger closed at their reservation because their owner was dead. */
  readonly inFlightAtKills: number;
  /** What was stored once and is there no more. */
  readonly answersLost: number;
  /** Calls of keys whose answer had been stored, or used. */
  readonly answeredCalledAgain: number;
  /** Tasks answered otherwise than in the undisturbed run. */
  readonly answersOther: number;
  readonly ledger: number;
  readonly problems: readonly string[];
}

/** Judges. Problems are sentences, each with the key, the task or the number that shows it. */
export function audit(evidence: Evidence): Audit {
  const { events, lives, bill, budget } = evidence;
  const problems: string[] = [];
  const tries = triesOf(events, problems);
  const answersLost = lost(evidence, problems);
  const answeredCalledAgain = calledAgain(evidence, tries, problems) + usedTooEarly(evidence, problems);
  const answersOther = otherAnswers(evidence, problems);
  const ledger = sums(events);
  const money: [string, number, number | undefined][] = [
    ["tokens", bill.tokens, budget.run.tokens],
    ["calls", bill.calls, budget.run.calls],
    ["nano-dollars", bill.nanoUsd, budget.run.nanoUsd],
  ];
  for (const [unit, billed, cap] of money)
    if (cap !== undefined && billed > cap)
      problems.push(`The upstream billed ${billed} ${unit} of a budget of ${cap}.`);
  for (const unit of ["tokens", "calls", "nanoUsd"] as const) {
    if (bill[unit] > ledger[unit])
      problems.push(`The upstream billed ${bill[unit]} ${unit}, the ledger has ${ledger[unit]}.`);
    const cap = budget.run[unit];
    if (cap !== undefined && ledger[unit] > cap) problems.push(`The ledger has ${ledger[unit]} ${unit} of ${cap}.`);
    const told = evidence.spent[unit];
    if (told !== undefined && told !== ledger[unit])
      problems.push(`The run says that ${told} ${unit} were spent, its events add up to ${ledger[unit]}.`);
  }
  return {
    calls: lives.reduce((sum, log) => sum + log.length, 0),
    inFlightAtKills: events.filter((event) => event.kind === "try-ended" && event.reason === "owner-dead").length,
    answersLost,
    answeredCalledAgain,
    answersOther,
    ledger: ledger.tokens,
    problems,
  };
}

/** What the journal says of one key. */
interface Tries {
  called: number;
  /** Tries that brought no answer: failed, or in flight when their owner died. */
  ended: number;
  /** Of those, the ones whose answer may have been on its way: nobody knows whether they were billed. */
  lost: number;
  answered: number;
}

function triesOf(events: readonly Event[], problems: string[]): ReadonlyMap<string, Tries> {
  const tries = new Map<string, Tries>();
  const of = (key: string): Tries => {
    const one = tries.get(key) ?? { called: 0, ended: 0, lost: 0, answered: 0 };
    tries.set(key, one);
    return one;
  };
  for (const event of events) {
    if (event.kind === "step-called") {
      const one = of(event.key);
      one.called++;
      if (one.answered > 0)
        problems.push(`${event.key} (${event.task} ${event.step}) was answered and is called again.`);
    } else if (event.kind === "try-ended") {
      const one = of(event.key);
      one.ended++;
      if (event.bill.billing === "lost" || event.bill.billing === "reported") one.lost++;
    } else if (event.kind === "step-ended" && event.key !== undefined && event.bill !== undefined && !event.reused) {
      of(event.key).answered++;
    }
  }
  for (const [key, { called, ended, answered }] of tries) {
    if (answered > 1) problems.push(`${key} was answered ${answered} times.`);
    if (called !== ended + answered)
      problems.push(`${key} was called ${called} times, and ${ended + answered} of its tries ended.`);
  }
  return tries;
}

/** Whatever was stored at a kill must be there at the end, in the same order. */
function lost({ events, earlier }: Evidence, problems: string[]): number {
  const stored = events.map((event) => JSON.stringify(event));
  let missing = 0;
  for (const [kill, before] of earlier.entries()) {
    const at = before.findIndex((event, i) => JSON.stringify(event) !== stored[i]);
    if (at < 0) continue;
    missing += before.length - at;
    problems.push(`After kill ${kill} line ${at + 1} was ${JSON.stringify(before[at])}, now it is ${stored[at]}.`);
  }
  return missing;
}

/** Calls that the upstream saw and that no law allows. */
function calledAgain({ lives }: Evidence, tries: ReadonlyMap<string, Tries>, problems: string[]): number {
  const arrived = new Map<string, { all: number; whole: number }>();
  for (const log of lives)
    for (const { key, status, whole } of log) {
      const one = arrived.get(key) ?? { all: 0, whole: 0 };
      arrived.set(key, { all: one.all + 1, whole: one.whole + (whole && status === 200 ? 1 : 0) });
    }
  let again = 0;
  for (const [key, { all, whole }] of arrived) {
    const { called, lost, answered } = tries.get(key) ?? { called: 0, lost: 0, answered: 0 };
    if (all > called) problems.push(`${key} arrived ${all} times, and ${called} tries of it had been reserved.`);
    // Of answers that were delivered one is stored; the others were on their way when a process died or gave up.
    if (whole <= answered + lost) continue;
    again += whole - answered - lost;
    problems.push(`${key} was delivered ${whole} times: ${answered} stored, ${lost} lost.`);
  }
  for (const [life, log] of lives.entries()) {
    const twice = new Map<string, number>();
    for (const { key, status, whole } of log) if (whole && status === 200) twice.set(key, (twice.get(key) ?? 0) + 1);
    for (const [key, count] of twice)
      if (count > 1 && (tries.get(key)?.lost ?? 0) === 0)
        problems.push(`Process ${life} had the answer to ${key} ${count} times.`);
  }
  return again;
}

/**
 * A step may be called only where the answers that are stored by then make the organization ask for it: whoever acts on an
 * answer that is not yet stored shows it in the order of the journal.
 */
function usedTooEarly({ team, events }: Evidence, problems: string[]): number {
  const opened = events.find((event) => event.kind === "run-opened");
  const parsed = parseTeam(team);
  const organization = organizationOf(parsed);
  const params = paramsOf(parsed, { seed: opened?.seed ?? 0 });
  const answered = new Map<string, Map<string, Ended>>();
  let early = 0;
  for (const event of events)
    if (event.kind === "run-continued") {
      for (const of of answered.values())
        for (const [step, ended] of of) if (!isStored.has(ended.state)) of.delete(step); // asked again from the start
    } else if (event.kind === "step-ended") {
      const of = answered.get(event.task) ?? new Map<string, Ended>();
      of.set(event.step, endedOf(event));
      answered.set(event.task, of);
    } else if (event.kind === "step-called") {
      const move = organization.next(params, answered.get(event.task) ?? new Map());
      if ("ask" in move && move.ask.some(({ id }) => id === event.step)) continue;
      early++;
      problems.push(`${event.task} ${event.step} was called before the answers it follows from were stored.`);
    }
  return early;
}

/** Ends whose answer was paid for: they are the same whenever the task is executed again. */
const isStored: ReadonlySet<string> = new Set(["answered", "truncated", "unparsed", "refused"]);

function endedOf({ state, value, score, confidence, ms = 0 }: StepEnded): Ended {
  const usage = { tokensIn: 0, tokensOut: 0 };
  if (state !== "answered") return { state, usage };
  const answer = {
    value,
    ...(score !== undefined && { score }),
    ...(confidence !== undefined && { confidence }),
    usage,
    seconds: ms / 1000,
  };
  return { state, answer };
}

function otherAnswers({ answers, undisturbed, events }: Evidence, problems: string[]): number {
  let other = 0;
  const ended = new Map<string, number>();
  for (const event of events)
    if (event.kind === "task-ended" && (event.state === "answered" || event.state === "unanswered")) {
      ended.set(event.task, (ended.get(event.task) ?? 0) + 1);
      const told = answers.get(event.task);
      if (told?.answer !== event.answer)
        problems.push(`${event.task} was answered ${event.answer}, and ${told?.answer} was printed.`);
    }
  for (const [task, count] of ended) if (count > 1) problems.push(`${task} ended ${count} times.`);
  for (const [task, expected] of undisturbed) {
    const found = answers.get(task);
    if (found === undefined) problems.push(`${task} was not printed.`);
    else if (ended.has(task) && !found.degraded && found.answer !== expected.answer) {
      other++;
      problems.push(`${task} was answered ${found.answer}, undisturbed it is ${expected.answer}.`);
    }
  }
  return other;
}

/** What the events say was spent. */
function sums(events: readonly Event[]): Amounts {
  const sum = { tokens: 0, calls: 0, nanoUsd: 0, ms: 0 };
  for (const event of events) {
    if (event.kind !== "try-ended" && event.kind !== "step-ended") continue;
    if (event.bill === undefined || ("reused" in event && event.reused)) continue;
    for (const unit of ["tokens", "calls", "nanoUsd", "ms"] as const) sum[unit] += event.bill.amounts[unit];
  }
  return sum;
}
