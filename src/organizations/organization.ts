import type { Quorum, Rule, Verdict } from "../rules/rule.ts";
import type { Channel } from "../theory/channel.ts";
import type { Spoken } from "../theory/silence.ts";
import type { NameOf } from "./words.ts";

/** One question to one agent. */
export interface Step {
  /** Unique within the task, the same at every call of `next`. */
  readonly id: string;
  readonly role: string;
  readonly agent: string;
  readonly level?: string;
  /** Steps whose answers go into the prompt. */
  readonly reads: readonly string[];
  /** Longest message allowed, in tokens. */
  readonly messageTokens?: number;
  /** Steps of one group work for the same reader and share its context: what the shared errors of a node are measured by. */
  readonly group?: string;
  /**
   * Of a step that reads: true where its agent also answers the task itself, so that its own answer is one more vote;
   * without, it says what the messages say.
   */
  readonly refines?: boolean;
}

export interface Usage {
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly usd?: number;
}

export interface Answer {
  /** What rules compare. null: no parsable answer. */
  readonly value: string | null;
  readonly score?: number;
  readonly confidence?: number;
  readonly usage: Usage;
  readonly seconds: number;
}

/** How a step ended: exactly one typed state. */
export type Ended =
  | { readonly state: "answered"; readonly answer: Answer }
  | {
      readonly state: "truncated" | "unparsed" | "refused" | "failed" | "cancelled" | "over-budget";
      readonly usage: Usage;
    };

/** Everything that ended so far, by step id, in no particular order. */
export type Answered = ReadonlyMap<string, Ended>;

/** Ask these steps (those already asked are not asked again), or stop with this answer. */
export type Move =
  | { readonly ask: readonly Step[] }
  | {
      readonly answer: string | null;
      readonly score?: number;
      /** True where a member failed and the rest decided. */
      readonly degraded: boolean;
      /** Steps that gave the answer, in step order; empty where there is none. */
      readonly because: readonly string[];
      /** What could have been answered: several where the seed broke a tie among samples of one member. */
      readonly verdicts: readonly Verdict[];
    };

/** An agent at a level, asked `samples` times. */
export interface Member {
  readonly agent: string;
  readonly level?: string;
  readonly samples: number;
}

/** One comma-separated part of a cast: a member, a stage (`a+b`), or a role (`leaf=a+b`). */
export interface Part {
  readonly role?: string;
  readonly members: readonly Member[];
}

/** All that `next` knows: sizes, cast, rule, message length and the seed that breaks ties. */
export interface Params {
  /** Numbers of the size field, by organization: [5] votes, [2, 15] lead and cap, [3, 2] fan-in and layers. */
  readonly sizes: readonly number[];
  readonly cast: readonly Part[];
  /** The word after the dot, or the organization's default. */
  readonly word: string;
  /** The rule of that name; where the word is the organization's own (`counted`), plurality. */
  readonly rule: Rule;
  /** Per layer, leaves first; empty without messages. */
  readonly messageTokens: readonly number[];
  /** Weight per member name (`agent` or `agent~level`), for weighted rules; from the calibration. */
  readonly weights?: ReadonlyMap<string, number>;
  /** Breaks ties among samples of one agent. */
  readonly seed: number;
}

/** A set of calls made together, and when their vote is final. Members are repeated `samples` times. */
export interface Stage {
  readonly members: readonly Member[];
  /**
   * unanimous: all calls of the stage gave the same answer; majority: more than half of them; a call without an answer
   * agrees with none. final: always, the rule decides.
   */
  readonly accept: Quorum | "final";
  /** Where `accept` is final: what decides among this stage's answers. */
  readonly rule: Rule;
}

/** One level of a regular tree, leaves first. */
export interface Layer {
  readonly fanIn: number;
  /** True where the node is an agent that reads messages, false where code counts votes. */
  readonly reader: boolean;
  readonly messageTokens?: number;
}

/** The colour and shape of a team in reports, and its row in the comparison at equal money. */
export type Kind = "single" | "repeated" | "panel" | "cascade" | "tree";

/** What the planner may use to propose teams. */
export interface Roster {
  /** Column names, best calibrated accuracy first. */
  readonly names: readonly string[];
  /** Most calls a team may make per task. */
  readonly callsMax: number;
  /** Answers recorded per task by every agent: what a vote of one agent can be calibrated on. */
  readonly samples: ReadonlyMap<string, number>;
  /** What a name stands for. Absent: what follows the last `~` of a name is the level. */
  readonly members?: ReadonlyMap<string, { readonly agent: string; readonly level?: string }>;
}

/** A team without names for its parts: what `team.ts` prints and parses. */
export interface TeamShape {
  readonly sizes: readonly number[];
  readonly cast: readonly Part[];
  readonly messageTokens: readonly number[];
  /** The word after the dot; absent: the organization's default. */
  readonly rule?: string;
}

/** A team in people's words. */
export interface Description {
  /** Short name: "ToRA-70B + Mixtral → GPT-4". */
  readonly label: string;
  /** What to do, in the imperative: "Ask ToRA-70B and Mixtral. Only where they disagree, ask GPT-4." */
  readonly instruction: string;
}

/** How the teams of an organization are written, and what is known of them before the start. */
export interface Form {
  /** One line for menus and reports. */
  readonly summary: string;
  /** A canonical team text that is valid for this organization. */
  readonly example: string;
  /** Rule used where the text names none; not printed. Empty: the text must name one. */
  readonly defaultRule: string;
  /** True for organizations whose text may name a rule. */
  readonly takesRule: boolean;
  /** The words that may stand after the dot. Absent: every rule of rules/index.ts. */
  readonly rules?: readonly string[];
  /** Between the numbers of the size field. @default "x" */
  readonly sizeSeparator?: "x" | "/";
  /** Throws UnknownTeam with what is wrong and the canonical form; returns the shape with defaults filled in. */
  check(shape: TeamShape): TeamShape;
  kind(shape: TeamShape): Kind;
  /** For people; `nameOf` says what they call an agent. The cast names at least one. */
  describe(shape: TeamShape, nameOf: NameOf): Description;
  /** Steps this team can ask at most, before the start. */
  bound(shape: TeamShape): { readonly steps: number };
  /** Regular trees only: unlocks the exact recursion of the theory. */
  layers?(shape: TeamShape): readonly Layer[];
}

/** How a team works together. `next` is pure, so one definition is simulated, replayed, run and resumed. */
export interface Organization extends Form {
  /** What should have been asked by now, or the final answer. Pure; arrival order does not matter. */
  next(params: Params, answered: Answered): Move;
  /** Teams worth trying for this roster, cheapest first; the planner prices, shrinks and ranks them. */
  candidates(roster: Roster): Iterable<TeamShape>;
  /** Only where a team is a sequence of votes: unlocks exact replay and the mixture forecast. */
  stages?(shape: TeamShape): readonly Stage[];
  /** Only where one agent is asked until an answer leads by `lead` votes, at most `cap` times: unlocks the mixture forecast. */
  race?(shape: TeamShape): { readonly lead: number; readonly cap: number };
  /**
   * Only where agents read messages: what the team says where its leaves say this, by the theory. A signal is how far an
   * accuracy p stands above chance, (k p − 1)/(k − 1) for k possible answers; 2p − 1, the bias μ, for two.
   */
  readSignal?(shape: TeamShape, leaf: Spoken, channel: Channel, options: number): Spoken;
}
