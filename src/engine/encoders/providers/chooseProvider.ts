import {
  candidateProviders,
  fastestProvider,
  judgeProvider,
  type ExecutionProvider,
  type ProviderChoice,
  type ProviderRun,
  type ProviderTrial,
} from '../../../core/encoders/executionProviders.ts';
import { cancelled, ErrorCode } from '../../../core/errors.ts';
import type { JobContext, Progress } from '../../../core/progress.ts';
import type { Notice } from '../../../protocol/engine.ts';
import { builtInEncoder } from '../builtIn.ts';
import type { ResolvedEncoder } from '../encoder.ts';
import type { RuntimeDescription } from '../onnxMessages.ts';
import { ProviderMemory } from './providerMemory.ts';
import { endsDuring, forgetEndsDuring, ProviderUse } from './providerUse.ts';
import { tryProvider, type TrialRequest } from './trial.ts';

/** A second end of a process while a provider computed isn't put down to chance, or to somebody who ended it. */
const ENDS_TO_DISTRUST = 2;

/** What is to compute, and where is kept how it did. */
export interface ExecutionOptions {
  readonly choice: ProviderChoice;
  /** The user's cache folder. */
  readonly memoryFolder: string;
}

/** What computes an encoder's vectors, or the steps of a training. */
export interface Computing {
  readonly provider: ExecutionProvider;
  /** Why it isn't what was asked for: one sentence. */
  readonly note?: string;
  /** What that says of what was asked for: "webgpu can't run it: no adapter". */
  readonly reason?: string;
}

/** Says where something else computes than was asked for. */
export function providerNotices({ note }: Computing): Notice[] {
  return note === undefined ? [] : [{ code: ErrorCode.ProviderUnfit, message: note }];
}

/** Who waits for a provider to be tried: may end that, and hears of it. */
export type Waiting = Partial<Pick<JobContext, 'signal' | 'report'>>;

/** What takes the place of the machine in tests. */
export interface ProviderTools {
  readonly describe: () => Promise<RuntimeDescription>;
  readonly run: (request: TrialRequest, signal: AbortSignal | undefined) => Promise<ProviderRun>;
}

/** Tries providers on this machine. @param describe what ONNX Runtime has here, from a thread that runs it already */
export function machineTools(describe: ProviderTools['describe']): ProviderTools {
  return { describe, run: (request, signal) => tryProvider(request, { signal }) };
}

/**
 * Finds what an encoder is to run on. A provider is trusted with an encoder only after it has given the processor's vectors for
 * a few pictures, in a process of its own; what came of it is remembered. What fails leaves the processor; rejects only with
 * `cancelled`.
 *
 * @param waiting its signal ends what is being tried
 */
export async function chooseProvider(
  encoder: ResolvedEncoder,
  { choice, memoryFolder }: ExecutionOptions,
  threads: number,
  tools: ProviderTools,
  waiting: Waiting = {},
): Promise<Computing> {
  if (choice === 'cpu') return { provider: 'cpu' };
  const trials = new ProviderTrials(encoder, { memoryFolder, threads, fresh: false, ...waiting }, tools);
  if (choice === 'auto') return { provider: fastestProvider(await trials.all()) };
  const { unfit } = await trials.of(choice);
  return unfit === undefined ? { provider: choice } : leftToProcessor(`runs ${encoder.card.name}`, choice, unfit);
}

/**
 * The processor in place of a provider.
 *
 * @param does what it is needed for, as the end of a sentence about it
 * @param unfit as in `ProviderTrial`
 */
export function leftToProcessor(does: string, provider: ExecutionProvider, unfit: string): Computing {
  // Reasons are often a runtime's own words, of lines and sentences.
  const reason = `${provider} ${unfit}`.replaceAll(/\s+/g, ' ').replace(/[\s.]+$/, '');
  return { provider: 'cpu', note: `The CPU ${does}, as ${reason}.`, reason };
}

/**
 * Tries all that this machine may have, whatever is remembered, and remembers it. Rejects only with `cancelled`.
 *
 * @param waiting as for `chooseProvider`
 */
export async function tryAllProviders(
  encoder: ResolvedEncoder,
  memoryFolder: string,
  threads: number,
  tools: ProviderTools,
  waiting: Waiting = {},
): Promise<ProviderTrial[]> {
  return new ProviderTrials(encoder, { memoryFolder, threads, fresh: true, ...waiting }, tools).all();
}

/**
 * Forgets that a provider was trusted with an encoder, which it has failed since: it is tried again before it is next used. Its
 * driver may be gone, or its memory was full for the moment.
 */
export async function forgetProvider(
  encoder: ResolvedEncoder,
  provider: ExecutionProvider,
  memoryFolder: string,
  tools: Pick<ProviderTools, 'describe'>,
): Promise<void> {
  const { version } = await tools.describe();
  await new ProviderMemory(memoryFolder).forget(memoryKey(encoder, provider, version));
}

