import type { Draft, Note, SectionDraft } from "../document.ts";
import { count, percent, points, pointsInterval, probability, share } from "../format-number.ts";
import type { MetricLook } from "../metric.ts";
import type { Reading } from "../reading.ts";
import type { Splits } from "../study-data.ts";
import { plural } from "../words.ts";

/** Whether the promises were kept, here and on other splits of the same tasks. */
export function forecastSection(reading: Reading): SectionDraft | null {
  const blocks = [forecast(reading), splits(reading)];
  return blocks.some((block) => block !== null) ? { id: "forecast", title: "Forecast against measured", blocks } : null;
}

function forecast({ study, look, teams, baseline, confidenceText }: Reading): Draft | null {
  if (teams.length === 0) return null;
  const single = baseline?.label ?? study.baseline;
  const inside = teams.filter(({ difference }) => difference.inside).length;
  const bias =
    look.average(teams.map(({ difference }) => difference.forecast.value)) -
    look.average(teams.map(({ difference }) => difference.measured.value));
  const notes: Note[] = [
    {
      lead: bias > 0.0005 ? "Choosing flatters." : "A forecast is not a measurement.",
      text: `On average these teams ${
        Math.abs(bias) < 0.0005 ? "kept what they promised" : bias > 0 ? look.overstated(bias) : look.understated(-bias)
      }. That is why only the second half is quoted above.`,
    },
    {
      text: "A forecast’s bar says where a check on as many tasks should come out; it holds the noise of the check too.",
    },
  ];
  return {
    id: "forecast",
    title: insideTitle(inside, teams.length),
    subtitle: `${look.differencesTo(single)}. Each team was forecast on one half of the tasks and measured on the other`,
    figure: {
      name: "forecast",
      index: 0,
      description: teams
        .map(
          ({ label, difference }) =>
            `${label}: forecast ${points(difference.predictive.value)}, measured ${points(difference.measured.value)}.`,
        )
        .join(" "),
      source: `Bars: ${confidenceText} intervals, hollow for the forecast and filled for the measurement. Forecasts are shrunk before anything is chosen.`,
    },
    table: {
      columns: [
        { name: "Team" },
        { name: "Forecast", as: "number" },
        { name: `${confidenceText} of a check`, as: "number" },
        { name: "Measured", as: "number" },
        { name: confidenceText, as: "number" },
        { name: "P(better)", as: "number" },
        { name: "Inside" },
      ],
      rows: teams.map(({ label, team, kind, chosen, difference }) => ({
        kind,
        strong: chosen,
        code: team,
        cells: [
          label,
          points(difference.predictive.value),
          pointsInterval(difference.predictive),
          points(difference.measured.value),
          pointsInterval(difference.measured),
          probability(difference.probabilityBetter),
          difference.inside ? "yes" : "no",
        ],
      })),
    },
    notes,
  };
}

function insideTitle(inside: number, all: number): string {
  if (all === 1) return `The measured value lies ${inside === 1 ? "inside" : "outside"} its forecast interval`;
  if (inside === all)
    return all === 2
      ? "Both measured values lie inside their forecast intervals"
      : `All ${all} measured values lie inside their forecast intervals`;
  if (inside === 0) return `None of ${all} measured values lies inside its forecast interval`;
  return `${inside} of ${all} measured values ${inside === 1 ? "lies inside its forecast interval" : "lie inside their forecast intervals"}`;
}

function splits({ study, look, confidenceText, chosen }: Reading): Draft | null {
  const { splits } = study;
  if (!splits || splits.differences.length === 0) return null;
  const teams = splits.differences.filter(({ kind }) => kind !== "single");
  const mean = (value: (one: Splits["differences"][number]) => number) =>
    splits.differences.reduce((sum, one) => sum + value(one), 0) / splits.differences.length;
  const average = look.average(splits.differences.map(({ measured }) => measured));
  const covered = mean(({ inside }) => Number(inside));
  const sure = mean(({ advised }) => Number(advised));
  const same = chosen ? mean(({ team }) => Number(team === chosen.team)) : 0;
  const distinct = new Set(splits.differences.map(({ team }) => team)).size;
  return {
    id: "splits",
    title: splitsTitle(splits, look),
    subtitle: `Each dot is one way to split the tasks: what was chosen on one half against the best single agent, on the other half, in ${look.unit}`,
    figure: {
      name: "splits",
      index: 0,
      description: `${splitsTitle(splits, look)}. Mean difference ${look.gain(average)}.`,
      source: `Mean ${look.gain(average)} at ${ofCost(mean(({ costShare }) => costShare))}. The ${confidenceText} interval for what the other half would show held on ${percent(covered)} of ${plural(splits.differences.length, "split")}.`,
    },
    table: {
      columns: [{ name: `Measured difference, ${look.unit}` }, { name: "Splits", as: "number" }],
      rows: histogram(splits.differences.map(({ measured }) => 100 * measured)),
    },
    notes: [
      {
        text: `${same > 0 ? `${percent(same)} of splits choose ${chosen?.label}; ` : ""}${plural(distinct, "team")} in all were chosen at least once. P(better) reached ${study.confidence} on ${percent(sure)} of splits${
          teams.length > 0 && sure < 0.9
            ? ": with this many tasks advice is sometimes withheld although it would be right"
            : ""
        }.`,
      },
      {
        text: "All splits share the same tasks: they show how much the choice depends on the split, not that many independent checks.",
      },
    ],
  };
}

function splitsTitle({ differences }: Splits, look: MetricLook): string {
  const teams = differences.filter(({ kind }) => kind !== "single");
  if (teams.length < differences.length / 2)
    return `On ${count(differences.length - teams.length)} of ${count(differences.length)} splits one agent is the choice`;
  const better = teams.filter(({ measured }) => measured > 0).length;
  const of =
    teams.length === differences.length
      ? `${count(teams.length)} splits`
      : `${count(teams.length)} splits that choose a team`;
  const mean = look.average(teams.map(({ measured }) => measured));
  return `On ${better === teams.length ? "all" : `${count(better)} of`} ${of} the team is better on the other half, ${look.gain(mean)} on average`;
}

function ofCost(ratio: number): string {
  return ratio < 1.995 ? `${percent(ratio)} of the cost` : `${share(ratio)} the cost`;
}

/** Whole points and how many splits round to them. */
function histogram(values: readonly number[]): { cells: string[] }[] {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(Math.round(value), (counts.get(Math.round(value)) ?? 0) + 1);
  return [...counts]
    .toSorted(([a], [b]) => a - b)
    .map(([value, splits]) => ({ cells: [points(value / 100).replace(".0", ""), count(splits)] }));
}
