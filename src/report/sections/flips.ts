import type { SectionDraft } from "../document.ts";
import { count, money, percent, plain } from "../format-number.ts";
import type { Reading } from "../reading.ts";
import type { Flip } from "../study-data.ts";
import { capitalize, list, numberWord } from "../words.ts";

/** What would have to change for other advice. */
export function flipsSection({ study }: Reading): SectionDraft | null {
  if (study.flips.length === 0) return null;
  return {
    id: "flips",
    title: "What would flip this advice",
    blocks: [
      {
        id: "flips",
        title: flipsTitle(study.flips),
        subtitle: study.flips.some(({ scale, at }) => scale && at !== null)
          ? "On the hatched side of a scale the advice changes"
          : "Each was changed alone, the rest as it is",
        table: {
          columns: [
            { name: "If this changed" },
            { name: "The advice" },
            { name: "Now" },
            { name: "Status", as: "status" },
            { name: "Meaning" },
          ],
          rows: study.flips.map((flip) => ({
            cells: [flip.subject, turningPoint(flip), flip.nowText, flip.status, flip.text],
          })),
        },
        notes: [
          {
            text: "The filled mark is where these attempts stand, with its interval where there is one. The upright line is the point of break-even.",
          },
          ...(study.flips.some(({ status }) => status === "assumed")
            ? [{ text: "What is marked “assumed” was not recorded: see “Assumed, not measured, still needed”." }]
            : []),
        ],
      },
    ],
  };
}

/** "flips below $1.68", "flips", "holds". */
export function turningPoint(flip: Flip): string {
  const { at, verdict } = flip;
  if (verdict === "flips" || verdict === "holds") return verdict;
  return at === null ? "holds" : `flips ${verdict} ${flipValue(at, flip)}`;
}

/** A value of the scale in its own unit; dollars as they are. */
export function flipValue(value: number, { scale }: Flip): string {
  switch (scale?.unit) {
    case "usd":
      return money(value);
    case "share":
      return percent(value);
    case "tokens":
      return count(value);
    default:
      return plain(value);
  }
}

/** How far the point of break-even is from now, as a share of the scale. */
function distance({ now, at, scale }: Flip): number {
  if (now === null || at === null || !scale) return Number.POSITIVE_INFINITY;
  const place = (value: number) => (scale.log ? Math.log(Math.max(value, 1e-12)) : value);
  return Math.abs(place(now) - place(at)) / Math.abs(place(scale.high) - place(scale.low));
}

function flipsTitle(flips: readonly Flip[]): string {
  const flipping = flips.filter(({ verdict }) => verdict === "flips");
  const turning = flips.filter(({ verdict, at }) => at !== null && (verdict === "below" || verdict === "above"));
  const nearest = turning.toSorted((a, b) => distance(a) - distance(b))[0];
  const point = nearest
    ? `nearest turning point: ${nearest.subject} ${nearest.verdict} ${flipValue(nearest.at!, nearest)}`
    : "";
  if (flipping.length > 0) {
    const what = capitalize(list(flipping.map(({ subject }) => subject)));
    const flip = flipping.length === 1 ? "flips the advice" : "each flip the advice";
    return point ? `${what} ${flip}; ${point}` : `${what} ${flip}`;
  }
  if (!nearest)
    return flips.length === 1
      ? "The one change that was tried leaves the advice as it is"
      : `None of ${numberWord(flips.length)} changes flips the advice`;
  return `No other way of counting flips the advice; ${point}`;
}
