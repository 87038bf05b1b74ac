import type { CastAdvice, CastChange, CostUnit } from "../plan/plan-types.ts";
import { count, points, pointsInterval, probabilitySentence } from "../report/format-number.ts";
import { isMeasured, type Measured } from "../theory/interval.ts";

/** The best changes of the best vote's cast: who joins for the most gain per money, who leaves at the least loss; `by` which labels, if not by grades. */
export function castLines(advice: Measured<CastAdvice>, by = ""): string[] {
  if (!isMeasured<CastAdvice>(advice)) return ["Cast", `  not measured: ${advice.notMeasured} → ${advice.probe}`];
  const { team, unit, add, drop } = advice;
  const line = (what: string) => (change: CastChange) =>
    `  ${what} ${change.agent.padEnd(30)} ${points(change.gain.mean)} ${pointsInterval(change.gain)}, ${probabilitySentence(change.probabilityBetter)}, for ${change.cost < 0 ? "−" : "+"}${amount(Math.abs(change.cost), unit)} per task`;
  return [
    `Cast of ${team}${by}: one member more by gain per ${unitNames[unit]}, one less by what is lost`,
    ...add.slice(0, changesShown).map(line("add ")),
    ...drop.slice(0, changesShown).map(line("drop")),
  ];
}

const changesShown = 3;
const unitNames: Readonly<Record<CostUnit, string>> = {
  usd: "dollar",
  tokens: "token",
  calls: "call",
  seconds: "second",
};

/** An amount of money for the terminal. */
export function amount(value: number, unit: CostUnit): string {
  if (unit === "usd") return `$${value.toPrecision(3)}`;
  if (unit === "tokens") return `${count(value)} tokens`;
  return `${value.toFixed(2)} ${unit}`;
}
