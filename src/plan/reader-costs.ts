// What it costs that agents read what others wrote: every message is written once and read once, and whoever reads
// messages reads the task as well.

import type { AgentCalibration } from "../calibrate/calibration.ts";
import type { Layer } from "../organizations/organization.ts";
import { formOf, type Team } from "../organizations/team.ts";
import type { Column } from "../records/answer-table.ts";
import { messageOf } from "../simulate/reading-costs.ts";
import { isMeasured } from "../theory/interval.ts";
import { meanOfKnown } from "./choose.ts";
import { largestCallCost, largestOf, meanCallCosts, meanOverCalls, slowestOf, type TaskCosts } from "./costs.ts";
import type { CostUnit } from "./plan-types.ts";

/** How much is done for one task by a team whose agents read. */
export interface Work {
  /** Calls that answer the task. */
  readonly answers: number;
  /** Answering calls on the longest path; the others are made together. */
  readonly turns: number;
  /** Calls that only read: each reads its messages and the task. */
  readonly readers: number;
  /** Tokens of messages (`messageOf`), by who writes and who reads them. */
  readonly writtenByAnswers: number;
  readonly writtenByReaders: number;
  readonly readByAnswers: number;
  readonly readByReaders: number;
  /** Tokens written on the longest path; the root's answer counts as long as a message that it reads. */
  readonly pathOfAnswers: number;
  readonly pathOfReaders: number;
}

/** Expected tokens of a whole answer, where messages have no stated length. */
export interface WholeAnswers {
  readonly answering: number;
  readonly reading: number;
}

/** Of a team in layers, or of one whose every step reads the one before. */
export function workOf(team: Team, whole: WholeAnswers): Work {
  const form = formOf(team);
  const layers = form.layers?.(team);
  if (layers) return workOfLayers(layers, whole);
  const steps = form.bound(team).steps;
  const message = messageOf(team.messageTokens[0], whole.answering, true);
  const written = (steps - 1) * message.written;
  return {
    ...{ answers: steps, turns: steps, readers: 0, writtenByAnswers: written, writtenByReaders: 0 },
    ...{ readByAnswers: (steps - 1) * message.read, readByReaders: 0, pathOfAnswers: written, pathOfReaders: 0 },
  };
}

export function workOfLayers(layers: readonly Layer[], whole: WholeAnswers): Work {
  const answers = layers.reduce((product, { fanIn }) => product * fanIn, 1);
  let [nodes, readers, writtenByAnswers, writtenByReaders, readByReaders] = [answers, 0, 0, 0, 0];
  let [pathOfAnswers, pathOfReaders] = [0, 0];
  layers.forEach(({ fanIn, reader, messageTokens }, layer) => {
    if (reader) {
      const { written, read } = messageOf(messageTokens, layer === 0 ? whole.answering : whole.reading, layer === 0);
      if (layer > 0) writtenByReaders += nodes * written;
      else [writtenByAnswers, pathOfAnswers] = [nodes * written, written];
      readByReaders += nodes * read;
      readers += nodes / fanIn;
      pathOfReaders += messageTokens ?? whole.reading;
    }
    nodes /= fanIn;
  });
  return {
    ...{ answers, turns: 1, readers, writtenByAnswers, writtenByReaders },
    ...{ readByAnswers: 0, readByReaders, pathOfAnswers, pathOfReaders },
  };
}

/** An agent with what was recorded of it. */
export interface Party {
  readonly column: Column;
  readonly calibration: AgentCalibration;
}

/** What a token of a message costs in one unit; NaN where unknown. */
interface Rates {
  readonly writtenByAnswers: number;
  readonly writtenByReaders: number;
  readonly readByAnswers: number;
  readonly readByReaders: number;
}

function ratesOf(unit: CostUnit, answering: Party, reading: Party): Rates {
  const all = (writtenByAnswers: number, writtenByReaders: number, readByAnswers: number, readByReaders: number) => ({
    ...{ writtenByAnswers, writtenByReaders, readByAnswers, readByReaders },
  });
  if (unit === "calls") return all(0, 0, 0, 0);
  if (unit === "tokens") return all(1, 1, 1, 1);
  if (unit === "seconds") return all(pace(answering), pace(reading), 0, 0);
  const price = ({ calibration: { prices } }: Party, side: "inputPerMillion" | "outputPerMillion") =>
    (prices?.[side] ?? Number.NaN) / 1e6;
  return all(
    price(answering, "outputPerMillion"),
    price(reading, "outputPerMillion"),
    price(answering, "inputPerMillion"),
    price(reading, "inputPerMillion"),
  );
}

