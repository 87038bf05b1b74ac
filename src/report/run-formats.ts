import { plainText } from "./document.ts";
import { blockParts, escapeMarkdown } from "./formats/markdown.ts";
import { runPage } from "./html/run-page.ts";
import type { RunReport } from "./run-report.ts";
import { runLines } from "./run-text.ts";

/** One way to hand a run's report to people or programs. */
export interface RunFormat {
  readonly extension: string;
  /** Pure: the same report gives the same text. */
  render(report: RunReport): string;
}

const runFormats: readonly RunFormat[] = [
  { extension: "html", render: runPage },
  { extension: "md", render: runMarkdown },
  { extension: "txt", render: (report) => `${runLines(report).join("\n")}\n` },
  { extension: "json", render: runJson },
];

/** The format with this file's ending; HTML for a file without one. */
export function runFormatFor(path: string): RunFormat | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  if (dot < 0) return runFormats[0];
  const ending = name.slice(dot + 1).toLowerCase();
  return runFormats.find(({ extension }) => extension === ending);
}

function runMarkdown({ headline, lede, warnings, facts, sections, result }: RunReport): string {
  const parts = [
    `# ${escapeMarkdown(headline)}`,
    lede.map(({ text, strong }) => (strong ? `**${escapeMarkdown(text)}**` : escapeMarkdown(text))).join(""),
    ...warnings.map((warning) => `> ${escapeMarkdown(warning)}`),
    `*quorate run of ${escapeMarkdown(result.team)}: ${facts.map(escapeMarkdown).join(" · ")}*`,
  ];
  for (const { number, title, blocks } of sections) {
    parts.push(`## ${number}. ${escapeMarkdown(title)}`);
    for (const block of blocks) parts.push(...blockParts(block));
  }
  return `${parts.join("\n\n")}\n`;
}

/** The run and the words about it in one document. */
function runJson({ result, headline, lede, warnings, facts, sections }: RunReport): string {
  const { account: _, ...run } = result;
  const wording = { headline, lede: plainText(lede), warnings, facts, sections };
  return `${JSON.stringify({ run, report: wording }, null, 2)}\n`;
}
