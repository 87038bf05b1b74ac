import { encode, part, UnknownTeam } from "./cast.ts";
import type { Form, Member, Part } from "./organization.ts";
import { formNamed, isForm, makeTeam, type Team } from "./team.ts";

export interface ParseOptions {
  /** Names of agents (without levels) that may stand in the text as they are; the longest that fits wins. */
  readonly knownNames?: Iterable<string>;
}

/**
 * The team that a text names. Canonical text is read without knowing any name; other text may hold the grammar's
 * characters only inside known names.
 *
 * @throws {UnknownTeam} with what is wrong, where, and the form that would be right
 */
export function parseTeam(text: string, { knownNames = [] }: ParseOptions = {}): Team {
  try {
    return read(text, [...knownNames]);
  } catch (error) {
    if (!(error instanceof UnknownTeam) || error.team !== undefined) throw error;
    throw new UnknownTeam(error.problem, error.remedy, text);
  }
}

function read(text: string, knownNames: readonly string[]): Team {
  const at = text.indexOf("@");
  const head = at < 0 ? text : text.slice(0, at);
  const name = /^[^.:/]*/.exec(head)![0];
  if (!isForm(name) && knownNames.includes(text)) {
    const alone = makeTeam("single", { cast: [part({ agent: text, samples: 1 })] });
    throw new UnknownTeam("that is an agent.", `A team of one is ${alone.text}.`);
  }
  const form = formNamed(name);
  // The size may hold a slash (ahead:2/15), so it ends only where /m= begins.
  const fields = /^(?:\.([^:/]*))?(?::((?:(?!\/m=).)*))?(?:\/m=(.*))?$/s.exec(head.slice(name.length));
  if (!fields)
    throw new UnknownTeam(
      `"${head.slice(name.length)}" behind "${name}" is neither rule, size nor message length.`,
      `The form is organization[.rule][:sizes][/m=tokens][@cast], as in ${form.example}.`,
    );
  const [, rule, sizes, messageTokens] = fields;
  if (at === text.length - 1)
    throw new UnknownTeam("the cast behind @ is empty.", `Name the agents, as in ${form.example}, or leave out @.`);
  const separator = form.sizeSeparator ?? "x";
  return makeTeam(
    name,
    {
      sizes: sizes === undefined ? [] : numbers(sizes, separator, "size", form),
      messageTokens: messageTokens === undefined ? [] : numbers(messageTokens, "+", "message length", form),
      cast: at < 0 ? [] : parseCast(text.slice(at + 1), knownNames),
    },
    rule,
  );
}

function numbers(text: string, separator: string, what: string, { example }: Form): number[] {
  return text.split(separator).map((digits) => {
    if (/^[1-9]\d{0,8}$/.test(digits)) return Number(digits);
    throw new UnknownTeam(
      `"${text}" is no ${what}: whole numbers from 1, joined by ${separator}, stand there.`,
      `A right one is ${example}.`,
    );
  });
}

/**
 * Reads the text behind the @. Where a known name stands (as it is, or encoded), it is that name, the longest first;
 * any other name ends at the next character of the grammar.
 *
 * @throws {UnknownTeam} with the position
 */
function parseCast(text: string, knownNames: Iterable<string>): Part[] {
  // An encoded name stands before the raw one of the same length, so that canonical text keeps its meaning.
  const known = [...new Set(knownNames)]
    .filter((name) => name !== "")
    .flatMap((name) => [
      { written: encode(name), name },
      { written: name, name },
    ])
    .sort((a, b) => b.written.length - a.written.length);
  let at = 0;

  const parts = [readPart()];
  while (at < text.length) {
    expect(",", "a comma or +");
    parts.push(readPart());
  }
  return parts;

  function readPart(): Part {
    const role = knownAt() ? undefined : /^([a-z][a-z-]*)=/.exec(text.slice(at))?.[1];
    if (role !== undefined) at += role.length + 1;
    const members = [readMember()];
    while (text[at] === "+") {
      at++;
      members.push(readMember());
    }
    return { ...(role !== undefined && { role }), members };
  }

  function readMember(): Member {
    const whole = knownAt();
    const agent = whole ? whole.name : readName("an agent");
    if (whole) at += whole.written.length;
    let level: string | undefined;
    if (text[at] === "~") {
      at++;
      level = readName("a compute level");
    }
    let samples = 1;
    if (text[at] === ":") {
      const digits = /^:([1-9]\d{0,5})(?=[,+]|$)/.exec(text.slice(at))?.[1];
      if (digits === undefined)
        throw wrong("after : stands how often the member is asked", "Write a whole number from 1");
      at += digits.length + 1;
      samples = Number(digits);
    }
    return { agent, ...(level !== undefined && { level }), samples };
  }

  function knownAt() {
    return known.find(({ written }) => {
      const next = text[at + written.length];
      return text.startsWith(written, at) && (next === undefined || ",+~:".includes(next));
    });
  }

  function readName(what: string): string {
    const raw = /^[^,+=~:@]*/.exec(text.slice(at))![0];
    if (raw === "") throw wrong(`the name of ${what} is missing`, "Write it there");
    if (/^ | $/.test(raw)) throw wrong("a space stands before or after a name", "Leave it out, or write %20");
    const broken = /%(?![0-9A-Fa-f]{2})/.exec(raw);
    if (broken) throw wrong(`"${raw}" holds a % that encodes nothing`, "Write %25 for the character itself");
    at += raw.length;
    try {
      return decodeURIComponent(raw);
    } catch {
      throw wrong(`"${raw}" encodes no text`, "Write the name as it is, and only the characters , + = ~ : @ % encoded");
    }
  }

  function expect(character: string, what: string): void {
    if (text[at] !== character)
      throw wrong(
        `"${text[at]}" at position ${at + 1} of the cast stands where ${what} was due`,
        `If it belongs to a name, write @${text.slice(0, at)}${encode(text[at]!)}${text.slice(at + 1)}`,
      );
    at++;
  }

  function wrong(problem: string, remedy: string): UnknownTeam {
    const place = `behind "@${text.slice(0, at)}"`;
    return new UnknownTeam(`${problem} (${place}).`, `${remedy}.`);
  }
}
