// Which tasks are in progress: as many as keep the scheduler's hands full, the oldest first.

export interface Conducting<T> {
  readonly tasks: Iterator<T>;
  /** Most steps to be asked for and not ended, at which a further task is not begun. */
  readonly stepsMax: number;
  /** Begins a task; resolves when it has ended. */
  start(task: T): Promise<void>;
  /** False: no further task is begun, those in progress end. */
  mayStart(): boolean;
}

/** Told of every step, so that new tasks begin when there is room. */
export interface Conductor {
  /** Resolves when no task is in progress and none is left or may begin; rejects with the first error of a task. */
  readonly done: Promise<void>;
  asked(): void;
  ended(): void;
  /** Something has changed that `mayStart` depends on. */
  wake(): void;
}

/**
 * Begins tasks while fewer than `stepsMax` steps are asked for: a team whose steps wait for each other has more tasks in
 * progress, and a hundred thousand tasks never make more promises than there is room for steps.
 */
export function conduct<T>({ tasks, stepsMax, start, mayStart }: Conducting<T>): Conductor {
  let steps = 0;
  let inProgress = 0;
  let isOver = false;
  let isPumping = false;
  let hasFailed = false;
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  const done = new Promise<void>((resolveDone, rejectDone) => {
    resolve = resolveDone;
    reject = rejectDone;
  });

  function pump(): void {
    isPumping = false;
    if (hasFailed) return;
    while (!isOver && steps < stepsMax && mayStart()) {
      const next = tasks.next();
      if (next.done) {
        isOver = true;
        break;
      }
      inProgress++;
      start(next.value).then(ended, fail);
    }
    if (inProgress === 0 && (isOver || !mayStart())) resolve();
  }

  function ended(): void {
    inProgress--;
    wake();
  }

  function fail(error: unknown): void {
    hasFailed = true;
    reject(error);
  }

  /** Once for all that ends in the same turn. */
  function wake(): void {
    if (isPumping) return;
    isPumping = true;
    queueMicrotask(pump);
  }

  wake();
  return {
    done,
    asked: () => void steps++,
    ended() {
      steps--;
      if (steps < stepsMax && !isOver) wake();
    },
    wake,
  };
}
