// Teams in layers: leaves answer, agents read their messages, up to one root. What stars and trees share.
import { plurality } from "../rules/plurality.ts";
import type { Verdict } from "../rules/rule.ts";
import type { Channel } from "../theory/channel.ts";
import { heardLevelMap, type Spoken } from "../theory/silence.ts";
import { callList, callsOf, conclude, isLost, printCast, stepOf, UnknownTeam, type Vote, voteOf } from "./cast.ts";
import type { Answered, Description, Layer, Member, Move, Params, Part, Step, TeamShape } from "./organization.ts";
import { asked, joined, type NameOf, times } from "./words.ts";

/** More leaves than this are a slip of the pen: every one is a call per task. */
export const leavesMax = 1_000_000;

// ── asking ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * `next` of every team in layers: all leaves are asked at once, a reader as soon as all its children have ended. It reads
 * those that gave an answer; where none did it is not asked and gives none itself. Children that were lost make the
 * result degraded. A last layer without a reader is counted: the most frequent answer wins, ties are the seed's.
 *
 * It is called after every answer, so it looks no further than it must: at nothing below a node that has ended, and
 * mostly at one leaf of a group that still works.
 */
export function nextOfLayers(layersOf: LayersOf, params: Params, answered: Answered): Move {
  const { layers, steps } = wiringOf(layersOf, params);
  const top = layers.length;
  const isCounted = steps.length === top;
  const ask: Step[] = [];
  settle(top, 0);
  if (ask.length > 0) return { ask };
  const votes = steps.at(-1)!.flatMap((step): Vote[] => {
    const ended = answered.get(step.id);
    return ended && voteOf(ended) !== null ? [{ step, ended }] : [];
  });
  return conclude(
    isCounted ? count(votes) : [{ value: votes[0] ? voteOf(votes[0].ended) : null, probability: 1 }],
    votes,
    { seed: params.seed, degraded: [...answered.values()].some(isLost) },
  );

  /** Asks for what is missing at this node or below it; adds nothing where its answer, or that it gives none, is known. */
  function settle(layer: number, number: number): void {
    const step = layer === top && isCounted ? undefined : steps[layer]![number]!;
    if (step && answered.has(step.id)) return;
    const below = steps[layer - 1]!;
    const { fanIn } = layers[layer - 1]!;
    const [from, to] = [number * fanIn, (number + 1) * fanIn];
    if (layer === 1) {
      // Leaves mostly end in the order in which they were asked: the last one tells soonest that some are missing.
      for (let i = to - 1; i >= from; i--)
        if (!answered.has(below[i]!.id)) {
          for (let leaf = from; leaf < to; leaf++) ask.push(below[leaf]!);
          return;
        }
    } else {
      const before = ask.length;
      for (let i = from; i < to; i++) settle(layer - 1, i);
      if (ask.length > before) return;
    }
    if (!step) return;
    const reads = step.reads.filter((id) => {
      const ended = answered.get(id);
      return ended !== undefined && voteOf(ended) !== null;
    });
    if (reads.length > 0) ask.push(reads.length === fanIn ? step : { ...step, reads });
  }
}

/** One name on all ballots: the voters are alike, whoever plays them, so that no tie goes to the first of them. */
function count(votes: readonly Vote[]): readonly Verdict[] {
  return plurality.verdicts(votes.map(({ ended }) => ({ value: voteOf(ended), member: "" })));
}

/** The layers of a team of this shape. */
type LayersOf = (shape: TeamShape) => readonly Layer[];

interface Wiring extends Pick<Params, "cast" | "messageTokens" | "word"> {
  readonly layers: readonly Layer[];
  /** All steps that the team may ask, by layer, readers reading all their children. */
  readonly steps: readonly (readonly Step[])[];
}

const wirings = new WeakMap<Params["sizes"], Wiring>();

/** Made once per team, whose parameters are the same objects at every call: it is most of the work. */
function wiringOf(layersOf: LayersOf, { sizes, cast, messageTokens, word }: Params): Wiring {
  const known = wirings.get(sizes);
  if (known?.cast === cast && known.messageTokens === messageTokens && known.word === word) return known;
  const layers = layersOf({ sizes, cast, messageTokens, rule: word });
  const made = { cast, messageTokens, word, layers, steps: wire(layers, cast) };
  wirings.set(sizes, made);
  return made;
}

/** Members of a role take turns, the earliest first, readers from layer to layer. */
function wire(layers: readonly Layer[], cast: readonly Part[]): readonly (readonly Step[])[] {
  const [leaves, readers] = [callList(membersIn(cast, "leaf")), callList(membersIn(cast, "reader"))];
  const lengthInto = (layer: number) => {
    const messageTokens = layers[layer]?.messageTokens;
    return messageTokens === undefined ? {} : { messageTokens };
  };
  const groupSize = layers[0]!.fanIn;
  const steps = [
    Array.from({ length: leavesOf(layers) }, (_, i) =>
      stepOf(leaves[i % leaves.length]!, {
        id: `leaf/${i}`,
        role: "leaf",
        reads: [],
        group: String(Math.floor(i / groupSize)),
        ...lengthInto(0),
      }),
    ),
  ];
  let turn = 0;
  for (const [i, { fanIn, reader }] of layers.entries()) {
    if (!reader) break;
    const below = steps[i]!;
    steps.push(
      Array.from({ length: below.length / fanIn }, (_, number) =>
        stepOf(readers[turn++ % readers.length]!, {
          id: i === layers.length - 1 ? "root" : `layer-${i + 1}/${number}`,
          role: "reader",
          reads: below.slice(number * fanIn, (number + 1) * fanIn).map(({ id }) => id),
          ...lengthInto(i + 1),
        }),
      ),
    );
  }
  return steps;
}

