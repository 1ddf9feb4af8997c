/** A snapshot of a long job, sent at a human pace; the last one has `done === total`. */
export interface Progress {
  /** What is going on, for a person: "Scanning", "Indexing". */
  readonly phase: string;
  readonly done: number;
  /** Undefined while the amount of work isn't known yet. */
  readonly total: number | undefined;
  /** Items per second over the recent past. */
  readonly rate: number;
  /** Undefined until it can be told honestly. */
  readonly secondsLeft: number | undefined;
  /** What `done`, `total` and `rate` count where that isn't images, runs or steps. */
  readonly unit?: 'bytes' | 'texts';
  /** What else a person wants to know at the moment: "epoch 3 of 100, loss 71 % of chance". */
  readonly detail?: string;
}

/** What a long job is handed. Every job checks `signal` between steps and calls `report` as often as it likes. */
export interface JobContext {
  readonly signal: AbortSignal;
  readonly report: (progress: Progress) => void;
  /** How long a training waits at least before it reports again; at a human pace where it's left out. */
  readonly reportIntervalMs?: number;
}
