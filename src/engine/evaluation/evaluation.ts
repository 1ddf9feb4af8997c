import { setImmediate as breathe } from 'node:timers/promises';
import { cancelled } from '../../core/errors.ts';
import { DEFAULT_NEIGHBORS, encoderFigures, type EncoderFigures } from '../../core/evaluation/encoderFigures.ts';
import type { JobContext } from '../../core/progress.ts';
import { ProgressMeter } from '../../core/progressMeter.ts';
import type { BaselineKind, EncoderEvaluation, EvaluateRequest, EvaluationReport } from '../../protocol/evaluation.ts';
import type { Dataset } from '../dataset.ts';
import { encoderReference } from '../encoders/encoderChoice.ts';
import type { EncoderRuntimeOptions, ResolvedEncoder } from '../encoders/encoder.ts';
import { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { openEncoder } from '../encoders/openEncoder.ts';
import { importedEncoder } from '../encoders/importedEncoders.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import { duplicateGroups } from './duplicates.ts';
import { embedMissing } from './embedMissing.ts';
import { divideImages, labelledImages, type EvaluatedImages, type LabelledImage } from './evaluatedImages.ts';
import { commonRows, readImageVectors, selectRows, type ImageVectors } from './imageVectors.ts';
import { neighborhoodsOf } from './neighborhoods.ts';
import { OnnxProducts } from './onnxProducts.ts';
import { describeProtocol } from './protocol.ts';
import { untrainedEncoder, untrainedSpecs } from './untrained.ts';
import { measureViews, type ViewFigures } from './views.ts';

/** Encoders that everything is compared with. */
const BASELINES = ['pixels', 'handcrafted'] as const satisfies readonly BaselineKind[];

export interface EvaluationOptions {
  readonly dataset: Dataset;
  readonly registry: EncoderRegistry;
  readonly runtime: EncoderRuntimeOptions;
}

/**
 * Compares encoders, and the baselines that every encoder has to beat, by the labelled images of a folder. What an encoder
 * hasn't embedded yet is embedded and stays in the index.
 *
 * Rejects with not-enough-labels, the codes of `readKnownLabels`, encoder-not-found, the codes of encoders and of the store, or `cancelled`.
 */
export async function evaluateEncoders(
  request: EvaluateRequest,
  options: EvaluationOptions,
  context: JobContext,
): Promise<EvaluationReport> {
  const worker = new OnnxWorker();
  try {
    return await new Evaluation(request, options, worker, context).run();
  } finally {
    await worker.dispose();
  }
}

/** An encoder in the comparison. */
interface Candidate {
  readonly encoder: ResolvedEncoder;
  readonly baseline: BaselineKind | undefined;
  /** Of vectors that were imported: their key in the index. They embed nothing. */
  readonly importedKey?: number;
}

/** One that has embedded the images. */
interface Embedded extends Candidate, ImageVectors {
  readonly views: ViewFigures;
}

class Evaluation {
  readonly #request: EvaluateRequest;
  readonly #options: EvaluationOptions;
  readonly #worker: OnnxWorker;
  readonly #context: JobContext;
  readonly #seed: number;

  constructor(request: EvaluateRequest, options: EvaluationOptions, worker: OnnxWorker, context: JobContext) {
    this.#request = request;
    this.#options = options;
    this.#worker = worker;
    this.#context = context;
    this.#seed = request.seed ?? 0;
  }

  async run(): Promise<EvaluationReport> {
    const startedAt = performance.now();
    const { root, store } = this.#options.dataset;
    const folder = relativeToRoot(root, this.#request.folder) ?? '';
    const listed = await labelledImages(this.#options.dataset, folder, this.#seed);
    const embedded: Embedded[] = [];
    for (const candidate of await this.#candidates(listed.images)) {
      embedded.push(await this.#embed(candidate, listed.images));
    }
    const comparingSince = performance.now();
    const common = commonRows(embedded, listed.images.length);
    const images = Array.from(common, (row) => listed.images[row]!);
    const [pixels, handcrafted] = BASELINES.map((id) => embedded.find(({ baseline }) => baseline === id)!);
    const groups = await duplicateGroups(
      {
        pixels: selectRows(pixels!, common),
        handcrafted: selectRows(handcrafted!, common),
        dim: handcrafted!.dim,
        contentKeys: images.map(({ contentKey }) => contentKey),
      },
      this.#context.signal,
    );
    const { evaluated, rows, leftOut } = divideImages(images, groups, this.#request.folder, this.#seed);
    const selection = rows.map((row) => common[row]!);
    const compared = await this.#compare(embedded, evaluated, selection);
    const encoders = compared.map(([candidate, figures]) => describeEncoder(candidate, figures));
    const { neighborhood } = this.#request;
    const nearest = compared.map(([, figures]) => figures.nearest);
    return {
      protocol: describeProtocol({
        root,
        folder,
        seed: this.#seed,
        neighbors: this.#neighborsOf(evaluated),
        evaluated,
        fewLabels: encoders[0]!.fewLabels.map(({ labels }) => labels),
        threads: this.#options.runtime.threads,
        leftOut: { ...listed.leftOut, withoutVector: listed.images.length - common.length, classes: leftOut },
      }),
      encoders,
      seconds: secondsSince(startedAt),
      comparingSeconds: secondsSince(comparingSince),
      ...(neighborhood !== undefined && { neighborhoods: neighborhoodsOf(evaluated, nearest, neighborhood) }),
      notices: [...store.notices, ...listed.notices.map(({ code, message }) => ({ code, message }))],
    };
  }

  /** Those that were asked for, then the baselines that are not among them. */
  async #candidates(images: readonly LabelledImage[]): Promise<Candidate[]> {
    const { dataset, registry, runtime } = this.#options;
    const { root } = dataset;
    const references = this.#request.encoders ?? [encoderReference(dataset, undefined)];
    const candidates = new Map<string, Candidate>();
    for (const reference of [...references, ...BASELINES]) {
      const imported = importedEncoder(dataset.store, reference);
      if (imported !== undefined) {
        const { card, identity, key } = imported;
        candidates.set(identity, {
          encoder: { card, identity, model: { bytes: new Uint8Array() } },
          baseline: undefined,
          importedKey: key,
        });
        continue;
      }
      const encoder = await registry.resolve(reference, root);
      const baseline = BASELINES.find((id) => id === encoder.card.id);
      if (!candidates.has(encoder.identity)) candidates.set(encoder.identity, { encoder, baseline });
    }
    const cards = [...candidates.values()].filter(({ baseline }) => baseline === undefined);
    const specs = await untrainedSpecs(
      cards.map(({ encoder }) => encoder.card),
      root,
    );
    const work = { worker: this.#worker, threads: runtime.threads };
    for (const spec of specs) {
      const encoder = await untrainedEncoder(spec, images, root, work, this.#context);
      candidates.set(encoder.identity, { encoder, baseline: 'untrained' });
    }
    return [...candidates.values()];
  }

  async #embed(candidate: Candidate, images: readonly LabelledImage[]): Promise<Embedded> {
    const { dataset, runtime } = this.#options;
    const { store, root } = dataset;
    if (candidate.importedKey !== undefined) {
      const views = { alignment: Number.NaN, imagesPerSecond: Number.NaN };
      return { ...candidate, ...readImageVectors(store, candidate.importedKey, images), views };
    }
    // Not one of the pool's: a comparison takes many encoders, and each for a short time.
    const encoder = await openEncoder(candidate.encoder, runtime, this.#context);
    try {
      const key = await embedMissing(store, encoder, images, this.#context);
      const views = await measureViews(encoder, images, root, this.#seed, this.#context);
      return { ...candidate, ...readImageVectors(store, key, images), views };
    } finally {
      await encoder.dispose();
    }
  }

  /** @param selection rows of the embedded images that are evaluated */
  async #compare(
    embedded: readonly Embedded[],
    evaluated: EvaluatedImages,
    selection: Uint32Array,
  ): Promise<(readonly [Embedded, EncoderFigures])[]> {
    const { signal, report } = this.#context;
    const meter = new ProgressMeter(report, () => performance.now());
    const count = selection.length;
    meter.start('Comparing encoders', embedded.length * count);
    const products = new OnnxProducts(this.#worker, this.#options.runtime.threads);
    const between = async () => {
      await breathe();
      if (signal.aborted) throw cancelled();
    };
    const { neighborhood } = this.#request;
    const compared: (readonly [Embedded, EncoderFigures])[] = [];
    for (const [position, candidate] of embedded.entries()) {
      const figures = await encoderFigures(
        {
          ...evaluated,
          vectors: selectRows(candidate, selection),
          dim: candidate.dim,
          classes: evaluated.classes.length,
          tested: evaluated.test !== undefined,
          neighbors: this.#neighborsOf(evaluated),
          ...(neighborhood !== undefined && { keptNeighbors: neighborhood }),
          seed: this.#seed,
        },
        {
          products,
          between,
          report: (share) => {
            meter.update(Math.round((position + share) * count));
          },
        },
      );
      compared.push([candidate, figures]);
      meter.update((position + 1) * count);
    }
    meter.finish();
    return compared;
  }

  #neighborsOf({ bank }: EvaluatedImages): number {
    return Math.min(this.#request.neighbors ?? DEFAULT_NEIGHBORS, bank.length);
  }
}

function describeEncoder({ encoder, baseline, dim, views }: Embedded, figures: EncoderFigures): EncoderEvaluation {
  const { knn, knnMacroInterval, probe, fewLabels, retrieval, uniformity, effectiveRank, collapse } = figures;
  return {
    id: encoder.card.id,
    name: encoder.card.name,
    baseline,
    dim,
    knn: knn.accuracy,
    knnMacro: knn.macroAccuracy,
    knnMacroInterval,
    probe: probe.accuracy.mean,
    probeError: probe.accuracy.error,
    probeMacro: probe.macro.mean,
    probeMacroError: probe.macro.error,
    probeStrengths: probe.strengths,
    fewLabels: fewLabels.map(({ labels, accuracy, macro }) => ({
      labels,
      probe: accuracy.mean,
      probeError: accuracy.error,
      probeMacro: macro.mean,
      probeMacroError: macro.error,
    })),
    map: retrieval.meanAveragePrecision,
    recallAt1: retrieval.hitAt[0]!,
    alignment: views.alignment,
    uniformity,
    effectiveRank,
    collapse,
    imagesPerSecond: views.imagesPerSecond,
  };
}

function secondsSince(start: number): number {
  return Math.round(performance.now() - start) / 1000;
}
