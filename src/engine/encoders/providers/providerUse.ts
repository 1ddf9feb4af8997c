import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isProcessAlive, processSpace } from '../../store/processes.ts';

const FOLDER = 'providers-in-use';
const DAY_MS = 24 * 60 * 60 * 1000;
/** How long a mark stands on after a batch: as long as the next one takes to come, so that it isn't written for each. */
const LINGER_MS = 1000;
/** How long an end is held against a provider: as long as a failed trial is remembered. */
const REMEMBERED_DAYS = 7;

interface Mark {
  readonly key: string;
  /** Process ids mean nothing on another machine, or in another container, that shares the folder. */
  readonly host: string;
  readonly processSpace: string;
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Marks of this process. */
const standing = new Set<string>();
let willLift = false;

/**
 * Shows other processes, by a file that stands while a provider computes, that this one may be taken down by it. A driver
 * that crashes ends the process without a word; the file that is left tells the next one.
 *
 * It is written synchronously, as it has to be there when the driver is entered. Where the folder can't be written, nothing is noticed.
 */
export class ProviderUse {
  readonly #folder: string;
  readonly #key: string;
  readonly #file: string;
  #computing = 0;
  #hasComputed = false;
  #lifting: NodeJS.Timeout | undefined;

  /** @param key as in `ProviderMemory` */
  constructor(memoryFolder: string, key: string) {
    this.#folder = join(memoryFolder, FOLDER);
    this.#key = key;
    this.#file = join(this.#folder, `${process.pid}-${randomBytes(6).toString('hex')}.json`);
  }

  /** Does what may take the process down. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    clearTimeout(this.#lifting);
    this.#computing++;
    if (!standing.has(this.#file)) this.#set();
    try {
      const result = await work();
      this.#hasComputed = true;
      return result;
    } finally {
      if (--this.#computing === 0) {
        this.#lifting = setTimeout(() => {
          lift(this.#file);
        }, LINGER_MS).unref();
      }
    }
  }

  /** It is no longer used, and whatever it computed went well: earlier ends aren't held against it. */
  end(): void {
    clearTimeout(this.#lifting);
    lift(this.#file);
    if (this.#hasComputed) forgetEnds(this.#folder, this.#key);
  }

  #set(): void {
    if (!willLift) process.once('exit', liftMarks);
    willLift = true;
    try {
      const here = { host: hostname(), processSpace: processSpace(), pid: process.pid };
      const mark: Mark = { key: this.#key, ...here, at: Date.now() };
      mkdirSync(this.#folder, { recursive: true });
      writeFileSync(this.#file, JSON.stringify(mark));
      standing.add(this.#file);
    } catch {
      // It is a precaution, and the work must not fail for it.
    }
  }
}

/** Takes this process's marks away, before it is ended on purpose. */
export function liftMarks(): void {
  for (const file of standing) lift(file);
}

/** How often a process has ended of late while the provider computed what the key says, without a good end since. */
export function endsDuring(memoryFolder: string, key: string, now = Date.now()): number {
  return endedMarks(join(memoryFolder, FOLDER), now).filter((mark) => mark.key === key).length;
}

/** After a provider has done well in a trial that somebody asked for. */
export function forgetEndsDuring(memoryFolder: string, key: string): void {
  forgetEnds(join(memoryFolder, FOLDER), key);
}

function forgetEnds(folder: string, key: string): void {
  for (const mark of endedMarks(folder, Date.now())) if (mark.key === key) remove(mark.file);
}

/** Marks of processes that are no more; what is old is cleared away, what isn't ours, or not yet written, left alone. */
function endedMarks(folder: string, now: number): (Mark & { readonly file: string })[] {
  const marks: (Mark & { readonly file: string })[] = [];
  for (const file of filesOf(folder)) {
    const mark = readMark(file);
    if (mark === undefined) continue;
    if (now - mark.at > REMEMBERED_DAYS * DAY_MS) remove(file);
    else if (hasEnded(file, mark)) marks.push({ ...mark, file });
  }
  return marks;
}

/** A process of our own number that isn't us was another one: in a container numbers come again with every start. */
function hasEnded(file: string, { host, processSpace: space, pid }: Mark): boolean {
  const isHere = host === hostname() && space === processSpace();
  return isHere && (pid === process.pid ? !standing.has(file) : !isProcessAlive(pid));
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function readMark(file: string): Mark | undefined {
  try {
    const { key, host, processSpace: space, pid, at } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Mark>;
    const isMark = [key, host, space].every((text) => typeof text === 'string') && [pid, at].every(Number.isFinite);
    return isMark ? { key: key!, host: host!, processSpace: space!, pid: pid!, at: at! } : undefined;
  } catch {
    return undefined;
  }
}

function lift(file: string): void {
  standing.delete(file);
  remove(file);
}

function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It is tried again when somebody looks.
  }
}
