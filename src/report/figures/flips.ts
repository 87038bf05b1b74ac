import { scaleLinear, scaleLog } from "d3-scale";
import { moneyTick } from "../format-number.ts";
import type { Reading } from "../reading.ts";
import { flipValue } from "../sections/flips.ts";
import type { Flip } from "../study-data.ts";
import { Canvas } from "./canvas.ts";
import { type Drawing, finished } from "./drawing.ts";
import { apart, centered, logTicks } from "./scales.ts";

/** The scale of one thing that would flip the advice: hatched where it does. Null where there is no scale. */
export function flipScale(flip: Flip, { chosen, baseline }: Reading, width: 400 | 350): Drawing | null {
  const { scale, at, verdict, now, interval } = flip;
  if (!scale || !(scale.high > scale.low)) return null;
  const canvas = new Canvas(width);
  const [left, right] = [10, width - 10];
  const place = scale.log
    ? scaleLog([Math.max(scale.low, 1e-12), scale.high], [left, right]).clamp(true)
    : scaleLinear([scale.low, scale.high], [left, right]).clamp(true);
  canvas.rect({ x: left, y: 17, width: right - left, height: 10 }, "track");
  if (at !== null && verdict !== "holds" && verdict !== "flips") {
    const x = place(at);
    canvas.rect(
      verdict === "below"
        ? { x: left, y: 17, width: x - left, height: 10 }
        : { x, y: 17, width: right - x, height: 10 },
      "hatchbox",
    );
    canvas.line(x, 11, x, 33, "flip");
  }
  const kind = chosen?.kind ?? baseline?.kind ?? "single";
  if (interval) canvas.interval(kind, place(interval.low), 22, place(interval.high), 22);
  if (now !== null) canvas.mark(kind, place(now), 22);
  const label = (value: number) => tickText(value, flip);
  const ticks = scale.log ? logTicks(Math.max(scale.low, 1e-12), scale.high) : place.ticks(5);
  for (const tick of apart(ticks, place, label, [0, width]))
    canvas.text(centered(place(tick), label(tick), 0, width), 50, label(tick), { color: "mute", anchor: "middle" });
  return finished(canvas, 58);
}

function tickText(value: number, flip: Flip): string {
  return flip.scale?.unit === "usd" ? moneyTick(value) : flipValue(value, flip);
}

/** What the scale shows, for those who cannot see it. */
export function flipDescription(flip: Flip): string {
  const { at, verdict, nowText } = flip;
  return `${nowText}. ${at === null || verdict === "holds" || verdict === "flips" ? `The advice ${verdict === "flips" ? "flips" : "holds"}.` : `The advice flips ${verdict} ${flipValue(at, flip)}.`}`;
}
