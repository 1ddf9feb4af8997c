import { tellingWord } from '../../core/clustering/tellingWord.ts';
import { wordNames } from '../../core/clustering/wordNames.ts';
import { grouped } from '../../core/grouped.ts';
import { textReading } from '../captions/textReading.ts';
import { resolveStored } from '../encoders/encoderChoice.ts';
import type { StoredEncoder } from '../store/indexStore.ts';
import { namingWords, readsTexts, samplesOf, storedWords, type ClusterNaming } from './clusterWords.ts';

/** Images with the classes that people gave them. */
export interface LabelledImages {
  readonly paths: readonly string[];
  readonly labels: readonly (string | undefined)[];
}

type Naming = Pick<ClusterNaming, 'dataset' | 'registry'>;
type Words = ReadonlyMap<string, string>;

/**
 * The word nearest to the images of each class, by class, where that isn't what the class is called. Only words that were read for the
 * clusters of a map or matrix count: nothing is embedded for it, and where there are none nobody is told a word.
 */
export async function wordsOfClasses(images: LabelledImages, encoder: StoredEncoder, naming: Naming): Promise<Words> {
  const source = await sourceOf(encoder, naming);
  return source === undefined ? new Map() : nearestWords(images, source, encoder, naming);
}

/** Keeps the words of the classes of a dataset: whoever points at one class after the other needn't have them found again. */
export class ClassWords {
  #kept: { readonly of: readonly unknown[]; readonly words: Words } | undefined;

  /**
   * As `wordsOfClasses`, of all images that the encoder has vectors of.
   *
   * @param labels of the images; the same ones as long as nobody has changed them
   */
  async of<Labels extends { readonly labelOf: (path: string) => string | undefined }>(
    labels: () => Promise<Labels>,
    encoder: StoredEncoder,
    naming: Naming,
  ): Promise<Words> {
    const source = await sourceOf(encoder, naming);
    if (source === undefined) return new Map();
    const known = await labels();
    const { store } = naming.dataset;
    const { key } = encoder;
    const { names, sha256 } = source;
    const of = [store, key, store.revision(), store.captions.version(key), sha256, names.join('\n'), known];
    if (this.#kept?.of.every((one, i) => one === of[i]) === true) return this.#kept.words;
    const paths = store.readEmbeddedImages(key).map(({ path }) => path);
    const words = await nearestWords({ paths, labels: paths.map(known.labelOf) }, source, encoder, naming);
    this.#kept = { of, words };
    return words;
  }
}

interface WordSource {
  readonly names: readonly string[];
  /** Of what reads them, see `textReading`. */
  readonly sha256: string;
}

/** Which words would tell; undefined where the encoder reads none. */
async function sourceOf(encoder: StoredEncoder, { dataset, registry }: Naming): Promise<WordSource | undefined> {
  if (!readsTexts(encoder, dataset.store)) return undefined;
  const { text } = await resolveStored(encoder, dataset, registry);
  return text?.known && { names: await namingWords(dataset), sha256: textReading(text.known) };
}

async function nearestWords(
  { paths, labels }: LabelledImages,
  { names, sha256 }: WordSource,
  encoder: StoredEncoder,
  { dataset }: Naming,
): Promise<Words> {
  const found = new Map<string, string>();
  const rowsOf = grouped([...paths.keys()], (row) => labels[row]);
  const classes = [...rowsOf].flatMap(([name, rows]) => (name === undefined ? [] : [{ name, rows }]));
  if (classes.length < 2) return found;
  const words = storedWords(names, encoder, sha256, dataset);
  if (words === undefined) return found;
  const rows = classes.map((one) => one.rows);
  const samples = await samplesOf(rows, paths, encoder, dataset);
  wordNames(samples, words, encoder.card.output.dim).forEach((word, i) => {
    const telling = tellingWord(classes[i]!.name, word);
    if (telling !== undefined) found.set(classes[i]!.name, telling);
  });
  return found;
}
