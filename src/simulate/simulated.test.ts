import { describe, expect, it } from "vitest";
import * as organizations from "../organizations/index.ts";
import type { Organization } from "../organizations/organization.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import { organizationOf } from "../organizations/team.ts";
import type { AnswerTable, Column } from "../records/answer-table.ts";
import type { Channel } from "../theory/channel.ts";
import { accuracyOf, spokenBy } from "../theory/silence.ts";
import type { PricedChannel } from "./outcomes.ts";
import { NotRecorded, outcomes, outcomesCached, ReaderNotRecorded, replay } from "./replay.ts";

/** Answers by agent and task as codes (0 right, −1 none): prompts of 100 tokens, answers of 40. */
function tableOf(
  answers: Readonly<Record<string, readonly (readonly number[])[]>>,
  taskNames = answers["a"]!.map((_, t) => `task-${t}`),
): AnswerTable {
  const columns = Object.entries(answers).map(([name, tasks]): Column => {
    const value = Int32Array.from(tasks.flat());
    const same = (x: number) => new Float64Array(value.length).fill(x);
    return {
      ...{ name, agent: name, answersKnown: true, value },
      start: Uint32Array.from([0, ...tasks.map((_, t) => tasks.slice(0, t + 1).flat().length)]),
      grade: Float64Array.from(value, (code) => Number(code === 0)),
      ...{ tokensIn: same(100), tokensOut: same(40), usd: same(0.01), seconds: same(2) },
      status: Array.from(value, (code) => (code < 0 ? "unparsed" : "ok")),
      group: new Int32Array(value.length).fill(-1),
    };
  });
  return { tasks: taskNames, columns };
}

const channelOf = (gamma: number, rho = 0): Channel => ({ fidelity: () => gamma, rho });
const perfect = channelOf(1);
const of = (text: string, table: AnswerTable, channel: PricedChannel, draws?: number) =>
  outcomes(parseTeam(text), table, { seed: 1, channel, ...(draws && { draws }) });

/** Of a share p of `draws` draws. */
const error = (p: number, draws: number) => Math.sqrt((p * (1 - p)) / draws);

