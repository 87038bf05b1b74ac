import { memberName, membersOf } from "../organizations/cast.ts";
import type { Ended, Organization, Params, Step } from "../organizations/organization.ts";
import { paramsOf, ruleOf, type Team } from "../organizations/team.ts";
import { callUsd } from "../records/answer-table.ts";
import type { Verdict } from "../rules/rule.ts";
import { random } from "../theory/random.ts";
import { deckOf } from "./deck.ts";
import { recorded, requireDigest } from "./digest.ts";
import { emptyOutcomes, type OutcomeOptions, type Outcomes } from "./outcomes.ts";
import type { Scores } from "./scores.ts";

/**
 * Outcomes of any organization, by asking its `next`: every step takes a recorded answer of its agent, drawn without
 * replacement, `draws` times per task. Ties are taken as their expectation. A task counts where every member has as many
 * answers as the team may ever ask of it, so that no task is left out for the answers it happened to get.
 */
export function walkedOutcomes(
  team: Team,
  organization: Organization,
  { table, ofNothing }: Scores,
  { seed, draws = 200, weights, metric }: OutcomeOptions,
): Outcomes {
  if (ruleOf(team).combine)
    throw new Error("Labels stand for answers here, and a rule on numbers would take them for some.");
  const outcomes = emptyOutcomes(team, table, metric);
  const { accuracy, unanswered, calls, tokens, tokensIn, tokensOut, usd, seconds } = outcomes;
  const unasked = () => new Float64Array(table.tasks.length);
  const names = [...new Set(membersOf(team.cast).map(memberName))];
  const columns = names.map((name) => requireDigest(table, name).column);
  const asked = names.map((name) => ({ name, calls: unasked(), once: unasked() }));
  const needed = names.map((name) => mostCalls(team, organization, name));
  const firstRound = new Uint32Array(names.length); // of this run, from 1; 0: not yet asked
  const root = decisionTree(organization, paramsOf(team, { seed, ...(weights && { weights }) }), names);

  for (let task = 0; task < table.tasks.length; task++) {
    if (!columns.every((column, i) => recorded(column, task) >= needed[i]!)) continue;
    const next = random(seed, team.text, table.tasks[task]!);
    const decks = columns.map((column) => deckOf(column, task, next));
    const sum = { right: 0, silent: 0, calls: 0, tokensIn: 0, tokensOut: 0, usd: 0, seconds: 0 };
    for (let draw = 0; draw < draws; draw++) {
      const hand = new Hand(ofNothing?.[task]);
      let [slowest, round] = [0, 0];
      firstRound.fill(0);
      for (const deck of decks) deck.shuffle();
      let node = root;
      while (node.agent >= 0) {
        const column = columns[node.agent]!;
        const at = decks[node.agent]!.take();
        if (node.opensRound) {
          sum.seconds += slowest;
          slowest = 0;
          round++;
        }
        slowest = Math.max(slowest, column.seconds[at]!);
        sum.calls++;
        sum.tokensIn += column.tokensIn[at]!;
        sum.tokensOut += column.tokensOut[at]!;
        asked[node.agent]!.calls[task]! += 1 / draws;
        if (firstRound[node.agent] === 0) {
          firstRound[node.agent] = round;
          asked[node.agent]!.once[task]! += 1 / draws;
        }
        sum.usd += callUsd(column, at, firstRound[node.agent]! < round);
        node = node.after(hand.add(column.value[at]!, column.grade[at]!));
      }
      sum.seconds += slowest;
      for (const { value, probability } of node.verdicts) {
        if (value === null) sum.silent += probability;
        sum.right += probability * hand.grade(value === null ? silent : Number(value));
      }
    }
    accuracy[task] = sum.right / draws;
    unanswered[task] = sum.silent / draws;
    calls[task] = sum.calls / draws;
    tokensIn[task] = sum.tokensIn / draws;
    tokensOut[task] = sum.tokensOut / draws;
    tokens[task] = tokensIn[task]! + tokensOut[task]!;
    usd[task] = sum.usd / draws;
    seconds[task] = sum.seconds / draws;
  }
  return { ...outcomes, asked, method: "resampled" };
}

