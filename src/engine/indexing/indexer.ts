import { decisionNotices } from '../decisions/problemsOfDecisions.ts';
import { availableParallelism } from 'node:os';
import { cancelled } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import { ProgressMeter } from '../../core/progressMeter.ts';
import type { FailedFile, IndexReport } from '../../protocol/engine.ts';
import type { Encoder } from '../encoders/encoder.ts';
import { providerNotices } from '../encoders/providers/chooseProvider.ts';
import { DECODER_VERSION } from '../images/imageDecoder.ts';
import { MEASURES_VERSION } from '../images/imageMeasures.ts';
import { PixelBudget } from '../images/pixelBudget.ts';
import { withLease } from '../jobs/lease.ts';
import { configNotices } from '../store/config.ts';
import type { FileRecord, IndexStore } from '../store/indexStore.ts';
import { ImagePipeline } from './imagePipeline.ts';
import { meta } from './meta.ts';
import { planIndexing, type IndexPlan, type ScannedFile } from './plan.ts';
import { scanFolder } from './scan.ts';

/** Pixels that may be decoded at the same time; at most four bytes each. */
const PIXEL_BUDGET = 100e6;
/** Derived data of files that are gone is kept this long, so that moving files about costs nothing. */
const KEEP_UNREFERENCED_MS = 30 * 24 * 3600_000;

export interface IndexingOptions {
  readonly store: IndexStore;
  readonly encoder: Encoder;
  /** What the dataset is looked at with from now on is named by this; absent: that stays as it is, and vectors are only added. */
  readonly encoderReference: string | undefined;
  readonly exclude: readonly string[];
  readonly followSymlinks: boolean;
  readonly maxMegapixels: number;
  /** Paths, absolute or relative to the root, to look at, with all below them; absent: everything. */
  readonly only: readonly string[] | undefined;
}

/**
 * Brings the index up to date with the folder. Incremental and resumable: killed or cancelled anywhere, the next run
 * goes on. Rejects with `cancelled`, with a code of the store, or with one of the encoder; broken pictures are listed
 * in the report.
 */
export function indexDataset(options: IndexingOptions, context: JobContext): Promise<IndexReport> {
  return withLease(options.store, 'indexing', context, () => run(options, context));
}

async function run(options: IndexingOptions, context: JobContext): Promise<IndexReport> {
  const { store, encoder } = options;
  const startedAt = performance.now();
  const meter = new ProgressMeter(context.report, () => performance.now());
  const encoderKey = store.putEncoder(encoder.identity, encoder.card);
  const { encoderReference } = options;
  if (encoderReference !== undefined) {
    store.transaction(() => {
      store.writeMeta(meta.encoder, encoder.identity);
      store.writeMeta(meta.encoderReference, encoderReference);
    });
  }

  meter.start('Scanning', undefined);
  const scan = await scanFolder(store.root, {
    exclude: options.exclude,
    followSymlinks: options.followSymlinks,
    only: options.only,
    signal: context.signal,
    onProgress: (count: number) => {
      meter.update(count);
    },
  });
  const known = store.readFiles(scan.scope);
  const plan = planIndexing(known, scan.files, scan.problems);
  applyRemovals(store, plan);

  const decoder = `${DECODER_VERSION}/${options.maxMegapixels}`;
  const retryFailures = store.readMeta(meta.decoder) !== decoder;
  const work = isSettled(store, encoderKey, decoder)
    ? plan.changed
    : [...plan.changed, ...unfinished(store, encoderKey, plan.unchanged, known, retryFailures)];
  if (work.length > 0) meter.start('Indexing', work.length);
  const pipeline = new ImagePipeline({
    store,
    encoder,
    encoderKey,
    decode: { maxMegapixels: options.maxMegapixels, budget: new PixelBudget(PIXEL_BUDGET) },
    known,
    concurrency: availableParallelism() * 8,
    retryFailures,
    signal: context.signal,
    onDone: (count) => {
      meter.add(count);
    },
  });
  const counts = await pipeline.run(work);
  if (context.signal.aborted) throw cancelled();
  meter.finish();

  if (scan.scope === undefined) {
    store.prune(KEEP_UNREFERENCED_MS);
    store.transaction(() => {
      store.writeMeta(meta.decoder, decoder);
      store.writeMeta(meta.indexedAt, String(Date.now()));
      store.writeMeta(meta.settled, settledState(store, encoderKey, decoder));
    });
  }
  const failed = failedFiles(store, encoderKey);
  return {
    root: store.root,
    encoder: { id: encoder.card.id, dim: encoder.card.output.dim },
    images: store.countEmbedded(encoderKey),
    embedded: counts.embedded,
    copies: counts.copies,
    unchanged: scan.files.length - countFailed(scan.files, failed) - counts.embedded - counts.copies,
    removed: plan.removed.length,
    failed,
    skipped: scan.skipped,
    seconds: Math.round(performance.now() - startedAt) / 1000,
    notices: [
      ...store.notices,
      ...configNotices(store.root),
      ...(await decisionNotices(store.root, store)).map(({ code, message }) => ({ code, message })),
      ...providerNotices(encoder.computing),
    ],
  };
}

/** Everything in the index that is not usable, with its reason. */
export function failedFiles(store: IndexStore, encoderKey: number | undefined): FailedFile[] {
  return store.readProblems(encoderKey).map(({ path, problem }) => ({ path, ...problem }));
}

function countFailed(files: readonly ScannedFile[], failed: readonly FailedFile[]): number {
  if (failed.length === 0) return 0;
  const paths = new Set(failed.map(({ path }) => path));
  return files.reduce((count, { path }) => count + Number(paths.has(path)), 0);
}

function applyRemovals(store: IndexStore, plan: IndexPlan): void {
  if (plan.removed.length === 0 && plan.problems.length === 0) return;
  store.transaction(() => {
    store.removeFiles(plan.removed);
    for (const { path, problem } of plan.problems) {
      store.putFile({ path, size: 0, modifiedAt: 0, indexedAt: Date.now(), contentKey: undefined, problem });
    }
  });
}

/** True where nothing has been written since a run over the whole folder left no work for this encoder and decoder. */
function isSettled(store: IndexStore, encoderKey: number, decoder: string): boolean {
  return store.readMeta(meta.settled) === settledState(store, encoderKey, decoder);
}

function settledState(store: IndexStore, encoderKey: number, decoder: string): string {
  return `${store.revision()}/${encoderKey}/${decoder}/${MEASURES_VERSION}`;
}

/** Unchanged files that still lack a vector of this encoder or have not been measured, or whose failure is worth another try. */
function unfinished(
  store: IndexStore,
  encoderKey: number,
  unchanged: readonly ScannedFile[],
  known: ReadonlyMap<string, FileRecord>,
  retryFailures: boolean,
): ScannedFile[] {
  const lacking = [...store.contentsWithoutVector(encoderKey), ...store.contentsWithoutMeasures(MEASURES_VERSION)];
  const contents = new Set<number | undefined>(lacking.map((row) => row.contentKey));
  const failed = new Set(retryFailures ? store.readProblems().map(({ path }) => path) : []);
  if (contents.size === 0 && failed.size === 0) return [];
  return unchanged.filter(({ path }) => {
    // One file per content is enough: `delete` tells whether this is the first.
    const first = contents.delete(known.get(path)?.contentKey);
    return first || failed.has(path);
  });
}
