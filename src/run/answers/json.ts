import { z } from "zod";
import { printNumber, sameAnswer } from "../../records/answer.ts";
import { BadAnswers } from "./bad-answers.ts";
import type { Extraction } from "./extraction.ts";
import { canonicalJson, jsonSpans, parseSpan } from "./json-text.ts";

const Options = z.strictObject({
  /** Path of the answer: `answer`, `result.items[0].name`. @default the whole value */
  field: z.string().min(1).optional(),
  /** A JSON schema that the value must satisfy; one that does not counts as no answer. */
  schema: z.record(z.string(), z.unknown()).optional(),
  /** The schema, ready to check. Not for configs. */
  checked: z.custom<z.ZodType>().optional(),
});
type Options = z.infer<typeof Options>;

/** A JSON value in the reply, fenced or in prose: the last one that has the field and satisfies the schema. */
export const json: Extraction<Options> = {
  summary: "a field of the last JSON value, or the value, with a schema where one is given",
  example: {
    options: { field: "answer" },
    task: { taskId: "t", question: "How many moons has Mars?", gold: "2" },
    reply: 'Phobos and Deimos.\n```json\n{"answer": 2, "names": ["Phobos", "Deimos"]}\n```\nI hope this helps!',
    value: "2",
    none: '{"reply": 2} and {"answer": ',
  },
  options: Options,

  async open(options) {
    if (options.schema === undefined) return options;
    try {
      return { ...options, checked: z.fromJSONSchema(options.schema as Parameters<typeof z.fromJSONSchema>[0]) };
    } catch (error) {
      throw new BadAnswers(`The schema of the answers cannot be read: ${(error as Error).message}.`);
    }
  },

  instruction(_, { field, schema }) {
    if (schema)
      return `End with one JSON value that satisfies this schema, and nothing after it:\n${JSON.stringify(schema)}`;
    if (field) return `End with one JSON object that has the answer in its field ${field}, and nothing after it.`;
    return "End with one JSON value that is the answer, and nothing after it.";
  },

  read(text, _, { field, checked }) {
    for (const span of jsonSpans(text).toReversed()) {
      const whole = parseSpan(text, span);
      if (whole === undefined || (checked && !checked.safeParse(whole).success)) continue;
      const value = field === undefined ? whole : at(whole, field);
      if (value !== undefined) return { value: value === null ? null : printed(value) };
    }
    return { value: null };
  },

  grade(value, gold) {
    if (sameAnswer(value, gold)) return 1;
    try {
      const expected: unknown = JSON.parse(gold);
      return typeof expected === "object" && expected !== null && canonicalJson(expected) === value ? 1 : 0;
    } catch {
      return 0;
    }
  },
};

function at(value: unknown, field: string): unknown {
  let found = value;
  for (const name of field.split(/[.[\]]+/).filter((part) => part !== "")) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

function printed(value: unknown): string {
  if (typeof value === "string") return value.trim();
  return typeof value === "number" ? printNumber(value) : canonicalJson(value);
}