/** Recorded seconds per recorded token written. */
function pace({ calibration: { cost } }: Party): number {
  const { seconds, tokensOut } = cost;
  return isMeasured(seconds) && isMeasured(tokensOut) && tokensOut.value > 0
    ? seconds.value / tokensOut.value
    : Number.NaN;
}

/**
 * Prices teams whose leaves are played by one agent and whose readers by another. Dollars need prices of both in the
 * config; seconds are those of the slowest leaf and of what is written on the longest path, at each agent's recorded pace.
 */
export class ReaderCosts {
  readonly #answering: Party;
  readonly #reading: Party;
  readonly #tasks: Uint32Array;
  readonly #prompt: Float64Array;
  readonly #meanPrompt: number;
  readonly #longestPrompt: number;
  readonly #calls = new Map<CostUnit, Float64Array>();
  readonly #slowest = new Map<number, Float64Array>();
  readonly #means = new Map<CostUnit, number>();
  readonly #largest = new Map<CostUnit, number>();
  readonly #rates = new Map<CostUnit, Rates>();

  /** On these tasks of the columns. */
  constructor(answering: Party, reading: Party, tasks: Uint32Array) {
    this.#answering = answering;
    this.#reading = reading;
    this.#tasks = tasks;
    this.#prompt = meanOverCalls(reading.column, ({ tokensIn }, at) => tokensIn[at]!, tasks);
    this.#meanPrompt = meanOfKnown(this.#prompt);
    this.#longestPrompt = largestOf(reading.column, ({ tokensIn }, at) => tokensIn[at]!, tasks);
  }

  /** Expected cost of this work on each task. */
  perTask(work: Work): TaskCosts {
    return (unit) => {
      const known = this.#callsOf(unit, work);
      return known.map((cost, t) => this.#amount(unit, work, cost, this.#prompt[t]!));
    };
  }

  /** Its mean over tasks. */
  mean(work: Work, unit: CostUnit): number {
    if (unit === "seconds") return this.#amount(unit, work, meanOfKnown(this.#callsOf(unit, work)), 0);
    const known = this.#means.get(unit) ?? meanOfKnown(this.#callsOf(unit, work));
    this.#means.set(unit, known);
    return this.#amount(unit, work, known, this.#meanPrompt);
  }

  /** All calls and prompts at the largest that was recorded. */
  largest(work: Work, unit: CostUnit): number {
    if (unit === "calls") return work.answers + work.readers;
    const known = this.#largest.get(unit) ?? largestCallCost(this.#answering.column, unit, this.#tasks);
    this.#largest.set(unit, known);
    return this.#amount(unit, work, known, this.#longestPrompt);
  }

  /** `call`: one answering call; in seconds the slowest of those made together. */
  #amount(unit: CostUnit, work: Work, call: number, prompt: number): number {
    if (unit === "calls") return work.answers + work.readers;
    const rates = this.#ratesIn(unit);
    if (unit === "seconds")
      return (
        work.turns * call +
        times(work.pathOfAnswers, rates.writtenByAnswers) +
        times(work.pathOfReaders, rates.writtenByReaders)
      );
    return (
      work.answers * call +
      times(work.writtenByAnswers, rates.writtenByAnswers) +
      times(work.writtenByReaders, rates.writtenByReaders) +
      times(work.readByAnswers, rates.readByAnswers) +
      times(work.readByReaders + work.readers * prompt, rates.readByReaders)
    );
  }

  #ratesIn(unit: CostUnit): Rates {
    const known = this.#rates.get(unit) ?? ratesOf(unit, this.#answering, this.#reading);
    this.#rates.set(unit, known);
    return known;
  }

  #callsOf(unit: CostUnit, { answers, turns }: Work): Float64Array {
    const { column } = this.#answering;
    if (unit === "seconds") {
      const together = answers / turns;
      const known = this.#slowest.get(together) ?? slowestOf(column, together, this.#tasks);
      this.#slowest.set(together, known);
      return known;
    }
    const known = this.#calls.get(unit) ?? meanCallCosts(column, unit, this.#tasks);
    this.#calls.set(unit, known);
    return known;
  }
}

/** 0 of something whose price is unknown costs nothing. */
const times = (amount: number, price: number) => (amount === 0 ? 0 : amount * price);
