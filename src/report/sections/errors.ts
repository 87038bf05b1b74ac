import { isMeasured } from "../../theory/interval.ts";
import { clusterOrder } from "../cluster.ts";
import type { SectionDraft } from "../document.ts";
import { between, correlation, percent } from "../format-number.ts";
import { looks, type MetricLook } from "../metric.ts";
import type { Reading } from "../reading.ts";
import type { Study } from "../study-data.ts";
import { plural } from "../words.ts";

/** An agent of the matrix in its place. */
export interface MatrixAgent {
  readonly name: string;
  readonly label: string;
  readonly accuracy: number;
}

/** Agents in the order of the matrix, and φ between any two of them; NaN where it was not measured. */
export interface Matrix {
  readonly agents: readonly MatrixAgent[];
  readonly phi: readonly (readonly number[])[];
}

/** The correlation matrix of mistakes, clustered; `agentsMax` keeps those that are right most often. */
export function matrixOf(study: Study, agentsMax = Number.POSITIVE_INFINITY): Matrix {
  const look = looks[study.plan.single.metric];
  const risks = new Map(study.estimates?.map(({ name, risk }) => [name, risk.value]));
  const worthOf = ({ name, accuracy }: Study["agents"][number]) => risks.get(name) ?? accuracy.value;
  const paired = new Set(study.pairs.filter(({ phi }) => isMeasured(phi)).flatMap(({ a, b }) => [a, b]));
  const kept = study.agents
    .filter(({ name }) => paired.has(name))
    .toSorted((a, b) => look.compare(worthOf(b), worthOf(a)))
    .slice(0, agentsMax);
  const places = new Map(kept.map(({ name }, i) => [name, i]));
  const phi = kept.map(() => kept.map(() => Number.NaN));
  for (const pair of study.pairs) {
    const [i, j] = [places.get(pair.a), places.get(pair.b)];
    if (i === undefined || j === undefined || !isMeasured(pair.phi)) continue;
    phi[i]![j] = pair.phi.value;
    phi[j]![i] = pair.phi.value;
  }
  const order = clusterOrder(phi);
  return {
    agents: order.map((i) => ({
      name: kept[i]!.name,
      label: study.labels[kept[i]!.name] ?? kept[i]!.name,
      accuracy: worthOf(kept[i]!),
    })),
    phi: order.map((i) => order.map((j) => phi[i]![j]!)),
  };
}

/** Pairs with a measured φ, most alike first. */
export function rankedPairs(
  study: Study,
): { a: string; b: string; phi: number; low: number; high: number; sameWrong: number | null; tasks: number }[] {
  const label = (name: string) => study.labels[name] ?? name;
  return study.pairs
    .flatMap(({ a, b, phi, sameWrong, tasks }) =>
      isMeasured(phi)
        ? [
            {
              a: label(a),
              b: label(b),
              phi: phi.value,
              low: phi.low,
              high: phi.high,
              sameWrong: isMeasured(sameWrong) ? sameWrong.value : null,
              tasks,
            },
          ]
        : [],
    )
    .toSorted((x, y) => y.phi - x.phi);
}

/** Who makes the same mistakes. */
export function errorsSection({ study, look, confidenceText }: Reading): SectionDraft | null {
  const pairs = rankedPairs(study);
  const [most] = pairs;
  if (!most) return null;
  const half = pairs.map(({ low, high }) => (high - low) / 2).toSorted((a, b) => a - b)[Math.floor(pairs.length / 2)]!;
  const agents = new Set(pairs.flatMap(({ a, b }) => [a, b])).size;
  const { symbol, counted } = look.errors;
  return {
    id: "errors",
    title: look.errors.title,
    blocks: [
      {
        id: "errors",
        title: errorsTitle(pairs, look.errors),
        subtitle: look.errors.subtitle,
        figure: {
          name: "errors",
          index: 0,
          description: `Most alike: ${most.a} and ${most.b}, ${symbol} ${correlation(most.phi)}. Least alike: ${pairs.at(-1)!.a} and ${pairs.at(-1)!.b}, ${symbol} ${correlation(pairs.at(-1)!.phi)}.`,
          source: `Choosing half, ${plural(Math.max(...pairs.map(({ tasks }) => tasks)), "task")}. A single ${symbol} is known to about ±${correlation(half)} (${confidenceText}).`,
        },
        table: {
          columns: [
            { name: "Pair" },
            { name: symbol, as: "number" },
            { name: confidenceText, as: "number" },
            ...(counted ? [{ name: "Same wrong answer, where both are wrong", as: "number" } as const] : []),
            { name: "Tasks", as: "number" },
          ],
          rows: pairs.map(({ a, b, phi, low, high, sameWrong, tasks }) => ({
            cells: [
              `${a} and ${b}`,
              correlation(phi),
              between(correlation(low), correlation(high)),
              ...(counted ? [sameWrong === null ? "–" : percent(sameWrong)] : []),
              String(tasks),
            ],
          })),
        },
        notes: [
          ...(agents > 2
            ? [
                {
                  lead: "Read along a row and down a column",
                  text: `from a name: together they hold its ${plural(agents - 1, "pair")}.`,
                },
              ]
            : []),
          {
            text: `${look.errors.note}${
              counted && study.agents.every(({ samples }) => samples < 2)
                ? "; one answer per task cannot tell the two apart"
                : ""
            }.`,
          },
        ],
      },
    ],
  };
}

function errorsTitle(
  pairs: ReturnType<typeof rankedPairs>,
  { alike, apart: differ, err, none }: MetricLook["errors"],
): string {
  const most = pairs[0]!;
  const least = pairs.at(-1)!;
  if (pairs.length === 1)
    return most.low > 0
      ? `${most.a} and ${most.b} often ${alike}`
      : most.high < 0
        ? `${most.a} and ${most.b} ${err}`
        : `${most.a} and ${most.b} show no ${none}`;
  const mean = pairs.reduce((sum, { phi }) => sum + phi, 0) / pairs.length;
  if (most.phi < 0.12) return `The agents ${differ}`;
  if (least.phi > 0.55) return `All agents ${alike}`;
  const lonely = meanByAgent(pairs).toSorted((x, y) => x.mean - y.mean)[0]!;
  const apart = lonely.mean < 0.7 * mean && lonely.name !== most.a && lonely.name !== most.b;
  return apart
    ? `${lonely.name} errs apart from the rest; ${most.a} and ${most.b} err together`
    : `${most.a} and ${most.b} err together most, ${least.a} and ${least.b} least`;
}

function meanByAgent(pairs: ReturnType<typeof rankedPairs>): { name: string; mean: number }[] {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const { a, b, phi } of pairs)
    for (const name of [a, b]) {
      const entry = sums.get(name) ?? { sum: 0, count: 0 };
      sums.set(name, { sum: entry.sum + phi, count: entry.count + 1 });
    }
  return [...sums].map(([name, { sum, count }]) => ({ name, mean: sum / count }));
}
