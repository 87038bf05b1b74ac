// What it costs that agents read what others wrote: every message is written once and read once, and whoever reads
// messages reads the task as well.

import type { AgentCalibration, TokenPrices } from "../calibrate/calibration.ts";
import type { Layer } from "../organizations/organization.ts";
import { formOf, type Team } from "../organizations/team.ts";
import type { Column } from "../records/answer-table.ts";
import { messageOf, times } from "../simulate/reading-costs.ts";
import { isMeasured } from "../theory/interval.ts";
import { meanOfKnown } from "./choose.ts";
import { type CallUnit, type Expense, largestCallCost, meanCallCosts, slowestOf, type TaskCosts } from "./costs.ts";
import { type EnergyRates, energyOf } from "./energy.ts";
import type { Silence } from "./plan-types.ts";
import { silenceOf, silenceOfReaders } from "./silence.ts";

/** How much is done for one task by a team whose agents read. */
export interface Work {
  /** Calls that answer the task. */
  readonly answers: number;
  /** Answering calls on the longest path; the others are made together. */
  readonly turns: number;
  /** Calls that only read: each reads its messages and the task. */
  readonly readers: number;
  /** Those of them that begin when others have ended. */
  readonly readersLater: number;
  /** Readers whom no agent reads: each writes an answer of its own, not a message. */
  readonly roots: number;
  /** Tokens of messages (`messageOf`), by who writes and who reads them. */
  readonly writtenByAnswers: number;
  readonly writtenByReaders: number;
  readonly readByAnswers: number;
  readonly readByReaders: number;
  /** Tokens of messages written on the longest path. */
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
    ...{ answers: steps, turns: steps, readers: 0, readersLater: 0, roots: 0 },
    ...{ writtenByAnswers: written, writtenByReaders: 0, readByAnswers: (steps - 1) * message.read, readByReaders: 0 },
    ...{ pathOfAnswers: written, pathOfReaders: 0 },
  };
}

export function workOfLayers(layers: readonly Layer[], whole: WholeAnswers): Work {
  const answers = layers.reduce((product, { fanIn }) => product * fanIn, 1);
  let [nodes, readers, roots, writtenByAnswers, writtenByReaders, readByReaders] = [answers, 0, 0, 0, 0, 0];
  let [pathOfAnswers, pathOfReaders] = [0, 0];
  layers.forEach(({ fanIn, reader, messageTokens }, layer) => {
    if (reader) {
      const { written, read } = messageOf(messageTokens, layer === 0 ? whole.answering : whole.reading, layer === 0);
      if (layer > 0) {
        writtenByReaders += nodes * written;
        pathOfReaders += written;
      } else [writtenByAnswers, pathOfAnswers] = [nodes * written, written];
      readByReaders += nodes * read;
      roots = nodes / fanIn;
      readers += roots;
    }
    nodes /= fanIn;
  });
  const first = layers[0]?.reader ? answers / layers[0].fanIn : 0;
  return {
    ...{ answers, turns: 1, readers, readersLater: readers - first, roots },
    ...{ writtenByAnswers, writtenByReaders, readByAnswers: 0, readByReaders, pathOfAnswers, pathOfReaders },
  };
}

/** An agent with what was recorded of it. */
export interface Party {
  readonly column: Column;
  readonly calibration: AgentCalibration;
}

/** What a token costs in one unit; NaN where unknown. */
interface Rates {
  readonly writtenByAnswers: number;
  readonly writtenByReaders: number;
  readonly readByAnswers: number;
  readonly readByReaders: number;
  /** What of the price of a prompt is saved where a reader of the same agent has had it before. */
  readonly savedByReaders: number;
}

