import { plainText } from "../document.ts";
import type { Format } from "./format.ts";

/** The study and the words about it in one document. Numbers that are not finite become null. */
export const json: Format = {
  summary: "one JSON document: the whole study and the wording of the report",
  extension: "json",
  render({ study, standing, headline, lede, warnings, facts, sections }) {
    const wording = { standing, headline, lede: plainText(lede), warnings, facts, sections };
    return `${JSON.stringify({ study, report: wording }, null, 2)}\n`;
  },
};
