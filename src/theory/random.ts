import { requireInteger } from "./domain.ts";
import { normalQuantile } from "./special.ts";

/** A stream of uniform numbers in [0, 1). The same seed gives the same stream on any machine. */
export type Random = () => number;

/** 32-bit FNV-1a of a text, so that a seed and a name make a new seed. */
export function hashText(text: string, start = 0x811c9dc5): number {
  let hash = start >>> 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/**
 * Seeded uniform numbers: sfc32 (Chris Doty-Humphrey's small fast counting generator, 128-bit state, public domain),
 * seeded from `seed` and any number of names, so that streams for different purposes are independent of call order.
 */
export function random(seed: number | string, ...names: readonly (number | string)[]): Random {
  const text = [seed, ...names].join("\u0000");
  let a = hashText(text);
  let b = hashText(text, 0x9e3779b9);
  let c = hashText(text, 0x85ebca6b);
  let counter = 1;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let i = 0; i < 15; i++) next(); // mixes the seed into the whole state
  return next;
}

/** Of mean 0 and variance 1, from the next number of the stream. */
export function normalDeviate(next: Random): number {
  return normalQuantile(next() + 2 ** -33); // never 0
}

/** The numbers 0 … n − 1 in random order (Fisher–Yates). */
export function permutation(n: number, next: Random): Uint32Array {
  requireInteger({ n }, 0, 2 ** 32);
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
