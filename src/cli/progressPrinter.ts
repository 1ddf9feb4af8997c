import type { Progress } from '../core/progress.ts';
import { formatProgress } from '../core/progressText.ts';
import { shownLine } from '../core/shownText.ts';

/** Without a terminal, a line this often is enough for a log. */
const LOG_INTERVAL_MS = 5_000;

/** Writes progress to standard error: one line that is rewritten on a terminal, a line now and then in a log. */
export class ProgressPrinter {
  readonly #stream: NodeJS.WriteStream;
  #printedAt = -Infinity;
  #phase = '';
  #dirty = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  readonly report = (progress: Progress): void => {
    const text = shownLine(formatProgress(progress));
    if (this.#stream.isTTY) {
      this.#stream.write(`\r\u001B[2K${text.slice(0, Math.max(20, this.#stream.columns - 1))}`);
      this.#dirty = true;
      return;
    }
    const now = performance.now();
    if (progress.phase === this.#phase && now - this.#printedAt < LOG_INTERVAL_MS) return;
    this.#phase = progress.phase;
    this.#printedAt = now;
    this.#stream.write(`${text}\n`);
  };

  /** Clears the line, so that the result starts on a clean one. */
  end(): void {
    if (this.#dirty) this.#stream.write('\r\u001B[2K');
    this.#dirty = false;
  }
}
