import { type Block, printable, type Table } from "../document.ts";
import { kinds } from "../kinds.ts";
import type { Format } from "./format.ts";

/** Everything but the pictures: for pull requests and wikis. */
export const markdown: Format = {
  summary: "Markdown: findings and tables, for pull requests and wikis",
  extension: "md",
  render(report) {
    const { study, headline, lede, warnings, facts, sections } = printable(report);
    const parts = [
      `# ${escapeMarkdown(headline)}`,
      lede.map(({ text, strong }) => (strong ? `**${escapeMarkdown(text)}**` : escapeMarkdown(text))).join(""),
      ...warnings.map((warning) => `> ${escapeMarkdown(warning)}`),
      `*quorate study of ${escapeMarkdown(study.name)}: ${facts.map(escapeMarkdown).join(" · ")}*`,
    ];
    for (const { number, title, blocks } of sections) {
      if (number > 0) parts.push(`## ${number}. ${escapeMarkdown(title)}`);
      for (const block of blocks) parts.push(...blockParts(block));
    }
    return `${parts.join("\n\n")}\n`;
  },
};

/** A block as Markdown, its picture left out. */
export function blockParts({
  title,
  subtitle,
  figure,
  table,
  paragraphs,
  command,
  notes,
}: Omit<Block, "figure"> & { readonly figure?: { readonly source: string } }): string[] {
  return [
    `### ${escapeMarkdown(title)}`,
    ...(subtitle ? [`${escapeMarkdown(subtitle)}.`] : []),
    ...(command ? ["```sh\n" + command.replaceAll("```", "` ` `") + "\n```"] : []),
    ...(table && table.rows.length > 0 ? [markdownTable(table)] : []),
    ...(figure ? [escapeMarkdown(figure.source)] : []),
    ...(paragraphs ?? []).map(escapeMarkdown),
    ...(notes.length > 0
      ? [
          notes
            .map(({ lead, text }) => `- ${lead ? `**${escapeMarkdown(lead)}** ` : ""}${escapeMarkdown(text)}`)
            .join("\n"),
        ]
      : []),
  ];
}

function markdownTable({ columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map(({ name }) => escapeMarkdown(name))),
    line(columns.map(({ as }) => (as === "number" ? "---:" : "---"))),
    ...rows.map(({ cells, kind, strong, code }) =>
      line(
        cells.map((cell, i) => {
          const text = columns[i]?.as === "code" ? codeSpan(cell) : escapeMarkdown(cell);
          const shown = strong && text ? `**${text}**` : text;
          return i > 0 ? shown : `${kind ? `${kinds[kind].mark} ` : ""}${shown}${code ? ` ${codeSpan(code)}` : ""}`;
        }),
      ),
    ),
  ].join("\n");
}

/** Names are user data: nothing in them may become markup, a table border or a line break. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>|#]/g, "\\$&").replace(/\s*\n\s*/g, " ");
}

function codeSpan(text: string): string {
  return `\`${text
    .replaceAll("`", "'")
    .replaceAll("|", "\\|")
    .replace(/\s*\n\s*/g, " ")}\``;
}
