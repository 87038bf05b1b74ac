import { requireSizes } from "./cast.ts";
import { describeReading, nextOfLayers, requireLayers, signalOfLayers, stepsOfLayers } from "./layers.ts";
import type { Layer, Organization, TeamShape } from "./organization.ts";

/** N messages of at most m tokens, read by one agent: a tree of one layer. */
export const star: Organization = {
  summary: "many agents, one reader of their messages",
  example: "star:9/m=64@leaf=a,reader=b",
  defaultRule: "read",
  takesRule: false,

  check(shape) {
    requireSizes("star", shape, 1, "the number of messages: star:9");
    requireLayers(`star:${shape.sizes[0]}`, shape, layersOf(shape));
    return shape;
  },

  kind: () => "tree",
  describe: (shape, nameOf) => describeReading(shape, nameOf, { leaves: shape.sizes[0]! }),
  bound: (shape) => ({ steps: stepsOfLayers(layersOf(shape)) }),
  layers: layersOf,
  next: (params, answered) => nextOfLayers(layersOf, params, answered),
  readSignal: (shape, leaf, channel, options) => signalOfLayers(layersOf(shape), leaf, channel, options),

  /** None: which sizes and message lengths are worth trying is for the planner, which knows fidelity, window and prices. */
  candidates: () => [],
};

function layersOf({
  sizes: [fanIn],
  messageTokens: [messageTokens],
}: Pick<TeamShape, "sizes" | "messageTokens">): Layer[] {
  return [{ fanIn: fanIn!, reader: true, ...(messageTokens !== undefined && { messageTokens }) }];
}
