import { count, percent } from "../format-number.ts";
import { stageGain } from "../sections/verdict.ts";
import { Canvas, px } from "./canvas.ts";
import { type Draw, finished, labelLines } from "./drawing.ts";

/** Tasks from left to right: which stage answers how many, and how many of those are right. */
export const flow: Draw = (reading, size) => {
  const { study } = reading;
  if (!study.flow) return [];
  const { stages } = study.flow;
  const total = stages.reduce((sum, { tasks }) => sum + tasks, 0);
  const gains = stages.map(stageGain);
  const gain = gains.reduce((sum, one) => sum + one, 0);
  const canvas = new Canvas(size.width);
  const single = reading.baseline?.label ?? study.baseline;
  const texts = stages.map((stage, i) => {
    const right = Math.round(stage.tasks * stage.right.value);
    const other = Math.round(stage.tasks * stage.baselineRight.value);
    const change = gains[i]!;
    return {
      label: stage.label.charAt(0).toUpperCase() + stage.label.slice(1),
      tasks: `${count(stage.tasks)} tasks, ${percent(stage.share)}${i === 0 ? ": their answer stands" : ""}`,
      right:
        stage.tasks === 0
          ? "no task came this far"
          : `${count(right)} of ${count(stage.tasks)} right: ${percent(stage.right.value, 1)}`,
      other:
        stage.tasks === 0
          ? ""
          : `${single} on the same tasks: ${count(other)}, ${percent(stage.baselineRight.value, 1)}`,
      change:
        change === 0 || stage.tasks === 0
          ? ""
          : change > 0 && change === gain && gains.every((one) => one >= 0)
            ? `All of the gain: +${count(change)} ${change === 1 ? "answer" : "answers"}`
            : `${change > 0 ? "+" : "−"}${count(Math.abs(change))} ${Math.abs(change) === 1 ? "answer" : "answers"}`,
    };
  });
  canvas.text(0, 14, `${count(total)} tasks`, { size: 13, bold: true, color: "ink" });
  const barOf = (i: number, x: number, y: number, width: number, height: number, along: "x" | "y") => {
    const { right, tasks } = stages[i]!;
    const share = tasks === 0 ? 0 : right.value;
    if (along === "y") {
      canvas.rect({ x, y, width, height: height * share }, "fill k-cascade");
      canvas.rect({ x, y: y + height * share, width, height: height * (1 - share) }, "wrong");
    } else {
      canvas.rect({ x, y, width: width * share, height }, "fill k-cascade");
      canvas.rect({ x: x + width * share, y, width: width * (1 - share), height }, "wrong");
    }
  };
  if (!size.wide) {
    let y = 40;
    for (const [i, text] of texts.entries()) {
      const widthOf = Math.max(1, stages[i]!.share * 350);
      y = canvas.lines(0, y, labelLines(reading, text.label, 350, { bold: true }), {
        size: 13,
        bold: true,
        color: "ink",
      });
      canvas.text(0, y, text.tasks, { color: "mute" });
      canvas.rect({ x: 0, y: y + 8, width: 350, height: 10 }, "wash");
      barOf(i, 0, y + 8, widthOf, 10, "x");
      y = canvas.lines(0, y + 34, labelLines(reading, text.right, 350, { size: 12, bold: true }), {
        bold: true,
        color: "ink",
      });
      y = canvas.lines(0, y, labelLines(reading, text.other, 350, { size: 12 }), { color: "mute" });
      if (text.change)
        y = canvas.lines(0, y, labelLines(reading, text.change, 350, { size: 12, bold: true }), {
          bold: true,
          color: "cascade",
        });
      y += 14;
    }
    canvas.rect({ x: 0, y: y - 8, width: 10, height: 8 }, "wrong");
    canvas.text(16, y, "wrong");
    return [finished(canvas, y + 6)];
  }
  const area = 168;
  const [labelX, resultX] = [262, 516];
  const slots = texts.map((text, i) => {
    const label = labelLines(reading, text.label, resultX - labelX - 20, { bold: true });
    const tasks = labelLines(reading, text.tasks, resultX - labelX - 20, { size: 12 });
    const other = labelLines(reading, text.other, 760 - resultX, { size: 12 });
    const change = labelLines(reading, text.change, 760 - resultX, { size: 12, bold: true });
    const textHeight = 16 * Math.max(label.length + tasks.length, 1 + other.length + change.length);
    const band = Math.max(0.5, stages[i]!.share * area);
    return { label, tasks, right: text.right, other, change, textHeight, band, height: Math.max(band, textHeight) };
  });
  const gap = 20;
  const stacked = slots.reduce((sum, { height }) => sum + height, 0) + gap * (slots.length - 1);
  canvas.text(0, 30, stages.length === 2 ? "asked of the first stage" : "asked in stages", { color: "mute" });
  let y = 42;
  let from = y + (stacked - area) / 2;
  canvas.rect({ x: 0, y: from, width: 8, height: area }, "fill k-single");
  for (const [i, { label, tasks, right, other, change, textHeight, band, height }] of slots.entries()) {
    canvas.path(
      `M8 ${px(from)}C90 ${px(from)} 130 ${px(y)} 236 ${px(y)}L236 ${px(y + band)}C130 ${px(y + band)} 90 ${px(from + band)} 8 ${px(from + band)}Z`,
      i === 0 ? "w-cascade" : "w-single",
    );
    barOf(i, 236, y, 8, band, "y");
    const start = y + 12 + Math.max(0, (band - textHeight) / 2);
    canvas.lines(labelX, canvas.lines(labelX, start, label, { size: 13, bold: true, color: "ink" }), tasks, {
      color: "mute",
    });
    const next = canvas.lines(resultX, start, [right], { size: 13, bold: true, color: "ink" });
    canvas.lines(resultX, canvas.lines(resultX, next, other, { color: "mute" }), change, {
      bold: true,
      color: "cascade",
    });
    from += band;
    y += height + gap;
  }
  canvas.rect({ x: 236, y: y - 6, width: 8, height: 8 }, "wrong");
  canvas.text(labelX, y + 2, "wrong", { color: "mute" });
  return [finished(canvas, Math.max(y + 8, from + 8))];
};
