import { z } from "zod";
import { issuesOf } from "../../records/issues.ts";
import { BadMockOption } from "./faults.ts";
import { type World, worldExample } from "./world.ts";

const share = z.number().min(0).max(1);
const count = z.int().positive();
const positive = z.number().positive();
const price = z.number().nonnegative();

const Skill = z.union([
  z.strictObject({ accuracy: share, answerTokens: count }),
  z
    .strictObject({ k: positive, beta: z.number().nonnegative(), levels: z.array(count).min(1), baseLevel: count })
    .refine(({ levels, baseLevel }) => levels.includes(baseLevel), "baseLevel is one of levels"),
]);

const Agent = z.strictObject({
  name: z.string().min(1),
  skill: Skill,
  promptTokens: count,
  contextTokens: count,
  prices: z.strictObject({
    inputPerMillion: price,
    outputPerMillion: price,
    cachedInputPerMillion: price.optional(),
    reasoningPerMillion: price.optional(),
    perCall: price.optional(),
  }),
  tokensPerSecond: positive,
  reasoningShare: z.number().min(0).lt(1).optional(),
  efforts: z.record(z.string(), count).optional(),
});

const WorldFile = z
  .strictObject({
    name: z.string().min(1),
    tasks: count,
    options: z.int().min(2).max(26),
    agents: z.array(Agent).min(1),
    rhoTask: share,
    lengthScatter: z.number().nonnegative().optional(),
    samples: count,
    groups: z.strictObject({ perTask: count, size: count, rhoWithin: share }),
    relays: z.strictObject({
      agent: z.string(),
      messageTokens: z.array(count).min(1),
      perTask: count,
      options: z.int().min(2).max(26),
      lengthScale: positive,
      shape: positive,
    }),
    node: z.strictObject({ fanIn: count, messageTokens: count, leaf: z.string() }),
    asOf: z.iso.date(),
    wrongWeights: z.array(z.number().nonnegative()).optional(),
    latency: z
      .strictObject({
        firstMs: z.number().nonnegative().optional(),
        scatter: z.number().nonnegative().optional(),
        tailShare: share.optional(),
        tailExponent: positive.optional(),
        tailMax: z.number().min(1).optional(),
      })
      .optional(),
    cache: z
      .strictObject({ minTokens: count.optional(), blockTokens: count.optional(), blocksMax: count.optional() })
      .optional(),
  })
  .partial();

/**
 * Reads what a world states; what it leaves out is as in the example.
 *
 * @param shown  how messages call the file
 * @throws {BadMockOption}
 */
export function parseWorld(text: string, shown: string): World {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (cause) {
    throw new BadMockOption(`${shown} is not JSON: ${(cause as Error).message}.`, remedy, { cause });
  }
  const checked = WorldFile.safeParse(given);
  if (!checked.success) throw new BadMockOption(`${shown} is no world: ${issuesOf(checked.error).join("; ")}.`, remedy);
  const world = { ...worldExample, ...checked.data } as World;
  const { agents, wrongWeights, options } = world;
  const names = new Set(agents.map(({ name }) => name));
  if (names.size < agents.length)
    throw new BadMockOption(`${shown} names an agent twice.`, "Give each a name of its own.");
  if (wrongWeights && (wrongWeights.length !== options - 1 || !wrongWeights.some((weight) => weight > 0)))
    throw new BadMockOption(
      `${shown} has ${wrongWeights.length} wrongWeights for ${options} options.`,
      `Pass ${options - 1} weights ≥ 0, one per wrong answer, not all 0.`,
    );
  return world;
}

const remedy = "quorate mock --init <dir> writes a world that is right: change that one.";
