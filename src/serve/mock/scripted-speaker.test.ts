import { beforeAll, describe, expect, it } from "vitest";
import type { AnswersConfig } from "../../records/provider-config.ts";
import { answerReader } from "../../run/answers/answer-reader.ts";
import type { AnswerReader } from "../../run/answers/extraction.ts";
import { messagesOf } from "../../run/prompts/messages-of.ts";
import type { Task } from "../../run/task.ts";
import { accuracyAt } from "../../simulate/scripted-draws.ts";
import { fidelityExponential } from "../../theory/fidelity.ts";
import { random } from "../../theory/random.ts";
import { type Ask, digestOf } from "./ask.ts";
import { indexTasks, worldTasks } from "./mock-tasks.ts";
import { scriptedSpeaker } from "./scripted-speaker.ts";
import type { Spoken } from "./speaker.ts";
import { countTokens } from "./tokens.ts";
import { type World, worldExample } from "./world.ts";

let reader: AnswerReader;
beforeAll(async () => {
  reader = await answerReader("choice");
});

interface Question {
  readonly model?: string;
  readonly effort?: string;
  readonly maxTokens?: number;
  readonly group?: string;
  readonly messageTokens?: number;
  readonly refines?: boolean;
  readonly told?: readonly { readonly text: string; readonly messageTokens?: number }[];
}

/** A world, and how to ask its agents: what the reader of a run finds in the answer. */
function open(given: Partial<World>, tasks = 4000) {
  const world = { ...worldExample, tasks, ...given };
  const all = worldTasks(world, 1);
  const speaker = scriptedSpeaker(world, indexTasks(all), 1);
  const say = (task: Task, identity: string, question: Question = {}): Spoken => {
    const { model = "clerk", group, refines, told = [], messageTokens, effort, maxTokens } = question;
    const step = {
      role: told.length > 0 ? "reader" : "leaf",
      reads: told.map((_, i) => `${i}`),
      ...(group !== undefined && { group }),
      ...(refines !== undefined && { refines }),
      ...(messageTokens !== undefined && { messageTokens }),
    };
    const messages = messagesOf(
      step,
      task,
      told.map(({ text, messageTokens }, i) => ({
        step: { id: `${i}`, ...(messageTokens !== undefined && { messageTokens }) },
        text,
      })),
      { reader },
    );
    const ask: Ask = {
      protocol: "chat",
      model,
      messages,
      stop: [],
      choices: 1,
      stream: false,
      includeUsage: false,
      logprobs: false,
      ...(effort !== undefined && { effort }),
      ...(maxTokens !== undefined && { maxTokens }),
    };
    const said = speaker.answer(ask, digestOf(ask), identity, random(1, identity));
    if ("status" in said) throw new Error(said.message);
    return said;
  };
  const answer = (task: Task, identity: string, question: Question = {}) =>
    reader.read(say(task, identity, question), task).value;
  return { world, tasks: all, say, answer };
}

/** How many standard deviations a share of n draws is from its truth. */
const zOf = (hits: number, n: number, truth: number) => (hits / n - truth) / Math.sqrt((truth * (1 - truth)) / n);

/** Correlation of two indicators. Of n pairs that have none, its standard error is 1/√n. */
function correlation(pairs: readonly (readonly [boolean, boolean])[]): number {
  const share = (is: (pair: readonly [boolean, boolean]) => boolean) => pairs.filter(is).length / pairs.length;
  const [a, b] = [share(([one]) => one), share(([, other]) => other)];
  return (share(([one, other]) => one && other) - a * b) / Math.sqrt(a * (1 - a) * b * (1 - b));
}