/**
 * How many answers of this member a run may need: as many as its stages ask, or, without stages, as the cast says (`a:2`);
 * where a size says how often members are asked, as many as the whole team may ask.
 */
function mostCalls(team: Team, organization: Organization, name: string): number {
  const stages = organization.stages?.(team);
  if (!stages && team.sizes.length > 0) return organization.bound(team).steps;
  return (stages?.flatMap(({ members }) => members) ?? membersOf(team.cast))
    .filter((member) => memberName(member) === name)
    .reduce((calls, { samples }) => calls + samples, 0);
}

/** Label of an answer that could not be parsed. */
const silent = -1;

/** The answers of one draw, numbered in order of appearance: what `next` decides depends on their equality alone. */
class Hand {
  private readonly codes: number[] = [];
  private readonly grades: number[] = [];
  private readonly times: number[] = [];
  private silences = 0;
  private silentGrade = 0;
  private readonly ofNothing: number | undefined;

  constructor(ofNothing: number | undefined) {
    this.ofNothing = ofNothing;
  }

  /** Adds an answer; returns its label. */
  add(code: number, grade: number): number {
    if (code < 0) {
      this.silences++;
      this.silentGrade += grade;
      return silent;
    }
    let label = this.codes.indexOf(code);
    if (label < 0) {
      label = this.codes.push(code) - 1;
      this.grades.push(0);
      this.times.push(0);
    }
    this.grades[label]! += grade;
    this.times[label]!++;
    return label;
  }

  /** Mean grade of the answers with this label. No answer is wrong; where nobody gave one, it has the grade it was given. */
  grade(label: number): number {
    if (label !== silent) return this.grades[label]! / this.times[label]!;
    if (this.ofNothing !== undefined) return this.ofNothing;
    return this.codes.length === 0 ? this.silentGrade / this.silences : 0;
  }
}

/** A state of a run: the next call to be answered, or the end. */
interface Node {
  /** Number of the agent that is asked, −1 at the end. */
  readonly agent: number;
  /** True where this call and those after it were asked together, when all before had ended. */
  readonly opensRound: boolean;
  /** Labels as text. */
  readonly verdicts: readonly Verdict[];
  /** The state after an answer with this label. */
  after(label: number): Node;
}

/**
 * What `next` decides, remembered: the organization is asked once for each pattern of equal and different answers, not
 * once for each of many thousand draws.
 */
function decisionTree(organization: Organization, params: Params, names: readonly string[]): Node {
  const usage = { tokensIn: 0, tokensOut: 0 };
  return ask(undefined);

  function ask(path: Path | undefined): Node {
    const ended = new Map<string, Ended>();
    for (let at = path; at; at = at.before) {
      const value = at.label === silent ? null : String(at.label);
      ended.set(at.step.id, { state: "answered", answer: { value, usage, seconds: 0 } });
    }
    const move = organization.next(params, ended);
    if ("answer" in move) return { agent: -1, opensRound: false, verdicts: move.verdicts, after: assertOver };
    return wait(
      path,
      move.ask.filter((step) => !ended.has(step.id)),
      0,
    );
  }

  function wait(path: Path | undefined, steps: readonly Step[], number: number): Node {
    const step = steps[number];
    if (step === undefined) return ask(path);
    const children: Node[] = []; // by label + 1
    return {
      agent: names.indexOf(memberName(step)),
      opensRound: number === 0,
      verdicts: [],
      after: (label) => (children[label + 1] ??= wait({ step, label, before: path }, steps, number + 1)),
    };
  }
}

/** How a run came to where it is, backwards. */
interface Path {
  readonly step: Step;
  readonly label: number;
  readonly before: Path | undefined;
}

function assertOver(): never {
  throw new Error("A run that has ended asks nobody.");
}
