// The window rule: whoever reads N messages of m tokens reads the task as well, so they fit where N m + prompt ≤ W. A prompt
// of unknown length counts nothing, and a window that nobody stated holds everything.

import type { AgentCalibration, Calibration } from "../calibrate/calibration.ts";
import { KnownError } from "../errors.ts";
import { leavesMax } from "../organizations/layers.ts";
import type { Layer } from "../organizations/organization.ts";
import { formOf, makeTeam, type Team } from "../organizations/team.ts";
import { fanInMax } from "../theory/budget.ts";
import { isMeasured } from "../theory/interval.ts";
import type { Plan } from "./plan-types.ts";
import type { WholeAnswers } from "./reader-costs.ts";

/** What an agent can read at once. */
export interface ReaderWindow {
  /** W; ∞ where none is stated. */
  readonly contextTokens: number;
  /** Expected tokens of the task, which stands beside the messages. */
  readonly promptTokens: number;
}

export function windowOf({ contextTokens = Number.POSITIVE_INFINITY, cost }: AgentCalibration): ReaderWindow {
  return { contextTokens, promptTokens: isMeasured(cost.tokensIn) ? Math.round(cost.tokensIn.value) : 0 };
}

/** Tokens left for messages; negative where not even the task fits. */
export function roomIn({ contextTokens, promptTokens }: ReaderWindow): number {
  return contextTokens - promptTokens;
}

/** The agent that reads where nobody is named: the most accurate one whose window is stated, else the most accurate. */
export function usualReader({ agents }: Pick<Calibration, "agents">): AgentCalibration {
  const best = agents.toSorted((a, b) => b.accuracy.value - a.accuracy.value);
  return best.find(({ contextTokens }) => contextTokens !== undefined) ?? best[0]!;
}

/** The messages of one node are more than its reader can read. */
export class WindowExceeded extends KnownError {
  readonly code = "window-exceeded";
  constructor({ team, reason, instead }: Plan["refused"][number]) {
    super(`${team} cannot work: ${reason}`, `Use ${instead}.`);
  }
}

/** Why the messages of some node do not fit its reader's window, and the smallest tree of as many leaves whose do. */
export function refusal(team: Team, window: ReaderWindow, whole: WholeAnswers): Plan["refused"][number] | undefined {
  const { contextTokens, promptTokens } = window;
  const room = roomIn(window);
  const nodes = (formOf(team).layers?.(team) ?? [passedOn(team)]).map(({ messageTokens, ...layer }, i) => ({
    ...layer,
    tokens: Math.round(messageTokens ?? (i === 0 ? whole.answering : whole.reading)),
  }));
  const tooMuch = nodes.find(({ fanIn, reader, tokens }) => reader && fanIn * tokens > room);
  if (!tooMuch) return undefined;
  const { fanIn, tokens } = tooMuch;
  const reader = team.cast.find(({ role }) => role === undefined || role === "reader")!.members[0]!.agent;
  const longest = Math.max(...nodes.filter(({ reader }) => reader).map((node) => node.tokens));
  const leaves = nodes.reduce((product, node) => product * node.fanIn, 1);
  const widest = fanInMax(contextTokens, longest, { reserveTokens: promptTokens });
  const smallest = leaves > 1 && treesOf(leaves, widest)[0];
  const longestFitting = Math.floor(room / Math.min(3, fanIn));
  const messages = `${fanIn === 1 ? "a message" : `${fanIn} messages`} of ${tokens} tokens`;
  return {
    team: team.text,
    reason: `${messages}${promptTokens > 0 ? ` and a task of ${promptTokens}` : ""} are ${fanIn * tokens + promptTokens} tokens, more than the window of ${contextTokens} of "${reader}".`,
    instead: smallest
      ? makeTeam("tree", { sizes: smallest, messageTokens: [longest], cast: team.cast }).text
      : widest >= 3
        ? `at most ${widest} messages`
        : longestFitting >= 1
          ? `messages of at most ${longestFitting} tokens`
          : "a reader with a larger window: beside the task no message fits",
  };
}

/** One message at a time: what a step reads that refines another's answer. */
function passedOn({ messageTokens: [messageTokens] }: Team): Layer {
  return { fanIn: 1, reader: true, ...(messageTokens !== undefined && { messageTokens }) };
}

/** Trees of at least so many leaves, and no more than any team has, with odd fan-ins up to the widest, fewest leaves first. */
function treesOf(leaves: number, widest: number): readonly (readonly [fanIn: number, layers: number])[] {
  const fanIns = Array.from({ length: Math.max(0, (Math.min(widest, leaves) - 1) >> 1) }, (_, i) => 2 * i + 3);
  return fanIns
    .map((fanIn) => {
      let layers = 2;
      while (fanIn ** layers < leaves) layers++;
      return [fanIn, layers] as const;
    })
    .filter(([fanIn, layers]) => fanIn ** layers <= leavesMax)
    .sort((a, b) => a[0] ** a[1] - b[0] ** b[1]);
}
