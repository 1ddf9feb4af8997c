import type { LayoutPlan } from '../../core/projection/layout.ts';

/** What a thread that moves points is started with; all arrays lie in memory that the threads share. */
export interface LayoutWorkerData {
  readonly plan: LayoutPlan;
  /** Positions after even and after odd epochs. */
  readonly even: Float32Array;
  readonly odd: Float32Array;
  /** `CONTROL_SIZE` numbers that the threads agree by. */
  readonly control: Int32Array;
  readonly threads: number;
}

/** What stands where in `control`. */
export const control = {
  /** The next chunk of points that nobody has taken in this epoch. */
  nextChunk: 0,
  /** Threads that have found no more chunks in this epoch. */
  arrived: 1,
  /** Epochs that are done; threads sleep on it. */
  epochs: 2,
  /** 1 when somebody wants to stop. */
  stop: 3,
  /** 1 when all stop after this epoch. */
  stopped: 4,
} as const;
export const CONTROL_SIZE = 5;

/** Points that a thread takes at once: few enough that none waits long for the last one. */
export const CHUNK = 128;
