import { captionSplits, learntCaptions, type CaptionSplits } from '../../core/captions/captionSplits.ts';
import { noCaptions, testCaptionsLearnt } from '../../core/captions/captionErrors.ts';
import type { LikenessError } from '../../core/errors.ts';
import { grouped } from '../../core/grouped.ts';
import type { JobContext } from '../../core/progress.ts';
import { captionedImages } from '../captions/captionedImages.ts';
import { keptCaptionVectors } from '../captions/captionVectors.ts';
import { textReading } from '../captions/textReading.ts';
import { readCaptions } from '../captions/knownCaptions.ts';
import type { Dataset } from '../dataset.ts';
import { readKnownLabelsIfAny } from '../labels/knownLabels.ts';
import { embeddedEncoder, type MappingOptions } from '../maps/mapEncoder.ts';
import { openTower, type Towers } from './captionTowers.ts';
import type { RunData } from './runLifecycle.ts';
import { chooseImages, type ChosenImages } from './selectedImages.ts';
import type { TrainingImage } from './trainingImages.ts';

/** Different images with what is written about them, by what they are for. */
export interface CaptionSelection {
  /** One of the files of each image. */
  readonly paths: readonly string[];
  readonly contentKeys: readonly number[];
  /** Numbers of the captions of each image, one at least. */
  readonly captionsOf: readonly (readonly number[])[];
  readonly captions: readonly string[];
  /** Of the whole dataset, whatever was selected. */
  readonly allCaptions: readonly string[];
  readonly splits: CaptionSplits;
  readonly notices: readonly LikenessError[];
  /** Undefined where the whole dataset is meant. */
  readonly chosen?: ChosenImages;
}

export interface CaptionData extends RunData {
  /** What the towers give: for each image and for each caption of the selection, row-major, of length 1. */
  readonly vectors: { readonly image: Float32Array; readonly text: Float32Array };
  readonly captionsOf: CaptionSelection['captionsOf'];
  readonly rows: Uint32Array;
  readonly validation: Uint32Array;
  readonly test: Uint32Array;
  readonly notices: readonly LikenessError[];
}

/**
 * The images of an index that have captions, and which of them are trained on. Copies of an image count as one. Rejects with
 * captions-unmatched where there are no captions at all, with too-few-images where nothing that is named is there, and with the codes of
 * `readCaptions`.
 *
 * @param named as in `TrainRequest.images`
 */
export async function selectCaptioned(
  dataset: Dataset,
  named: readonly string[] | undefined,
  seed: number,
): Promise<CaptionSelection> {
  const { root, store } = dataset;
  const all = store.readImagePaths();
  const known = await readCaptions(dataset, all);
  if (known === undefined) throw noCaptions(root);
  const { isExcluded, splitOf } = await readKnownLabelsIfAny(dataset, all);
  const included = all.filter((path) => !isExcluded(path)).map((path) => imageOf(path, splitOf(path)));
  const { images, chosen } = named === undefined ? { images: included } : chooseImages(included, named, root);
  const files = store.readFiles();
  const readable = images.filter(({ path }) => files.get(path)?.contentKey !== undefined);
  const joined = captionedImages(
    known,
    readable.map(({ path }) => path),
    root,
  );
  const captionsOf = readable.map((): number[] => []);
  joined.imageOf.forEach((row, pair) => captionsOf[row]!.push(joined.captionOf[pair]!));
  const captioned = [...readable.keys()].filter((row) => captionsOf[row]!.length > 0);
  const copies = [...grouped(captioned, (row) => files.get(readable[row]!.path)!.contentKey!)];
  const entries = copies.map(([contentKey, rows]) => ({
    contentKey,
    path: readable[rows[0]!]!.path,
    captions: [...new Set(rows.flatMap((row) => captionsOf[row]!))],
    split: commonSplit(rows.map((row) => readable[row]!.split)),
  }));
  return {
    paths: entries.map(({ path }) => path),
    contentKeys: entries.map(({ contentKey }) => contentKey!),
    captionsOf: entries.map(({ captions }) => captions),
    captions: joined.captions,
    allCaptions: [...known.captions.values()].flat(),
    splits: captionSplits(entries, seed),
    notices: joined.notices,
    ...(chosen && { chosen }),
  };
}

export interface CaptionDataOptions extends MappingOptions {
  readonly towers: Towers;
}

/** What the towers give for all of a selection. What the index lacks is embedded and stays there. */
export async function loadCaptionData(
  { paths, contentKeys, captionsOf, captions, allCaptions, splits, notices }: CaptionSelection,
  options: CaptionDataOptions,
  context: JobContext,
): Promise<CaptionData> {
  const { dataset, towers, threads } = options;
  const { store } = dataset;
  const stored = await embeddedEncoder(towers.image.reference, '', options, context);
  const { text } = towers;
  const { contextLength, output } = text.described;
  let loaded: ReturnType<typeof openTower> | undefined;
  const load = () => (loaded ??= openTower(text, threads));
  const kept = towers.isPair ? {} : { keptAs: 'tower' };
  const reader = {
    ...{ key: stored.key, name: text.name, dim: output.dim, contextLength, load, ...kept },
    sha256: textReading(text.described),
  };
  const wanted = { captions, all: allCaptions };
  const texts = await keptCaptionVectors(wanted, store, reader, context).finally(async () => {
    await (await loaded?.catch(() => undefined))?.dispose();
  });
  const { dim } = stored.card.output;
  const image = new Float32Array(paths.length * dim);
  const embedded = contentKeys.map((key, row) => {
    const vector = store.readVector(key, stored.key);
    if (vector !== undefined) image.set(vector, row * dim);
    return vector !== undefined;
  });
  const usable = (rows: Uint32Array) => rows.filter((row) => embedded[row]);
  const [rows, test] = [usable(splits.training), usable(splits.test)];
  const learnt = learntCaptions(captionsOf, { training: rows, tested: test });
  return {
    vectors: { image, text: texts.vectors },
    captionsOf,
    rows,
    images: Array.from(rows, (row): TrainingImage => ({
      ...imageOf(paths[row]!, undefined),
      // A caption that was changed makes another run of it.
      label: captionsOf[row]!.map((caption) => captions[caption]!).join('\n'),
    })),
    unreadable: embedded.filter((isThere) => !isThere).length,
    validation: usable(splits.validation),
    test,
    notices: [...notices, ...texts.notices, ...(learnt > 0 ? [testCaptionsLearnt(learnt, test.length)] : [])],
  };
}

function imageOf(path: string, split: string | undefined): TrainingImage {
  return { path, split, label: undefined };
}

/** Of copies: what is trained on under another name is not held out. */
function commonSplit(splits: readonly (string | undefined)[]): string | undefined {
  if (splits.every((split) => split === 'test')) return 'test';
  return splits.every((split) => split === 'test' || split === 'validation') ? 'validation' : undefined;
}
