import { tellingWord } from '../../core/clustering/tellingWord.ts';
import { wordNames } from '../../core/clustering/wordNames.ts';
import { grouped } from '../../core/grouped.ts';
import type { StoredEncoder } from '../store/indexStore.ts';
import { namingWords, readsTexts, samplesOf, storedWords, type ClusterNaming } from './clusterWords.ts';

/** Images with the classes that people gave them. */
export interface LabelledImages {
  readonly paths: readonly string[];
  readonly labels: readonly (string | undefined)[];
}

/**
 * The word nearest to the images of each class, by class, where that isn't what the class is called. Only words that were read for the
 * clusters of a map or matrix count: nothing is embedded for it, and where there are none nobody is told a word.
 */
export async function wordsOfClasses(
  { paths, labels }: LabelledImages,
  encoder: StoredEncoder,
  naming: Pick<ClusterNaming, 'dataset' | 'registry'>,
): Promise<ReadonlyMap<string, string>> {
  const { dataset, registry } = naming;
  const found = new Map<string, string>();
  if (!readsTexts(encoder, dataset.store)) return found;
  const rowsOf = grouped([...paths.keys()], (row) => labels[row]);
  const classes = [...rowsOf].flatMap(([name, rows]) => (name === undefined ? [] : [{ name, rows }]));
  const { text } = await registry.resolve(encoder.card.id, dataset.root);
  if (classes.length < 2 || text?.known === undefined) return found;
  const words = storedWords(await namingWords(dataset), encoder, text.known.sha256, dataset);
  if (words === undefined) return found;
  const samples = samplesOf(
    classes.map(({ rows }) => rows),
    paths,
    encoder,
    dataset,
  );
  wordNames(samples, words, encoder.card.output.dim).forEach((word, i) => {
    const telling = tellingWord(classes[i]!.name, word);
    if (telling !== undefined) found.set(classes[i]!.name, telling);
  });
  return found;
}
