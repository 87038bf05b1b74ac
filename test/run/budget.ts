// Runs with more work than money, with faults, and counts what the upstream charged and what the ledger put to use.
import { rmSync } from "node:fs";
import { type Crasher, faultsDefault } from "./crash.ts";

export type BudgetUnit = "tokens" | "dollars" | "calls";

export interface BudgetPlan {
  readonly unit: BudgetUnit;
  readonly concurrency: number;
  readonly seed: number;
  readonly team?: string;
}

export interface BudgetResult extends BudgetPlan {
  /** In the budget's unit; dollars as 10⁻⁹ dollars. */
  readonly cap: number;
  readonly upstream: number;
  readonly ledger: number;
  /** ledger / cap */
  readonly used: number;
  readonly calls: number;
  readonly code: number | null;
  readonly stderr: string;
  readonly seconds: number;
}

/** About 250 reservations of one call to `bee`. */
const caps: Readonly<Record<BudgetUnit, { readonly cap: number; readonly text: string; readonly tasks: number }>> = {
  tokens: { cap: 400_000, text: "400000tok", tasks: 2500 },
  dollars: { cap: 400_000_000, text: "$0.4", tasks: 3000 },
  calls: { cap: 250, text: "250calls", tasks: 400 },
};

export async function spendAll(crasher: Crasher, plan: BudgetPlan): Promise<BudgetResult> {
  const { unit, concurrency, seed, team = "single@bee" } = plan;
  const { cap, text, tasks } = caps[unit];
  const started = performance.now();
  const { place, mock } = crasher.place({ tasks, seed, concurrency, latency: 0.02 });
  try {
    const url = await crasher.upstream.begin({ ...mock, faults: faultsDefault });
    const args = ["--team", team, "--budget", text, "--concurrency", String(concurrency), "--base-url", url];
    const { code, stdout, stderr } = await crasher.life(place, [
      "run",
      "tasks.jsonl",
      ...args,
      "--out",
      "out",
      "--json",
    ]);
    const bill = await crasher.upstream.bill();
    const spent = stdout === "" ? { tokens: 0, usd: 0, calls: 0 } : JSON.parse(stdout).spent;
    const ledger = unit === "dollars" ? Math.round(spent.usd * 1e9) : spent[unit];
    return {
      ...plan,
      cap,
      upstream: unit === "dollars" ? bill.nanoUsd : bill[unit],
      ledger,
      used: ledger / cap,
      calls: bill.calls,
      ...{ code, stderr },
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** What is wrong with it, in words. */
export function broken({ unit, concurrency, cap, upstream, ledger, used, code, stderr }: BudgetResult): string[] {
  const where = `${unit}, ${concurrency} in flight`;
  return [
    ...(code === 4 ? [] : [`${where}: ended with code ${code}: ${stderr.slice(0, 500)}`]),
    ...(upstream <= cap ? [] : [`${where}: the upstream charged ${upstream} of ${cap}`]),
    ...(upstream <= ledger ? [] : [`${where}: the upstream charged ${upstream}, the ledger has ${ledger}`]),
    ...(ledger <= cap ? [] : [`${where}: the ledger has ${ledger} of ${cap}`]),
    ...(used >= 0.97 ? [] : [`${where}: ${(100 * used).toFixed(2)} % of the budget was put to use`]),
  ];
}
