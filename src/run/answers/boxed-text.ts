/**
 * What the last complete `\boxed{…}` holds, of nested ones the innermost; also `\fbox{…}` and `\boxed 5`. One pass.
 *
 * @returns undefined where no box is closed
 */
export function lastBoxed(text: string): { readonly content: string; readonly end: number } | undefined {
  let found: { start: number; end: number } | undefined;
  const open: number[] = []; // per open brace: where its box's content begins, −1 for a plain brace
  const token = /\\(?:boxed|fbox)(?:\s{0,3}\{|[ \t]{1,3}([\w.+-]{1,40}))|\\.|[{}]/gs;
  for (const match of text.matchAll(token)) {
    const [all, bare] = match;
    const end = match.index + all.length;
    if (bare !== undefined) found = { start: end - bare.length, end };
    else if (all === "{") open.push(-1);
    else if (all === "}") {
      const start = open.pop() ?? -1;
      if (start >= 0 && (found === undefined || found.start < start)) found = { start, end: match.index };
    } else if (all.endsWith("{") && all.length > 2) open.push(end);
  }
  return found && { content: text.slice(found.start, found.end), end: found.end };
}
