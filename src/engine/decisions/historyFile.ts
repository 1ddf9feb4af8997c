import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf, unreadableFile } from '../../core/errors.ts';
import {
  afterRecord,
  emptyHistory,
  formatRecord,
  parseHistory,
  shortHistory,
  type History,
  type HistoryRecord,
} from '../../core/decisions/history.ts';
import { writeFailure } from '../store/fileErrors.ts';
import { LIKENESS_FOLDER, makeLikenessFolder } from '../store/locations.ts';
import { replaceFile } from '../training/replaceFile.ts';

/**
 * Steps that can be undone, and how long the text of them may get. What was done last can be undone even where it wrote a
 * hundred thousand labels.
 */
const LIMITS = { steps: 1000, bytes: 8 * 2 ** 20, least: 20 };
/** The journal is written anew when it has grown by this factor, which leaves out what was undone and done again. */
const GROWTH = 2;

/** The journal of a dataset's decisions. Whoever appends holds the dataset's lock. */
export class HistoryFile {
  readonly #root: string;
  readonly #file: string;
  /** Bytes that are left when it is written anew, as far as that is known. */
  #shortest = LIMITS.bytes;
  /** What was read last, and what the file looked like then: reading a thousand steps again would be noticed. */
  #known: { readonly version: string; readonly history: History; readonly isWhole: boolean } | undefined;

  constructor(root: string) {
    this.#root = root;
    this.#file = join(root, LIKENESS_FOLDER, 'history.jsonl');
  }

  /** Rejects with unreadable-file. */
  async read(): Promise<History> {
    try {
      const version = await this.#version();
      if (version === undefined) return emptyHistory;
      if (this.#known?.version !== version) {
        const text = await readFile(this.#file, 'utf8');
        this.#known = { version, history: parseHistory(text), isWhole: text === '' || text.endsWith('\n') };
      }
      return this.#known.history;
    } catch (error) {
      throw unreadableFile(this.#file, error);
    }
  }

  /**
   * Rejects with read-only or disk-full.
   *
   * @param lasts waits until the disk has it: what is done afterwards must not outlive it in a power cut
   */
  async append(record: HistoryRecord, { lasts }: { readonly lasts: boolean }): Promise<void> {
    const before = await this.read();
    const history = afterRecord(before, record);
    try {
      makeLikenessFolder(this.#root);
      const handle = await open(this.#file, 'a');
      let size: number;
      try {
        // After a line that was left half written.
        const start = this.#known === undefined || this.#known.isWhole ? '' : '\n';
        this.#known = undefined;
        await handle.writeFile(start + formatRecord(record));
        if (lasts) await handle.datasync();
        ({ size } = await handle.stat());
      } finally {
        await handle.close();
      }
      const isLong = history.steps.length > 2 * LIMITS.steps || size > GROWTH * this.#shortest;
      if (isLong && history.pending === undefined) {
        const short = Buffer.from(shortHistory(history, LIMITS));
        this.#shortest = Math.max(LIMITS.bytes, short.length);
        await replaceFile(this.#file, [short]);
        return;
      }
      const version = await this.#version();
      if (version !== undefined) this.#known = { version, history, isWhole: true };
    } catch (error) {
      throw writeFailure(this.#file, error) ?? error;
    }
  }

  async #version(): Promise<string | undefined> {
    try {
      const { ino, size, mtimeNs } = await stat(this.#file, { bigint: true });
      return `${ino} ${size} ${mtimeNs}`;
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }
}
