// Stars whose reader was recorded are replayed as they were: nothing is drawn from a channel.

import { keyOfReading, readingKey } from "../calibrate/reader-transfer.ts";
import { callList, memberName } from "../organizations/cast.ts";
import { formOf, type Team } from "../organizations/team.ts";
import { type AnswerTable, findColumn, type Reading } from "../records/answer-table.ts";
import { groupedBy } from "../records/numbering.ts";
import { emptyOutcomes, type Outcomes } from "./outcomes.ts";

/** The key that readings of this team have; undefined for teams other than one agent that reads so many answers. */
export function readingKeyOf(team: Team): string | undefined {
  const layers = formOf(team).layers?.(team);
  if (layers?.length !== 1 || !layers[0]!.reader) return undefined;
  const [{ fanIn, messageTokens }] = layers as [(typeof layers)[number]];
  const [leaves, readers] = ["leaf", "reader"].map((role) =>
    callList(team.cast.find((part) => part.role === role)?.members ?? []).map(memberName),
  );
  const [reader] = readers!;
  if (reader === undefined || leaves!.length === 0) return undefined;
  const members = Array.from({ length: fanIn }, (_, i) => leaves![i % leaves!.length]!);
  return readingKey(reader, members, messageTokens);
}

/** What its reader was recorded to answer; empty where nobody recorded it. */
export function readingsOf(team: Team, { readings = [] }: AnswerTable): readonly Reading[] {
  const key = readings.length > 0 ? readingKeyOf(team) : undefined;
  return key === undefined
    ? []
    : readings.filter((reading) => keyOfReading(reading) === key && !Number.isNaN(reading.grade));
}

/** Mean grade of the reader on every task on which it was recorded; costs where those of the reader were recorded as well. */
export function recordedReaderOutcomes(team: Team, table: AnswerTable, readings: readonly Reading[]): Outcomes {
  const outcomes = emptyOutcomes(team, table);
  for (const [task, some] of groupedBy(readings, (reading) => reading.task)) {
    const mean = (of: (reading: Reading) => number) =>
      some.reduce((sum, reading) => sum + of(reading), 0) / some.length;
    const leaves = (of: "tokensIn" | "tokensOut" | "usd") =>
      mean(({ proposals }) => proposals.reduce((sum, { member }) => sum + meanCost(member, of), 0));
    const meanCost = (member: string, of: "tokensIn" | "tokensOut" | "usd") => {
      const column = findColumn(table, member);
      const recorded = column?.[of].subarray(column.start[task]!, column.start[task + 1]!) ?? new Float64Array();
      return recorded.reduce((sum, one) => sum + one, 0) / recorded.length;
    };
    outcomes.accuracy[task] = mean(({ grade }) => grade);
    outcomes.unanswered[task] = mean(({ value }) => Number(value < 0));
    outcomes.calls[task] = mean(({ proposals }) => proposals.length + 1);
    outcomes.tokensIn[task] = leaves("tokensIn") + mean(({ tokensIn }) => tokensIn);
    outcomes.tokensOut[task] = leaves("tokensOut") + mean(({ tokensOut }) => tokensOut);
    outcomes.tokens[task] = outcomes.tokensIn[task]! + outcomes.tokensOut[task]!;
    outcomes.usd[task] = leaves("usd") + mean(({ usd }) => usd);
  }
  return outcomes;
}
