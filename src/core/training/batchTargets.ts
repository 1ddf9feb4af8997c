import {
  applyDecisions,
  decoupledTargets,
  ntXentTargets,
  supervisedTargets,
  type DecidedPair,
  type PairTargets,
} from './losses/contrastiveLoss.ts';
import type { ContrastiveLossKind } from './pretrainProgram.ts';

export interface TargetSources {
  readonly loss: ContrastiveLossKind;
  /** Number of each image's class; negative for none. For the supervised loss. */
  readonly labels: Int32Array;
  /** Pairs of images that people decided on, by index. */
  readonly decisions: readonly DecidedPair[];
}

/** Says for each batch which views attract and which repel each other. */
export class BatchTargets {
  readonly #sources: TargetSources;
  /** Decisions by the first image of the pair. */
  readonly #byFirst = new Map<number, DecidedPair[]>();

  constructor(sources: TargetSources) {
    this.#sources = sources;
    for (const pair of sources.decisions) {
      this.#byFirst.set(pair.first, [...(this.#byFirst.get(pair.first) ?? []), pair]);
    }
  }

  /** False where every batch has the same targets. */
  get vary(): boolean {
    return this.#sources.loss === 'supervised' || this.#byFirst.size > 0;
  }

  /** @param samples the batch's images; views i and i + samples are of image `samples[i]` */
  of(samples: Uint32Array): PairTargets {
    const targets = this.#undecided(samples);
    const pairs = this.#decidedViews(samples);
    if (pairs.length > 0) applyDecisions(targets, pairs, 'attract');
    return targets;
  }

  #undecided(samples: Uint32Array): PairTargets {
    const { loss, labels } = this.#sources;
    switch (loss) {
      case 'nt-xent':
        return ntXentTargets(2 * samples.length);
      case 'dcl':
        return decoupledTargets(2 * samples.length);
      case 'supervised': {
        const once = Array.from(samples, (sample) => labels[sample] ?? -1);
        return supervisedTargets(Int32Array.from([...once, ...once]));
      }
    }
  }

  /** The decisions that concern two images of the batch, for each two of their views. */
  #decidedViews(samples: Uint32Array): DecidedPair[] {
    if (this.#byFirst.size === 0) return [];
    const positions = new Map(Array.from(samples, (sample, position) => [sample, position]));
    const count = samples.length;
    return [...positions].flatMap(([sample, position]) => {
      const decided = this.#byFirst.get(sample) ?? [];
      return decided.flatMap(({ second, kind }) => {
        const other = positions.get(second);
        if (other === undefined) return [];
        return [position, position + count].flatMap((first) =>
          [other, other + count].map((partner) => ({ first, second: partner, kind })),
        );
      });
    });
  }
}
