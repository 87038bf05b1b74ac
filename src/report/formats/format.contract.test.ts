import { describe, expect, it } from "vitest";
import { studies } from "../../../test/report/studies.ts";
import { report } from "../report.ts";
import type { Format } from "./format.ts";
import * as formats from "./index.ts";

/** What should not be there, instead of the whole document in the message of a failure. */
function firstMatch(text: string, pattern: RegExp): string {
  return pattern.exec(text)?.[0] ?? "";
}

describe.each(Object.entries<Format>(formats))("format %s", (_, format) => {
  it("says in one line what it is, and which file it makes", () => {
    expect(format.summary).toMatch(/^[^\n]{10,90}$/);
    expect(format.extension).toMatch(/^[a-z]+$/);
  });

  it.each(Object.keys(studies))(
    "renders the study %s with its headline, the same each time, and leaves no hole",
    (name) => {
      const made = report(studies[name]!());
      const text = format.render(made);
      expect(format.render(report(studies[name]!()))).toBe(text);
      expect(firstMatch(text, /.{0,60}(undefined|NaN|\[object|Infinity)/)).toBe("");
      expect(text.endsWith("\n")).toBe(true);
      const plain = text.replaceAll(/&[a-z#0-9]+;|<[^>]*>|\\|\s|[^\p{L}\p{N}]/gu, "");
      const words = made.headline.replaceAll(/[^\p{L}\p{N}]/gu, "");
      if (!/[<>"]/.test(made.headline)) expect(plain).toContain(words);
    },
  );

  it("lets no control character of a name through", () => {
    expect(firstMatch(format.render(report(studies["stress"]!())), /[^\P{Cc}\n]/u)).toBe("");
  });

  it("colours only when asked, and only adds colour", () => {
    const made = report(studies["cascadeAdvised"]!());
    const colored = format.render(made, { color: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a colour is
    expect(colored.replaceAll(/\u001b\[\d+m/g, "")).toBe(format.render(made));
  });
});

describe("the formats together", () => {
  it("fit a terminal of 80 columns", () => {
    for (const study of Object.values(studies))
      for (const line of formats.text.render(report(study())).split("\n")) {
        const columns = [...line].reduce((sum, letter) => sum + (/[\u2e80-\ua4cf]/u.test(letter) ? 2 : 1), 0);
        if (!/\$0\.0000/.test(line)) expect(columns, line).toBeLessThanOrEqual(80);
      }
  });

  it("keep names of files from becoming markup", () => {
    const made = report(studies["stress"]!());
    expect(firstMatch(formats.html.render(made), /<script|<img|<b>of/)).toBe("");
    const prose = formats.markdown.render(made).replaceAll(/```.*?```|`[^`\n]*`/gs, "");
    expect(firstMatch(prose, /[^\\]<(script|img|b>)/)).toBe("");
    expect(firstMatch(prose, /[^\\]\*star/)).toBe("");
  });

  it("hand the whole study back in JSON", () => {
    const study = studies["cascadeAdvised"]!();
    const document = JSON.parse(formats.json.render(report(study)));
    expect(document.study).toEqual(JSON.parse(JSON.stringify(study)));
    expect(document.report.headline).toBe("Ask ToRA-70B and Mixtral. Only where they disagree, ask GPT-4.");
  });

  it("load nothing and run nothing in HTML, and stay below a megabyte", () => {
    for (const study of Object.values(studies)) {
      const text = formats.html.render(report(study()));
      expect(firstMatch(text, /<script|<link|@import|url\((?!#)|<[^>]*\ssrc=|https?:\/\//)).toBe("");
      expect(text.length).toBeLessThan(1e6);
    }
  });

  it("number all figures in order and give each its table", () => {
    const figures = report(studies["cascadeAdvised"]!()).sections.flatMap(({ blocks }) =>
      blocks.flatMap(({ figure, table }) => (figure ? [{ ...figure, rows: table?.rows.length ?? 0 }] : [])),
    );
    expect(figures.map(({ number }) => number)).toEqual(figures.map((_, i) => i + 1));
    expect(figures.every(({ rows, description }) => rows > 0 && description.length > 20)).toBe(true);
  });
});