function ratesOf(unit: Expense, answering: Party, reading: Party): Rates {
  const all = (writtenByAnswers: number, writtenByReaders: number, readByAnswers: number, readByReaders: number) => ({
    ...{ writtenByAnswers, writtenByReaders, readByAnswers, readByReaders, savedByReaders: 0 },
  });
  switch (unit) {
    case "calls":
      return all(0, 0, 0, 0);
    case "tokens":
      return all(1, 1, 1, 1);
    case "tokensIn":
      return all(0, 0, 1, 1);
    case "tokensOut":
      return all(1, 1, 0, 0);
    case "seconds":
      return all(pace(answering), pace(reading), 0, 0);
    case "wattHoursLeast":
    case "wattHoursMost": {
      const end = unit === "wattHoursLeast" ? "low" : "high";
      const [own, other] = [answering, reading].map(({ column }) => energyOf(column)) as [EnergyRates, EnergyRates];
      return all(own.output[end] / 1000, other.output[end] / 1000, own.input[end] / 1000, other.input[end] / 1000);
    }
    default: {
      const [own, other] = [answering, reading].map(({ calibration }) => calibration.prices ?? unpriced) as [
        TokenPrices,
        TokenPrices,
      ];
      return {
        writtenByAnswers: own.outputPerMillion / 1e6,
        writtenByReaders: other.outputPerMillion / 1e6,
        readByAnswers: own.inputPerMillion / 1e6,
        readByReaders: other.inputPerMillion / 1e6,
        savedByReaders: (other.inputPerMillion - (other.cachedInputPerMillion ?? other.inputPerMillion)) / 1e6,
      };
    }
  }
}

const unpriced: TokenPrices = { inputPerMillion: Number.NaN, outputPerMillion: Number.NaN };

/** Recorded seconds per recorded token written. */
function pace({ calibration: { cost } }: Party): number {
  const { seconds, tokensOut } = cost;
  return isMeasured(seconds) && isMeasured(tokensOut) && tokensOut.value > 0
    ? seconds.value / tokensOut.value
    : Number.NaN;
}

/** Calls whose prompt is taken for cached: those made later; at least the dollars, all but the first; at most, none. */
function cachedIn(unit: Expense, { answers, turns, readers, readersLater }: Work) {
  if (unit === "usdLeast") return { answers: answers - 1, readers: Math.max(0, readers - 1) };
  return unit === "usd" ? { answers: turns - 1, readers: readersLater } : { answers: 0, readers: 0 };
}

/** Of one task, or the mean or largest of all: an answering call, what of it is saved if its prompt is cached, a reader's prompt and answer. */
interface CallAmounts {
  readonly call: number;
  readonly saved: number;
  readonly prompt: number;
  readonly answer: number;
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
  readonly #answer: Float64Array;
  readonly #calls = new Map<CallUnit, Float64Array>();
  readonly #slowest = new Map<number, Float64Array>();
  readonly #means = new Map<Expense, CallAmounts>();
  readonly #largest = new Map<Expense, CallAmounts>();
  readonly #rates = new Map<Expense, Rates>();

  /** On these tasks of the columns. */
  constructor(answering: Party, reading: Party, tasks: Uint32Array) {
    this.#answering = answering;
    this.#reading = reading;
    this.#tasks = tasks;
    this.#prompt = meanCallCosts(reading.column, "tokensIn", tasks);
    this.#answer = meanCallCosts(reading.column, "tokensOut", tasks);
  }