describe("scripted agents behind an endpoint", () => {
  it("are right as often as stated, at every level of a curve", () => {
    const { world, tasks, answer } = open({});
    const [scout, scholar, clerk] = world.agents;
    const columns = [
      [scholar!, undefined],
      [clerk!, undefined],
      [scout!, undefined], // its base level
      ...[50, 450, 4050].map((level) => [scout!, String(level)] as const),
    ] as const;
    for (const [agent, effort] of columns) {
      const question = { model: agent.name, ...(effort !== undefined && { effort }) };
      const right = tasks.filter(
        (task) => answer(task, `${agent.name} ${effort} ${task.taskId}`, question) === task.gold,
      );
      const truth = accuracyAt(agent.skill, Number(effort ?? 150));
      expect(Math.abs(zOf(right.length, tasks.length, truth))).toBeLessThan(4);
    }
  });

  it("follow the stated exponent from one level to the next", () => {
    const { tasks, answer } = open({ rhoTask: 0 }, 20_000);
    const bias = (effort: string) => {
      const question = { model: "scout", effort };
      return (
        (2 * tasks.filter((task) => answer(task, `${effort}${task.taskId}`, question) === task.gold).length) / 20_000 -
        1
      );
    };
    const [low, high] = [bias("50"), bias("4050")];
    // Var(ln μ) = (1 − μ²)/(n μ²), of both ends
    const error = Math.sqrt((1 - low ** 2) / low ** 2 / 20_000 + (1 - high ** 2) / high ** 2 / 20_000) / Math.log(81);
    expect(Math.abs(Math.log(high / low) / Math.log(81) - 0.13)).toBeLessThan(4 * error);
  });

  it("find the same tasks hard: two answers to a task are correlated by ρ_task, of one agent or of two", () => {
    const { tasks, answer } = open({ rhoTask: 0.3 });
    const twice = tasks.map((task) => {
      const right = (n: number, model = "clerk") =>
        answer(task, `${model} ${n} ${task.taskId}`, { model }) === task.gold;
      return { own: [right(1), right(2)] as const, others: [right(3), right(1, "scholar")] as const };
    });
    expect(Math.abs(correlation(twice.map(({ own }) => own)) - 0.3)).toBeLessThan(4 / Math.sqrt(tasks.length));
    expect(correlation(twice.map(({ others }) => others))).toBeGreaterThan(0.2);
  });

  it("share their answers within a group with probability ρ_within, and with no other group", () => {
    const { tasks, answer } = open({ rhoTask: 0, groups: { ...worldExample.groups, rhoWithin: 0.4 } });
    const right = (task: Task, group: string, n: number) =>
      answer(task, `${group} ${n} ${task.taskId}`, { group }) === task.gold;
    const inside = tasks.map((task) => [right(task, "node/0", 1), right(task, "node/0", 2)] as const);
    const across = tasks.map((task) => [right(task, "node/1", 1), right(task, "node/2", 2)] as const);
    expect(Math.abs(correlation(inside) - 0.4)).toBeLessThan(4 / Math.sqrt(tasks.length));
    expect(Math.abs(correlation(across))).toBeLessThan(4 / Math.sqrt(tasks.length));
  });

  it("are wrong as the weights of wrong answers say", () => {
    const { tasks, answer } = open({ wrongWeights: [3, 0, 1] });
    const steps = new Map<number, number>();
    for (const task of tasks) {
      const said = answer(task, task.taskId)!;
      const step = (said.charCodeAt(0) - task.gold!.charCodeAt(0) + 4) % 4;
      steps.set(step, (steps.get(step) ?? 0) + 1);
    }
    const wrong = tasks.length - steps.get(0)!;
    expect(steps.get(2)).toBeUndefined();
    expect(Math.abs(zOf(steps.get(1)!, wrong, 0.75))).toBeLessThan(4);
  });

  it.each([16, 64, 192])("read a message of %d tokens intact with probability γ", (messageTokens) => {
    const { world, tasks, answer } = open({});
    const sent = (t: number) => "ABCD"[t % 4]!;
    const intact = tasks.filter(
      (task, t) =>
        answer(task, `read ${task.taskId}`, { told: [{ text: `I say so.\nANSWER: ${sent(t)}`, messageTokens }] }) ===
        sent(t),
    );
    const gamma = fidelityExponential(messageTokens, world.relays);
    expect(Math.abs(zOf(intact.length, tasks.length, gamma + (1 - gamma) / 4))).toBeLessThan(4);
  });

  it("pass on what they are told where no length spoils it, the plurality of several, ties by draw", () => {
    const { tasks, answer } = open({}, 400);
    const told = (...letters: string[]) => ({ told: letters.map((letter) => ({ text: `ANSWER: ${letter}` })) });
    for (const task of tasks) {
      expect(answer(task, task.taskId, told("C"))).toBe("C");
      expect(answer(task, task.taskId, told("B", "D", "A", "D"))).toBe("D");
    }
    const ties = tasks.filter((task) => answer(task, task.taskId, told("A", "C")) === "A").length;
    expect(Math.abs(zOf(ties, tasks.length, 0.5))).toBeLessThan(4);
    expect(tasks.every((task) => ["A", "C"].includes(answer(task, task.taskId, told("A", "C"))!))).toBe(true);
  });

  it("count their own answer as one more vote where they refine", () => {
    const { world, tasks, answer } = open({});
    const right = tasks.filter(
      (task, t) =>
        answer(task, `refine ${t}`, { refines: true, told: [{ text: `ANSWER: ${task.gold}` }] }) === task.gold,
    ).length;
    const p = accuracyAt(world.agents[2]!.skill, 0);
    expect(Math.abs(zOf(right, tasks.length, p + (1 - p) / 2))).toBeLessThan(4);
  });

  it("take as many tokens as their level on average, longer on tasks that are long for all", () => {
    const { tasks, say } = open({ lengthScatter: 0.5 });
    const tokens = tasks.map((task) => say(task, task.taskId, { model: "scout", effort: "450" }).tokensOut);
    const mean = tokens.reduce((sum, one) => sum + one, 0) / tokens.length;
    expect(Math.abs(mean / 450 - 1)).toBeLessThan(4 * (0.56 / Math.sqrt(tokens.length)));
    const other = tasks.map((task) => say(task, `again ${task.taskId}`, { model: "scholar" }).tokensOut);
    const longer = tasks.filter((_, t) => tokens[t]! > 450 === other[t]! > 1600).length;
    expect(longer / tasks.length).toBeGreaterThan(0.8);
  });

  it("say as many visible tokens as they are charged for beside reasoning, and end with the answer", () => {
    const { tasks, say } = open({ lengthScatter: 0.5 }, 300);
    for (const [t, task] of tasks.entries()) {
      const { text, tokensOut, tokensReasoning, finish } = say(task, `${t}`, { model: t % 2 ? "scout" : "clerk" });
      expect(finish).toBe("stop");
      expect(countTokens(text)).toBe(tokensOut - tokensReasoning);
      expect(text).toMatch(/^ANSWER: [A-D]$/m);
    }
  });

  it("are cut where max_tokens cuts, the answer first, and fit where max_tokens is their level", () => {
    const { tasks, say } = open({}, 300);
    for (const [t, task] of tasks.entries()) {
      const cut = say(task, `${t}`, { maxTokens: 40 });
      expect(cut).toMatchObject({ finish: "length", tokensOut: 40 });
      expect(countTokens(cut.text)).toBe(40);
      expect(cut.text).not.toContain("ANSWER");
      expect(say(task, `${t}`, { model: "scout", maxTokens: 60 })).toMatchObject({ text: "", tokensReasoning: 60 });
      const fits = say(task, `${t}`, { model: "scout", maxTokens: 450 });
      expect(fits.finish).toBe("stop");
      expect(fits.tokensOut).toBeLessThanOrEqual(450);
      expect(fits.tokensOut).toBeGreaterThan(300);
    }
  });

  it("keep to the length that a prompt allows a message", () => {
    const { tasks, say } = open({}, 100);
    for (const task of tasks) {
      const { text } = say(task, task.taskId, { messageTokens: 16 });
      expect(countTokens(text)).toBeLessThanOrEqual(16);
      expect(text).toContain("ANSWER: ");
    }
  });

  it("are late as stated: lognormal, with a Pareto tail", () => {
    const latency = { firstMs: 200, scatter: 0.2, tailShare: 0.1, tailExponent: 1.5, tailMax: 1000 };
    const { tasks, say } = open({ latency });
    const factors = tasks.map((task) => {
      const { firstMs, ms, tokensOut } = say(task, task.taskId);
      return (ms - firstMs) / ((1000 * tokensOut) / 200); // of the clerk's 200 tokens a second
    });
    const stragglers = factors.filter((factor) => factor > 1 + 1e-9).sort((a, b) => a - b);
    expect(Math.abs(zOf(stragglers.length, tasks.length, 0.1))).toBeLessThan(4);
    // P(factor > x) = x^−1.5
    const beyond = stragglers.filter((factor) => factor > 4).length;
    expect(Math.abs(zOf(beyond, stragglers.length, 4 ** -1.5))).toBeLessThan(4);
  });

  it("write the answer as it is asked for, and whoever asked finds it", async () => {
    const forms: readonly (readonly [AnswersConfig, string?])[] = [
      ["choice"],
      ["number", "1,234.5"],
      ["exact", "Seine"],
      ["contains", "Seine"],
      ["boxed", "42"],
      [{ kind: "json", field: "answer" }, "42"],
      [{ kind: "json", field: "result.items[1].name" }, "Seine"],
      [{ kind: "json" }, '["Phobos","Deimos"]'],
      [{ kind: "regex", pattern: "^Verdict: (?<answer>\\w+)$" }, "yes"],
    ];
    for (const [config, gold] of forms) {
      const reader = await answerReader(config);
      const [task, ...more] = open({}, 20).tasks.map((task, t): Task => {
        if (gold === undefined) return task;
        const { choices, ...bare } = task;
        return { ...bare, gold: t === 0 || /\d/.test(gold) ? gold : gold.startsWith("[") ? `["m${t}"]` : `river${t}` };
      });
      const speaker = scriptedSpeaker(worldExample, indexTasks([task!, ...more]), 1);
      const said = new Set<string | null>();
      for (let i = 0; i < 60; i++) {
        const ask: Ask = {
          protocol: "chat",
          model: "clerk",
          messages: messagesOf({ role: "solve", reads: [] }, task!, [], { reader }),
          stop: [],
          choices: 1,
          stream: false,
          includeUsage: false,
          logprobs: false,
        };
        const spoken = speaker.answer(ask, digestOf(ask), `${i}`, random(1, i)) as Spoken;
        const { value } = reader.read(spoken, task!);
        expect(value).not.toBeNull();
        said.add(reader.grade(value, task!) === 1 ? "right" : value);
      }
      expect(said).toContain("right");
      expect(said.size).toBeGreaterThan(2); // wrong answers differ
      expect(said.size).toBeLessThanOrEqual(4);
    }
  });
});
