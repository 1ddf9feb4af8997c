import { availableParallelism, totalmem } from 'node:os';
import { PROVIDER_CHOICES, providerChoice } from '../core/encoders/executionProviders.ts';
import { unsupportedPlatform, usage } from '../core/errors.ts';
import type { EncoderRuntimeOptions } from './encoders/encoder.ts';
import { userCacheFolder } from './userCacheFolder.ts';

export interface EngineOptions extends EncoderRuntimeOptions {
  /** The user's own folder for what can't be kept in a dataset, absolute. */
  readonly cacheFolder: string;
}

/** More threads than any machine has cores for. */
const MOST_THREADS = 1024;
/** One batch, input and activations, may take this much at most, and a sixteenth of the machine's memory. */
const MAX_BATCH_BYTES = 512 * 2 ** 20;

const supported = ['linux-x64', 'linux-arm64', 'win32-x64', 'win32-arm64', 'darwin-arm64'];

/** Throws unsupported-platform where the native parts have no build. */
export function assertSupportedPlatform(): void {
  const name = `${process.platform}-${process.arch}`;
  if (!supported.includes(name)) throw unsupportedPlatform(name);
}

/**
 * Defaults for this machine; `LIKENESS_THREADS`, `LIKENESS_CACHE` and `LIKENESS_PROVIDER` override them. Throws usage where
 * the latter is no provider, and unsupported-platform.
 *
 * @param provider takes the place of `LIKENESS_PROVIDER`
 * @param threads takes the place of `LIKENESS_THREADS`; 0: as many as there are cores
 */
export function engineOptions(
  provider = process.env['LIKENESS_PROVIDER'] ?? '',
  threads = Number(process.env['LIKENESS_THREADS'] ?? 0),
): EngineOptions {
  assertSupportedPlatform();
  const choice = provider === '' ? 'auto' : providerChoice(provider);
  if (choice === undefined)
    throw usage(`There is no execution provider "${provider}"; choose one of ${PROVIDER_CHOICES.join(', ')}.`);
  const cacheFolder = userCacheFolder();
  return {
    cacheFolder,
    execution: { choice, memoryFolder: cacheFolder },
    threads: Number.isInteger(threads) && threads > 0 ? Math.min(threads, MOST_THREADS) : availableParallelism(),
    memoryBytes: Math.min(MAX_BATCH_BYTES, totalmem() / 16),
  };
}
