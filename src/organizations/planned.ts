import { callsOf, membersOf, printCast, requireNoMessages, requireSingles, UnknownTeam } from "./cast.ts";
import type { Description, Form, TeamShape } from "./organization.ts";
import { asked, joined, type NameOf, numberWord, times } from "./words.ts";

// Teams that can be written and priced, but have no `next` yet. Each becomes a file of its own when it can run.

/** N messages of at most m tokens, read by one agent. */
export const star: Form = {
  summary: "many agents, one reader of their messages",
  example: "star:9/m=64@leaf=a,reader=b",
  defaultRule: "read",
  takesRule: false,
  check: (shape) => {
    requireSizes("star", shape, 1, "the number of messages: star:9");
    requireRoles("star:9", shape, ["leaf", "reader"]);
    requireLayersOfMessages("star:9", shape, 1);
    return shape;
  },
  kind: () => "tree",
  describe: (shape, nameOf) => describeReading(shape, nameOf, shape.sizes[0]!, "", ""),
  bound: ({ sizes }) => ({ steps: sizes[0]! + 1 }),
  layers: ({ sizes, messageTokens: [messageTokens] }) => [
    { fanIn: sizes[0]!, reader: true, ...(messageTokens !== undefined && { messageTokens }) },
  ],
};

/** The paper's tree: every `fanIn` messages are read by one agent, layer by layer; `.counted`: code counts the root. */
export const tree: Form = {
  summary: "groups of agents, each group read by one, layer by layer",
  example: "tree.counted:3x2/m=64+32@leaf=a,reader=b",
  defaultRule: "read",
  takesRule: true,
  rules: ["read", "counted"],
  check: (shape) => {
    requireSizes("tree", shape, 2, "fan-in and layers: tree:3x2");
    const [fanIn, layers] = shape.sizes as [number, number];
    const leaves = fanIn ** layers;
    if (fanIn < 2 || leaves > 1e9)
      throw new UnknownTeam(
        `a tree of fan-in ${fanIn} and ${layers} layers has ${leaves.toPrecision(3)} leaves.`,
        "Choose a fan-in of at least 2 and at most 1e9 leaves: tree:3x2.",
      );
    requireRoles(`tree:${fanIn}x${layers}`, shape, ["leaf", "reader"]);
    requireLayersOfMessages(`tree:${fanIn}x${layers}`, shape, layers);
    return shape;
  },
  kind: () => "tree",
  describe(shape, nameOf) {
    const [fanIn, layers] = shape.sizes as [number, number];
    const counted = shape.rule === "counted" ? "counted " : "";
    const inLayers = layers > 1 ? ` in ${numberWord(layers)} layers of ${numberWord(fanIn)}` : "";
    return describeReading(shape, nameOf, fanIn ** layers, `, ${counted}${fanIn}×${layers} tree`, inLayers);
  },
  bound(shape) {
    const [fanIn, layers] = shape.sizes as [number, number];
    const readers = (fanIn ** layers - 1) / (fanIn - 1);
    return { steps: fanIn ** layers + readers - (shape.rule === "counted" ? 1 : 0) };
  },
  layers({ sizes, messageTokens, rule }) {
    const [fanIn, layers] = sizes as [number, number];
    return Array.from({ length: layers }, (_, layer) => {
      const reader = rule !== "counted" || layer < layers - 1;
      const tokens = messageTokens[layer] ?? messageTokens[0];
      return { fanIn, reader, ...(reader && tokens !== undefined && { messageTokens: tokens }) };
    });
  },
};

/** Each answer is refined by the next call. */
export const chain: Form = {
  summary: "one answer, refined in turn",
  example: "chain:4@a",
  defaultRule: "plurality",
  takesRule: false,
  check: (shape) => {
    requireSizes("chain", shape, 1, "the number of calls: chain:4");
    requireSingles("chain", shape);
    requireCast("chain:4", shape, 1, 1);
    return shape;
  },
  kind: () => "repeated",
  describe: ({ sizes, cast }, nameOf) => ({
    label: `${joined(membersOf(cast), nameOf)}, chain of ${sizes[0]}`,
    instruction: `Let ${asked(membersOf(cast), nameOf)} refine one answer ${times(sizes[0]!)}.`,
  }),
  bound: ({ sizes }) => ({ steps: sizes[0]! }),
};

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

/** "9 × mini → GPT-4": leaves whose messages a reader reads. */
function describeReading(
  { cast }: TeamShape,
  nameOf: NameOf,
  leaves: number,
  suffix: string,
  inLayers: string,
): Description {
  const [leaf, reader] = cast.map(({ members }) => members);
  return {
    label: `${leaves} × ${joined(leaf!, nameOf)}${reader ? ` → ${joined(reader, nameOf)}` : ""}${suffix}`,
    instruction: `Ask ${asked(leaf!, nameOf)} ${times(leaves)} and ${reader ? `let ${asked(reader, nameOf)} read the answers` : "count the answers"}${inLayers}.`,
  };
}

function requireSizes(organization: string, { sizes }: TeamShape, wanted: number, what: string): void {
  if (sizes.length === wanted) return;
  throw new UnknownTeam(`a ${organization} takes ${wanted} numbers, and ${sizes.length} were given.`, `Write ${what}.`);
}

function requireRoles(head: string, { cast }: TeamShape, roles: readonly string[]): void {
  if (cast.length === 0) return;
  const given = cast.map((part) => part.role);
  const canonical = `${head}@${roles.map((role, i) => `${role}=${"ab"[i]}`).join(",")}`;
  if (given.length !== roles.length || roles.some((role, i) => given[i] !== role))
    throw new UnknownTeam(`the roles of its cast are ${roles.join(" and ")}, in this order.`, `Write ${canonical}.`);
}

function requireLayersOfMessages(head: string, { messageTokens }: TeamShape, layers: number): void {
  if (messageTokens.length <= 1 || messageTokens.length === layers) return;
  throw new UnknownTeam(
    `it has ${layers} layers of messages, and ${messageTokens.length} lengths were given.`,
    `Write one length for all, or one per layer, leaves first: ${head}/m=${Array(layers).fill(64).join("+")}.`,
  );
}

function requireCast(head: string, { cast }: TeamShape, min: number, max = Number.POSITIVE_INFINITY): void {
  const members = membersOf(cast);
  if (members.length === 0 || (members.length >= min && members.length <= max && callsOf(members) === members.length))
    return;
  const names = "abcd".split("").slice(0, Math.min(max, Math.max(3, min)));
  throw new UnknownTeam(
    `it asks ${min === max ? min : `at least ${min}`} agents, each named once without a number.`,
    `Write ${head}@${names.join(",")}.`,
  );
}
