// Every public set that holds attempts is imported, and the reference numbers of its stats.json are reproduced.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Attempt } from "../../src/records/attempt.ts";
import { notAttempts } from "../../src/records/not-attempts.ts";
import { readAttempts } from "../../src/records/read.ts";
import type { Recordings } from "../../src/records/recordings.ts";
import { tabulate } from "../../src/records/tabulate.ts";
import {
  accuracy,
  anyRight,
  binaryMajority,
  type Cells,
  cellsOf,
  core,
  curveCells,
  majorityOf,
  mean,
  median,
  phi,
  plurality,
  rightAnswers,
  sameWrong,
  sampledPlurality,
  shareOn,
  withinRho,
} from "./reference.ts";

const data = join(import.meta.dirname, "../../../shared/data");
const config = { agents: {}, sources: [] };
const rounding = 0.5e-4 + 1e-9; // stats.json has four digits
const drawing = 0.01; // plurality curves are means of 400 draws

const prefix = (pattern: RegExp) => (attempt: Attempt) => pattern.exec(attempt.taskId)?.[1] ?? "none";
const all = () => "all";

/** Which stratum of stats.json an attempt belongs to; "none" where stats.json leaves it out. */
const strata: Record<string, (attempt: Attempt) => string> = {
  "aime-k16": prefix(/^(aime\d+)-/),
  "alpaca-eval2": all,
  "arc-verifier": prefix(/^(arc\d_[a-z]+)_/),
  "bbh-codex": all,
  "cruxeval-codellama": ({ agent }) => agent.split("-").at(-1)!,
  "dcrouter-9llm": all,
  "game24-gpt4": all,
  "gsm8k-multi": all,
  "humaneval-k16": all,
  "lcb-codegen": ({ extra }) => String(extra?.["snapshot"]),
  "lcb-execution": all,
  "lcb-repair": all,
  "lcb-testgen": all,
  llmdrift: prefix(/^drift-([a-z]+)-/),
  "math500-k4": all,
  "mmlu-pro": all,
  "mmlu-routellm": all,
  "reflexion-code": prefix(/^([a-z]+-[a-z]+)-/),
  routerarena: ({ correct }) => (correct === undefined ? "none" : "all"),
  "svamp-pot-k30": all,
  "swebench-pro": ({ extra }) => (extra?.["public_set"] === 1 ? "public" : "other"),
  "swebench-verified-bash": all,
  "tau-airline": all,
  "tau2-runs": prefix(/^tau2-([a-z]+)-/),
  "tot-scored": prefix(/^(crossword)-/),
};

/** Sets whose stats.json is of another shape; tested one by one below. */
const ownShape = ["judge-tau2", "reflexion-trials", "team-aggregation", "team-allocation", "team-debate"];

