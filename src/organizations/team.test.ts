import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as rules from "../rules/index.ts";
import { UnknownTeam } from "./cast.ts";
import type { Member, Part } from "./organization.ts";
import { parseTeam } from "./parse-team.ts";
import { makeTeam, OrganizationNotRunnable, organizationOf, printTeam, type Team } from "./team.ts";

const nasty = fc.oneof(
  fc.constantFrom(
    "gpt-4.1",
    "meta/llama3:70b",
    "a@b",
    "x~high",
    "a+b",
    "a,b",
    "leaf=a",
    "100%",
    "%40",
    "a:3",
    " ",
    "x y ",
    "ü\n",
    "é",
  ),
  fc.string({ minLength: 1, maxLength: 8 }),
  fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom(..."ab:/@~.+,=%4 0") }),
  fc.string({ minLength: 1, maxLength: 4, unit: "binary" }),
);
const anyMember: fc.Arbitrary<Member> = fc.record(
  { agent: nasty, level: nasty, samples: fc.integer({ min: 1, max: 40 }) },
  { requiredKeys: ["agent", "samples"] },
);
const once = anyMember.map((member): Member => ({ ...member, samples: 1 }));
const distinct = (member: fc.Arbitrary<Member>, minLength: number, maxLength: number) =>
  fc.uniqueArray(member, { minLength, maxLength, selector: ({ agent, level }) => `${agent}~${level ?? ""}` });
const part = (member: Member): Part => ({ members: [member] });
const size = fc.integer({ min: 1, max: 99 });

const anyTeam: fc.Arbitrary<Team> = fc.oneof(
  once.map((member) => makeTeam("single", { cast: [part(member)] })),
  fc
    .tuple(size, once, fc.constantFrom(...Object.keys(rules)))
    .map(([n, member, rule]) => makeTeam("vote", { sizes: [n + 1], cast: [part(member)] }, rule)),
  fc
    .tuple(distinct(anyMember, 2, 5), fc.constantFrom(...Object.keys(rules)))
    .map(([members, rule]) => makeTeam("vote", { cast: members.map(part) }, rule)),
  size.map((n) => makeTeam("vote", { sizes: [n + 1] })),
  fc
    .tuple(size, size, once)
    .map(([lead, more, member]) => makeTeam("ahead", { sizes: [lead, lead + more], cast: [part(member)] })),
  fc
    .tuple(
      fc.array(distinct(anyMember, 1, 4), { minLength: 2, maxLength: 4 }),
      fc.constantFrom("unanimous", "majority"),
    )
    .map(([stages, rule]) => makeTeam("cascade", { cast: stages.map((members) => ({ members })) }, rule)),
  fc
    .tuple(
      fc.constantFrom("read", "counted"),
      fc.array(size, { maxLength: 1 }),
      fc.array(once, { minLength: 1, maxLength: 3 }),
      once,
    )
    .map(([rule, messageTokens, leaves, reader]) =>
      makeTeam(
        "tree",
        {
          sizes: [3, 2],
          messageTokens,
          cast: [
            { role: "leaf", members: leaves },
            { role: "reader", members: [reader] },
          ],
        },
        rule,
      ),
    ),
  distinct(once, 2, 4).map((members) => makeTeam("route", { cast: members.map(part) }, "linucb")),
);

/** The text of the design, and what it means. */
const canonical = [
  "single@gpt",
  "single@gpt~high",
  "single@openai/gpt-4.1~0.7",
  "vote:5@gpt",
  "vote:5",
  "vote@a,b,c",
  "vote@a:3,b:2",
  "vote.weighted@a,b,c",
  "vote.majority:5@gpt",
  "ahead:2/15@gpt",
  "ahead:2/15",
  "cascade@a+b,c",
  "cascade@small:3,large",
  "cascade.majority@a+b+c,d",
  "star:9/m=64@leaf=a,reader=b",
  "star:9/m=64@leaf=a+c~high,reader=b",
  "tree:3x2/m=64@leaf=a,reader=b",
  "tree:3x2/m=64+32@leaf=a,reader=b",
  "tree:3x2",
  "tree.counted:3x2/m=64@leaf=a,reader=b",
  "chain:4@a",
  "chain:4/m=64@a~high",
  "debate:3x2@a,b,c",
  "rank@a,b,c,d",
  "route.linucb@a,b,c",
];

