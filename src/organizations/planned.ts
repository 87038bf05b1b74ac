import {
  callsOf,
  membersOf,
  printCast,
  requireCast,
  requireNoMessages,
  requireSingles,
  requireSizes,
  UnknownTeam,
} from "./cast.ts";
import type { Form } from "./organization.ts";
import { asked, joined, numberWord } from "./words.ts";

// Teams that can be written and priced, but have no `next` yet. Each becomes a file of its own when it can run.

/** Agents read each other's answers, round by round; the last round votes. */
export const debate: Form = {
  summary: "agents read each other's answers, round by round, then vote",
  example: "debate:3x2@a,b,c",
  defaultRule: "plurality",
  takesRule: true,
  check: (shape) => {
    requireSizes("debate", shape, 2, "agents and rounds: debate:3x2");
    requireSingles("debate", shape);
    const [agents] = shape.sizes as [number, number];
    const members = membersOf(shape.cast);
    if (agents < 2 || ![0, 1, agents].includes(callsOf(members)))
      throw new UnknownTeam(
        `a debate of ${agents} agents cannot be cast with ${callsOf(members)}.`,
        `Name one agent, or each: debate:${Math.max(2, callsOf(members))}x2@${printCast(shape.cast)}.`,
      );
    return shape;
  },
  kind: ({ cast }) => (membersOf(cast).length > 1 ? "panel" : "repeated"),
  describe: ({ sizes: [agents, rounds], cast }, nameOf) => ({
    label: `${joined(membersOf(cast), nameOf)}, ${agents}×${rounds} debate`,
    instruction: `Let ${asked(membersOf(cast), nameOf)} debate for ${numberWord(rounds!)} rounds, then count their answers.`,
  }),
  bound: ({ sizes }) => ({ steps: sizes[0]! * sizes[1]! }),
};

/** Everyone answers, everyone ranks all answers. */
export const rank: Form = {
  summary: "agents answer, then rank each other's answers",
  example: "rank@a,b,c,d",
  defaultRule: "plurality",
  takesRule: false,
  check: (shape) => {
    requireNoMessages("rank", shape);
    requireSizes("rank", shape, 0, "no numbers: rank@a,b,c");
    requireSingles("rank", shape);
    requireCast("rank", shape, 2);
    return shape;
  },
  kind: () => "panel",
  describe: ({ cast }, nameOf) => ({
    label: `${joined(membersOf(cast), nameOf)}, ranking`,
    instruction: `Ask ${asked(membersOf(cast), nameOf)}, and let them rank each other's answers.`,
  }),
  bound: ({ cast }) => ({ steps: 2 * callsOf(membersOf(cast)) }),
};

/** A router picks one of the cast for every task. */
export const route: Form = {
  summary: "a router chooses one agent for each task",
  example: "route.linucb@a,b,c",
  defaultRule: "", // the text names its router
  takesRule: true,
  rules: ["linucb"],
  check: (shape) => {
    requireNoMessages("route", shape);
    requireSizes("route", shape, 0, "no numbers: route.linucb@a,b,c");
    requireSingles("route", shape);
    requireCast("route.linucb", shape, 2);
    return shape;
  },
  kind: () => "panel",
  describe: ({ cast }, nameOf) => ({
    label: `${joined(membersOf(cast), nameOf)}, routed`,
    instruction: `Let a router choose one of ${asked(membersOf(cast), nameOf)} for each task.`,
  }),
  bound: () => ({ steps: 1 }),
};
