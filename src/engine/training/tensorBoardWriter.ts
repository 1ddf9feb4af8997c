import { hostname } from 'node:os';
import { join } from 'node:path';
import { eventFileHeader, eventFileName, restartRecord, scalarRecord } from '../../core/training/tensorBoard.ts';
import { writeFailure } from '../store/fileErrors.ts';
import { AppendedFile } from './appendedFile.ts';

let filesOfProcess = 0;

/**
 * Writes curves for `tensorboard --logdir .likeness/runs` into an event file of its own; a resumed run has several.
 * What is appended reaches the disk within a second.
 */
export class TensorBoardWriter {
  readonly #now: () => number;
  readonly #events: AppendedFile;

  /**
   * @param runFolder absolute; it exists
   * @param now milliseconds since the epoch
   */
  constructor(runFolder: string, now: () => number = Date.now) {
    this.#now = now;
    const wallTime = now() / 1000;
    const host = hostname().replaceAll(/[^\w.-]/g, '-');
    const file = join(runFolder, eventFileName(wallTime, `${host}.${process.pid}.${filesOfProcess++}`));
    this.#events = new AppendedFile(file, { failureOf: (error) => writeFailure(file, error) ?? error });
    this.#events.append(eventFileHeader(wallTime));
  }

  /** Says that the steps after this one are done again. Throws as `append`. */
  restart(afterStep: number): void {
    this.#events.append(restartRecord(this.#now() / 1000, afterStep + 1));
  }

  /** Throws disk-full, read-only or the operating system's error where earlier events couldn't be written. */
  append(step: number, metrics: Readonly<Record<string, number>>): void {
    this.#events.append(scalarRecord(this.#now() / 1000, step, metrics));
  }

  /** Writes what is waiting. Rejects as `append` throws. */
  close(): Promise<void> {
    return this.#events.flush();
  }
}
