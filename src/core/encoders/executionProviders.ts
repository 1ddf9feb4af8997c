/** What ONNX Runtime can compute on, by its own names: the processor, and graphics cards by various ways. */
export const EXECUTION_PROVIDERS = ['cpu', 'webgpu', 'dml', 'cuda', 'coreml'] as const;
export type ExecutionProvider = (typeof EXECUTION_PROVIDERS)[number];

/** `auto`: the fastest that agrees with the processor. */
export const PROVIDER_CHOICES = ['auto', ...EXECUTION_PROVIDERS] as const;
export type ProviderChoice = (typeof PROVIDER_CHOICES)[number];

/** The lowest cosine similarity to the processor's vectors at which a provider is trusted with an encoder. */
export const LEAST_AGREEMENT = 0.999;
/** A provider that is hardly faster isn't worth the memory and the start that it takes. */
const WORTHWHILE = 1.2;

/** What an encoder did on a provider: vectors of the probe images, or why there are none. */
export type ProviderRun =
  | {
      /** Row-major, of length 1. */
      readonly vectors: Float32Array;
      readonly imagesPerSecond: number;
    }
  | NoRun;

export interface NoRun {
  readonly reason: string;
  /** Whether that is no doing of the provider's, so that it may be another a moment later. */
  readonly isPassing?: true;
}

/** How a provider did with an encoder, beside the processor. */
export interface ProviderTrial {
  readonly provider: ExecutionProvider;
  readonly imagesPerSecond: number;
  readonly cpuImagesPerSecond: number;
  /** The lowest cosine similarity of a vector to that of the processor. */
  readonly agreement: number;
  /** Why it isn't to be used, as the rest of a sentence that begins with the provider; undefined where it may be. */
  readonly unfit?: string;
}

/** A provider's name as people write it; undefined where there is no such one. */
export function providerChoice(text: string): ProviderChoice | undefined {
  return PROVIDER_CHOICES.find((choice) => choice === text.trim().toLowerCase());
}

/** Those worth trying among what this build of ONNX Runtime has, the likeliest to be fastest first, without the processor. */
export function candidateProviders(supported: readonly string[]): ExecutionProvider[] {
  const order: readonly ExecutionProvider[] = ['cuda', 'coreml', 'dml', 'webgpu'];
  return order.filter((provider) => supported.includes(provider));
}

/** Compares what a provider gave with what the processor gave for the same images. @param dim of a vector */
export function judgeProvider(
  provider: ExecutionProvider,
  run: ProviderRun,
  cpu: Exclude<ProviderRun, { reason: string }>,
  dim: number,
): ProviderTrial {
  const cpuImagesPerSecond = cpu.imagesPerSecond;
  if ('reason' in run) return { provider, imagesPerSecond: 0, cpuImagesPerSecond, agreement: 0, unfit: run.reason };
  const trial = { provider, imagesPerSecond: run.imagesPerSecond, cpuImagesPerSecond };
  const agreement = lowestAgreement(run.vectors, cpu.vectors, dim);
  if (agreement >= LEAST_AGREEMENT) return { ...trial, agreement };
  // A trial is kept as JSON, which has no word for what isn't a number.
  if (Number.isNaN(agreement))
    return { ...trial, agreement: 0, unfit: 'gives other vectors than the CPU: not all are numbers' };
  const unfit = `gives other vectors than the CPU (cosine similarity ${agreement.toFixed(4)})`;
  return { ...trial, agreement, unfit };
}

/** The provider that `auto` means: the fastest fit one, if it is clearly faster than the processor. */
export function fastestProvider(trials: readonly ProviderTrial[]): ExecutionProvider {
  const [best] = trials
    .filter(({ unfit, imagesPerSecond, cpuImagesPerSecond }) => {
      return unfit === undefined && isWorthwhile(imagesPerSecond, cpuImagesPerSecond);
    })
    .sort((a, b) => b.imagesPerSecond - a.imagesPerSecond);
  return best?.provider ?? 'cpu';
}

/** Whether a speed is so much higher than another that it is worth changing what computes. */
export function isWorthwhile(imagesPerSecond: number, other: number): boolean {
  return imagesPerSecond >= WORTHWHILE * other;
}

/** NaN where lengths differ or a number is none. */
function lowestAgreement(vectors: Float32Array, reference: Float32Array, dim: number): number {
  if (vectors.length !== reference.length || vectors.length === 0) return Number.NaN;
  let lowest = 1;
  for (let start = 0; start < vectors.length; start += dim) {
    let similarity = 0;
    for (let i = start; i < start + dim; i++) similarity += vectors[i]! * reference[i]!;
    // `Math.min` keeps what isn't a number.
    lowest = Math.min(lowest, similarity);
  }
  return lowest;
}
