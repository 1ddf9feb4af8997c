import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { membersOf } from '../../core/clustering/clusterNames.ts';
import { usualWords } from '../../core/clustering/usualWords.ts';
import { isMeaningless, wordNames, type GroupSample, type NamingWords } from '../../core/clustering/wordNames.ts';
import { LikenessError, usage } from '../../core/errors.ts';
import { textUnread, wordsUnread } from '../../core/encoders/textErrors.ts';
import { gathered } from '../../core/neighbors/neighborsAmong.ts';
import type { JobContext } from '../../core/progress.ts';
import type { MapCluster } from '../../protocol/maps.ts';
import {
  keptCaptionVectors,
  storedTexts,
  type CaptionEncoder,
  type CaptionVectors,
  type TextHalf,
} from '../captions/captionVectors.ts';
import { keptPrefix, noteTextsUsed } from '../captions/keptTexts.ts';
import { textReading } from '../captions/textReading.ts';
import { orNotice } from '../orNotice.ts';
import type { Dataset } from '../dataset.ts';
import { resolveStored } from '../encoders/encoderChoice.ts';
import { importedEncoder } from '../encoders/importedEncoders.ts';
import type { MappedEncoder } from './mapEncoder.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { readingFailure } from '../labels/sources/labelFiles.ts';
import type { StoredEncoder } from '../store/indexStore.ts';

/** How a word is read, as in what such encoders were trained on. */
const TEMPLATE = 'a photo of a {}';
/** See `keptPrefix`. */
const KEPT_AS = 'words';
/** Images that tell what a group is like; of very many groups fewer, so that all together are no more than so many. */
const SAMPLED = { each: { least: 4, most: 64 }, together: 20_000 } as const;
/** Words that something can be named by: one alone is the nearest to all. */
const FEWEST = 2;
/** Images that are read before other requests get their turn. */
const BLOCK = 500;

export interface ClusterNaming {
  readonly dataset: Pick<Dataset, 'root' | 'store' | 'config'>;
  readonly registry: Pick<EncoderRegistry, 'resolve'>;
  readonly loadText: CaptionEncoder['loadText'];
  /**
   * Words that a person asked to name all clusters by; absent: those that have no name of meaning are, by the dataset's words or
   * the usual ones.
   */
  readonly words?: readonly string[] | undefined;
}

/** Images on a map. */
export interface ClusteredImages {
  readonly paths: readonly string[];
  readonly clusterOf: Int32Array;
  readonly labels: readonly (string | undefined)[];
}

export interface NamedByWords {
  readonly clusters: readonly MapCluster[];
  readonly notices: readonly LikenessError[];
}

/**
 * Clusters whose images have no label are named by the nearest words, and those whose class is a number or a code have the word
 * behind it, where the encoder reads texts. Words are read once and kept in the index. What goes wrong is a notice: the map can
 * be looked at all the same. Clusters of captions have names by their own words already. Rejects with `cancelled`, and where words were asked for with what goes wrong.
 */
export async function namedByWords(
  clusters: readonly MapCluster[],
  images: ClusteredImages,
  { encoder, captions }: Pick<MappedEncoder, 'encoder' | 'captions'>,
  naming: ClusterNaming,
  context: JobContext,
): Promise<NamedByWords> {
  const { words, dataset } = naming;
  if (captions !== undefined) return { clusters, notices: [] };
  const members = membersOf({ clusterOf: images.clusterOf, count: clusters.length });
  const isNameless = ({ name }: MapCluster, id: number) =>
    words !== undefined || isMeaningless(name) || members[id]!.every((row) => images.labels[row] === undefined);
  if (!clusters.some(isNameless) || (words === undefined && !readsTexts(encoder, dataset.store)))
    return { clusters, notices: [] };
  const work = async () => {
    const { known, notices } = await readWords(encoder, naming, context);
    const samples = await samplesOf(members, images.paths, encoder, dataset);
    return { names: wordNames(samples, known, encoder.card.output.dim), notices };
  };
  const found = words === undefined ? await orNotice(work) : await work();
  if (found instanceof LikenessError) return { clusters, notices: [found] };
  const { names, notices } = found;
  const isLabelled = (id: number) => members[id]!.some((row) => images.labels[row] !== undefined);
  const named = clusters.map((cluster, id) => {
    const word = names[id]!;
    if (word === '' || !isNameless(cluster, id)) return cluster;
    return { ...cluster, name: words === undefined && isLabelled(id) ? `${cluster.name} (${word})` : word };
  });
  return { clusters: numbered(named), notices };
}

/** Whether words can be compared with an encoder's images. */
export function readsTexts({ card }: StoredEncoder, store: Dataset['store']): boolean {
  return card.text !== undefined && importedEncoder(store, card.id) === undefined;
}

/** The words that groups are named by, unless a person asked for others. Rejects as `wordsOf`, or with usage where there are too few. */
export async function namingWords(
  dataset: Pick<Dataset, 'root' | 'config'>,
  words?: readonly string[],
): Promise<readonly string[]> {
  const given = words ?? (await wordsOf(dataset));
  const names = [...new Set(given.map((word) => word.trim()))].filter((word) => word !== '');
  if (names.length < FEWEST) throw usage('Clusters are named by the nearest of several words; give two at least.');
  return names;
}

