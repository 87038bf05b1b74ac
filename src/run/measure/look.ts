// One look at what is known: the plan's choice, how sure it is, and which columns could still change it.

import { calibrate } from "../../calibrate/calibrate.ts";
import type { Calibration } from "../../calibrate/calibration.ts";
import { memberName, membersOf } from "../../organizations/cast.ts";
import { difference } from "../../plan/choose.ts";
import { type Choice, compared, type Offer } from "../../plan/market.ts";
import { type Decision, decide } from "../../plan/plan.ts";
import type { Advice, Budget } from "../../plan/plan-types.ts";
import type { Attempt } from "../../records/attempt.ts";
import type { Config } from "../../records/config.ts";
import type { Recordings } from "../../records/recordings.ts";
import { tabulate } from "../../records/tabulate.ts";
import { normalCdf } from "../../theory/special.ts";

export interface LookOptions {
  readonly config: Config;
  readonly perTask: Budget;
  readonly confidence: number;
  readonly seed: number;
  /** True where code cannot compare answers: then agents that read decide. */
  readonly needsReading: boolean;
}

/** Two ways to spend the money, and how well they can be told apart. */
export interface Rivalry {
  /** Columns that both of them ask. */
  readonly columns: ReadonlySet<string>;
  /** Those that one of them asks more than once. */
  readonly repeated: ReadonlySet<string>;
  /** True where one of them is forecast by the channel: readers that nobody recorded. */
  readonly reads: boolean;
  /** Rival − leader, as a share of right answers. */
  readonly gain: number;
  /** Variance of the gain by the scatter over tasks; falls as one over their number. */
  readonly taskVariance: number;
  /** The rest: extrapolation to more samples than were asked, and the channel. */
  readonly extraVariance: number;
}

/** What a look must show. */
export interface Bars {
  /** P, so that all looks together are as sure as asked: {@link confidencePerLook}. */
  readonly sure: number;
  /** Share of right answers that is not worth measuring on for. */
  readonly worth: number;
}

/** What may be missed by following an advice. */
export interface Others {
  /** What the most promising other choice would bring, if it were known: E[max(0, other − advised)] at most. */
  readonly regret: number;
  /** The same of those of the advised kind. */
  readonly sameKind: number;
  /** P(one of another kind is better by more than what is worth it), at most. */
  readonly otherKind: number;
}

export interface Look {
  readonly calibration: Calibration;
  readonly choice: Choice<Offer>;
  adviceAt(confidence: number): Advice;
  /** Against the leader, one of every sort and cast, hardest to tell apart first. */
  readonly rivalries: readonly Rivalry[];
  /** Columns of the leader, of the simpler kinds, and of every rival that may still be best. */
  readonly inPlay: ReadonlySet<string>;
  others(advice: Advice): Others;
}

/** What attempts tell, as every later stage reads them. */
export function recordingsOf(attempts: readonly Attempt[], config: Config): Recordings {
  const relay = attempts.filter(({ received }) => received !== undefined).length;
  return tabulate(
    {
      ...{ name: "measured", attempts, lines: attempts.length, badLines: [], disagreements: [], sources: [] },
      sorts: { graded: attempts.length - relay, scored: 0, ungraded: 0, aggregated: 0, relay },
    },
    config,
  );
}

/**
 * An answer that was asked alone is a group of one: with it the estimate of what groups share knows more of what they do
 * not share. Only of columns that have groups.
 */
export function withOwnGroups(attempts: readonly Attempt[]): readonly Attempt[] {
  const grouped = new Set(attempts.filter(({ group }) => group !== undefined).map(memberName));
  if (grouped.size === 0) return attempts;
  return attempts.map((attempt) =>
    attempt.group === undefined && attempt.received === undefined && grouped.has(memberName(attempt))
      ? { ...attempt, group: `alone-${attempt.sample + 1}` }
      : attempt,
  );
}

/**
 * @param readers  true: teams of readers stand among the offers, which takes longer; where code counts answers they are
 *                 hardly ever chosen
 */
export function lookAt(
  attempts: readonly Attempt[],
  { config, perTask, confidence, seed, needsReading }: LookOptions,
  { readers, sure, worth }: { readonly readers: boolean } & Bars,
): Look {
  const found = calibrate(recordingsOf(withOwnGroups(attempts), config), { confidence, seed, pairs: false });
  const calibration = readers ? found : { ...found, fidelity: notLooked };
  const decision = decide(calibration, { perTask, confidence, seed, needsReading });
  return { calibration: found, ...judged(decision, { sure, worth }) };
}

