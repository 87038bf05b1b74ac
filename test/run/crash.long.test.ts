// 1,000 kills at random instants. What came of it is written to bench/run/crash.md and crash.json.
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { describe, expect, it } from "vitest";
import { random } from "../../src/theory/random.ts";
import { Crasher, type CrashPlan, type CrashResult, faultsDefault } from "./crash.ts";

const killsWanted = 1000;
const runsAtLeast = 50;
const atATime = 2;
const seed = 1;

const teams = [
  "vote:5@bee",
  "ahead:2/9@ant",
  "tree:3x2/m=32@leaf=bee,reader=ant",
  "tree.counted:3x2/m=32@leaf=ant,reader=bee",
  "vote@ant,bee,cow",
  "cascade@ant+bee,cow",
  "single@ant",
] as const;
const concurrencies = [1, 2, 5, 10, 20, 50, 100, 200, 500] as const;
/** Steps that a process gets done before it is killed grow with what may be in flight, up to what two cores can do. */
const tasksPer = { 1: 40, 2: 60, 5: 120, 10: 200, 20: 300, 50: 500, 100: 800, 200: 1200, 500: 1600 } as const;
const callsPer = (team: string) => (team.startsWith("tree") ? 13 : team.startsWith("single") ? 1 : 4);

/** The n-th run: every team at every concurrency in turn, each third with a budget that runs out, each seventh in calm. */
function planOf(n: number): CrashPlan {
  const next = random(seed, "plan", n);
  const team = teams[n % teams.length]!;
  const concurrency = concurrencies[n % concurrencies.length]!;
  return {
    team,
    concurrency,
    tasks: Math.max(20, Math.round((4 * tasksPer[concurrency]) / callsPer(team))),
    kills: 22,
    seed: 1 + Math.floor(next() * 1e6),
    faults: n % 7 === 6 ? {} : faultsDefault,
    ...(n % 3 === 2 && { budgetShare: 0.6 + 0.6 * next() }),
  };
}

describe("the crash campaign", () => {
  it("loses no answer, pays none twice and stays within the budget over 1,000 kills", async () => {
    const started = performance.now();
    const results: CrashResult[] = [];
    let runs = 0;
    let kills = 0;
    const worker = async (): Promise<void> => {
      const crasher = await Crasher.start();
      try {
        while (kills < killsWanted || runs < runsAtLeast) {
          const result = await crasher.crash(planOf(runs++));
          kills += result.kills;
          results.push(result);
          process.stderr.write(`${line(result)}\n`);
          for (const problem of result.problems.slice(0, 3)) process.stderr.write(`  ${problem}\n`);
        }
      } finally {
        crasher.close();
      }
    };
    await Promise.all(Array.from({ length: atATime }, worker));
    const seconds = (performance.now() - started) / 1000;
    const place = new URL("../../bench/run/", import.meta.url);
    writeFileSync(new URL("crash.md", place), report(results, seconds));
    writeFileSync(new URL("crash.json", place), `${JSON.stringify(results, null, 1)}\n`);

    expect(results.flatMap(({ problems }) => problems).slice(0, 10)).toEqual([]);
    expect(sum(results, "kills")).toBeGreaterThanOrEqual(killsWanted);
    expect(results.length).toBeGreaterThanOrEqual(runsAtLeast);
    expect(sum(results, "answersLost") + sum(results, "answeredCalledAgain") + sum(results, "answersOther")).toBe(0);
  });
});

function line({ plan, kills, calls, callsUndisturbed, inFlightAtKills, problems, seconds }: CrashResult): string {
  return `${plan.team} × ${plan.tasks}, ${plan.concurrency} in flight, seed ${plan.seed}: ${kills} kills, ${calls} calls (undisturbed ${callsUndisturbed}), ${inFlightAtKills} in flight at kills, ${problems.length} problems, ${seconds.toFixed(1)} s`;
}

type Sum =
  | "kills"
  | "killsAtStart"
  | "inFlightAtKills"
  | "answersLost"
  | "answeredCalledAgain"
  | "answersOther"
  | "calls";

function sum(results: readonly CrashResult[], what: Sum): number {
  return results.reduce((total, result) => total + result[what], 0);
}

function report(results: readonly CrashResult[], seconds: number): string {
  const groups = new Map<string, CrashResult[]>();
  for (const result of results) {
    const name = `${result.plan.team}${result.plan.budgetShare === undefined ? "" : ", budget short"}`;
    groups.set(name, [...(groups.get(name) ?? []), result]);
  }
  const row = (name: string, group: readonly CrashResult[]) => {
    const over = group.filter(({ upstream, budgetTokens }) => upstream.tokens > budgetTokens).length;
    const problems = group.reduce((total, one) => total + one.problems.length, 0);
    const cells = (
      [
        "kills",
        "killsAtStart",
        "calls",
        "inFlightAtKills",
        "answersLost",
        "answeredCalledAgain",
        "answersOther",
      ] as const
    ).map((what) => sum(group, what).toLocaleString("en"));
    return `| ${[name, group.length, ...cells, over, problems].join(" | ")} |`;
  };
  return `# Killed and taken up again

\`quorate run\` in a process of its own, killed with SIGKILL at random instants (one in seven while it starts or recovers), taken up again with \`--resume\` until it is done. The upstream is the mock in a process of its own, with faults in six of seven runs: ${JSON.stringify(faultsDefault)}. Judged from outside: what was printed, the upstream's log and bill, and the exported events (\`test/run/crash-audit.ts\`).

- Command: \`npm run check:long -- crash\`
- Machine: ${cpus().length} × ${cpus()[0]!.model.trim()}, Node ${process.version}; ${atATime} runs at a time, ${(seconds / 60).toFixed(0)} minutes; seed ${seed}
- Concurrency ${concurrencies.join(", ")}

| team | runs | kills | of them before the first call | calls | tries closed because their owner was dead | answers lost | answered steps called again | answers other than undisturbed | runs over budget | laws broken |
|---|---|---|---|---|---|---|---|---|---|---|
${[...groups]
  .sort(([a], [b]) => a.localeCompare(b))
  .map(([name, group]) => row(name, group))
  .join("\n")}
${row("all", results)}

Calls of a key never exceed its one answered try, its tries that failed, and its tries in flight at a kill; every call that arrived had a durable reservation; no step was called before the answers that it follows from were stored.
`;
}
