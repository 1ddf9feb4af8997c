import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { runNotFound, systemCodeOf } from '../../core/errors.ts';
import type { PairHistograms } from '../../core/evaluation/pairHistograms.ts';
import type { SafetensorsContent } from '../../core/training/safetensors.ts';
import { KeyedQueue } from '../jobs/keyedQueue.ts';
import { writeFailure } from '../store/fileErrors.ts';
import type { FreeBytes } from '../store/freeBytes.ts';
import { CHECKPOINT, readCheckpoint, writeCheckpoint } from './checkpointFile.ts';
import { isTemporary, replaceFile } from './replaceFile.ts';
import type { RunHold } from './runHold.ts';
import { formatRecord, type RunChanges, type RunRecord } from './runRecord.ts';
import { readSelected } from './selectedImages.ts';
import { finite, StepLinesFile } from './stepLinesFile.ts';

export const RECORD_FILE = 'run.json';
/** `step`, `epoch` and `seconds`, then a number per metric. */
export const METRICS_FILE = 'metrics.jsonl';
/** What isn't one number: how alike the pairs of views are, once an epoch. */
export const HISTOGRAMS_FILE = 'histograms.jsonl';

/**
 * The files of a run that this process works on, until `close`. Writing rejects with disk-full, read-only, run-not-found
 * where the folder has been deleted, and run-busy where another process has taken the run over.
 */
export class RunFiles {
  readonly id: string;
  /** Absolute. */
  readonly folder: string;
  readonly #hold: RunHold;
  readonly #freeBytes: FreeBytes;
  readonly #metrics: StepLinesFile;
  readonly #histograms: StepLinesFile;
  readonly #writing = new KeyedQueue();
  #record: RunRecord;

  constructor(folder: string, record: RunRecord, hold: RunHold, freeBytes: FreeBytes) {
    this.id = basename(folder);
    this.folder = folder;
    this.#record = record;
    this.#hold = hold;
    this.#freeBytes = freeBytes;
    this.#metrics = this.#lines(METRICS_FILE);
    this.#histograms = this.#lines(HISTOGRAMS_FILE);
  }

  /** As it is, or will be once what is being written has been. */
  get record(): RunRecord {
    return this.#record;
  }

  /** What the run trains on alone; undefined: the whole dataset. Rejects with invalid-run. */
  async selectedImages(): Promise<readonly string[] | undefined> {
    return this.#record.selected === undefined ? undefined : readSelected(this.folder);
  }

  /** Changes `run.json`; whoever reads it finds all of a change or nothing. */
  update(changes: RunChanges): Promise<void> {
    this.#record = { ...this.#record, ...changes };
    return this.#write(RECORD_FILE, (file) =>
      replaceFile(file, [formatRecord(this.#record)], () => this.#hold.assertKept()),
    );
  }

  /**
   * Adds a line to `metrics.jsonl`, which reaches the disk within a second. Metrics that aren't finite are left out. Throws
   * where earlier lines couldn't be written.
   *
   * @param seconds of computing since the run began, all sessions together
   */
  appendMetrics(step: number, epoch: number, seconds: number, metrics: Readonly<Record<string, number>>): void {
    this.#metrics.append({ step, epoch, seconds, ...finite(metrics) });
  }

  /** Adds a line to `histograms.jsonl`; as `appendMetrics`. */
  appendHistograms(step: number, epoch: number, seconds: number, { positives, negatives }: PairHistograms): void {
    const { low, high } = positives;
    const counts = { positives: [...positives.counts], negatives: [...negatives.counts] };
    this.#histograms.append({ step, epoch, seconds, ...{ low, high }, ...counts });
  }

  /** Forgets the metrics of later steps, which will be done again, and what a killed process left of a line. */
  async truncateMetrics(afterStep: number): Promise<void> {
    await this.#metrics.truncate(afterStep);
    await this.#histograms.truncate(afterStep);
  }

  /**
   * Replaces the checkpoint: killed at any moment, the one before stays whole. The metrics until now reach the disk before.
   * Rejects with disk-full where there isn't room for both.
   *
   * @param tensors must not change until the promise settles
   */
  async saveCheckpoint(
    tensors: SafetensorsContent['tensors'],
    metadata: SafetensorsContent['metadata'],
  ): Promise<void> {
    await this.#flush();
    await this.#write('checkpoint', () =>
      writeCheckpoint(this.folder, { tensors, metadata }, this.#freeBytes, () => this.#hold.assertKept()),
    );
  }

  /** The newest checkpoint; undefined where there is none. Rejects with checkpoint-corrupt or unreadable-file. */
  loadCheckpoint(): Promise<SafetensorsContent | undefined> {
    return readCheckpoint(this.folder);
  }

  /** Frees the room that the checkpoint takes. */
  removeCheckpoint(): Promise<void> {
    return this.#write(CHECKPOINT, async (file) => {
      await this.#hold.assertKept();
      await rm(file, { force: true });
    });
  }

  /** Writes what is waiting, and lets others have the run. Rejects where metrics couldn't be written. */
  async close(): Promise<void> {
    try {
      await this.#writing.run('', () => this.#flush());
    } finally {
      this.#hold.release();
    }
  }

  #lines(name: string): StepLinesFile {
    const file = join(this.folder, name);
    return new StepLinesFile(file, {
      beforeWrite: () => this.#hold.assertKept(),
      failureOf: (error) => this.#failureOf(file, error),
    });
  }

  async #flush(): Promise<void> {
    await this.#metrics.flush();
    await this.#histograms.flush();
  }

  #write(name: string, work: (file: string) => Promise<void>): Promise<void> {
    return this.#writing.run('', async () => {
      const file = join(this.folder, name);
      try {
        await work(file);
      } catch (error) {
        throw this.#failureOf(file, error);
      }
    });
  }

  #failureOf(file: string, error: unknown): unknown {
    if (systemCodeOf(error) === 'ENOENT') return runNotFound(this.id, dirname(dirname(dirname(this.folder))));
    return writeFailure(file, error) ?? error;
  }
}

/** Deletes what a killed process left half-written in a run's folder. */
export async function removeLeftovers(runFolder: string): Promise<void> {
  for (const name of await readdir(runFolder)) {
    if (!isTemporary(name) && !name.startsWith('.')) continue;
    await rm(join(runFolder, name), { recursive: true, force: true });
  }
}