  /** Expected cost of this work on each task. */
  perTask(work: Work): TaskCosts {
    const costs = (unit: Expense) => {
      const saved = this.#saved(unit);
      return this.#callsOf(unit, work).map((call, t) =>
        this.#amount(unit, work, { call, saved: saved?.[t] ?? 0, prompt: this.#prompt[t]!, answer: this.#answer[t]! }),
      );
    };
    const { usdCached } = this.#answering.column;
    const { prices } = this.#reading.calibration;
    const cached = usdCached !== undefined || prices?.cachedInputPerMillion !== undefined;
    return Object.assign(costs, { cached });
  }

  /** Its mean over tasks. */
  mean(work: Work, unit: Expense): number {
    const known = this.#means.get(unit) ?? {
      call: unit === "seconds" ? Number.NaN : meanOfKnown(this.#callsOf(unit, work)),
      saved: meanOfKnown(this.#saved(unit) ?? new Float64Array(1)),
      prompt: meanOfKnown(this.#prompt),
      answer: meanOfKnown(this.#answer),
    };
    this.#means.set(unit, known);
    if (unit !== "seconds") return this.#amount(unit, work, known);
    return this.#amount(unit, work, { ...known, call: meanOfKnown(this.#callsOf(unit, work)) });
  }

  /** All calls, prompts and answers at the largest that was recorded, and nothing cached. */
  largest(work: Work, unit: Expense): number {
    if (unit === "calls") return work.answers + work.readers;
    const known = this.#largest.get(unit) ?? {
      call: largestCallCost(this.#answering.column, unit, this.#tasks),
      saved: 0,
      prompt: largestCallCost(this.#reading.column, "tokensIn", this.#tasks),
      answer: largestCallCost(this.#reading.column, "tokensOut", this.#tasks),
    };
    this.#largest.set(unit, known);
    return this.#amount(unit === "usd" ? "usdMost" : unit, work, known);
  }

  /** Readers are taken to be silent as often as their recorded answers were. */
  silence(work: Work, confidence: number): Silence {
    const calls = (made: number) => new Float64Array(this.#tasks.length).fill(made);
    const callers = [
      { column: this.#answering.column, calls: calls(work.answers) },
      { column: this.#reading.column, calls: calls(work.readers) },
    ];
    const asked = work.readers > 0 ? callers : callers.slice(0, 1);
    return silenceOf(asked, this.#tasks, silenceOfReaders, confidence);
  }

  /** `call`: in seconds the slowest of those made together. */
  #amount(unit: Expense, work: Work, { call, saved, prompt, answer }: CallAmounts): number {
    if (unit === "calls") return work.answers + work.readers;
    const rates = this.#ratesIn(unit);
    if (unit === "seconds")
      return (
        work.turns * call +
        times(work.pathOfAnswers, rates.writtenByAnswers) +
        times(work.pathOfReaders + (work.roots > 0 ? answer : 0), rates.writtenByReaders)
      );
    const cached = cachedIn(unit, work);
    return (
      work.answers * call -
      times(cached.answers, saved) +
      times(work.writtenByAnswers, rates.writtenByAnswers) +
      times(work.writtenByReaders + times(work.roots, answer), rates.writtenByReaders) +
      times(work.readByAnswers, rates.readByAnswers) +
      times(work.readByReaders + times(work.readers, prompt), rates.readByReaders) -
      times(times(cached.readers, prompt), rates.savedByReaders)
    );
  }

  #ratesIn(unit: Expense): Rates {
    const known = this.#rates.get(unit) ?? ratesOf(unit, this.#answering, this.#reading);
    this.#rates.set(unit, known);
    return known;
  }

  #callsOf(unit: Expense, { answers, turns }: Work): Float64Array {
    const { column } = this.#answering;
    if (unit === "seconds") {
      const together = answers / turns;
      const known = this.#slowest.get(together) ?? slowestOf(column, together, this.#tasks);
      this.#slowest.set(together, known);
      return known;
    }
    return this.#meanCalls(unit === "usdLeast" || unit === "usdMost" ? "usd" : unit);
  }

  /** What an answering call saves if its prompt is cached; undefined where no such price is stated, and in other units. */
  #saved(unit: Expense): Float64Array | undefined {
    if ((unit !== "usd" && unit !== "usdLeast") || !this.#answering.column.usdCached) return undefined;
    const cached = this.#meanCalls("usdCached");
    return this.#meanCalls("usd").map((usd, t) => usd - cached[t]!);
  }

  #meanCalls(unit: CallUnit): Float64Array {
    const known = this.#calls.get(unit) ?? meanCallCosts(this.#answering.column, unit, this.#tasks);
    this.#calls.set(unit, known);
    return known;
  }
}
