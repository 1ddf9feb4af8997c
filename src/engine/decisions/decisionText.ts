import { stat } from 'node:fs/promises';
import { linesOf, textAfter, textOf, type Line } from '../../core/decisions/decisionLines.ts';
import { systemCodeOf, unreadableFile } from '../../core/errors.ts';
import { writeFailure } from '../store/fileErrors.ts';
import { makeLikenessFolder } from '../store/locations.ts';
import { replaceFile } from '../training/replaceFile.ts';
import { decisionsFile, readDecisionText } from './decisionFile.ts';

/** How often a file is read again that somebody else writes meanwhile. */
const ATTEMPTS = 8;
/** A longer text is read again each time, so that nobody pays for it who decides nothing. */
const LONGEST_KEPT = 16 * 2 ** 20;

/** By another window, or a person with an editor. */
class ChangedMeanwhile extends Error {}

/** The lines of a dataset's `decisions.jsonl`, kept as long as the file is the one that they were read of. */
export class DecisionText {
  readonly #root: string;
  readonly #file: string;
  #known: { readonly version: string; readonly text: string; readonly lines: readonly Line[] } | undefined;

  constructor(root: string) {
    this.#root = root;
    this.#file = decisionsFile(root);
  }

  /** Rejects with unreadable-file. */
  async read(): Promise<readonly Line[]> {
    // Before the text: a change in between shows when it is replaced.
    const version = await this.#version();
    if (this.#known?.version === version) return this.#known.lines;
    const text = await readDecisionText(this.#root);
    const lines = linesOf(text);
    const isPlain = text === '' || (text.endsWith('\n') && !text.endsWith('\r\n'));
    this.#known = { version, text: isPlain ? text : textOf(lines), lines };
    return lines;
  }

  /**
   * Runs work that replaces the lines; where somebody else has changed them since they were read, it runs again. Whoever reads the
   * file finds the old text or the new one.
   */
  async edit<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof ChangedMeanwhile) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Within `edit`, after `read`. Rejects with read-only or disk-full. */
  async replace(lines: readonly Line[]): Promise<void> {
    if (this.#known === undefined) throw new Error('Lines are read before they are replaced.');
    const { version: before, text: old, lines: oldLines } = this.#known;
    const text = textAfter(old, oldLines, lines);
    // A quarter of what Buffer.from takes for a text that was put together.
    const bytes = new TextEncoder().encode(text);
    this.#known = undefined;
    try {
      makeLikenessFolder(this.#root);
      await replaceFile(this.#file, [bytes], async () => {
        if ((await this.#version()) !== before) throw new ChangedMeanwhile();
      });
    } catch (error) {
      throw writeFailure(this.#file, error) ?? error;
    }
    if (bytes.length <= LONGEST_KEPT) this.#known = { version: await this.#version(), text, lines };
  }

  /** Changes from one version of the file to the next; the same while there is none. */
  async #version(): Promise<string> {
    try {
      const { ino, size, mtimeNs, ctimeNs } = await stat(this.#file, { bigint: true });
      return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT') return '';
      throw unreadableFile(this.#file, error);
    }
  }
}
