// Foreign text inside a prompt, fenced so that it cannot end its own fence: whatever a question or a message contains,
// where it stops is known. The mark is the plain name where it can be, for models read `<question>` best.

/** The text between `<name>` and `</name>`, or `<name-2>` where the texts themselves contain marks of that name. */
export function block(mark: string, text: string): string {
  return `<${mark}>\n${text}\n</${mark}>`;
}

/**
 * A mark that is in none of the texts, in any case: `name`, else `name-k` with the smallest k ≥ 2. Deterministic, in time
 * linear in the texts.
 */
export function markFor(name: string, texts: readonly string[]): string {
  const marks = new RegExp(`<\\s*/?\\s*${name}(?:-(\\d{1,15}))?`, "gi");
  const taken = new Set<number>();
  for (const text of texts) for (const [, number] of text.matchAll(marks)) taken.add(number ? Number(number) : 1);
  for (let number = 1; ; number++) if (!taken.has(number)) return number === 1 ? name : `${name}-${number}`;
}

/** Reads from left to right; every method moves on only where it finds what it looks for. */
export interface Cursor {
  /** Takes this text. */
  take(text: string): boolean;
  /** Takes what the expression matches here; it must be sticky. */
  match(expression: RegExp): RegExpExecArray | undefined;
  /** Takes a block whose mark is `name` or `name-k`; gives its text. */
  block(name: string): string | undefined;
  /** What is left. */
  rest(): string;
}

export function cursor(text: string): Cursor {
  let at = 0;
  const match = (expression: RegExp): RegExpExecArray | undefined => {
    expression.lastIndex = at;
    const found = expression.exec(text);
    if (found === null) return undefined;
    at = expression.lastIndex;
    return found;
  };
  return {
    take(expected) {
      if (!text.startsWith(expected, at)) return false;
      at += expected.length;
      return true;
    },
    match,
    block(name) {
      const before = at;
      const mark = match(new RegExp(`<(${name}(?:-\\d{1,15})?)>\\n`, "y"))?.[1];
      const end = mark === undefined ? -1 : text.indexOf(`\n</${mark}>`, at);
      if (mark === undefined || end < 0) {
        at = before;
        return undefined;
      }
      const content = text.slice(at, end);
      at = end + mark.length + 4;
      return content;
    },
    rest: () => text.slice(at),
  };
}