describe.skipIf(!existsSync(data))("public answers (skipped where ../shared/data is missing)", () => {
  it("has every set either imported or on the list of those without attempts", () => {
    const sets = readdirSync(data, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const known = [...Object.keys(strata), ...ownShape, ...notAttempts.map(({ set }) => set)];
    expect(sets.map(({ name }) => name).sort()).toEqual(known.sort());
  });

  it.each(notAttempts)("says of $set that it holds no attempts", async ({ set, reason }) => {
    await expect(readAttempts([join(data, set)])).rejects.toMatchObject({
      code: "no-attempts",
      message: expect.stringContaining(reason),
    });
  });

  describe.each(Object.entries(strata))("%s", (set, stratumOf) => {
    const stats = statsOf(set);
    const read = once(() => readAttempts([join(data, set)]));

    it("is read without a bad line, one attempt for each record", async () => {
      const attempts = await read();
      expect(attempts.badLines).toEqual([]);
      const files = Object.values<number>(stats.records); // votes beside the answers are read as well
      expect(attempts.lines).toBe(set === "math500-k4" ? files[0]! + files[1]! : stats.records["records.jsonl.gz"]);
    });

    describe.each(Object.entries<any>(stats.strata))("%s", (stratum, expected) => {
      const recorded = once(async () => {
        const attempts = await read();
        const inside = attempts.attempts.filter((attempt) => stratumOf(attempt) === stratum);
        return { inside, recordings: tabulate({ ...attempts, attempts: inside }, config) };
      });

      it("has the stated tasks, agents, samples and accuracies", async () => {
        const { table } = (await recorded()).recordings;
        expect(table.tasks.length).toBe(expected.tasks);
        expect(table.columns.length).toBe(expected.agents);
        expect(table.columns.reduce((sum, { grade }) => sum + grade.length, 0)).toBe(expected.samples);
        const byAgent = byStatsName(
          table.columns.map((column) => [column.agent, column.level, cellsOf(column)]),
          expected,
        );
        for (const [agent, { tasks, accuracy: stated }] of Object.entries<any>(expected.accuracy_by_agent)) {
          expect(byAgent.get(agent)!.size, agent).toBe(tasks);
          near(accuracy(byAgent.get(agent)!), stated, rounding, agent);
        }
        const accuracies = [...byAgent.values()].map(accuracy);
        near(Math.min(...accuracies), expected.accuracy.min, rounding, "min");
        near(median(accuracies), expected.accuracy.median, rounding, "median");
        near(Math.max(...accuracies), expected.accuracy.max, rounding, "max");
      });

      if (expected.pairwise_phi)
        it("has the stated φ of pairs", async () => {
          const agents = (await recorded()).recordings.table.columns.map(cellsOf);
          const phis = pairs(agents).flatMap(([a, b]) => phi(a, b) ?? []);
          expect(phis.length).toBe(expected.pairwise_phi.n);
          near(mean(phis), expected.pairwise_phi.mean, rounding, "mean");
          near(Math.min(...phis), expected.pairwise_phi.min, rounding, "min");
          near(Math.max(...phis), expected.pairwise_phi.max, rounding, "max");
        });

      if (expected.within_agent_rho)
        it("has the stated ρ within agents", async () => {
          const rhos = (await recorded()).recordings.table.columns
            .map(cellsOf)
            .flatMap((cells) => withinRho(cells) ?? []);
          near(mean(rhos), expected.within_agent_rho.mean, rounding, `mean of ${rhos.length}`);
        });

      if (expected.curve)
        it("has the stated curves over samples", async () => {
          const { inside, recordings } = await recorded();
          const agents = recordings.table.columns.map(cellsOf);
          const right = rightAnswers(recordings.table, goldKnown(inside));
          // The stated means are means of rounded numbers, so they are rounded twice.
          for (const [size, { agents: reported, mean: stated }] of Object.entries<any>(expected.curve)) {
            const n = Number(size);
            const curves = agents.flatMap((cells) => curveCells(cells, n) ?? []);
            expect(curves.length, `agents at n = ${n}`).toBe(reported);
            const over = (value: (cell: Parameters<typeof anyRight>[0], task: number) => number) =>
              mean(curves.map((cells) => mean([...cells].map(([task, cell]) => value(cell, task)))));
            near(
              over((cell) => binaryMajority(cell, n)),
              stated.binary_majority,
              2 * rounding,
              `majority of ${n}`,
            );
            near(
              over((cell) => anyRight(cell, n)),
              stated.oracle,
              2 * rounding,
              `any of ${n}`,
            );
            if (stated.plurality === undefined) continue;
            const vote = over((cell, task) =>
              sampledPlurality(cell, n, (answer) => right[task]!.has(answer), `${task}`),
            );
            near(vote, stated.plurality, n === 1 ? 2 * rounding : drawing, `plurality of ${n}`);
          }
        });

      if (expected.ensemble)
        it("has the stated ensembles", async () => {
          const { inside, recordings } = await recorded();
          checkEnsemble(recordings, inside, expected.ensemble);
        });

      if (expected.same_wrong)
        it("has the stated share of equal wrong answers", async () => {
          const { inside, recordings } = await recorded();
          const right = rightAnswers(recordings.table, goldKnown(inside));
          const agents = recordings.table.columns.filter((column) => column.answersKnown).map(cellsOf);
          const { both, share } = sameWrong(agents, (task, answer) => right[task]!.has(answer));
          expect(both).toBe(expected.same_wrong.pairs_both_wrong);
          near(share, expected.same_wrong.share_same_answer, rounding, "same wrong");
        });
    });
  });

  it("prices attempts as recorded, in the sets that record it", async () => {
    const { accuracy_by_agent: stated } = statsOf("aime-k16").strata.aime2025;
    const read = await readAttempts([join(data, "aime-k16")]);
    const inside = read.attempts.filter(({ taskId }) => taskId.startsWith("aime2025"));
    const [column] = tabulate({ ...read, attempts: inside }, config).table.columns;
    near(mean([...column!.tokensIn]), stated["qwen-22b"].mean_tokens_in, 1e-6, "tokens in");
    near(mean([...column!.tokensOut]), stated["qwen-22b"].mean_tokens_out, 1e-6, "tokens out");
    near(mean([...column!.usd]), stated["qwen-22b"].mean_cost_usd, 1e-6, "dollars");
  });

  it("game24-gpt4 shares the recorded dollars of a puzzle among its samples", async () => {
    const text = gunzipSync(readFileSync(join(data, "game24-gpt4/usage.jsonl.gz"))).toString();
    const usage = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { agent: string; cost_usd: number });
    const { table } = tabulate(await readAttempts([join(data, "game24-gpt4")]), config);
    for (const { agent, level, usd } of table.columns) {
      const recorded = usage
        .filter((row) => row.agent.startsWith(`${agent}-${level}`))
        .reduce((sum, row) => sum + row.cost_usd, 0);
      expect(usd.reduce((sum, one) => sum + one, 0)).toBeCloseTo(recorded, 9);
    }
  });

  it("judge-tau2 has the stated accuracies, costs and φ of errors", async () => {
    const stats = statsOf("judge-tau2");
    const { table } = tabulate(await readAttempts([join(data, "judge-tau2")]), config);
    for (const column of table.columns) {
      const stated = stats.by.all[column.name];
      expect(column.grade.length).toBe(stated.n);
      near(accuracy(cellsOf(column)), stated.accuracy, rounding, column.name);
      near(mean([...column.usd]), stated.mean_cost_usd, 1e-6, `${column.name}, dollars`);
      near(mean([...column.tokensIn]), stated.mean_tokens_in, 0.051, `${column.name}, tokens`);
    }
    for (const [a, b] of pairs(table.columns.toSorted((x, y) => (x.name < y.name ? -1 : 1))))
      near(
        phi(cellsOf(a), cellsOf(b))!,
        stats.error_phi.all[`${a.name} x ${b.name}`],
        rounding,
        `${a.name} x ${b.name}`,
      );
  });

  it("reflexion-trials has the stated shares solved within k trials, trials being levels", async () => {
    const { by_agent } = statsOf("reflexion-trials");
    const { table } = tabulate(await readAttempts([join(data, "reflexion-trials")]), config);
    for (const [agent, { tasks, solved_within }] of Object.entries<any>(by_agent))
      for (const [trial, stated] of Object.entries<number>(solved_within)) {
        const column = table.columns.find(({ name }) => name === `${agent}~${trial}`)!;
        if (trial === "1") expect(column.grade.length).toBe(tasks);
        near(mean([...column.grade]), stated, rounding, column.name);
      }
  });

  it("team-aggregation has the stated accuracies and costs of its ways to combine", async () => {
    const { modes } = statsOf("team-aggregation");
    const read = await readAttempts([join(data, "team-aggregation")]);
    for (const [key, stated] of Object.entries<any>(modes)) {
      const [family, mode] = key.split("|");
      const inside = read.attempts.filter(({ agent, extra }) => agent === mode && extra?.["family"] === family);
      const [column] = tabulate({ ...read, attempts: inside }, config).table.columns;
      expect(column!.grade.length).toBe(stated.n);
      near(mean([...column!.grade]), stated.accuracy, rounding, key);
      const usd = stated.mean_total_cost_usd ?? stated.mean_proposal_cost_usd + stated.mean_extra_cost_usd;
      near(mean([...column!.usd]), usd, 1.1e-6, `${key}, dollars`);
    }
  });

  it("team-allocation has the stated teams, and the share of right proposers of 32", async () => {
    const { teams, by_right_share_32 } = statsOf("team-allocation");
    const read = await readAttempts([join(data, "team-allocation")]);
    const { table } = tabulate(read, config);
    for (const [key, stated] of Object.entries<any>(teams)) {
      const column = table.columns.find(({ name }) => name === `team|${key}`)!;
      expect(column.grade.length).toBe(stated.n);
      near(mean([...column.grade]), stated.accuracy, rounding, key);
      near(mean([...column.usd]), stated.mean_cost_usd, 1e-6, `${key}, dollars`);
    }
    const proposers = read.attempts.filter(({ agent }) => agent === "proposer|mixed");
    for (const [range, { n }] of Object.entries<any>(by_right_share_32)) {
      const [least, most] = range.split("-").map(Number);
      expect(proposers.filter(({ nCorrect }) => nCorrect! >= least! && nCorrect! <= most!).length, range).toBe(n);
    }
  });

  it("team-debate has the stated teams and baselines", async () => {
    const { teams, baselines } = statsOf("team-debate");
    const read = await readAttempts([join(data, "team-debate")]);
    for (const [key, stated] of Object.entries<any>({ ...teams, ...baselines })) {
      const [family, ...agent] = key.split("|");
      const inside = read.attempts.filter(
        (attempt) =>
          attempt.role === undefined && attempt.agent === agent.join("|") && attempt.extra?.["family"] === family,
      );
      const [column] = tabulate({ ...read, attempts: inside }, config).table.columns;
      expect(column!.grade.length).toBe(stated.n);
      near(mean([...column!.grade]), stated.accuracy, rounding, key);
      near(mean([...column!.usd]), stated.mean_cost_usd, 1e-6, `${key}, dollars`);
      if (stated.mean_wall_s !== undefined)
        near(mean([...column!.seconds]), stated.mean_wall_s, 1e-6, `${key}, seconds`);
    }
  });

  it("tot-scored has the stated mean scores", async () => {
    const { scores } = statsOf("tot-scored");
    const { attempts } = await readAttempts([join(data, "tot-scored")]);
    for (const [key, stated] of Object.entries<any>(scores)) {
      const [kind, agent] = key.split("|");
      const inside = attempts.filter((attempt) => attempt.agent === agent && attempt.taskId.startsWith(kind!));
      near(mean(inside.map(({ score }) => score!)), stated.mean, rounding, key);
    }
  });
});

