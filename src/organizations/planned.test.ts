import { describe, expect, it } from "vitest";
import type { Form } from "./organization.ts";
import { parseTeam } from "./parse-team.ts";
import * as planned from "./planned.ts";
import { formOf } from "./team.ts";

describe.each(Object.entries<Form>(planned))("%s", (name, form) => {
  it("has a canonical example", () => {
    expect(parseTeam(form.example)).toMatchObject({ organization: name, text: form.example });
  });
});

describe("the bound of a form that cannot run yet", () => {
  it.each([
    ["star:9", 10],
    ["tree:3x2", 13],
    ["tree.counted:3x2", 12],
    ["tree:2x3", 15],
    ["chain:4", 4],
    ["debate:3x2", 6],
    ["rank@a,b,c", 6],
    ["route.linucb@a,b", 1],
  ])("%s makes %i calls", (text, steps) => {
    const team = parseTeam(text);
    expect(formOf(team).bound(team).steps).toBe(steps);
  });
});

it("the layers of a tree are its readers, leaves first; code that counts the root sends nothing", () => {
  const layers = (text: string) => formOf(parseTeam(text)).layers!(parseTeam(text));
  expect(layers("tree:3x2/m=64")).toEqual([
    { fanIn: 3, reader: true, messageTokens: 64 },
    { fanIn: 3, reader: true, messageTokens: 64 },
  ]);
  expect(layers("tree.counted:3x2/m=64+32")).toEqual([
    { fanIn: 3, reader: true, messageTokens: 64 },
    { fanIn: 3, reader: false },
  ]);
  expect(layers("star:9/m=64")).toEqual([{ fanIn: 9, reader: true, messageTokens: 64 }]);
});