describe("a simulated team", () => {
  // Given the task the recorded shares are what the theory calls a leaf, so its law must come out task by task.
  const reading = Object.values<Organization>(organizations)
    .filter(({ readSignal }) => readSignal)
    .map(({ example }) => example);
  it.each(
    ["tree:3x2/m=64@leaf=a,reader=b", "tree.counted:2x2/m=64@leaf=a,reader=b", "chain:3/m=64@a", ...reading].flatMap(
      (text) => [2, 4].flatMap((options) => [0, 0.3].map((silent) => ({ text, options, silent }))),
    ),
  )(
    "of $text is what the theory says of leaves like the recorded ones, of $options answers, $silent of them none",
    (world) => {
      const { text, options, silent } = world;
      const share = 0.45;
      const each = 1200;
      const codes = Array.from({ length: each }, (_, i) =>
        i < share * each ? 0 : i < (share + silent) * each ? -1 : 1 + (i % (options - 1)),
      );
      const team = parseTeam(text);
      const channel = channelOf(0.8, 0.15);
      const said = organizationOf(team).readSignal!(team, spokenBy(share, silent, options), channel, options);
      const expected = accuracyOf(said, options);
      const tasks = 15;
      const table = tableOf({ a: Array.from({ length: tasks }, () => codes) });
      const { accuracy, method } = of(text, table, channel, 600);
      expect(method).toBe("simulated");
      const mean = accuracy.reduce((sum, one) => sum + one, 0) / tasks;
      expect(Math.abs(mean - expected)).toBeLessThan(4 * error(expected, tasks * 600) + 1e-3); // of drawing without replacement
    },
  );

  it("passes on what was recorded, each answer once, and spoils some of it", () => {
    // Three leaves take the answers right, right, wrong; a message is right with γ + (1 − γ)/2, or (1 − γ)/2.
    const [gamma, rho, draws] = [0.6, 0.3, 40_000];
    const table = tableOf({ a: [[0, 0, 2]] });
    const [good, bad] = [gamma + (1 - gamma) / 2, (1 - gamma) / 2];
    const majority = good * good + 2 * good * (1 - good) * bad;
    const expected = rho * ((2 * good + bad) / 3) + (1 - rho) * majority;
    const { accuracy, calls } = of("star:3/m=9@leaf=a,reader=b", table, channelOf(gamma, rho), draws);
    expect(Math.abs(accuracy[0]! - expected)).toBeLessThan(4 * error(expected, draws));
    expect(calls[0]).toBe(4);
  });

  it("gives a chain's agent its own vote beside the message", () => {
    const [gamma, draws] = [0.6, 40_000];
    const [good, bad] = [gamma + (1 - gamma) / 2, (1 - gamma) / 2];
    // First right then right, right then wrong, wrong then right, each in a third of the draws; a coin where they differ.
    const expected = (good + bad / 2 + good / 2 + bad + good / 2) / 3;
    const { accuracy } = of("chain:2/m=9@a", tableOf({ a: [[0, 0, 2]] }), channelOf(gamma), draws);
    expect(Math.abs(accuracy[0]! - expected)).toBeLessThan(4 * error(expected, draws));
  });

  it("spoils messages into any answer that was recorded of the task, at least a right and a wrong one", () => {
    const table = tableOf({ a: [[0], [0, 2, 3], [4]], b: [[0], [0, 2, 2], [4]] });
    const { accuracy } = of("star:2/m=9@leaf=a+b,reader=c", table, channelOf(1e-12), 20_000);
    for (const [task, options] of [2, 3, 2].entries())
      expect(Math.abs(accuracy[task]! - 1 / options)).toBeLessThan(4 * error(1 / options, 20_000));
  });

  it("shares errors at the node that code counts, too", () => {
    const table = tableOf({ a: [[0, 0, 2]] });
    const counted = (rho: number) => of("tree.counted:3x1@leaf=a,reader=b", table, channelOf(0.5, rho), 20_000);
    expect(counted(0).accuracy[0]).toBe(1); // nothing is lost on the way into it
    expect(Math.abs(counted(1).accuracy[0]! - 2 / 3)).toBeLessThan(4 * error(2 / 3, 20_000));
  });

  it("takes ties of a count as their expectation", () => {
    const table = tableOf({ a: [[0, 2]] });
    expect(of("tree.counted:2x1@leaf=a,reader=b", table, perfect, 7).accuracy[0]).toBe(0.5);
  });

  it("has no message where an answer could not be parsed, and asks nobody who would read nothing", () => {
    const table = tableOf({
      a: [
        [0, -1],
        [-1, -1],
      ],
    });
    const { accuracy, calls } = of("star:2/m=9@leaf=a,reader=b", table, perfect);
    expect([...accuracy]).toEqual([1, 0]);
    expect([...calls]).toEqual([3, 2]);
    expect([...of("chain:2@a", table, perfect).accuracy]).toEqual([1, 0]);
  });

  it("counts recorded answers, messages written and read, prompts of readers and their last answers; prices of readers are unknown", () => {
    const table = tableOf({ a: [[0, 0, 2, 0]], b: [[0]] });
    const tokens = (text: string) => of(text, table, perfect).tokens[0];
    expect(tokens("star:4/m=10@leaf=a,reader=b")).toBeCloseTo(4 * 140 + 8 * 10 + 140, 9);
    expect(tokens("star:4@leaf=a,reader=b")).toBeCloseTo(4 * 140 + 4 * 40 + 140, 9); // written already
    expect(tokens("tree:2x2/m=10+5@leaf=a,reader=b")).toBeCloseTo(4 * 140 + 8 * 10 + 4 * 5 + 3 * 100 + 40, 9);
    expect(tokens("tree:2x2@leaf=a,reader=b")).toBeCloseTo(4 * 140 + 4 * 40 + 4 * 40 + 3 * 100 + 40, 9);
    expect(tokens("tree.counted:2x2/m=10@leaf=a,reader=b")).toBeCloseTo(4 * 140 + 8 * 10 + 2 * 140, 9);
    expect(tokens("chain:4/m=10@a")).toBeCloseTo(4 * 140 + 3 * 20, 9);
    expect(tokens("chain:4@a")).toBeCloseTo(4 * 140 + 3 * 40, 9);
    expect(tokens("star:4/m=10@leaf=a,reader=nobody")).toBeNaN();
    const { usd, tokensIn, tokensOut } = of("star:4/m=10@leaf=a,reader=b", table, perfect);
    expect(usd[0]).toBeNaN();
    expect([tokensIn[0], tokensOut[0]]).toEqual([4 * 100 + 4 * 10 + 100, 4 * 40 + 4 * 10 + 40]);
  });

  it("takes the seconds of its longest path: drawn answers, and what is written at the agent's pace", () => {
    const table = tableOf({ a: [[0, 0, 2, 0]], b: [[0]] }); // 2 seconds and 40 tokens an answer: 20 tokens per second
    const seconds = (text: string, read = table) => of(text, read, perfect).seconds[0];
    expect(seconds("star:4/m=10@leaf=a,reader=b")).toBeCloseTo(2 + 10 / 20 + 40 / 20, 9);
    expect(seconds("star:4@leaf=a,reader=b")).toBeCloseTo(2 + 40 / 20, 9);
    expect(seconds("tree:2x2/m=10+5@leaf=a,reader=b")).toBeCloseTo(2 + 10 / 20 + 5 / 20 + 40 / 20, 9);
    expect(seconds("tree.counted:2x2/m=10@leaf=a,reader=b")).toBeCloseTo(2 + 10 / 20 + 40 / 20, 9);
    expect(seconds("chain:4/m=10@a")).toBeCloseTo(4 * 2 + 3 * (10 / 20), 9);
    const [a, b] = table.columns;
    const uneven = { ...table, columns: [{ ...a!, seconds: Float64Array.of(1, 5, 2, 2) }, b!] };
    expect(seconds("star:4@leaf=a,reader=b", uneven)).toBeCloseTo(5 + 40 / 20, 9);
    expect(seconds("star:4@leaf=a,reader=nobody")).toBeNaN();
  });

  it("pays for cached prompts where its agent is asked again, and the config says how much", () => {
    const table = tableOf({ a: [[0, 0, 2, 0]], b: [[0]] });
    const [a, b] = table.columns;
    const cached = { ...table, columns: [{ ...a!, usdCached: a!.usd.map((usd) => 0.4 * usd) }, b!] };
    const prices = (cachedInputPerMillion: number) => ({
      inputPerMillion: 100,
      outputPerMillion: 0,
      cachedInputPerMillion,
    });
    const usd = (text: string) => {
      const priced = {
        ...perfect,
        prices: new Map([
          ["a", { ...prices(100), inputPerMillion: 0 }],
          ["b", prices(10)],
        ]),
      };
      return of(text, cached, priced).usd[0];
    };
    expect(usd("chain:4/m=10@a")).toBeCloseTo(0.01 * (1 + 3 * 0.4), 12);
    expect(usd("star:4@leaf=a,reader=b")).toBeCloseTo(0.04 + (100 + 4 * 40) * 1e-4, 12); // leaves are asked together
    expect(usd("tree:2x2@leaf=a,reader=b")).toBeCloseTo(0.04 + (2 * 100 + 6 * 40) * 1e-4 + 100 * 1e-5, 12);
  });

  it("costs dollars at the prices of who writes and who reads", () => {
    const table = tableOf({ a: [[0, 0, 2, 0]], b: [[0]] });
    const answer = table.columns[0]!.usd[0]!;
    const a = { inputPerMillion: 1, outputPerMillion: 10 };
    const b = { inputPerMillion: 100, outputPerMillion: 1000 };
    const priced = { ...perfect, prices: new Map(Object.entries({ a, b })) };
    const usd = (text: string) => of(text, table, priced).usd[0];
    expect(usd("star:4/m=10@leaf=a,reader=b")).toBeCloseTo(
      4 * answer + (40 * 10 + (40 + 100) * 100 + 40 * 1000) / 1e6,
      12,
    );
    expect(usd("chain:4@a")).toBeCloseTo(4 * answer + (3 * 40 * 1) / 1e6, 12);
  });

  it("leaves out tasks with fewer answers than it asks for: drawn twice, they would err together", () => {
    const table = tableOf({ a: [[0, 0, 0], [0, 0], []] });
    const team = parseTeam("star:3@leaf=a,reader=b");
    expect([...of(team.text, table, perfect).accuracy]).toEqual([1, Number.NaN, Number.NaN]);
    expect(replay(team, table, { seed: 1, channel: perfect })).toMatchObject({
      ...{ tasks: 1, skipped: 2, method: "simulated", metric: "accuracy" },
      cost: { calls: 4, tokens: null, usd: null, seconds: null },
    });
    const larger = parseTeam("star:9@leaf=a,reader=b");
    expect(() => replay(larger, table, { seed: 1, channel: perfect })).toThrow(NotRecorded);
  });

  it("is the same for the same seed, whatever the order of tasks", () => {
    const answers = [
      [0, 2, 3, 0],
      [2, 0, 0, 2],
      [0, 0, 0, 2],
    ];
    const channel = channelOf(0.7, 0.2);
    const forward = tableOf({ a: answers }, ["x", "y", "z"]);
    const backward = tableOf({ a: [...answers].reverse() }, ["z", "y", "x"]);
    const text = "tree:2x2/m=9@leaf=a,reader=b";
    expect([...of(text, backward, channel).accuracy].reverse()).toEqual([...of(text, forward, channel).accuracy]);
    const other = outcomes(parseTeam(text), forward, { seed: 2, channel });
    expect(other.accuracy).not.toEqual(of(text, forward, channel).accuracy);
  });

  it("needs a channel, and is never remembered for another one", () => {
    const table = tableOf({ a: [[0, 0, 2]] });
    const team = parseTeam("star:3/m=9@leaf=a,reader=b");
    expect(() => replay(team, table, { seed: 1 })).toThrow(ReaderNotRecorded);
    expect(() => replay(team, table, { seed: 1 })).toThrow(/not recorded.*\n.*message_tokens, sent and received/);
    const [clear, noisy] = [channelOf(1), channelOf(0.1)];
    const remembered = (channel: Channel) => outcomesCached(team, table, { seed: 1, channel });
    expect(remembered(clear)).toBe(remembered(clear));
    expect(remembered(noisy).accuracy).not.toEqual(remembered(clear).accuracy);
    expect(() => outcomesCached(team, table, { seed: 1 })).toThrow(ReaderNotRecorded);
    const vote = parseTeam("vote:3@a"); // reads nothing: one memory for all
    expect(outcomesCached(vote, table, { seed: 1, channel: clear })).toBe(outcomesCached(vote, table, { seed: 1 }));
  });

  it("says that nobody recorded its readers, and where its answers came in groups", () => {
    const table = tableOf({ a: [[0, 0, 2]], b: [[0]] });
    const inGroups = { ...table, columns: table.columns.map((one) => ({ ...one, group: one.group.map(() => 0) })) };
    const caveats = (some: AnswerTable) =>
      replay(parseTeam("star:3@leaf=a,reader=b"), some, { seed: 1, channel: perfect }).caveats.join("\n");
    expect(caveats(table)).toMatch(/nobody recorded/);
    expect(caveats(table)).not.toMatch(/groups/);
    expect(caveats(inGroups)).toMatch(/answers of a shared contexts in groups/);
  });
});
