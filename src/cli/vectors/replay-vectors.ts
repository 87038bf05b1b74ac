import { DomainError, KnownError } from "../../errors.ts";
import { type Args, routingFunctions, theoryFunctions, type VectorFunction } from "./vector-functions.ts";

/** The file is not a list of golden vectors in a form that we know. */
export class VectorsFormat extends KnownError {
  readonly code = "vectors-format";
  constructor(found: string) {
    super(
      `This is not a file of golden vectors: ${found}.`,
      'Pass a JSON document {"format": 1, "vectors": [{"id", "fn", "args", "expected", "tol"}]} or the routing form "routing-vectors/1".',
    );
  }
}

export interface Replayed {
  readonly passed: number;
  readonly failed: number;
  /** Ids of the vectors that failed, in the order of the file. */
  readonly failures: string[];
}

/** A vector in one form, whatever the file's. */
interface Vector {
  readonly id: string;
  readonly fn: string;
  readonly args: Args;
  readonly expected: unknown;
  /** |got − expected| ≤ absolute + relative·|expected| */
  readonly tolerance: { readonly absolute: number; readonly relative: number };
}

interface Format {
  readonly functions: Readonly<Record<string, VectorFunction>>;
  read(vector: Args): Omit<Vector, "id" | "fn">;
}

const formats: readonly (Format & { readonly name: unknown })[] = [
  {
    name: 1,
    functions: theoryFunctions,
    read: ({ args, expected, tol }) => ({
      args,
      expected,
      tolerance: { absolute: tol?.abs ?? 0, relative: tol?.rel ?? 0 },
    }),
  },
  {
    name: "routing-vectors/1",
    functions: routingFunctions,
    read: ({ in: args, out, tol }) => ({ args, expected: out, tolerance: { absolute: tol, relative: tol } }),
  },
];

/**
 * Replays golden vectors against our functions. One whose function is unknown here is a failure.
 *
 * @param document  the parsed file
 * @throws          {VectorsFormat} if it is not such a document
 */
export function replayVectors(document: unknown): Replayed {
  const { format, vectors } = isObject(document) ? document : {};
  const known = formats.find(({ name }) => name === format);
  if (!known) throw new VectorsFormat(`its format is ${JSON.stringify(format)}`);
  if (!Array.isArray(vectors)) throw new VectorsFormat('it has no list "vectors"');
  const failures = vectors
    .map((vector, index) => readVector(vector, index, known))
    .filter((vector) => !passes(vector, known.functions))
    .map(({ id }) => id);
  return { passed: vectors.length - failures.length, failed: failures.length, failures };
}

function isObject(value: unknown): value is Args {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readVector(vector: unknown, index: number, format: Format): Vector {
  if (!isObject(vector) || typeof vector["id"] !== "string" || typeof vector["fn"] !== "string")
    throw new VectorsFormat(`entry ${index} of "vectors" has no "id" and "fn"`);
  const read = format.read(vector);
  if (!isObject(read.args)) throw new VectorsFormat(`vector ${vector["id"]} has no arguments by name`);
  if (read.expected === undefined) throw new VectorsFormat(`vector ${vector["id"]} expects nothing`);
  return { id: vector["id"], fn: vector["fn"], ...read };
}

function passes({ fn, args, expected, tolerance }: Vector, functions: Format["functions"]): boolean {
  const call = Object.hasOwn(functions, fn) ? functions[fn] : undefined;
  if (!call) return false;
  const mustReject = isObject(expected) && typeof expected["error"] === "string";
  try {
    const got = call(given(args));
    return !mustReject && matches(got, expected, tolerance);
  } catch (error) {
    // anything else that is thrown is a failure of this vector, and must not hide the others
    return mustReject && error instanceof DomainError && expected["error"] === "DomainError";
  }
}

/** JSON has no infinity and says null for "not passed". */
function given(args: Args): Args {
  return Object.fromEntries(
    Object.entries(args).flatMap(([name, value]) => (value === null ? [] : [[name, numberOf(value)]])),
  );
}

function numberOf(value: unknown): unknown {
  if (value === "Infinity") return Number.POSITIVE_INFINITY;
  if (value === "-Infinity") return Number.NEGATIVE_INFINITY;
  if (value === "NaN") return Number.NaN;
  if (Array.isArray(value)) return value.map(numberOf);
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, numberOf(part)]))
    : value;
}

/** Numbers within the tolerance, lists and objects element by element, everything else exactly. */
function matches(got: unknown, expected: unknown, tolerance: Vector["tolerance"]): boolean {
  const wanted = numberOf(expected);
  if (typeof wanted === "number") {
    if (typeof got !== "number") return false;
    if (!Number.isFinite(wanted)) return Object.is(got, wanted);
    return Math.abs(got - wanted) <= tolerance.absolute + tolerance.relative * Math.abs(wanted);
  }
  if (Array.isArray(wanted))
    return (
      Array.isArray(got) &&
      got.length === wanted.length &&
      wanted.every((value, i) => matches(got[i], value, tolerance))
    );
  if (isObject(wanted))
    return isObject(got) && Object.entries(wanted).every(([key, value]) => matches(got[key], value, tolerance));
  return got === wanted;
}