/** Other ways to write a team, and the one canonical text. */
const alternatives: readonly (readonly [string, string, readonly string[]])[] = [
  ["vote@gpt:5", "vote:5@gpt", []],
  ["vote.plurality:5@gpt", "vote:5@gpt", []],
  ["vote@a:1,b", "vote@a,b", []],
  ["cascade.unanimous@a+b,c", "cascade@a+b,c", []],
  ["single@claude@2024", "single@claude%402024", ["claude@2024"]],
  ["vote@a,b,c", "vote@a%2Cb,c", ["a,b", "a"]],
  ["vote@llama:8b:3,gpt", "vote@llama%3A8b:3,gpt", ["llama:8b", "gpt"]],
  ["single@gpt~high", "single@gpt%7Ehigh", ["gpt", "gpt~high"]],
  ["single@gpt~high", "single@gpt~high", ["gpt"]],
  ["vote@leaf=a,b", "vote@leaf%3Da,b", ["leaf=a"]],
  ["single@gpt-4", "single@gpt-4", ["gpt"]],
];

const refused: readonly (readonly [string, RegExp])[] = [
  ["", /names no organization/],
  ["votes:5@gpt", /Did you mean vote, as in vote/],
  ["gpt", /no organization "gpt"/],
  ["vote.plurarity@a,b", /knows no rule "plurarity".*\n.*vote\.plurality/],
  ["vote.@a,b", /a word after the dot/],
  ["single.majority@a", /takes no rule/],
  ["cascade.weighted@a+b,c", /cascade\.unanimous, cascade\.majority/],
  ["vote:0@gpt", /"0" is no size/],
  ["vote:five@gpt", /"five" is no size/],
  ["vote:05@gpt", /"05" is no size/],
  ["vote:3x2@gpt", /one size/],
  ["vote:1@gpt", /at least two answers.*\n.*single@gpt/],
  ["vote@gpt", /vote:5@gpt, or single@gpt/],
  ["vote", /at least two answers/],
  ["vote:5@a,b", /vote@a,b/],
  ["vote:5@a:3", /twice how often "a" is asked: 5 and 3.*\n.*vote:5@a/],
  ["vote@a,b,a", /"a" is named twice.*\n.*a:2 once/],
  ["vote@a+b", /with commas, as in vote@a,b/],
  ["vote@x=a,b", /no roles, and "x=".*/],
  ["vote:5/m=64@a", /sends no messages.*\n.*\/m=64/],
  ["vote@", /cast behind @ is empty/],
  ["vote@a,,b", /name of an agent is missing.*behind "@a,"/],
  ["vote@a, b", /a space/],
  ["vote@a@b,c", /"@" at position 2.*\n.*@a%40b,c/],
  ["vote@a:b,c", /how often/],
  ["vote@a~,b", /name of a compute level is missing/],
  ["single@100%", /%25/],
  ["single@%FF", /encodes no text/],
  ["single@a,b", /vote@a,b/],
  ["single@a:3", /vote:3@a/],
  ["single:3@a", /vote:3@a/],
  ["single:1@a", /Write single@a\./],
  ["ahead:2@gpt", /ahead:2\/15@gpt/],
  ["ahead:9/3@gpt", /ahead:9\/9@gpt/],
  ["ahead:2x15@gpt", /joined by \/.*\n.*ahead:2\/15@gpt/],
  ["cascade@a+b", /at least two stages, and 1 is.*\n.*cascade@a\+b,large/],
  ["cascade", /at least two stages, and 0/],
  ["tree:3@leaf=a,reader=b", /fan-in and layers/],
  ["tree:3x2/m=1+2+3@leaf=a,reader=b", /2 layers.*3 lengths/],
  ["tree:9x99@leaf=a,reader=b", /leaves/],
  ["star:9@a,b", /star:9@leaf=a,reader=b/],
  ["star:2000000@leaf=a,reader=b", /leaves/],
  ["star:9@leaf=a,reader=b+c", /one reader, and 2 are named.*\n.*star:9@leaf=a,reader=b\./],
  ["tree:2x1@leaf=a+b+c,reader=d", /2 of the role leaf, and 3.*\n.*tree:2x1@leaf=a\+b,reader=d/],
  ["tree:1x3@leaf=a,reader=b", /joins no messages/],
  ["chain:1@a", /refines nothing.*\n.*chain:2@a or single@a/],
  ["chain:3/m=64+32@a", /one message length.*\n.*chain:3\/m=64@a/],
  ["chain:3@a,b", /asks one agent/],
  ["route@a,b", /route\.linucb/],
  ["debate:3x2@a,b", /debate:2x2@a,b/],
  ["__proto__@a", /no organization/],
  ["vote.constructor@a,b", /knows no rule/],
];

