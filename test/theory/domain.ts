// Domains of arguments, as data: values inside, with the edges where formulas break, and values outside with the name
// that the error must give.
import fc from "fast-check";

/** A value of which exactly one part lies outside its domain. */
export interface Wrong {
  readonly whole: unknown;
  /** As the error names it, or a part of that. */
  readonly argument: string;
  readonly value: unknown;
}

export interface Domain {
  readonly inside: fc.Arbitrary<any>;
  /** null: every value of the type is inside. The name of the argument fills in where the domain names none. */
  readonly outside: ((name: string) => fc.Arbitrary<Wrong>) | null;
}

const largest = Number.MAX_VALUE;
const edges = [
  ...[
    0,
    5e-324,
    1e-300,
    1e-17,
    1e-9,
    0.25,
    0.5,
    0.5 + 2 ** -53,
    1 - 2 ** -53,
    1,
    1 + 2 ** -52,
    2,
    3,
    1e9,
    1e300,
    largest,
  ],
];

/** The neighbors of a double. */
function next(x: number, direction: 1 | -1): number {
  if (x === 0) return direction * 5e-324;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, x);
  bits.setBigInt64(0, bits.getBigInt64(0) + (x > 0 === direction > 0 ? 1n : -1n));
  return bits.getFloat64(0);
}

interface Bounds {
  /** Whether the bound itself is outside. */
  readonly lowOpen?: boolean;
  readonly highOpen?: boolean;
  /** The largest and smallest values to try, where time or memory ends before the domain does. */
  readonly tried?: readonly [number, number];
  /** How errors name it, if not by the argument. */
  readonly named?: string;
  /** Doubles as fine as these are tried too. @default between −3 and 3 */
  readonly usual?: readonly [number, number];
}

/** Doubles from `low` to `high`; an infinite bound is open. */
export function number(low: number, high: number, options: Bounds = {}): Domain {
  const lowest = Number.isFinite(low) ? (options.lowOpen ? next(low, 1) : low) : -largest;
  const highest = Number.isFinite(high) ? (options.highOpen ? next(high, -1) : high) : largest;
  const [min, max] = options.tried ?? [lowest, highest];
  const [usualMin, usualMax] = options.usual ?? [-3, 3];
  const known = [...edges, ...edges.map((edge) => -edge), min, max].filter((edge) => edge >= min && edge <= max);
  const outside = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  if (Number.isFinite(low)) outside.push(options.lowOpen ? low : next(low, -1), low - 1, -1e300);
  if (Number.isFinite(high)) outside.push(options.highOpen ? high : next(high, 1), high + 1, 1e300);
  const wrong = outside.filter((value) => !(value >= lowest && value <= highest));
  return {
    inside: fc.oneof(
      { weight: 1, arbitrary: fc.constantFrom(...known) },
      { weight: 1, arbitrary: fc.double({ min, max, noNaN: true }) },
      { weight: 2, arbitrary: fc.double({ min: Math.max(min, usualMin), max: Math.min(max, usualMax), noNaN: true }) },
    ),
    outside: (name) =>
      fc.constantFrom(...wrong).map((value) => ({ whole: value, argument: options.named ?? name, value })),
  };
}

export const probability = (named?: string): Domain => number(0, 1, named === undefined ? {} : { named });
export const nonNegative = (options: Bounds = {}): Domain => number(0, Number.POSITIVE_INFINITY, options);
export const positive = (options: Bounds = {}): Domain =>
  number(0, Number.POSITIVE_INFINITY, { lowOpen: true, ...options });
export const finite = (options: Bounds = {}): Domain =>
  number(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, options);

/** 0 to ∞, both included. */
export const nonNegativeOrInfinite: Domain = {
  inside: fc.oneof(nonNegative().inside, fc.constant(Number.POSITIVE_INFINITY)),
  outside: (argument) => fc.constantFrom(-1, Number.NaN).map((value) => ({ whole: value, argument, value })),
};

/** Any number but NaN. */
export const extended: Domain = {
  inside: fc.oneof(finite().inside, fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)),
  outside: (argument) => fc.constant({ whole: Number.NaN, argument, value: Number.NaN }),
};

/** Whole numbers from `low`; only up to `upTo` are tried. */
export function integer(low: number, upTo: number, { high, named }: { high?: number; named?: string } = {}): Domain {
  const outside = [low - 1, low + 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53];
  if (high !== undefined) outside.push(high + 1);
  return {
    inside: fc.oneof(
      fc.constantFrom(low, low + 1, upTo),
      fc.integer({ min: low, max: Math.min(low + 12, upTo) }),
      fc.integer({ min: low, max: upTo }),
    ),
    outside: (name) => fc.constantFrom(...outside).map((value) => ({ whole: value, argument: named ?? name, value })),
  };
}

