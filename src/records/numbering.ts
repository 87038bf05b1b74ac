/** Texts numbered in order of their first appearance. */
export interface Numbering {
  number(text: string): number;
  text(number: number): string;
  texts(): readonly string[];
  size(): number;
}

export function numbering(): Numbering {
  const numbers = new Map<string, number>();
  const texts: string[] = [];
  let last = 0; // files list agent after agent, or task after task
  return {
    number(text) {
      if (text === texts[last]) return last;
      const known = numbers.get(text);
      last = known ?? texts.length;
      if (known === undefined) {
        numbers.set(text, last);
        texts.push(text);
      }
      return last;
    },
    text: (number) => texts[number]!,
    texts: () => texts,
    size: () => texts.length,
  };
}

/** Stable counting sort of `order` by key[i] in 0 … keys − 1. */
export function sortedBy(order: Uint32Array, key: readonly number[], keys: number): Uint32Array {
  const next = new Uint32Array(keys + 1);
  for (const i of order) next[key[i]! + 1]!++;
  for (let k = 0; k < keys; k++) next[k + 1]! += next[k]!;
  const sorted = new Uint32Array(order.length);
  for (const i of order) sorted[next[key[i]!]!++] = i;
  return sorted;
}

/** What has the same key, together, in order of first appearance. */
export function groupedBy<T, Key>(all: Iterable<T>, keyOf: (one: T) => Key): ReadonlyMap<Key, readonly T[]> {
  const groups = new Map<Key, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return groups;
}
