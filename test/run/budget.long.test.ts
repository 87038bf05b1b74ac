// Every unit of a budget at every concurrency. What came of it is written to bench/run/budget.md and budget.json.
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { expect, it } from "vitest";
import { type BudgetPlan, type BudgetResult, broken, spendAll } from "./budget.ts";
import { Crasher, faultsDefault } from "./crash.ts";

const concurrencies = [1, 2, 5, 10, 50, 100, 500, 1000];
const units = ["tokens", "dollars", "calls"] as const;
const teams = ["single@bee", "tree:3x2/m=32@leaf=bee,reader=bee"];

it("a budget is never exceeded and at least 97 % of it put to use, at every concurrency", async () => {
  const crasher = await Crasher.start();
  const results: BudgetResult[] = [];
  try {
    for (const [i, concurrency] of concurrencies.entries())
      for (const unit of units)
        for (const team of teams) {
          const plan: BudgetPlan = { unit, concurrency, team, seed: 100 + i };
          const result = await spendAll(crasher, plan);
          results.push(result);
          process.stderr.write(
            `${team} ${unit} ${concurrency}: upstream ${result.upstream}, ledger ${result.ledger} of ${result.cap}, ${result.seconds.toFixed(1)} s\n`,
          );
        }
  } finally {
    crasher.close();
  }
  const place = new URL("../../bench/run/", import.meta.url);
  writeFileSync(new URL("budget.md", place), report(results));
  writeFileSync(new URL("budget.json", place), `${JSON.stringify(results, null, 1)}\n`);
  expect(results.flatMap(broken)).toEqual([]);
});

function report(results: readonly BudgetResult[]): string {
  const share = (part: number, cap: number) => `${((100 * part) / cap).toFixed(2)} %`;
  return `# More work than money

Each run has more work than its budget of some 250 reservations allows, and an upstream with faults (${JSON.stringify(faultsDefault)}) in a process of its own. *upstream*: what it charged; *put to use*: what the ledger counts, calls of unknown billing at their reservation.

- Command: \`npm run check:long -- budget\`
- Machine: ${cpus().length} × ${cpus()[0]!.model.trim()}, Node ${process.version}

| team | budget | in flight | calls charged | upstream | put to use |
|---|---|---|---|---|---|
${results
  .map(
    ({ team, unit, concurrency, calls, upstream, ledger, cap }) =>
      `| ${team} | ${unit} | ${concurrency} | ${calls} | ${share(upstream, cap)} | ${share(ledger, cap)} |`,
  )
  .join("\n")}
`;
}
