import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  invalidRun,
  messageOf,
  runNotFound,
  systemCodeOf,
  unreadableFile,
  unreadableFolder,
} from '../../core/errors.ts';
import type { RunSummary } from '../../protocol/training.ts';
import { writeFailure } from '../store/fileErrors.ts';
import { LIKENESS_FOLDER, makeLikenessFolder } from '../store/locations.ts';
import { freeBytesOf, type FreeBytes } from '../store/freeBytes.ts';
import { hasCheckpoint } from './checkpointFile.ts';
import { flushFolder, renamePatiently, replaceFile } from './replaceFile.ts';
import { RECORD_FILE, removeLeftovers, RunFiles } from './runFiles.ts';
import { bytesBelow, removeFolder, removeRemains, subfolders } from './runFolders.ts';
import { currentHolder, RunHold } from './runHold.ts';
import { formatRecord, newRecord, parseRecord, type NewRun, type RunRecord } from './runRecord.ts';
import { unknownSettings } from './runSettings.ts';
import { formatSelected, SELECTED_FILE } from './selectedImages.ts';

export interface RunStoreOptions {
  readonly freeBytes?: FreeBytes;
}

/**
 * The training runs of a dataset, each a folder below `.likeness/runs`. Nothing is kept open or in memory between calls but
 * the runs that are worked on.
 */
export class RunStore {
  readonly #root: string;
  readonly #folder: string;
  readonly #encoders: string;
  readonly #freeBytes: FreeBytes;

  /** @param root of the dataset, a real path; it needs no index */
  constructor(root: string, { freeBytes = freeBytesOf }: RunStoreOptions = {}) {
    this.#root = root;
    this.#folder = join(root, LIKENESS_FOLDER, 'runs');
    this.#encoders = join(root, LIKENESS_FOLDER, 'encoders');
    this.#freeBytes = freeBytes;
  }

