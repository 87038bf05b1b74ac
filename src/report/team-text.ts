// A team as people read it. Reports hold teams as canonical texts; this reads only what sentences need and never refuses,
// so that a report can be written about a team that this version cannot run.

/** An agent (at a level) and how many times it is asked. */
export interface NamedMember {
  readonly name: string;
  readonly samples: number;
}

/** The parts of a team's text that sentences need. */
export interface TeamText {
  readonly organization: string;
  readonly rule: string | null;
  readonly sizes: readonly number[];
  /** Comma-separated parts: members of a panel, stages of a cascade, roles of a tree. */
  readonly parts: readonly { readonly role: string | null; readonly members: readonly NamedMember[] }[];
}

/** Reads `organization[.rule][:sizes][/m=tokens][@cast]`; names come back as people call them. */
export function readTeamText(text: string, labels: Readonly<Record<string, string>>): TeamText {
  const at = text.indexOf("@");
  const head = at < 0 ? text : text.slice(0, at);
  const [shape = "", sizes = ""] = head.replace(/\/m=.*$/, "").split(":");
  const [organization = "", rule = null] = shape.split(".");
  const parts = at < 0 ? [] : text.slice(at + 1).split(",");
  return {
    organization,
    rule,
    sizes: sizes.split(/[x/]/).filter(Boolean).map(Number),
    parts: parts.map((part) => {
      const [, role = null, members = ""] = /^(?:([a-z]+)=)?(.*)$/s.exec(part) ?? [];
      return { role, members: members.split("+").map((member) => readMember(member, labels)) };
    }),
  };
}

function readMember(text: string, labels: Readonly<Record<string, string>>): NamedMember {
  const [, written = text, samples = "1"] = /^(.*?)(?::(\d+))?$/s.exec(text) ?? [];
  const name = unescapeName(written);
  const [agent = "", level] = name.split("~");
  const label = labels[name] ?? (level === undefined ? agent : `${labels[agent] ?? agent} ${level}`);
  return { name: label, samples: Number(samples) };
}

/** Characters of the grammar inside a name are written %40 and so on; anything else stays as it is. */
function unescapeName(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Short name of a team: "ToRA-70B + Mixtral → GPT-4", "5 × mini vote". */
export function teamLabel(text: string, labels: Readonly<Record<string, string>>): string {
  const { organization, rule, sizes, parts } = readTeamText(text, labels);
  const member = ({ name, samples }: NamedMember) => (samples > 1 ? `${samples} × ${name}` : name);
  const stages = parts.map(({ members }) => members.map(member).join(" + "));
  const weighted = rule === "weighted" ? "weighted " : "";
  switch (organization) {
    case "single":
      return stages.join(" + ");
    case "cascade":
      return stages.join(" → ");
    case "vote":
      return `${sizes[0] !== undefined && stages.length === 1 ? `${sizes[0]} × ` : ""}${stages.join(" + ")} ${weighted}vote`;
    case "ahead":
      return `${stages.join(" + ")} until ${sizes[0]} ahead (≤ ${sizes[1]})`;
    case "star":
    case "tree": {
      const by = (wanted: string) =>
        parts.filter(({ role }) => role === wanted).flatMap(({ members }) => members.map(member));
      const reader = by("reader");
      const shape = organization === "tree" ? `, ${rule === "counted" ? "counted " : ""}${sizes.join("×")} tree` : "";
      return `${organization === "tree" ? (sizes[0] ?? 1) ** (sizes[1] ?? 1) : sizes[0]} × ${by("leaf").join(" + ")}${
        reader.length > 0 ? ` → ${reader.join(" + ")}` : ""
      }${shape}`;
    }
    default:
      return `${stages.join(" + ")}, ${text.split("@")[0]}`;
  }
}

/** A sentence with its canonical team texts replaced by what people call them; a text with an unknown name stays. */
export function withTeamLabels(sentence: string, labels: Readonly<Record<string, string>>): string {
  return sentence.replace(/\b[a-z]+(?:\.[a-z]+)?(?::[\dx/]+)?(?:\/m=[\d+]+)?@(?:[^\s:;()]|:\d)+/g, (found) => {
    const text = found.replace(/[.,]+$/, "");
    const known = readTeamText(text, {}).parts.every(({ members }) =>
      members.every(({ name }) => isKnown(name, labels)),
    );
    return known ? teamLabel(text, labels) + found.slice(text.length) : found;
  });
}

/** Names at a level come back from reading as "agent level". */
function isKnown(name: string, labels: Readonly<Record<string, string>>): boolean {
  return name in labels || name.replace(/ ([^ ]*)$/, "~$1") in labels;
}
