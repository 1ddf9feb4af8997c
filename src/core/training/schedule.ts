/** Share of a run during which the learning rate rises; SimCLRv2 takes 5 % too. */
export const WARMUP_SHARE = 0.05;

/** The learning rate of a step, from 0; a pure function, so that a resumed run goes on as if undisturbed. */
export type LearningRateSchedule = (step: number) => number;

/** How the learning rate follows the batch size; the gradient of a larger batch is less noisy. */
export type LearningRateScaling = 'linear' | 'square-root' | 'none';

/**
 * Both rules are those of T. Chen et al., https://arxiv.org/abs/2002.05709, appendix B.1: `linear` is base · images / 256
 * (usual base 0.3), `square-root` base · √images (usual base 0.075), better for batches up to 2048.
 *
 * @param batchImages images in a batch, each counted once however many views are taken of it
 */
export function scaledLearningRate(base: number, batchImages: number, scaling: LearningRateScaling): number {
  switch (scaling) {
    case 'linear':
      return (base * batchImages) / 256;
    case 'square-root':
      return base * Math.sqrt(batchImages);
    case 'none':
      return base;
  }
}

export interface WarmupOptions {
  /** The rate after the warm-up. */
  readonly peak: number;
  /** Steps over which the rate rises from 0 in equal parts; the step after them is the first at the peak. */
  readonly warmupSteps: number;
}

export function warmupConstantSchedule({ peak, warmupSteps }: WarmupOptions): LearningRateSchedule {
  return (step) => (step < warmupSteps ? (step / warmupSteps) * peak : peak);
}

/**
 * After the warm-up half a cosine from the peak to 0, as in SimCLR's published code: I. Loshchilov, F. Hutter,
 * https://arxiv.org/abs/1608.03983, without restarts.
 *
 * @param options `totalSteps`: the first step with rate 0, warm-up included; it stays 0 from there on
 */
export function warmupCosineSchedule(options: WarmupOptions & { readonly totalSteps: number }): LearningRateSchedule {
  const { peak, warmupSteps, totalSteps } = options;
  const rise = warmupConstantSchedule(options);
  return (step) => {
    if (step < warmupSteps) return rise(step);
    if (step >= totalSteps) return 0;
    return (peak / 2) * (1 + Math.cos((Math.PI * (step - warmupSteps)) / (totalSteps - warmupSteps)));
  };
}
