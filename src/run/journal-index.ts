/**
 * Which line of a journal holds the answer to a key: by a hash of 32 bits, so that a million answers take 16 MB and a file
 * needs no index written in random order. Several keys may share a hash: whoever looks must compare the key itself.
 */
export class KeyIndex {
  /** Pairs of (hash, line), open addressing; line 0: free. */
  #slots: Uint32Array;
  #mask: number;
  size = 0;

  constructor(pairs: Uint32Array = new Uint32Array(0)) {
    let capacity = 1024;
    while (capacity < pairs.length) capacity *= 2; // at most half full
    this.#slots = new Uint32Array(2 * capacity);
    this.#mask = capacity - 1;
    for (let i = 0; i < pairs.length; i += 2) this.add(pairs[i]!, pairs[i + 1]!);
  }

  add(hash: number, line: number): void {
    if (2 * (this.size + 1) > this.#mask + 1) this.#grow();
    this.#put(hash, line);
    this.size++;
  }

  has(hash: number): boolean {
    let at = hash & this.#mask;
    while (this.#slots[2 * at + 1] !== 0 && this.#slots[2 * at] !== hash) at = (at + 1) & this.#mask;
    return this.#slots[2 * at + 1] !== 0;
  }

  /** Lines of all keys with this hash, almost always none or one. */
  find(hash: number): number[] {
    const lines: number[] = [];
    for (let at = hash & this.#mask; this.#slots[2 * at + 1] !== 0; at = (at + 1) & this.#mask)
      if (this.#slots[2 * at] === hash) lines.push(this.#slots[2 * at + 1]!);
    return lines;
  }

  #put(hash: number, line: number): void {
    let at = hash & this.#mask;
    while (this.#slots[2 * at + 1] !== 0) at = (at + 1) & this.#mask;
    this.#slots[2 * at] = hash;
    this.#slots[2 * at + 1] = line;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(2 * old.length);
    this.#mask = 2 * (this.#mask + 1) - 1;
    for (let i = 0; i < old.length; i += 2) if (old[i + 1] !== 0) this.#put(old[i]!, old[i + 1]!);
  }
}

/** FNV-1a over UTF-16 units with a last mixing, so that low bits are as good as high ones. */
export function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
