import type { SectionDraft } from "../document.ts";
import { cost, costHeaders } from "../format-number.ts";
import { kinds } from "../kinds.ts";
import type { MetricLook } from "../metric.ts";
import type { Reading } from "../reading.ts";
import type { BudgetCurve, Study } from "../study-data.ts";
import { capitalize, lowerFirst } from "../words.ts";

/** The curve of the budget's own unit first. */
export function orderedBudgets(study: Study): BudgetCurve[] {
  return study.budgets
    .filter(({ points }) => points.length > 0)
    .toSorted((a, b) => Number(b.unit === study.plan.budget.unit) - Number(a.unit === study.plan.budget.unit));
}

/** What to buy at other budgets. */
export function budgetSection({ study, look, label, confidenceText }: Reading): SectionDraft | null {
  const [main, ...others] = orderedBudgets(study);
  if (!main) return null;
  return {
    id: "budget",
    title: "Best kind for each budget",
    blocks: [
      {
        id: "budget",
        title: segmentsTitle(main),
        subtitle: `${look.axis.replace(" in per cent", ", per cent,")} of what the choosing half would buy at each budget, measured on the other half; ${costHeaders[main.unit]}, log scale`,
        figure: {
          name: "budget",
          index: 0,
          description: `${segmentsTitle(main)}.${others.map((curve) => ` Counted in ${curve.unit}: ${segmentsTitle(curve)}.`).join("")}`,
          source: `Advice: a team only where P(better than one agent) ≥ ${study.confidence}, otherwise one agent. ${look.plural} on the held-back half carry about the ${confidenceText} intervals of the figure above.`,
        },
        table: {
          columns: [
            { name: `From, ${costHeaders[main.unit]}` },
            { name: "Advice" },
            { name: "Team", as: "code" },
            { name: look.forecastColumn.replace("% right", "%"), as: "number" },
            { name: look.measuredColumn.replace("% right", "%"), as: "number" },
          ],
          rows: changes(main).map(({ budget, advice, byKind }) => {
            const bought = byKind[advice];
            return {
              kind: advice,
              cells: [
                cost(budget, main.unit),
                kinds[advice].one,
                bought?.team ?? "–",
                bought ? look.value(bought.forecast) : "–",
                bought ? look.value(bought.measured) : "–",
              ],
            };
          }),
        },
        notes: [
          ...jumps(main, look, label),
          ...others.map((curve) => ({
            lead: `Counted in ${curve.unit === "usd" ? "dollars" : curve.unit}:`,
            text: `${lowerFirst(segmentsTitle(curve))}.`,
          })),
        ],
      },
    ],
  };
}

/** Budgets at which another team is bought. */
function changes({ points }: BudgetCurve): BudgetCurve["points"][number][] {
  return points.filter(
    (point, i) =>
      i === 0 ||
      point.advice !== points[i - 1]!.advice ||
      point.byKind[point.advice]?.team !== points[i - 1]!.byKind[point.advice]?.team,
  );
}

/** "One agent up to $1.20, a cascade to $12.77, then a panel". */
function segmentsTitle({ segments, unit }: BudgetCurve): string {
  const text = (perTask: number) => (unit === "usd" ? cost(perTask, unit) : `${cost(perTask, unit)} ${unit}`);
  const [first] = segments;
  if (!first) return "No budget buys an answer";
  if (segments.length === 1)
    return first.kind === "single"
      ? "One agent is enough at every budget"
      : `${capitalize(kinds[first.kind].one)} at every budget`;
  const steps = segments
    .slice(0, -1)
    .map(({ kind, to }, i) => `${kinds[kind].one} ${i === 0 ? "up to" : "to"} ${text(to)}`);
  return capitalize(`${steps.join(", ")}, then ${kinds[segments.at(-1)!.kind].one}`);
}

/** The largest step of the advised accuracy. */
function jumps(curve: BudgetCurve, look: MetricLook, label: (team: string) => string): { text: string }[] {
  const bought = changes(curve).flatMap((point) => {
    const own = point.byKind[point.advice];
    return own ? [{ budget: point.budget, ...own }] : [];
  });
  let largest: { budget: number; team: string; before: string; gain: number } | null = null;
  // A step among the worst agents is no news.
  const best = bought.reduce(
    (a, { measured }) => (look.compare(measured, a) > 0 ? measured : a),
    bought[0]?.measured ?? 0,
  );
  for (let i = 1; i < bought.length; i++) {
    if (!look.isNear(bought[i]!.measured, best)) continue;
    const gain = look.difference(bought[i]!.measured, bought[i - 1]!.measured);
    if (gain > 0.01 && (!largest || gain > largest.gain))
      largest = { budget: bought[i]!.budget, team: bought[i]!.team, before: bought[i - 1]!.team, gain };
  }
  if (!largest) return [];
  return [
    {
      text: `The largest step is at ${cost(largest.budget, curve.unit)}: ${label(largest.team)} instead of ${label(largest.before)}, ${look.more(largest.gain)} on the held-back half.`,
    },
  ];
}
