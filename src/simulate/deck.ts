import type { Column } from "../records/answer-table.ts";
import type { Random } from "../theory/random.ts";

/** Recorded answers of one column to one task, to be drawn without replacement. */
export interface Deck {
  /** Puts all cards back. */
  shuffle(): void;
  /** Index into the column's arrays. */
  take(): number;
}

/** Fisher–Yates, card by card. Shuffling starts from the order that the draws before left: any order will do. */
export function deckOf({ start }: Column, task: number, next: Random): Deck {
  const from = start[task]!;
  const cards = Uint32Array.from({ length: start[task + 1]! - from }, (_, i) => from + i);
  let taken = 0;
  return {
    shuffle() {
      taken = 0;
    },
    take() {
      const other = taken + Math.floor(next() * (cards.length - taken));
      const card = cards[other]!;
      cards[other] = cards[taken]!;
      cards[taken++] = card;
      return card;
    },
  };
}
