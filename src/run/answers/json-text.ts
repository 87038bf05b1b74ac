// JSON inside of prose: the objects and lists of a text that are complete, found in one pass.

/** Where a value stands in the text. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What may come next inside of an object or list. */
type Expected = "value" | "first-value" | "key" | "first-key" | "colon" | "next";

/**
 * The objects and lists that stand in a text, disjoint, in order: the outermost that are complete. Prose around them, code
 * fences and values that are cut off do not hurt; what is complete inside of one that is cut off is found.
 *
 * One pass of an automaton: where a value breaks, all values around it break with it, so that nothing is read again.
 */
export function jsonSpans(text: string): readonly Span[] {
  const spans: Span[] = [];
  const open: { readonly from: number; readonly isObject: boolean; readonly spansBefore: number }[] = [];
  let expected: Expected = "value";
  let at = 0;
  for (;;) {
    at = find(open.length === 0 ? /[{[]/g : /[^ \t\r\n]/g, text, at);
    if (at < 0) return spans;
    const character = text[at]!;
    const inside = open.at(-1);
    if (character === "{" || character === "[") {
      if (expected !== "value" && expected !== "first-value") open.length = 0; // what is around it breaks here
      open.push({ from: at, isObject: character === "{", spansBefore: spans.length });
      expected = character === "{" ? "first-key" : "first-value";
      at++;
    } else if (inside && closes(character, inside.isObject, expected)) {
      open.pop();
      at++;
      spans.length = inside.spansBefore; // those inside of it are part of it
      spans.push({ from: inside.from, to: at });
      expected = open.length === 0 ? "value" : "next";
    } else if (inside && character === "," && expected === "next") {
      expected = inside.isObject ? "key" : "value";
      at++;
    } else if (character === ":" && expected === "colon") {
      expected = "value";
      at++;
    } else {
      const isKey: boolean = expected === "key" || expected === "first-key";
      const end = expected === "next" || expected === "colon" ? -1 : scalarEnd(text, at, isKey);
      if (end < 0) {
        open.length = 0; // broken: what follows is prose
        expected = "value";
        at++;
      } else {
        expected = isKey ? "colon" : "next";
        at = end;
      }
    }
  }
}

function find(expression: RegExp, text: string, from: number): number {
  expression.lastIndex = from;
  return expression.exec(text)?.index ?? -1;
}

function closes(character: string, isObject: boolean, expected: Expected): boolean {
  if (character !== (isObject ? "}" : "]")) return false;
  return expected === "next" || expected === (isObject ? "first-key" : "first-value");
}

const word = /-?(?:0|[1-9]\d{0,400})(?:\.\d{1,400})?(?:[eE][-+]?\d{1,9})?(?![\w.])|(?:true|false|null)(?!\w)/y;
const escapes = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** Where the string, number or word that begins here ends; −1 where it is none. */
function scalarEnd(text: string, from: number, isKey: boolean): number {
  if (text[from] === '"') return stringEnd(text, from);
  if (isKey) return -1;
  word.lastIndex = from;
  return word.test(text) ? word.lastIndex : -1;
}

function stringEnd(text: string, from: number): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON allows none in a string
  const stop = /["\\\u0000-\u001f]/g;
  for (let at = find(stop, text, from + 1); at >= 0; at = find(stop, text, at)) {
    if (text[at] === '"') return at + 1;
    escapes.lastIndex = at;
    if (!escapes.test(text)) return -1;
    at = escapes.lastIndex;
  }
  return -1;
}

/** JSON with its keys in order and without blanks: equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonicalJson(one)}`).join(",")}}`;
}

/** Objects and lists nested deeper than this are no answer, and would exhaust the stack. */
export const nestingMax = 200;

/** The value of a span; undefined where it is nested too deep. */
export function parseSpan(text: string, { from, to }: Span): unknown {
  let depth = 0;
  let inString = false;
  for (let at = from; at < to; at++) {
    const character = text[at];
    if (inString) {
      if (character === "\\") at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{" || character === "[") {
      if (++depth > nestingMax) return undefined;
    } else if (character === "}" || character === "]") depth--;
  }
  return JSON.parse(text.slice(from, to));
}
