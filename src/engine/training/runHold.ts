/** Who works on a run: `process.json` in its folder, kept fresh as long as the process lives. */
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ErrorCode, LikenessError, runBusy, systemCodeOf } from '../../core/errors.ts';
import { isProcessAlive, processSpace } from '../store/processes.ts';
import { withLock } from '../store/sqlite.ts';

const HOLDER_FILE = 'process.json';
const BEAT_MS = 5_000;
/** A holder on another machine that hasn't been heard of for so long is gone. */
const STALE_MS = 60_000;
/** On this machine its number may have gone to another process, or it may only have slept. */
const STALE_HERE_MS = 300_000;

/** The content of `process.json`. */
export interface RunHolder {
  readonly pid: number;
  readonly host: string;
  /** What tells containers and subsystems apart that share a host's name and count processes for themselves. */
  readonly processSpace: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Unique to every hold. */
  readonly token: string;
}

interface FoundHolder {
  /** Undefined where the file isn't readable as what it should be. */
  readonly holder: RunHolder | undefined;
  /** Milliseconds since the epoch, by the clock of the machine that has the disk. */
  readonly freshAt: number;
}

/**
 * The process that works on a run at the moment, `'unknown'` where one does that can't be told, or undefined.
 *
 * @param now milliseconds since the epoch
 */
export function currentHolder(runFolder: string, now = Date.now()): RunHolder | 'unknown' | undefined {
  const found = readHolder(runFolder);
  return found !== undefined && isHeld(found, now) ? (found.holder ?? 'unknown') : undefined;
}

/** One process's right to work on a run. */
export class RunHold {
  readonly #file: string;
  readonly #content: string;
  readonly #token: string;
  readonly #beat: NodeJS.Timeout;

  private constructor(runFolder: string, holder: RunHolder) {
    this.#file = join(runFolder, HOLDER_FILE);
    this.#content = format(holder);
    this.#token = holder.token;
    this.#beat = setInterval(() => void this.#touch(), BEAT_MS);
    this.#beat.unref();
  }

  /**
   * Takes a run that nobody holds, or whose holder is gone. Throws run-busy, or the operating system's error.
   *
   * @param lockFile under which holders replace each other, one at a time
   */
  static take(runFolder: string, lockFile: string): RunHold {
    return locked(lockFile, () => {
      const now = clockOf(dirname(runFolder));
      const present = currentHolder(runFolder, now);
      if (present !== undefined) throw runBusy(basename(runFolder), present === 'unknown' ? undefined : present);
      rmSync(join(runFolder, HOLDER_FILE), { force: true });
      return new RunHold(runFolder, writeHolder(runFolder, basename(runFolder)));
    });
  }

  /**
   * Takes a folder that nobody else knows of yet, and will be renamed.
   *
   * @param prepared where it is now
   * @param rename moves it, and returns where to
   */
  static async takeNew(prepared: string, rename: () => Promise<string>): Promise<RunHold> {
    const holder = writeHolder(prepared, basename(prepared));
    return new RunHold(await rename(), holder);
  }

  /** Rejects with run-busy where another process has taken over, which it may after a long sleep of this one. */
  async assertKept(): Promise<void> {
    let holder: RunHolder | undefined;
    try {
      holder = parse(await readFile(this.#file, 'utf8'));
    } catch {
      // Deleted by hand or out of reach for a moment: nobody else has it.
      return;
    }
    if (holder !== undefined && holder.token !== this.#token) throw runBusy(basename(dirname(this.#file)), holder);
  }

  /** Stops keeping the run, and leaves the file to whoever deletes the folder. */
  abandon(): void {
    clearInterval(this.#beat);
  }

  release(): void {
    this.abandon();
    try {
      const present = parse(readFileSync(this.#file, 'utf8'));
      if (present?.token === this.#token) rmSync(this.#file, { force: true });
    } catch {
      // A file that stays behind is seen through once this process has ended.
    }
  }

  /** Writes the same bytes again: unlike setting a time, this takes the clock of the machine that has the disk. */
  async #touch(): Promise<void> {
    try {
      const handle = await open(this.#file, 'r+');
      try {
        const { buffer, bytesRead } = await handle.read({ length: 4096, position: 0 });
        if (buffer.toString('utf8', 0, bytesRead) === this.#content) await handle.write(this.#content, 0);
      } finally {
        await handle.close();
      }
    } catch {
      // The next beat tries again; losing the run shows itself before anything is written.
    }
  }
}

function isHeld({ holder, freshAt }: FoundHolder, now: number): boolean {
  // A time in the future says as little as one long past.
  const age = Math.abs(now - freshAt);
  const isHere = holder?.host === hostname() && holder.processSpace === processSpace();
  return isHere ? age < STALE_HERE_MS && isProcessAlive(holder.pid) : age < STALE_MS;
}

function readHolder(runFolder: string): FoundHolder | undefined {
  const file = join(runFolder, HOLDER_FILE);
  try {
    return { freshAt: statSync(file).mtimeMs, holder: parse(readFileSync(file, 'utf8')) };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) return undefined;
    throw error;
  }
}

function writeHolder(runFolder: string, id: string): RunHolder {
  const holder: RunHolder = {
    pid: process.pid,
    host: hostname(),
    processSpace: processSpace(),
    startedAt: new Date().toISOString(),
    token: randomUUID(),
  };
  try {
    writeFileSync(join(runFolder, HOLDER_FILE), format(holder), { flag: 'wx' });
  } catch (error) {
    throw systemCodeOf(error) === 'EEXIST' ? runBusy(id, undefined) : error;
  }
  return holder;
}

function format(holder: RunHolder): string {
  return `${JSON.stringify(holder, undefined, 2)}\n`;
}

function parse(text: string): RunHolder | undefined {
  try {
    const { pid, host, processSpace: space, startedAt, token } = JSON.parse(text) as Record<string, unknown>;
    const texts = [host, space, startedAt, token];
    if (!Number.isInteger(pid) || !texts.every((field) => typeof field === 'string')) return undefined;
    return JSON.parse(text) as RunHolder;
  } catch {
    return undefined;
  }
}

/** The time of the machine that has the disk, which may be another one. */
function clockOf(folder: string): number {
  const probe = join(folder, `.clock-${randomUUID()}`);
  try {
    writeFileSync(probe, '');
    return statSync(probe).mtimeMs;
  } finally {
    rmSync(probe, { force: true });
  }
}

/** Without locks on a disk, creating `process.json` exclusively protects all but two takeovers at the same instant. */
function locked<T>(lockFile: string, work: () => T): T {
  const progress = { isStarted: false };
  try {
    return withLock(lockFile, () => {
      progress.isStarted = true;
      return work();
    });
  } catch (error) {
    const cannotLock = error instanceof LikenessError && error.code === ErrorCode.IndexInaccessible;
    if (progress.isStarted || !cannotLock) throw error;
    return work();
  }
}
