/** Every verb of the command line. The exported name is the verb. */

export { calibrate } from "./calibrate.ts";
export { exportRun as export } from "./export.ts";
export { importAttempts as import } from "./import.ts";
export { measure } from "./measure.ts";
export { mock } from "./mock.ts";
export { phase } from "./phase.ts";
export { plan } from "./plan.ts";
export { predict } from "./predict.ts";
export { replay } from "./replay.ts";
export { run } from "./run.ts";
export { study } from "./study.ts";
export { vectors } from "./vectors.ts";
