import type { Column } from "./answer-table.ts";
import type { Attempt, Status } from "./attempt.ts";
import type { AgentConfig, Config } from "./config.ts";
import type { Mutable } from "./parse.ts";
import type { Assumption } from "./recordings.ts";

/** An answer as numbers; see the arrays of `Column`. */
export interface Coded {
  readonly value: number;
  readonly group: number;
  /** NaN where it is no number. */
  readonly estimate: number;
  /** −1 where texts are not kept. */
  readonly text: number;
}

/** Fills one column of the answer table, completes its costs, and remembers what had to be assumed for that. */
export interface ColumnBuilder {
  /** Announces an attempt, before anything is allocated. */
  expect(attempt: Attempt): void;
  allocate(tasks: number): void;
  /** Adds an attempt to the current task. Tasks come in order, and so do the samples of a task. */
  append(attempt: Attempt, grade: number, coded: Coded): void;
  endTask(task: number): void;
  answersKnown(): boolean;
  assumptions(): readonly Assumption[];
  finish(): Column;
}

export function columnBuilder(
  { name, agent, level }: { readonly name: string; readonly agent: string; readonly level: string | undefined },
  { agents }: Config,
): ColumnBuilder {
  const own = Object.hasOwn(agents, name) ? agents[name] : Object.hasOwn(agents, agent) ? agents[agent] : undefined;
  const costs = costCompletion(name, own ?? {});
  let size = 0;
  let filled = 0;
  let [answersKnown, statusKnown] = [false, false];
  let column: Mutable<Column> & { readonly status: Status[] };

  return {
    expect({ nSamples, answer, status }) {
      statusKnown ||= status !== undefined;
      size += nSamples ?? 1;
      answersKnown ||= nSamples === undefined && answer !== undefined;
    },
    allocate(tasks) {
      column = {
        name,
        agent,
        ...(level === undefined ? {} : { level }),
        answersKnown,
        start: new Uint32Array(tasks + 1),
        value: new Int32Array(size),
        grade: new Float64Array(size),
        tokensIn: new Float64Array(size),
        tokensOut: new Float64Array(size),
        usd: new Float64Array(size),
        ...(own?.prices?.cachedInputPerMillion !== undefined && { usdCached: new Float64Array(size) }),
        ...(own?.energy && { energy: own.energy }),
        seconds: new Float64Array(size),
        status: new Array<Status>(size),
        ...(statusKnown && { statusKnown }),
        group: new Int32Array(size),
      };
    },
    append(attempt, grade, { value, group, estimate, text }) {
      const { nSamples = 1, nCorrect } = attempt;
      const silent = attempt.answer === null && nCorrect === undefined; // an aggregate has no answer of its own
      if (text >= 0) column.text ??= new Int32Array(size).fill(-1);
      if (!Number.isNaN(estimate)) column.estimate ??= new Float64Array(size).fill(Number.NaN);
      const status = attempt.status ?? (silent ? "unparsed" : "ok");
      for (let sample = 0; sample < nSamples; sample++) {
        const at = filled++;
        const wrong = nCorrect !== undefined && sample >= nCorrect; // the right ones of an aggregate come first
        column.value[at] = nCorrect === undefined ? value : Number(wrong);
        column.grade[at] = nCorrect === undefined ? grade : Number(!wrong);
        column.status[at] = status;
        column.group[at] = group;
        if (column.text) column.text[at] = text;
        if (column.estimate) column.estimate[at] = estimate;
        costs.complete(attempt, nSamples, column, at);
      }
    },
    endTask(task) {
      column.start[task + 1] = filled;
    },
    answersKnown: () => answersKnown,
    assumptions: () => costs.assumptions(size),
    finish: () => column,
  };
}

/**
 * Costs of an attempt: as recorded, else from the config, else (answer length only) from the recorded characters; NaN
 * where nothing is known. Nothing is completed silently: each completion becomes an assumption. Costs of an attempt that
 * stands for n samples are those of all n together.
 */
function costCompletion(agent: string, config: AgentConfig) {
  const { promptTokens, answerTokens, prices, seconds, asOf } = config;
  const source = asOf === undefined ? "config" : `config, as of ${asOf}`;
  const completed = { promptTokens: 0, answerTokens: 0, characters: 0, prices: 0, seconds: 0 };

  return {
    complete(attempt: Attempt, samples: number, column: Column, at: number): void {
      let tokensIn = Number.NaN;
      if (attempt.tokensIn !== undefined) tokensIn = attempt.tokensIn / samples;
      else if (promptTokens !== undefined) {
        tokensIn = promptTokens;
        completed.promptTokens++;
      }
      let tokensOut = Number.NaN;
      const characters = attempt.extra?.["chars_out"];
      if (attempt.tokensOut !== undefined) tokensOut = attempt.tokensOut / samples;
      else if (answerTokens !== undefined) {
        tokensOut = answerTokens;
        completed.answerTokens++;
      } else if (typeof characters === "number") {
        tokensOut = characters / charactersPerToken / samples;
        completed.characters++;
      }
      let usd = Number.NaN;
      let usdCached = Number.NaN;
      if (attempt.costUsd !== undefined) usd = usdCached = attempt.costUsd / samples;
      else if (prices !== undefined && !Number.isNaN(tokensIn + tokensOut)) {
        const { inputPerMillion, outputPerMillion, cachedInputPerMillion = inputPerMillion } = prices;
        const cached = (attempt.tokensInCached ?? 0) / samples;
        const dollars = (cachedTokens: number) =>
          ((tokensIn - cachedTokens) * inputPerMillion +
            cachedTokens * cachedInputPerMillion +
            tokensOut * outputPerMillion) /
          1e6;
        usd = dollars(cached);
        usdCached = dollars(tokensIn);
        completed.prices++;
      }
      let lasted = Number.NaN;
      if (attempt.seconds !== undefined) lasted = attempt.seconds / samples;
      else if (seconds !== undefined) {
        lasted = seconds;
        completed.seconds++;
      }
      column.tokensIn[at] = tokensIn;
      column.tokensOut[at] = tokensOut;
      column.usd[at] = usd;
      if (column.usdCached) column.usdCached[at] = usdCached;
      column.seconds[at] = lasted;
    },

    assumptions(attempts: number): Assumption[] {
      const entries: Assumption[] = [];
      const note = (
        count: number,
        subject: string,
        value: string,
        status: Assumption["status"] = "assumed",
        from = source,
      ) => {
        const some = count < attempts ? `, for ${count.toLocaleString("en")} of ${attempts.toLocaleString("en")}` : "";
        if (count > 0) entries.push({ subject, agent, value: value + some, status, source: from });
      };
      note(completed.promptTokens, "prompt length", `${promptTokens} tokens`);
      note(completed.answerTokens, "answer length", `${answerTokens} tokens`);
      note(completed.characters, "answer length", "characters ÷ 4", "derived", "field chars_out");
      if (prices !== undefined)
        note(
          completed.prices,
          "price",
          `$${prices.inputPerMillion} in, $${prices.outputPerMillion} out per million tokens`,
        );
      if (prices?.cachedInputPerMillion !== undefined)
        note(
          completed.prices,
          "cached prompt",
          `$${prices.cachedInputPerMillion} per million tokens, where an earlier call to the same task has ended`,
        );
      note(completed.seconds, "seconds", `${seconds} s`);
      return entries;
    },
  };
}

/** The usual rule of thumb for English text; only ever used as a stated derivation. */
const charactersPerToken = 4;