  /**
   * Begins a run, for this process to work on. Rejects with read-only or disk-full.
   *
   * @param images that it trains on alone, relative to the root; undefined: the whole dataset
   */
  async create(run: NewRun, images?: readonly string[]): Promise<RunFiles> {
    const startedAt = Date.now();
    const record = newRecord(images ? { ...run, selected: images.length } : run, startedAt);
    // Put together under a name that is no run's, so that no half of one is ever seen.
    const prepared = join(this.#folder, `.new-${randomBytes(6).toString('hex')}`);
    try {
      makeLikenessFolder(this.#root);
      await mkdir(prepared, { recursive: true });
      await removeRemains(this.#folder);
      if (images) await replaceFile(join(prepared, SELECTED_FILE), [formatSelected(images)]);
      await replaceFile(join(prepared, RECORD_FILE), [formatRecord(record)]);
      let folder = '';
      const hold = await RunHold.takeNew(prepared, async () => {
        folder = await this.#moveIn(prepared, `${run.kind}-${timestamp(startedAt)}`);
        return folder;
      });
      return new RunFiles(folder, record, hold, this.#freeBytes);
    } catch (error) {
      await rm(prepared, { recursive: true, force: true }).catch(() => undefined);
      throw writeFailure(this.#folder, error) ?? error;
    }
  }

  /**
   * Opens a run, for this process to go on with; its record stays as it is. Rejects with run-not-found, run-busy while
   * another process works on it, invalid-run, read-only or disk-full.
   */
  async open(id: string): Promise<RunFiles> {
    const folder = await this.#folderOf(id);
    const hold = this.#take(folder);
    try {
      const record = await readRecord(folder);
      await removeLeftovers(folder);
      return new RunFiles(folder, record, hold, this.#freeBytes);
    } catch (error) {
      hold.release();
      throw writeFailure(folder, error) ?? error;
    }
  }

  /**
   * Newest first; empty where nothing has been trained. A run whose `run.json` can't be read is listed as failed, with the
   * reason, as it takes space all the same and can be deleted; its settings are not known then. Rejects with
   * unreadable-folder.
   */
  async list(): Promise<RunSummary[]> {
    const ids = await this.#ids();
    const encoders = await subfolders(this.#encoders);
    const runs = await Promise.all(ids.map((id) => this.#summarize(id, encoders)));
    return runs
      .filter((run) => run !== undefined)
      .sort((a, b) => b.startedAt - a.startedAt || b.id.localeCompare(a.id, 'en', { numeric: true }));
  }

  /** Where the files of a run are, absolute. Rejects with run-not-found. */
  folder(id: string): Promise<string> {
    return this.#folderOf(id);
  }

  /** Rejects with run-not-found. */
  async summary(id: string): Promise<RunSummary> {
    await this.#folderOf(id);
    const run = await this.#summarize(id, await subfolders(this.#encoders));
    if (run === undefined) throw runNotFound(id, this.#root);
    return run;
  }

  /**
   * Deletes a run and, if wanted, the encoder it made. Returns the bytes freed. Rejects with run-not-found, run-busy while
   * a process works on it, or read-only.
   */
  async delete(id: string, { encoder }: { readonly encoder: boolean }): Promise<number> {
    const folder = await this.#folderOf(id);
    const hold = this.#take(folder);
    try {
      const made = encoder ? (await readRecord(folder).catch(() => undefined))?.encoder : undefined;
      const isStored = made !== undefined && (await subfolders(this.#encoders)).includes(made);
      const encoderBytes = isStored ? await removeFolder(this.#encoders, made) : 0;
      const bytes = encoderBytes + (await removeFolder(this.#folder, id));
      hold.abandon();
      await removeRemains(this.#folder);
      return bytes;
    } catch (error) {
      hold.release();
      throw writeFailure(folder, error) ?? error;
    }
  }

  /** Moves a prepared run to its place; the second of the same second gets a number. */
  async #moveIn(prepared: string, name: string): Promise<string> {
    for (let number = 1; ; number++) {
      const folder = join(this.#folder, number === 1 ? name : `${name}-${number}`);
      if (await isPresent(folder)) continue;
      try {
        await renamePatiently(prepared, folder);
      } catch (error) {
        // Another process was faster.
        if (await isPresent(folder)) continue;
        throw error;
      }
      await flushFolder(this.#folder);
      return folder;
    }
  }

  #take(folder: string): RunHold {
    try {
      return RunHold.take(folder, join(this.#folder, '.lock'));
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT') throw runNotFound(basename(folder), this.#root);
      throw writeFailure(folder, error) ?? error;
    }
  }

  /** Only what is listed is opened: an id with a path in it leads nowhere. */
  async #folderOf(id: string): Promise<string> {
    if (!(await this.#ids()).includes(id)) throw runNotFound(id, this.#root);
    return join(this.#folder, id);
  }

  async #ids(): Promise<string[]> {
    try {
      return await subfolders(this.#folder);
    } catch (error) {
      throw unreadableFolder(this.#folder, error);
    }
  }

  /** Undefined where the run has been deleted meanwhile. */
  async #summarize(id: string, encoders: readonly string[]): Promise<RunSummary | undefined> {
    const folder = join(this.#folder, id);
    const record = await readRecord(folder).catch((error: unknown) => unreadableRecord(id, folder, error));
    if (record === undefined) return undefined;
    const { encoder, settings, stepsPerEpoch } = record;
    const isHeld = isInUse(folder);
    const state = record.state === 'running' && !isHeld ? 'interrupted' : record.state;
    const canStart =
      (await hasCheckpoint(folder)) || (record.step === 0 && (state === 'interrupted' || state === 'stopped'));
    const encoderBytes =
      encoder !== undefined && encoders.includes(encoder) ? await bytesBelow(join(this.#encoders, encoder)) : 0;
    return {
      id,
      name: record.name,
      kind: record.kind,
      root: this.#root,
      state,
      settings,
      startedAt: record.startedAt,
      endedAt: record.endedAt,
      seconds: record.seconds,
      epoch: record.epoch,
      step: record.step,
      stepsPerEpoch,
      metrics: record.metrics,
      message: record.message,
      encoder,
      ...(record.selected !== undefined && { selected: record.selected }),
      ...(record.computing !== undefined && { computing: record.computing }),
      bytes: (await bytesBelow(folder)) + encoderBytes,
      resumable: canStart && !isHeld && state !== 'finished' && settings !== unknownSettings,
    };
  }
}

/** Rejects with invalid-run or unreadable-file. */
async function readRecord(folder: string): Promise<RunRecord> {
  const file = join(folder, RECORD_FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw systemCodeOf(error) === 'ENOENT' ? invalidRun(file, 'it is missing') : unreadableFile(file, error);
  }
  try {
    return parseRecord(text);
  } catch (error) {
    throw invalidRun(file, messageOf(error));
  }
}

/** What is shown of a run whose record can't be read; undefined where its folder is gone. */
async function unreadableRecord(id: string, folder: string, reason: unknown): Promise<RunRecord | undefined> {
  try {
    const { mtimeMs } = await stat(folder);
    const run = { name: id, kind: 'pretrain', settings: unknownSettings, stepsPerEpoch: 0 } as const;
    return { ...newRecord(run, mtimeMs), state: 'failed', message: messageOf(reason) };
  } catch {
    return undefined;
  }
}

function isInUse(folder: string): boolean {
  try {
    return currentHolder(folder) !== undefined;
  } catch {
    // Then it can't be worked on either.
    return false;
  }
}

async function isPresent(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** `20261124-041532`, in UTC: names sort by time whatever the clock on the wall does. */
function timestamp(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
}
