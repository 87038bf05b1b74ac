import { requireSizes, UnknownTeam } from "./cast.ts";
import { describeReading, leavesOf, nextOfLayers, requireLayers, signalOfLayers, stepsOfLayers } from "./layers.ts";
import type { Layer, Organization, TeamShape } from "./organization.ts";
import { numberWord } from "./words.ts";

/**
 * The paper's tree: every `fanIn` messages are read by one agent, layer by layer. `.counted`: code counts the votes of the
 * last layer, so that no message is lost on the way into the root.
 */
export const tree: Organization = {
  summary: "groups of agents, each group read by one, layer by layer",
  example: "tree.counted:3x2/m=64@leaf=a,reader=b",
  defaultRule: "read",
  takesRule: true,
  rules: ["read", "counted"],

  check(shape) {
    requireSizes("tree", shape, 2, "fan-in and layers: tree:3x2");
    const [fanIn, layers] = shape.sizes as [number, number];
    if (fanIn < 2 || layers > 99)
      throw new UnknownTeam(
        `a tree of fan-in ${fanIn} and ${layers} layers ${fanIn < 2 ? "joins no messages" : "has too many leaves"}.`,
        "Choose a fan-in of at least 2 and a few layers: tree:3x2.",
      );
    requireLayers(`tree:${fanIn}x${layers}`, shape, layersOf(shape));
    return shape;
  },

  kind: () => "tree",
  describe(shape, nameOf) {
    const [fanIn, layers] = shape.sizes as [number, number];
    const counted = shape.rule === "counted";
    return describeReading(shape, nameOf, {
      leaves: leavesOf(layersOf(shape)),
      suffix: `, ${counted ? "counted " : ""}${fanIn}×${layers} tree`,
      inLayers: layers > 1 ? ` in ${numberWord(layers)} layers of ${numberWord(fanIn)}` : "",
    });
  },
  bound: (shape) => ({ steps: stepsOfLayers(layersOf(shape)) }),
  layers: layersOf,
  next: (params, answered) => nextOfLayers(layersOf, params, answered),
  readSignal: (shape, leaf, channel, options) => signalOfLayers(layersOf(shape), leaf, channel, options),

  /** None: which trees and message lengths are worth trying is for the planner, which knows fidelity, window and prices. */
  candidates: () => [],
};

function layersOf({ sizes, messageTokens, rule }: Pick<TeamShape, "sizes" | "messageTokens" | "rule">): Layer[] {
  const [fanIn, layers] = sizes as [number, number];
  return Array.from({ length: layers }, (_, layer) => {
    const reader = rule !== "counted" || layer < layers - 1;
    const tokens = messageTokens[layer] ?? messageTokens[0];
    return { fanIn, reader, ...(reader && tokens !== undefined && { messageTokens: tokens }) };
  });
}