/** What shows others that the encoder computes on the provider here. */
export async function providerUse(
  encoder: ResolvedEncoder,
  provider: ExecutionProvider,
  memoryFolder: string,
  tools: Pick<ProviderTools, 'describe'>,
): Promise<ProviderUse> {
  const { version } = await tools.describe();
  return new ProviderUse(memoryFolder, memoryKey(encoder, provider, version));
}

/** All that a trial depends on. */
function memoryKey({ identity }: ResolvedEncoder, provider: ExecutionProvider, version: string): string {
  return `${identity} ${provider} ${version} ${process.platform}-${process.arch}`;
}

interface TrialOptions {
  readonly memoryFolder: string;
  readonly threads: number;
  /** Whether what is remembered is passed over. */
  readonly fresh: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly report?: JobContext['report'] | undefined;
}

class ProviderTrials {
  readonly #encoder: ResolvedEncoder;
  readonly #options: TrialOptions;
  readonly #tools: ProviderTools;
  readonly #memory: ProviderMemory;
  readonly #onCpu = new Map<string, Promise<ProviderRun>>();
  #runtime: Promise<RuntimeDescription> | undefined;

  constructor(encoder: ResolvedEncoder, options: TrialOptions, tools: ProviderTools) {
    this.#encoder = encoder;
    this.#options = options;
    this.#tools = tools;
    this.#memory = new ProviderMemory(options.memoryFolder);
  }

  /** Of each provider that this machine may have. */
  async all(): Promise<ProviderTrial[]> {
    const trials: ProviderTrial[] = [];
    // One after another: they would slow each other down.
    for (const provider of candidateProviders(await this.#supported())) trials.push(await this.of(provider));
    return trials;
  }

  async of(provider: ExecutionProvider): Promise<ProviderTrial> {
    const supported = await this.#supported();
    if (!supported.includes(provider)) return unfit(provider, 'is not part of ONNX Runtime on this platform');
    // Where not even the smallest of models runs, no other one needs to be tried.
    const smallest = await this.#tried(provider, builtInEncoder('pixels')!);
    return smallest.unfit === undefined ? this.#tried(provider, this.#encoder) : smallest;
  }

  async #tried(provider: ExecutionProvider, encoder: ResolvedEncoder): Promise<ProviderTrial> {
    const { version } = await this.#description();
    const key = memoryKey(encoder, provider, version);
    const { fresh, memoryFolder } = this.#options;
    const ends = fresh ? 0 : endsDuring(memoryFolder, key);
    if (ends >= ENDS_TO_DISTRUST) {
      return unfit(provider, 'has ended its process more than once while it computed; Doctor tries it again');
    }
    // After one end it is tried anew, whatever is remembered.
    const known = fresh || ends > 0 ? undefined : await this.#memory.find(key);
    if (known !== undefined) return known;
    const run = await this.#run(provider, encoder);
    // Nor is this remembered, which says nothing of the provider.
    if ('reason' in run && run.isPassing === true) return unfit(provider, run.reason);
    const cpu = 'reason' in run ? { vectors: new Float32Array(), imagesPerSecond: 0 } : await this.#cpu(encoder);
    // Not remembered, as the provider may be fit.
    if ('reason' in cpu) return unfit(provider, `has nothing to be compared with: the CPU ${cpu.reason}`);
    const trial = judgeProvider(provider, run, cpu, encoder.card.output.dim);
    await this.#memory.keep(key, trial);
    if (fresh && trial.unfit === undefined) forgetEndsDuring(memoryFolder, key);
    return trial;
  }

  #cpu(encoder: ResolvedEncoder): Promise<ProviderRun> {
    const known = this.#onCpu.get(encoder.identity) ?? this.#run('cpu', encoder);
    this.#onCpu.set(encoder.identity, known);
    return known;
  }

  async #run(provider: ExecutionProvider, { model, card }: ResolvedEncoder): Promise<ProviderRun> {
    const { threads, signal, report } = this.#options;
    if (provider !== 'cpu') report?.(trying(provider));
    const run = await this.#tools.run({ provider, model, card, threads }, signal);
    if (signal?.aborted === true) throw cancelled();
    return run;
  }

  #description(): Promise<RuntimeDescription> {
    return (this.#runtime ??= this.#tools.describe());
  }

  async #supported(): Promise<readonly string[]> {
    try {
      return (await this.#description()).providers;
    } catch {
      // Who opens the encoder hears why.
      return [];
    }
  }
}

/** Told while a provider is tried, which can take a large encoder's driver a minute. */
export function trying(provider: ExecutionProvider): Progress {
  return { phase: `Trying ${provider}`, done: 0, total: undefined, rate: 0, secondsLeft: undefined };
}

function unfit(provider: ExecutionProvider, reason: string): ProviderTrial {
  return { provider, imagesPerSecond: 0, cpuImagesPerSecond: 0, agreement: 0, unfit: reason };
}
