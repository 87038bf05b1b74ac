import { scaleLinear, scaleLog } from "d3-scale";
import { textWidth } from "./text-width.ts";

/** A position for a value, and the ticks that have room. */
export interface Scale {
  (value: number): number;
  readonly ticks: readonly number[];
}

/**
 * Accuracies spaced by error, y = −log(1 − accuracy): equal steps divide the mistakes by the same factor, so the top stays
 * readable. Errors below `errorMin` are drawn there, because a logarithm has no zero.
 */
export function accuracyScale(values: readonly number[], [from, to]: readonly [number, number], gap = 24): Scale {
  const errors = values.map((value) => 1 - value);
  const positive = errors.filter((error) => error > 0.0004);
  const errorMin = Math.max(0.0004, 0.7 * Math.min(1, ...positive));
  const low = Math.min(1, Math.max(errorMin * 1.3, ...errors) * 1.04);
  const scale = scaleLog([low, Math.max(errorMin, Math.min(low / 1.2, Math.min(...errors) * 0.94))], [from, to]).clamp(
    true,
  );
  const place = (value: number) => scale(Math.max(errorMin, 1 - value));
  const chosen: number[] = [];
  // Round numbers first; another tick only where it has room.
  for (const percent of [
    50, 90, 99, 80, 95, 70, 98, 99.9, 0, 85, 92, 97, 20, 60, 88, 94, 99.5, 96, 40, 30, 75, 93, 91, 10, 65, 55, 82, 87,
    99.8,
  ]) {
    const value = percent / 100;
    const [least, most] = scale.domain() as [number, number];
    if (1 - value > least * 1.0001 || 1 - value < most * 0.9999) continue;
    if (chosen.every((other) => Math.abs(place(other) - place(value)) >= gap)) chosen.push(value);
  }
  return Object.assign(place, { ticks: chosen.toSorted((a, b) => a - b) });
}

/** Squared errors on a logarithmic axis that falls, so that the end of the range is the better one. */
export function errorScale(values: readonly number[], [from, to]: readonly [number, number], gap = 24): Scale {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  const least = Math.min(...(positive.length > 0 ? positive : [1]));
  const most = Math.max(...(positive.length > 0 ? positive : [1]));
  const spare = Math.max(1.04, (most / least) ** 0.03);
  const scale = scaleLog([most * spare, least / spare], [from, to]).clamp(true);
  const place = (value: number) => scale(Math.max(value, least / spare));
  const ticks = logTicks(least / spare, most * spare);
  // Between two powers of ten there may be none: then as many as have room.
  const all = ticks.length > 2 ? ticks : scaleLinear([least / spare, most * spare], [0, 1]).ticks(6);
  const kept: number[] = [];
  for (const tick of all)
    if (tick > 0 && kept.every((other) => Math.abs(place(other) - place(tick)) >= gap)) kept.push(tick);
  return Object.assign(place, { ticks: kept.toSorted((a, b) => a - b) });
}

/** Costs on a logarithmic axis; without any spread the one value stands in the middle. */
export function costScale(
  values: readonly number[],
  [from, to]: readonly [number, number],
  label: (value: number) => string,
): Scale {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  const least = Math.min(...(positive.length > 0 ? positive : [1]));
  const most = Math.max(...(positive.length > 0 ? positive : [1]));
  const spare = most / least < 1.5 ? 1.6 : (most / least) ** 0.04;
  const scale = scaleLog([least / spare, most * spare], [from, to]).clamp(true);
  const place = (value: number) => scale(Math.max(value, least / spare));
  return Object.assign(place, { ticks: apart(logTicks(least / spare, most * spare), place, label) });
}

/** Differences in points, linear, with zero in the picture. */
export function differenceScale(
  values: readonly number[],
  range: readonly [number, number],
  label: (value: number) => string,
): Scale {
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  const spare = 0.03 * (most - least || 0.02);
  const scale = scaleLinear([least - spare, most + spare], range);
  const place = (value: number) => scale(value);
  const count = Math.max(2, Math.abs(range[1] - range[0]) / 70);
  return Object.assign(place, { ticks: apart(scale.ticks(count), place, label) });
}

/** 1, 2 and 5 times powers of ten; powers of ten, or of a hundred and so on, where the range is wide. */
export function logTicks(low: number, high: number): number[] {
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const decades = to - from;
  const factors = decades > 4 ? [1] : [1, 2, 5];
  const stride = Math.max(1, Math.ceil(decades / 8));
  const ticks: number[] = [];
  for (let exponent = from; exponent <= to; exponent += stride)
    for (const factor of factors) {
      const tick = Number(`${factor}e${exponent}`);
      if (tick >= low * 0.9999 && tick <= high * 1.0001) ticks.push(tick);
    }
  return ticks;
}

/** Ticks whose labels do not touch when each stands centered under its tick, or inside [low, high] where it would leave. */
export function apart(
  ticks: readonly number[],
  place: (value: number) => number,
  label: (value: number) => string,
  [low, high]: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): number[] {
  const kept: number[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const tick of ticks.toSorted((a, b) => place(a) - place(b))) {
    const middle = centered(place(tick), label(tick), low, high);
    const half = textWidth(label(tick), 12) / 2;
    if (middle - half < end + 6) continue;
    kept.push(tick);
    end = middle + half;
  }
  return kept;
}

/** Middle of a text of 12 px that should stand at x and must stay in [low, high]. */
export function centered(x: number, text: string, low: number, high: number, bold = false): number {
  const half = textWidth(text, 12, bold) / 2;
  return Math.max(low + half, Math.min(high - half, x));
}

/** Shares on a linear axis, no further than the values go, within 0 and 1. */
export function shareScale(values: readonly number[], range: readonly [number, number]): Scale {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const spare = Math.max(0.01, 0.04 * (most - least));
  const scale = scaleLinear([Math.max(0, least - spare), Math.min(1, most + spare)], range).clamp(true);
  const place = (value: number) => scale(value);
  return Object.assign(place, { ticks: scale.ticks(6) });
}
