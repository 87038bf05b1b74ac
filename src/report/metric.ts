// How each metric is written and drawn: which way is better, its units, its words. Sections ask it and know no metric.

import { logRatio, shareSaved } from "../plan/log-risk.ts";
import type { Metric } from "../simulate/outcomes.ts";
import { accuracyScale, errorScale, type Scale } from "./figures/scales.ts";
import {
  accuracy,
  accuracyInterval,
  percent,
  points,
  pointsInterval,
  squaredError,
  squaredErrorInterval,
} from "./format-number.ts";

type Ends = { readonly low: number; readonly high: number };

export interface MetricLook {
  /** What stands over a picture or a list, alone and with its unit. */
  readonly heading: string;
  readonly headingUnit: string;
  /** Of a section, and of several values. */
  readonly title: string;
  readonly plural: string;
  /** At the start of a sentence: "Share of right answers". */
  readonly quantity: string;
  /** The same with the unit, for an axis along which up is better. */
  readonly axis: string;
  /** What equal steps of that axis divide. */
  readonly divided: string;
  /** Over a column of values, and of those that were measured or forecast. */
  readonly column: string;
  readonly measuredColumn: string;
  readonly forecastColumn: string;
  /** The values of these tasks: "Per cent of 330 held-back tasks". */
  of(tasks: string): string;
  /** What differences to an agent are: "in points", in a list and as the title of one. */
  differences(single: string): string;
  differencesTo(single: string): string;
  differencesOver(single: string): string;
  /** Unit of a difference in a header. */
  readonly unit: string;

  /** A value under its header; its interval; on an axis; in a sentence. */
  value(value: number): string;
  interval(interval: Ends): string;
  tick(value: number): string;
  /** Behind the best tick of an axis. */
  readonly tickUnit: string;
  sentence(value: number): string;
  /** Beside the name of an agent, with and without room for a word. */
  agent(value: number, wide: boolean): string;
  /** What an agent does alone: "is right on", 88.4 %, "of" 330 tasks. */
  readonly does: string;
  readonly on: string;
  /** "to be right on", 88.4 % */
  readonly forecastTo: string;

  /** A difference with its unit, "+3.0 points" or "31.0 % less squared error", and its interval; then "over" or "than". */
  gain(difference: number): string;
  gainInterval(difference: Ends & { readonly value: number }): string;
  readonly over: string;
  /** Behind a difference that stands without its unit beside values. */
  readonly differenceTail: string;
  /** What teams did whose promises were too good, and too bad, by this much on average. */
  overstated(difference: number): string;
  understated(difference: number): string;
  /** A difference that is none of teams: "3.0 points more", "31.0 % less squared error". */
  more(difference: number): string;
  /** "is right more often" */
  readonly better: string;
  readonly worse: string;

