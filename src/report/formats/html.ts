import { page } from "../html/page.ts";
import type { Format } from "./format.ts";

/** One file with words, pictures and tables; nothing is loaded and nothing needs to run. */
export const html: Format = {
  summary: "one self-contained web page with figures, for screen and print",
  extension: "html",
  render: (report) => page(report),
};