/** Words that were read before, which are of use then; undefined where one wasn't, or where too few are known. @param sha256 of what reads them, see `textReading` */
export function storedWords(
  names: readonly string[],
  { key, card }: StoredEncoder,
  sha256: string,
  { store }: Pick<Dataset, 'store'>,
): NamingWords | undefined {
  const reader = { key, dim: card.output.dim, sha256, keptAs: KEPT_AS };
  const stored = storedTexts(names.map(asRead), store, reader);
  if (stored === undefined) return undefined;
  noteTextsUsed(store, key, keptPrefix(KEPT_AS, sha256));
  const known = knownWords(names, stored);
  return known.names.length < FEWEST ? undefined : known;
}

/** Words that say something to what has read them. */
function knownWords(
  names: readonly string[],
  { vectors, dim, unread }: Pick<CaptionVectors, 'vectors' | 'dim' | 'unread'>,
): NamingWords {
  const rows = Uint32Array.from(names.keys()).filter((row) => !unread.has(asRead(names[row]!)));
  return { names: Array.from(rows, (row) => names[row]!), vectors: gathered(vectors, dim, rows) };
}

function asRead(word: string): string {
  return TEMPLATE.replace('{}', () => word);
}

/** Whether a word says something is told by the word alone: its template's words are known in any case. */
function readingWords(text: TextHalf, names: readonly string[]): Pick<TextHalf, 'embed'> {
  const unread = new Set(text.unreadOf(names).map(asRead));
  return {
    embed: async (texts) => ({ ...(await text.embed(texts)), unread: texts.filter((one) => unread.has(one)) }),
  };
}

/** A list of words, from `config.json` where it has one. Rejects with unreadable-file, file-not-found or usage. */
async function wordsOf({ root, config }: Pick<Dataset, 'root' | 'config'>): Promise<readonly string[]> {
  const { words } = config;
  if (words === undefined) return usualWords;
  if (typeof words !== 'string') return words;
  const file = resolve(root, words);
  const lines = await readFile(file, 'utf8').catch((error: unknown) => {
    throw readingFailure(file, error);
  });
  return lines.split('\n');
}

async function readWords(
  encoder: StoredEncoder,
  { dataset, registry, loadText, words }: ClusterNaming,
  context: JobContext,
): Promise<{ readonly known: NamingWords; readonly notices: readonly LikenessError[] }> {
  const { store } = dataset;
  const names = await namingWords(dataset, words);
  // Those that are asked for once don't take the place of those that name every map.
  const usual = words === undefined ? names : await orNotice(() => namingWords(dataset));
  const resolved = await resolveStored(encoder, dataset, registry);
  const load = () => loadText(resolved);
  const described = resolved.text?.known ?? (await load()).described;
  const { name, output } = encoder.card;
  const reader = {
    key: encoder.key,
    name,
    dim: output.dim,
    sha256: textReading(described),
    contextLength: described.contextLength,
    load: async () => readingWords(await load(), names),
    phase: 'Reading words',
    keptAs: KEPT_AS,
  };
  const wanted = { captions: names.map(asRead), all: usual instanceof LikenessError ? [] : usual.map(asRead) };
  const read = await keptCaptionVectors(wanted, store, reader, context);
  const known = knownWords(names, read);
  const unread = names.filter((word) => read.unread.has(asRead(word)));
  if (known.names.length < FEWEST) throw textUnread(unread[0]!, name);
  // That an encoder of few words doesn't know some of the usual ones is nothing to tell of.
  const isGiven = (words ?? dataset.config.words) !== undefined;
  return { known, notices: isGiven && unread.length > 0 ? [wordsUnread(names.length, unread, name)] : [] };
}

/** Some images of each group, the same ones each time. @param members rows of each */
export async function samplesOf(
  members: readonly (readonly number[])[],
  paths: readonly string[],
  { key, card }: StoredEncoder,
  { store }: Pick<Dataset, 'store'>,
): Promise<GroupSample[]> {
  const { dim } = card.output;
  const { each, together } = SAMPLED;
  const most = Math.max(each.least, Math.min(each.most, Math.floor(together / members.length)));
  const samples: GroupSample[] = [];
  let read = 0;
  for (const rows of members) {
    const chosen = drawn(rows, paths, most).map((row) => paths[row]!);
    const files = store.readFiles(chosen);
    const found = chosen.flatMap((path) => {
      const content = files.get(path)?.contentKey;
      return (content === undefined ? undefined : store.readVector(content, key)) ?? [];
    });
    const vectors = new Float32Array(found.length * dim);
    found.forEach((vector, i) => {
      vectors.set(vector, i * dim);
    });
    samples.push({ vectors, size: rows.length });
    read += chosen.length;
    if (read < BLOCK) continue;
    read = 0;
    await breathe();
  }
  return samples;
}

function drawn(rows: readonly number[], paths: readonly string[], most: number): readonly number[] {
  if (rows.length <= most) return rows;
  const ordered = rows.map((row) => ({ row, order: orderOf(paths[row]!) }));
  return ordered
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .slice(0, most)
    .map(({ row }) => row);
}

/** In which images are drawn: neighbours in a folder are alike. */
function orderOf(path: string): string {
  return hash('sha1', path);
}

/** No two have the same name. */
function numbered(clusters: readonly MapCluster[]): MapCluster[] {
  const taken = new Map<string, number>();
  return clusters.map((cluster) => {
    const number = (taken.get(cluster.name) ?? 0) + 1;
    taken.set(cluster.name, number);
    return number === 1 ? cluster : { ...cluster, name: `${cluster.name} ${number}` };
  });
}