export function odd(low: number, upTo: number): Domain {
  const { inside } = integer((low - 1) / 2, (upTo - 1) / 2);
  return {
    inside: inside.map((half: number) => 2 * half + 1),
    outside: (name) =>
      fc
        .constantFrom(low - 2, low + 1, 2.5, Number.NaN, 1e300)
        .map((value) => ({ whole: value, argument: name, value })),
  };
}

/** One of a few words. */
export function choice(...words: readonly string[]): Domain {
  return {
    inside: fc.constantFrom(...words),
    outside: (name) => fc.constant({ whole: "gossip", argument: name, value: "gossip" }),
  };
}

/** Values of a type that is not checked, or has nothing outside. */
export const any = (inside: fc.Arbitrary<unknown>): Domain => ({ inside, outside: null });

/** An object; keys that end with ? may be missing. */
export function record(shape: Readonly<Record<string, Domain>>): Domain {
  const entries = Object.entries(shape).map(([key, domain]) => [key.replace("?", ""), domain] as const);
  const required = Object.keys(shape).filter((key) => !key.endsWith("?"));
  const inside = fc.record(Object.fromEntries(entries.map(([key, domain]) => [key, domain.inside])), {
    requiredKeys: required,
  });
  const checked = entries.filter(([, domain]) => domain.outside);
  if (checked.length === 0) return { inside, outside: null };
  return {
    inside,
    outside: () =>
      fc.oneof(
        ...checked.map(([key, domain]) =>
          fc
            .tuple(inside, domain.outside!(key))
            .map(([rest, wrong]) => ({ ...wrong, whole: { ...rest, [key]: wrong.whole } })),
        ),
      ),
  };
}

/** A list; `named` is what errors call one element. */
export function list(element: Domain, named: string, { min = 1, max = 6 } = {}): Domain {
  const inside = fc.array(element.inside, { minLength: min, maxLength: max });
  const outside = element.outside;
  if (outside === null) return { inside, outside };
  return {
    inside,
    outside: () =>
      fc.tuple(inside, fc.nat(), outside(named)).map(([rest, at, wrong]) => ({
        ...wrong,
        whole: rest.toSpliced(at % (rest.length + 1), 0, wrong.whole),
      })),
  };
}

/** Values of another domain, turned into something else. */
export function mapped(domain: Domain, map: (value: any) => unknown): Domain {
  const outside = domain.outside;
  return {
    inside: domain.inside.map(map),
    outside: outside && ((name) => outside(name).map((wrong) => ({ ...wrong, whole: map(wrong.whole) }))),
  };
}

/** The same domain, without some of its values inside. */
export function except(domain: Domain, holds: (value: any) => boolean): Domain {
  return { ...domain, inside: domain.inside.filter(holds) };
}

/** All arguments at once, where their domains depend on each other. `wrong` lists calls with what is wrong in them. */
export interface Joint {
  readonly inside: fc.Arbitrary<readonly unknown[]>;
  readonly wrong: readonly (readonly [args: readonly unknown[], argument: string, value: unknown])[];
}

/** What a function takes, and what its result must be. */
export interface Entry {
  readonly takes: Readonly<Record<string, Domain>> | Joint;
  /** Beyond that nothing in it is NaN: whether it lies in its range. */
  readonly gives: (result: any, ...args: any[]) => boolean;
  /** Calls of the test, for slow functions. @default 300 */
  readonly runs?: number;
}

export const isJoint = (takes: Entry["takes"]): takes is Joint => Array.isArray((takes as Joint).wrong);

/** Arguments inside their domains. */
export function argumentsInside(takes: Entry["takes"]): fc.Arbitrary<readonly unknown[]> {
  return isJoint(takes) ? takes.inside : fc.tuple(...Object.values(takes).map(({ inside }) => inside));
}

/** Arguments of which one is outside, and its name; null where there are none. */
export function argumentsOutside(
  takes: Entry["takes"],
): fc.Arbitrary<{ args: readonly unknown[] } & Omit<Wrong, "whole">> | null {
  if (isJoint(takes))
    return takes.wrong.length === 0
      ? null
      : fc.constantFrom(...takes.wrong).map(([args, argument, value]) => ({ args, argument, value }));
  const names = Object.keys(takes);
  const checked = names.filter((name) => takes[name]!.outside);
  if (checked.length === 0) return null;
  return fc.oneof(
    ...checked.map((name) =>
      fc.tuple(argumentsInside(takes), takes[name]!.outside!(name)).map(([args, { whole, argument, value }]) => ({
        args: args.toSpliced(names.indexOf(name), 1, whole),
        argument,
        value,
      })),
    ),
  );
}
