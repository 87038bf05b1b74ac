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
    ["debate:3x2", 6],
    ["rank@a,b,c", 6],
    ["route.linucb@a,b", 1],
  ])("%s makes %i calls", (text, steps) => {
    const team = parseTeam(text);
    expect(formOf(team).bound(team).steps).toBe(steps);
  });
});
