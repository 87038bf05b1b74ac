export type { RunResult } from "../report/run-data.ts";
export { type Clock, systemClock } from "./clock.ts";
export { type ReadRun, readRun, type SalvagedRun, salvage } from "./journal-read.ts";
export { parseBudget } from "./parse-budget.ts";
export { type Priced, type PriceList, readPrices, withPrices } from "./read-prices.ts";
export { readTasks, type Tasks } from "./read-tasks.ts";
export { type Progress, type RunOptions, run } from "./run.ts";
export type { Task } from "./task.ts";