function checkEnsemble({ table }: Recordings, inside: readonly Attempt[], stated: any): void {
  const byName = table.columns.toSorted((a, b) => (a.name < b.name ? -1 : 1)); // who of equals is in the top 3
  const { agents, tasks } = core(byName.map(cellsOf), table.tasks.length);
  expect(agents.length).toBe(stated.agents);
  expect(tasks.length).toBe(stated.tasks);
  const on = (cells: Cells) => mean(tasks.map((task) => shareOn(cells, task)));
  const accuracies = agents.map(on);
  near(Math.max(...accuracies), stated.best_single, rounding, "best single");
  near(mean(accuracies), stated.mean_single, rounding, "mean single");
  const missed = (task: number) => agents.reduce((product, cells) => product * (1 - shareOn(cells, task)), 1);
  near(mean(tasks.map((task) => 1 - missed(task))), stated.oracle, rounding, "oracle");
  const majority = (members: readonly Cells[]) =>
    mean(tasks.map((task) => majorityOf(members.map((cells) => shareOn(cells, task)))));
  near(majority(agents), stated.majority_binary, rounding, "majority");
  const ranked = agents.toSorted((a, b) => on(b) - on(a));
  if (stated.top3_majority_binary !== undefined)
    near(majority(ranked.slice(0, 3)), stated.top3_majority_binary, rounding, "top 3");
  if (stated.plurality_string === undefined) return;
  const right = rightAnswers(table, goldKnown(inside));
  const vote = (task: number) =>
    plurality(
      agents.map((cells) => cells.get(task)!.answers[0]!),
      (answer) => right[task]!.has(answer),
    );
  near(mean(tasks.map(vote)), stated.plurality_string, rounding, "plurality");
}