  /** > 0 where the first value is better. */
  compare(a: number, b: number): number;
  /** Difference of two values, as the study has it. */
  difference(value: number, baseline: number): number;
  /** The value that differs so much from the baseline. */
  moved(baseline: number, difference: number): number;
  /** Of differences; of shares of errors the one of the mean ratio, for a share has no lower end. */
  average(differences: readonly number[]): number;
  /** False for a value that is out of the question beside the best. */
  isNear(value: number, best: number): boolean;
  /** The most that a value, and a difference, can be. */
  most(value: number): number;
  /** Up is better. */
  scale(values: readonly number[], range: readonly [number, number], gap?: number): Scale;
  /** Space between the ends of a linear picture. */
  readonly spareMin: number;
  /** On an axis of characters. */
  axisTick(value: number): string;
  /** Distance of the ticks of an axis of characters with room for so many. */
  step(span: number, ticks: number): number;
  /** What the lines of the theory are about. */
  readonly lineNotes: readonly { readonly lead: string; readonly text: string }[];
  /** Correlations of what agents do wrong. */
  readonly errors: {
    readonly symbol: string;
    readonly title: string;
    readonly subtitle: string;
    readonly note: string;
    /** True where a wrong answer may equal another. */
    readonly counted: boolean;
    /** "often …", "the agents …", "two agents …", "show no …" */
    readonly alike: string;
    readonly apart: string;
    readonly err: string;
    readonly none: string;
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const rightAnswers: MetricLook = {
  heading: "Right answers",
  headingUnit: "Right answers in %",
  title: "Accuracy",
  plural: "Accuracies",
  quantity: "Share of right answers",
  axis: "Right answers in per cent",
  divided: "the mistakes",
  column: "Right, %",
  measuredColumn: "Measured, % right",
  forecastColumn: "Forecast, % right",
  of: (tasks) => `Per cent of ${tasks}`,
  differences: (single) => `differences to ${single} in points`,
  differencesTo: (single) => `Difference to ${single} alone, in points`,
  differencesOver: (single) => `points over ${single}`,
  unit: "points",
  value: accuracy,
  interval: accuracyInterval,
  tick: (value) => String(Math.round(1000 * value) / 10),
  tickUnit: "\u202f%",
  sentence: (value) => percent(value, 1),
  agent: (value, wide) => (wide ? `right ${percent(value)}` : percent(value)),
  does: "is right on",
  on: "of",
  forecastTo: "to be right on",
  gain: (difference) => `${points(difference)} points`,
  gainInterval: pointsInterval,
  over: "over",
  differenceTail: "",
  overstated: (difference) => `promised ${accuracy(difference)} points more than they kept`,
  understated: (difference) => `kept ${accuracy(difference)} points more than they promised`,
  more: (difference) => `${accuracy(difference)} points more`,
  better: "is right more often",
  worse: "is right less often",
  compare: (a, b) => a - b,
  difference: (value, baseline) => value - baseline,
  moved: (baseline, difference) => baseline + difference,
  average: mean,
  isNear: (value, best) => value >= 0.9 * best,
  most: () => 1,
  scale: accuracyScale,
  spareMin: 0.005,
  axisTick: (value) => String(Math.round(100 * value)),
  step: (span, ticks) => [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5].find((one) => span / one <= ticks) ?? 1,
  lineNotes: [
    {
      lead: "α",
      text: "is the factor of one layer on a weak signal: at 1 or below, every further layer loses more.",
    },
    { lead: "s and β", text: "say how fast a team and one agent grow with their budget: where s ≤ β, none pays." },
  ],
  errors: {
    symbol: "φ",
    title: "Who makes the same mistakes",
    subtitle:
      "Correlation of mistakes (φ) between two agents, ordered by clustering. Dark: they fail on the same tasks",
    note: "Agents that fail apart are worth asking together. Much of every φ is simply that some tasks are harder than others",
    alike: "fail on the same tasks",
    apart: "make their mistakes apart",
    err: "fail on different tasks",
    none: "shared mistakes",
    counted: true,
  },
};

const lessText = (share: number) => `${percent(Math.abs(share), 1)} ${share < 0 ? "more" : "less"} squared error`;

function shortError(value: number): string {
  return squaredError(value)
    .replace(/(\.\d*?)0+(e|$)/, "$1$2")
    .replace(/\.(e|$)/, "$1");
}

const squaredErrors: MetricLook = {
  heading: "Squared error",
  headingUnit: "Mean squared error",
  title: "Squared error",
  plural: "Errors",
  quantity: "Mean squared error",
  axis: "Mean squared error, less is upwards,",
  divided: "the error",
  column: "Squared error",
  measuredColumn: "Measured error",
  forecastColumn: "Forecast error",
  of: (tasks) => `Mean squared error on ${tasks}`,
  differences: (single) => `differences are squared error less than that of ${single}, in %`,
  differencesTo: (single) => `Squared error less than that of ${single} alone, in %`,
  differencesOver: (single) => `% less squared error than ${single}`,
  unit: "% less error",
  value: squaredError,
  interval: squaredErrorInterval,
  tick: shortError,
  tickUnit: "",
  sentence: squaredError,
  agent: (value, wide) => (wide ? `error ${squaredError(value)}` : squaredError(value)),
  does: "has a mean squared error of",
  on: "on",
  forecastTo: "at a squared error of",
  gain: lessText,
  gainInterval: ({ value, low, high }) =>
    value < 0 ? pointsInterval({ low: -high, high: -low }) : pointsInterval({ low, high }),
  over: "than",
  differenceTail: "\u202f% less",
  overstated: (difference) => `promised to save ${accuracy(difference)} points more of the error than they did`,
  understated: (difference) => `saved ${accuracy(difference)} points more of the error than they promised`,
  more: lessText,
  better: "errs less",
  worse: "errs more",
  compare: (a, b) => b - a,
  difference: (value, baseline) => 1 - value / baseline,
  moved: (baseline, difference) => baseline * (1 - difference),
  average: (shares) => shareSaved(mean(shares.map(logRatio))),
  isNear: (value, best) => value <= 2 * best,
  most: (value) => 4 * value,
  scale: errorScale,
  spareMin: 0,
  axisTick: shortError,
  step(span, ticks) {
    const decade = 10 ** Math.floor(Math.log10(span / ticks));
    return [1, 2, 5, 10].map((one) => one * decade).find((one) => span / one <= ticks)!;
  },
  lineNotes: [
    { lead: "v₁", text: "is what one layer of averages makes of the squared error v that can be averaged." },
    {
      lead: "t and η",
      text: "say how fast that error falls with the budget of a team and of one agent: where t ≤ η, no team pays.",
    },
  ],
  errors: {
    symbol: "ρ",
    title: "Who errs alike",
    subtitle:
      "Correlation of errors (ρ) between two agents, ordered by clustering. Dark: they err by the same amount on the same tasks",
    note: "Agents that err apart are worth averaging: what they share, a common bias included, no average takes away",
    alike: "err alike",
    apart: "err apart",
    err: "err in opposite directions",
    none: "shared errors",
    counted: false,
  },
};

export const looks: Readonly<Record<Metric, MetricLook>> = {
  accuracy: rightAnswers,
  "squared-error": squaredErrors,
};
