import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProviderTrial } from '../../../core/encoders/executionProviders.ts';
import { replaceFile } from '../../training/replaceFile.ts';

const FILE = 'providers.json';
const DAY_MS = 24 * 60 * 60 * 1000;
/** Drivers get better: what didn't work is tried again sooner. */
const [FIT_DAYS, UNFIT_DAYS] = [30, 7];

interface Remembered {
  readonly trial: ProviderTrial;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What trials of providers have shown, in the user's cache folder: for all datasets, and all windows. */
export class ProviderMemory {
  readonly #folder: string;
  readonly #now: () => number;

  constructor(cacheFolder: string, now: () => number = Date.now) {
    this.#folder = cacheFolder;
    this.#now = now;
  }

  /** @param key says all that a trial depends on: encoder, provider, runtime */
  async find(key: string): Promise<ProviderTrial | undefined> {
    const known = (await this.#read())[key];
    if (known === undefined) return undefined;
    const days = known.trial.unfit === undefined ? FIT_DAYS : UNFIT_DAYS;
    const age = this.#now() - known.at;
    return age >= 0 && age < days * DAY_MS ? known.trial : undefined;
  }

  /** Where the folder can't be written, the next process tries again. */
  async keep(key: string, trial: ProviderTrial): Promise<void> {
    await this.#replace(key, [[key, { trial, at: this.#now() }]]);
  }

  async forget(key: string): Promise<void> {
    await this.#replace(key, []);
  }

  async #replace(key: string, entries: readonly (readonly [string, Remembered])[]): Promise<void> {
    const now = this.#now();
    const others = Object.entries(await this.#read()).filter(
      ([other, { at }]) => other !== key && now - at < FIT_DAYS * DAY_MS,
    );
    const content = Object.fromEntries([...others, ...entries]);
    try {
      await mkdir(this.#folder, { recursive: true });
      await replaceFile(join(this.#folder, FILE), [JSON.stringify(content)]);
    } catch {
      // It is a convenience, and the work must not fail for it.
    }
  }

  /** Empty where the file is missing or isn't ours. */
  async #read(): Promise<Record<string, Remembered>> {
    try {
      const content: unknown = JSON.parse(await readFile(join(this.#folder, FILE), 'utf8'));
      if (typeof content !== 'object' || content === null) return {};
      return Object.fromEntries(
        Object.entries(content).filter((entry): entry is [string, Remembered] => isRemembered(entry[1])),
      );
    } catch {
      return {};
    }
  }
}

function isRemembered(value: unknown): value is Remembered {
  if (typeof value !== 'object' || value === null || !('trial' in value) || !('at' in value)) return false;
  const { trial, at } = value;
  if (typeof at !== 'number' || typeof trial !== 'object' || trial === null) return false;
  return (
    'provider' in trial &&
    typeof trial.provider === 'string' &&
    ['imagesPerSecond', 'cpuImagesPerSecond', 'agreement'].every((name) => {
      return typeof (trial as Record<string, unknown>)[name] === 'number';
    }) &&
    (!('unfit' in trial) || typeof trial.unfit === 'string')
  );
}
