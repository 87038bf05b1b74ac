import type { Interval } from "../../theory/interval.ts";
import { studentTQuantile } from "../../theory/special.ts";
import { type Estimate, studentInterval } from "./estimate.ts";

/**
 * Mean over tasks of one number per task, tasks that lack it (NaN) left out; interval by leaving out one task at a time:
 * for a mean, the jackknife with Student t is value ± t_{T−1} s/√T. One task alone has no interval: low and high are NaN.
 */
export function taskMeanInterval(perTask: Float64Array, confidence: number): Estimate {
  const { tasks, mean, variance } = moments(perTask);
  return studentInterval(mean, Math.sqrt(variance / tasks), tasks - 1, confidence);
}

/**
 * Mean over tasks of a share in [0, 1]: Wilson's score interval with Student t, at the number of independent answers
 * that would scatter as much as the task means do,
 *
 *   e = p(1 − p)/(s²/T),
 *
 * so that tasks, not answers, are what was sampled. 0 % and 100 % have e = T: their interval is not empty.
 */
export function taskShareInterval(perTask: Float64Array, confidence: number): Interval {
  const { tasks, mean, variance } = moments(perTask);
  const settled = !(variance > 0); // all tasks alike, or one task
  const effective = settled ? tasks : (mean * (1 - mean)) / (variance / tasks);
  return wilsonInterval(mean, effective, tasks - 1, confidence);
}

/** Wilson's score interval of a share seen in `effective` independent answers, Student t for the normal quantile. */
export function wilsonInterval(
  share: number,
  effective: number,
  degreesOfFreedom: number,
  confidence: number,
): Interval {
  const t = studentTQuantile((1 + confidence) / 2, Math.max(1, degreesOfFreedom));
  const shrink = 1 + (t * t) / effective;
  const center = (share + (t * t) / (2 * effective)) / shrink;
  const half = (t / shrink) * Math.sqrt((share * (1 - share)) / effective + (t * t) / (4 * effective * effective));
  return {
    value: share,
    low: share === 0 ? 0 : Math.max(0, center - half),
    high: share === 1 ? 1 : Math.min(1, center + half),
    confidence,
  };
}

/** Tasks that have the number, its mean over them, and its variance between them (divisor T − 1; NaN for one task). */
function moments(perTask: Float64Array): { tasks: number; mean: number; variance: number } {
  let tasks = 0;
  let sum = 0;
  for (const value of perTask)
    if (!Number.isNaN(value)) {
      tasks++;
      sum += value;
    }
  const mean = sum / tasks;
  let squares = 0;
  for (const value of perTask) if (!Number.isNaN(value)) squares += (value - mean) * (value - mean);
  return { tasks, mean, variance: squares / (tasks - 1) };
}
