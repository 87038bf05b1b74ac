// Watt-hours of tokens, from published measurements: nobody who asks a hosted model can meter it. docs/energy.md says how
// each figure was converted.

import type { Column } from "../records/answer-table.ts";
import type { EnergyConfig } from "../records/config.ts";
import type { Assumption } from "../records/recordings.ts";

/** Watt-hours per 1,000 tokens, from the least to the most that is likely. */
interface Range {
  readonly low: number;
  readonly high: number;
}

export interface EnergyRates {
  readonly input: Range;
  readonly output: Range;
}

/** Up to some 10 billion parameters, or more. */
type ModelSize = NonNullable<EnergyConfig["size"]>;

/** One published figure. */
export interface EnergyFigure extends Range {
  readonly size: ModelSize;
  readonly side: keyof EnergyRates;
  /** What was measured or estimated. */
  readonly of: string;
  readonly source: string;
}

/**
 * All that a data center draws for an answer, over what its accelerators draw at work: 0.24 Wh to 0.10 Wh of the median
 * Gemini prompt (C. Elsworth et al., arXiv 2508.15734). Upper ends of what was metered at accelerators alone are raised by it.
 */
const dataCenter = 2.4;

/** Wh per 1,000 tokens = J per token / 3.6. */
const joules = (low: number, high: number): Range => ({ low: low / 3.6, high: high / 3.6 });

const inferenceMax = "A. Bradbury, Per-query energy consumption of LLMs (muxup.com, 2026), from InferenceMAX";
const epoch = "J. You, How much energy does ChatGPT use? (Epoch AI, 2025)";
const longitudinal = "ML.ENERGY, LLM Inference Energy: A Longitudinal Analysis (2026)";

/** DeepSeek R1, fp4 to fp8: Wh of a query with 1,024 tokens in and 8,192 out, and the other way round. */
const [toldMuch, askedMuch] = [
  { low: 2.73, high: 16.3 },
  { low: 0.63, high: 3.74 },
];
/** Of its output tokens, all of a query charged to them; and least of its input, 1,024 tokens out charged at fp4's dearest 4.79 Wh. */
const deepSeekOutput: Range = { low: toldMuch.low / 8.192, high: toldMuch.high / 8.192 };
const deepSeekInput: Range = { low: (askedMuch.low - (1.024 / 8.192) * 4.79) / 8.192, high: askedMuch.high / 8.192 };

/** An input token takes at least this share of an output token, where both were measured. */
const inputShareLeast = deepSeekInput.low / deepSeekOutput.low;

/** Published figures; the range of a size is from the lowest to the highest of its own. */
export const energyFigures: readonly EnergyFigure[] = [
  {
    ...{ size: "small", side: "output", ...joules(0.12, 0.2 * dataCenter) },
    of: "Llama 3.1 8B on one H100, 64 requests at a time: 0.12 J (2025) and 0.20 J (2024) per token at the GPU",
    source: longitudinal,
  },
  {
    ...{ size: "small", side: "output", ...joules(200 / 333, 200 / 333) },
    of: "Llama 3 8B on a laptop: less than 200 J for 250 words, some 333 tokens",
    source: "The Energy Footprint of Humans and Large Language Models (Communications of the ACM, blog, 2024)",
  },
  {
    ...{ size: "large", side: "output", ...joules(3, 4 * dataCenter) },
    of: "LLaMA 65B on V100 and A100: 3 to 4 J per decoded token at the GPUs",
    source: "S. Samsi et al., From Words to Watts (arXiv 2310.03003)",
  },
  {
    ...{ size: "large", side: "output", ...deepSeekOutput },
    of: "DeepSeek R1, fp4 to fp8: 2.73 to 16.3 Wh for 1,024 tokens in and 8,192 out",
    source: inferenceMax,
  },
  {
    ...{ size: "large", side: "output", low: 0.3 / 0.5, high: 0.3 / 0.5 },
    of: "GPT-4o, estimated: 0.3 Wh for some 500 tokens out",
    source: epoch,
  },
  {
    ...{ size: "large", side: "input", low: (2.5 - 0.3) / 10, high: (40 - 0.3) / 100 },
    of: "GPT-4o, estimated: 2.5 Wh with 10,000 and 40 Wh with 100,000 tokens in",
    source: epoch,
  },
  {
    ...{ size: "large", side: "input", ...deepSeekInput },
    of: "DeepSeek R1, fp4 to fp8: 0.63 to 3.74 Wh for 8,192 tokens in and 1,024 out",
    source: inferenceMax,
  },
  {
    ...{ size: "small", side: "input", ...joules(0.12 * inputShareLeast, 200 / 333) },
    of: "no figure of its own: at most an output token, at least the share of one that DeepSeek R1's input takes",
    source: inferenceMax,
  },
];

function rangeOf(side: keyof EnergyRates, size: ModelSize | undefined): Range {
  const own = energyFigures.filter((figure) => figure.side === side && (size === undefined || figure.size === size));
  return { low: Math.min(...own.map(({ low }) => low)), high: Math.max(...own.map(({ high }) => high)) };
}

const bySize = new Map<ModelSize | undefined, EnergyRates>(
  ([undefined, "small", "large"] as const).map((size) => [
    size,
    { input: rangeOf("input", size), output: rangeOf("output", size) },
  ]),
);

/** Of a column's agent: as the config states, else by its size; of one about which nothing is stated the whole range. */
export function energyOf({ energy }: Pick<Column, "energy">): EnergyRates {
  const known = bySize.get(energy?.size)!;
  const stated = (value: number | readonly [number, number] | undefined, otherwise: Range): Range => {
    if (value === undefined) return otherwise;
    return typeof value === "number" ? { low: value, high: value } : { low: value[0], high: value[1] };
  };
  if (!energy) return known;
  return {
    input: stated(energy.inputWattHoursPerThousand, known.input),
    output: stated(energy.outputWattHoursPerThousand, known.output),
  };
}

/** What the watt-hours of these columns rest on. */
export function energyAssumptions(columns: readonly Column[]): Assumption[] {
  const priced = columns.filter(({ tokensIn, tokensOut }) =>
    tokensIn.some((tokens, at) => !Number.isNaN(tokens + tokensOut[at]!)),
  );
  const text = ({ low, high }: Range) => (low === high ? String(round(low)) : `${round(low)} to ${round(high)}`);
  return priced.map((column) => {
    const { input, output } = energyOf(column);
    const { inputWattHoursPerThousand: statedIn, outputWattHoursPerThousand: statedOut, size } = column.energy ?? {};
    const isStated = statedIn !== undefined && statedOut !== undefined;
    return {
      subject: "energy",
      agent: column.agent,
      value: `${text(input)} Wh per 1,000 tokens in, ${text(output)} out`,
      status: "assumed",
      source: isStated
        ? "config"
        : `published figures of ${size === undefined ? "models of any size" : `${size} models`}`,
    };
  });
}

const round = (value: number) => Number(value.toPrecision(2));