describe("team texts", () => {
  it.each(canonical)("%s is canonical", (text) => {
    const team = parseTeam(text);
    expect(team.text).toBe(text);
    expect(printTeam(team)).toBe(text);
  });

  it.each(alternatives.map(([text, expected, knownNames]) => ({ text, expected, knownNames })))(
    "$text is written $expected",
    ({ text, expected, knownNames }) => {
      const team = parseTeam(text, { knownNames });
      expect(team.text).toBe(expected);
      expect(parseTeam(expected)).toEqual(team);
    },
  );

  it.each(refused)("%j is refused with the way out", (text, message) => {
    expect(() => parseTeam(text)).toThrow(UnknownTeam);
    expect(() => parseTeam(text)).toThrow(message);
  });

  it("an agent's name is not a team, but leads to one", () => {
    expect(() => parseTeam("org/gpt@2", { knownNames: ["org/gpt@2"] })).toThrow(/single@org\/gpt%402/);
  });

  it("are read as they were printed, whatever the names", () => {
    fc.assert(
      fc.property(anyTeam, (team) => {
        expect(parseTeam(team.text)).toEqual(team);
        expect(printTeam(team)).toBe(team.text);
      }),
      { numRuns: 2000 },
    );
  });

  it("are read as they were printed where their own names are the known ones", () => {
    fc.assert(
      fc.property(once, (member) => {
        const team = makeTeam("single", { cast: [part(member)] });
        expect(parseTeam(team.text, { knownNames: [member.agent] })).toEqual(team);
      }),
      { numRuns: 500 },
    );
  });

  it("never fail with anything but unknown-team", () => {
    const grammar = fc.array(
      fc.constantFrom(
        "vote",
        "single",
        "ahead",
        "cascade",
        "tree",
        "star",
        "@",
        ":",
        "/",
        "x",
        "5",
        "2",
        "/m=",
        ".",
        "majority",
        ",",
        "+",
        "=",
        "leaf",
        "~",
        "%",
        "%4",
        "a",
        "b",
        " ",
      ),
      { maxLength: 14 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string({ unit: "binary" }),
          grammar.map((words) => words.join("")),
        ),
        fc.array(nasty, { maxLength: 3 }),
        (text, knownNames) => {
          try {
            const team = parseTeam(text, { knownNames });
            expect(parseTeam(team.text)).toEqual(team);
          } catch (error) {
            expect(error).toBeInstanceOf(UnknownTeam);
            expect((error as UnknownTeam).code).toBe("unknown-team");
          }
        },
      ),
      { numRuns: 5000 },
    );
  });
});

describe("a team", () => {
  it.each([
    ["single@a", "single"],
    ["vote:5@a", "repeated"],
    ["ahead:2/9@a", "repeated"],
    ["vote@a,b,c", "panel"],
    ["vote@a~low,a~high", "panel"],
    ["cascade@a+b,c", "cascade"],
    ["cascade@a:2,a", "repeated"],
    ["cascade@a:2,a~high", "cascade"],
    ["tree:3x2", "tree"],
    ["star:9", "tree"],
  ])("%s is of the kind %s", (text, kind) => {
    expect(parseTeam(text).kind).toBe(kind);
  });

  it("that cannot run yet is known, and refused only when it is used", () => {
    const debate = parseTeam("debate:3x2@a,b,c");
    expect(debate.sizes).toEqual([3, 2]);
    expect(() => organizationOf(debate)).toThrow(OrganizationNotRunnable);
    expect(() => organizationOf(debate)).toThrow(/price a debate.*\n.*single/);
  });

  it("without a cast can be written, not used", () => {
    for (const [text, cast] of [
      ["vote:5", "agent"],
      ["chain:4", "agent"],
      ["star:9/m=64", "leaf=a,reader=b"],
      ["tree:3x2", "leaf=a,reader=b"],
    ] as const) {
      expect(() => organizationOf(parseTeam(text))).toThrow(`Name it: ${text}@${cast}.`);
      expect(() => organizationOf(parseTeam(`${text}@${cast}`))).not.toThrow();
    }
  });
});
