/** A, B … Z, AA, AB …: the letter of the choice with this index. */
export function letterOf(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letterOf(Math.floor(index / 26) - 1) + last;
}

/** One choice per line, behind its letter; further lines of a choice are indented, so that each stays one. */
export function printChoices(choices: readonly string[]): string {
  return choices.map((text, index) => `${letterOf(index)}. ${text.replaceAll("\n", "\n   ")}`).join("\n");
}

/** {@link printChoices} read backwards; undefined for a text that it never writes. */
export function parseChoices(text: string): string[] | undefined {
  const choices: string[][] = [];
  for (const line of text.split("\n")) {
    const head = `${letterOf(choices.length)}. `;
    if (line.startsWith(head)) choices.push([line.slice(head.length)]);
    else if (line.startsWith("   ") && choices.length > 0) choices.at(-1)!.push(line.slice(3));
    else return undefined;
  }
  return choices.map((lines) => lines.join("\n"));
}