/** One agent, one agent asked repeatedly, or a team. */
function sortOf({ kind }: Offer): string {
  return kind === "single" || kind === "repeated" ? kind : "team";
}

/** Of the leader's kind only who is better with so much probability is asked on: which of them it is matters less. */
const sameKindChance = 0.1;

const notLooked = { notMeasured: "readers are looked at when a choice is made", probe: "none" };

function judged({ choice, roster, adviceAt }: Decision, { sure, worth }: Bars): Omit<Look, "calibration"> {
  const { affordable, best, single, repeated } = choice;
  const columns = (offer: Offer) => new Set(offer.members.map((i) => roster.agents[i]!.name));
  const bySort = new Map<string, { readonly rivalry: Rivalry; readonly loss: number }>();
  const inPlay = new Set([best, single, ...(repeated ? [repeated] : [])].flatMap((offer) => [...columns(offer)]));
  for (const offer of affordable) {
    if (offer === best) continue;
    const found = difference(offer, best);
    const chance = normalCdf((found.gain - worth) / found.error);
    if (chance < (sortOf(offer) === sortOf(best) ? sameKindChance : 1 - sure)) continue;
    const asked = new Set([...columns(offer), ...columns(best)]);
    for (const name of columns(offer)) inPlay.add(name);
    const taskVariance = found.deviation ** 2 / found.tasks + 0.25 / found.tasks ** 2;
    const rivalry: Rivalry = {
      columns: asked,
      repeated: new Set([...repeatedIn(offer), ...repeatedIn(best)]),
      reads: isRead(offer) || isRead(best),
      gain: found.gain,
      taskVariance,
      extraVariance: Math.max(0, found.error ** 2 - taskVariance),
    };
    const sort = `${offer.kind} ${[...columns(offer)].sort().join(",")}`;
    const loss = lossOf(found.gain, found.error);
    if (!(loss <= (bySort.get(sort)?.loss ?? -1))) bySort.set(sort, { rivalry, loss });
  }
  return {
    choice,
    adviceAt,
    rivalries: [...bySort.values()].sort((a, b) => b.loss - a.loss).map(({ rivalry }) => rivalry),
    inPlay,
    others(advice) {
      const advised = affordable.find(({ team }) => team.text === advice.team)!;
      const others = { regret: 0, sameKind: 0, otherKind: 0 };
      for (const offer of affordable) {
        if (offer === advised) continue;
        const { gain, error } = compared(offer, advised, choice.luck);
        const regret = gain * normalCdf(gain / error) + error * gaussian(gain / error);
        others.regret = Math.max(others.regret, regret);
        if (sortOf(offer) === sortOf(advised)) others.sameKind = Math.max(others.sameKind, regret);
        else others.otherKind = Math.max(others.otherKind, normalCdf((gain - worth) / error));
      }
      return others;
    },
  };
}

export interface Judged {
  readonly look: Look;
  /** At the asked confidence. */
  readonly advice: Advice;
  /** See {@link Others}. */
  readonly regret: number;
  /** The plan says so, no other kind is worth more with a probability that counts, and of its own kind little is missed. */
  readonly settled: boolean;
  /** The same, but for the plan: it cannot tell which is better at all. */
  readonly equal: boolean;
}

export function judge(look: Look, { confidence, sure, worth }: Bars & { readonly confidence: number }): Judged {
  const advice = look.adviceAt(confidence);
  const { regret, sameKind, otherKind } = look.others(advice);
  const best = otherKind <= 1 - sure && sameKind <= worth;
  const settled = best && look.adviceAt(sure).tasksStillNeeded === null;
  return { look, advice, regret, settled, equal: best && !settled };
}

/** E[max(0, −|d|)] around a gain that is known up to this error: what taking the leader at its word may cost. */
export function lossOf(gain: number, error: number): number {
  if (!(error > 0)) return 0;
  const z = Math.abs(gain) / error;
  return error * (gaussian(z) - z * normalCdf(-z));
}

const gaussian = (z: number) => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);

function repeatedIn({ team, kind }: Offer): string[] {
  return membersOf(team.cast).flatMap((member) =>
    kind === "repeated" || member.samples > 1 ? [memberName(member)] : [],
  );
}

/** Forecast by the channel. */
function isRead(offer: Offer): boolean {
  return "unrecorded" in offer && offer.unrecorded !== undefined;
}