const pairs = <T>(list: readonly T[]): [T, T][] => list.flatMap((a, i) => list.slice(i + 1).map((b): [T, T] => [a, b]));

function goldKnown(attempts: readonly Attempt[]): (task: string) => boolean {
  const known = new Set(attempts.filter(({ gold }) => gold !== undefined).map(({ taskId }) => taskId));
  return (task) => known.has(task);
}

/** stats.json names an agent at a level `agent|level`, `agent-level` (game24) or, where it has only one level, `agent`. */
function byStatsName(
  columns: readonly (readonly [string, string | undefined, Cells])[],
  expected: any,
): Map<string, Cells> {
  return new Map(
    columns.map(([agent, level, cells]) => {
      const plain = agent.replace(/\/\d{4}-\d\d-\d\d$/, ""); // snapshots are part of the imported name
      const names = [`${plain}|${level}`, `${plain}-${level}`, `${plain}-${level}-b5`, plain];
      return [names.find((name) => name in expected.accuracy_by_agent)!, cells];
    }),
  );
}

function near(found: number, stated: number, tolerance: number, what: string): void {
  expect(Math.abs(found - stated), `${what}: ${found} against ${stated}`).toBeLessThanOrEqual(tolerance);
}

function statsOf(set: string): any {
  const path = join(data, set, "stats.json");
  if (!existsSync(path)) return { strata: {}, records: {} };
  return JSON.parse(readFileSync(path, "utf8")).open;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
