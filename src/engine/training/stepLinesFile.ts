import { readFile } from 'node:fs/promises';
import { systemCodeOf } from '../../core/errors.ts';
import { AppendedFile, type AppendedFileOptions } from './appendedFile.ts';
import { replaceFile } from './replaceFile.ts';

/** What a line says first. */
export interface StepLine {
  readonly step: number;
  readonly epoch: number;
  /** Of computing since the run began, all sessions together. */
  readonly seconds: number;
}

/** A file with an object a line, in the order of steps, that a run which goes on from a checkpoint can go back in. */
export class StepLinesFile {
  readonly #file: string;
  readonly #options: AppendedFileOptions;
  readonly #lines: AppendedFile;

  constructor(file: string, options: AppendedFileOptions) {
    this.#file = file;
    this.#options = options;
    this.#lines = new AppendedFile(file, options);
  }

  /** Throws where writing earlier lines failed. */
  append(line: StepLine): void {
    this.#lines.append(Buffer.from(`${JSON.stringify(line)}\n`));
  }

  /** Writes what is waiting. Rejects where that, or writing earlier lines, failed. */
  flush(): Promise<void> {
    return this.#lines.flush();
  }

  /** Removes the lines of later steps, and what isn't a line. */
  truncate(afterStep: number): Promise<void> {
    return this.#lines.exclusively(async () => {
      const text = await textOf(this.#file);
      const kept = text.split('\n').filter((line) => (stepOf(line) ?? Infinity) <= afterStep);
      const content = kept.map((line) => `${line}\n`).join('');
      if (content !== text) await replaceFile(this.#file, [content], this.#options.beforeWrite);
    });
  }
}

/** The metrics that are numbers: JSON has no notation for the others. */
export function finite(metrics: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return '';
    throw error;
  }
}

function stepOf(line: string): number | undefined {
  try {
    const { step } = JSON.parse(line) as { step?: unknown };
    return typeof step === 'number' ? step : undefined;
  } catch {
    return undefined;
  }
}
