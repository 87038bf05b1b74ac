/** What is costly to work out again, by key: at least the last `atLeast` of them, at most twice as many. */
export interface Memory<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
}

export function memory<Value>(atLeast: number): Memory<Value> {
  let young = new Map<string, Value>();
  let old = new Map<string, Value>();
  return {
    get: (key) => young.get(key) ?? old.get(key),
    set(key, value) {
      if (young.size >= atLeast) [old, young] = [young, new Map()];
      young.set(key, value);
    },
  };
}