function membersIn(cast: readonly Part[], role: string): readonly Member[] {
  return cast.find((part) => part.role === role)?.members ?? [];
}

// ── the theory ─────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * What the root says: the level map of every layer in turn, for two answers (§4.7) or the plurality over more (§8), of the
 * messages that were sent. Where code counts, no message is lost: γ = 1; the votes it counts may still share their errors.
 *
 * @param options  k ≥ 2 answers, the wrong ones equally likely
 */
export function signalOfLayers(
  layers: readonly Layer[],
  leaf: Spoken,
  { fidelity, rho }: Channel,
  options: number,
): Spoken {
  return layers.reduce(
    (spoken, { fanIn, reader, messageTokens }) =>
      heardLevelMap(spoken, { votes: fanIn, options, fidelity: reader ? fidelity(messageTokens) : 1, rho }),
    leaf,
  );
}

/** Π b over the layers. */
export function leavesOf(layers: readonly Layer[]): number {
  return layers.reduce((leaves, { fanIn }) => leaves * fanIn, 1);
}

/** Leaves and readers: the steps where everyone answers. */
export function stepsOfLayers(layers: readonly Layer[]): number {
  let nodes = leavesOf(layers);
  let steps = nodes;
  for (const { fanIn, reader } of layers) {
    nodes /= fanIn;
    if (reader) steps += nodes;
  }
  return steps;
}

// ── shapes ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Refuses what no team in layers can be; `head` is its text up to the sizes. */
export function requireLayers(head: string, shape: TeamShape, layers: readonly Layer[]): void {
  const leaves = leavesOf(layers);
  if (leaves > leavesMax)
    throw new UnknownTeam(
      `${head} has ${leaves.toPrecision(3)} leaves, each a call for every task.`,
      `Choose at most ${leavesMax.toLocaleString("en-US")}: tree:3x2.`,
    );
  requireRoles(head, shape, ["leaf", "reader"]);
  requireSeats(head, shape, "leaf", leaves);
  requireSeats(head, shape, "reader", Math.max(1, stepsOfLayers(layers) - leaves));
  requireLengths(head, shape, layers.length);
}

function requireRoles(head: string, { cast }: TeamShape, roles: readonly string[]): void {
  if (cast.length === 0) return;
  if (cast.length === roles.length && roles.every((role, i) => cast[i]!.role === role)) return;
  const canonical = `${head}@${roles.map((role, i) => `${role}=${"ab"[i]}`).join(",")}`;
  throw new UnknownTeam(`the roles of its cast are ${roles.join(" and ")}, in this order.`, `Write ${canonical}.`);
}

/** Members of a role take turns: with more of them than steps, some would never be asked. */
function requireSeats(head: string, { cast }: TeamShape, role: string, seats: number): void {
  const members = membersIn(cast, role);
  if (callsOf(members) <= seats) return;
  const first = callList(members)
    .slice(0, seats)
    .map((member) => ({ ...member, samples: 1 }));
  const kept = cast.map((part) => (part.role === role ? { ...part, members: first } : part));
  throw new UnknownTeam(
    `it asks ${seats === 1 ? `one ${role}` : `${seats} of the role ${role}`}, and ${callsOf(members)} are named.`,
    `Write ${head}@${printCast(kept)}.`,
  );
}

function requireLengths(head: string, { messageTokens }: TeamShape, layers: number): void {
  if (messageTokens.length <= 1 || messageTokens.length === layers) return;
  throw new UnknownTeam(
    `it has ${layers} layers of messages, and ${messageTokens.length} lengths were given.`,
    `Write one length for all, or one per layer, leaves first: ${head}/m=${Array(layers).fill(64).join("+")}.`,
  );
}

/** "9 × mini → GPT-4": leaves whose messages a reader reads. */
export function describeReading(
  { cast }: TeamShape,
  nameOf: NameOf,
  { leaves, suffix = "", inLayers = "" }: { leaves: number; suffix?: string; inLayers?: string },
): Description {
  const [leaf, reader] = [membersIn(cast, "leaf"), membersIn(cast, "reader")];
  return {
    label: `${leaves} × ${joined(leaf, nameOf)} → ${joined(reader, nameOf)}${suffix}`,
    instruction: `Ask ${asked(leaf, nameOf)} ${times(leaves)} and let ${asked(reader, nameOf)} read the answers${inLayers}.`,
  };
}
