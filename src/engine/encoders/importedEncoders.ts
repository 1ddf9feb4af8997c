import { noPictures, type EncoderCard } from '../../core/encoders/card.ts';
import { encoderId } from './identity.ts';
import type { IndexStore, StoredEncoder } from '../store/indexStore.ts';

/** Key of a note that an import has begun and not ended: what there is of it isn't all. */
export function unfinishedKey(identity: string): string {
  return `import.unfinished.${identity}`;
}

/** Vectors that were imported as a whole, the last ones first. */
export function importedEncoders(store: Pick<IndexStore, 'readEncoders' | 'readMeta'>): StoredEncoder[] {
  return store
    .readEncoders()
    .filter(({ card, identity }) => card.imported === true && store.readMeta(unfinishedKey(identity)) === undefined)
    .reverse();
}

/** Imported vectors by their id, or by the name that they were given, of which the last ones are meant. */
export function importedEncoder(
  store: Pick<IndexStore, 'readEncoders' | 'readMeta'>,
  reference: string,
): StoredEncoder | undefined {
  const all = importedEncoders(store);
  return all.find(({ card }) => card.id === reference) ?? all.find(({ card }) => card.name === reference);
}

/** Whether an encoder of the index stands for what is written about the images, see `captionIndex`. */
export function isOfCaptions({ card }: Pick<StoredEncoder, 'card'>): boolean {
  return card.imported === true && card.output.name === CAPTIONS_OUTPUT;
}

/** The card of the vectors of images by their captions. @param encoder that reads these */
export function captionsCard(identity: string, encoder: Pick<EncoderCard, 'id' | 'name'>, dim: number): EncoderCard {
  const name = `captions by ${encoder.name}`;
  return {
    id: encoderId(name, identity),
    name,
    source: captionsSource(encoder.id),
    sha256: identity,
    input: noPictures,
    output: { name: CAPTIONS_OUTPUT, pooling: 'none', dim },
    imported: true,
    batchIndependent: true,
  };
}

/** What a card of captions says of where they come from. @param reader id of the encoder that reads them */
export function captionsSource(reader: string): string {
  return `captions of the images, read by ${reader}`;
}

const CAPTIONS_OUTPUT = 'captions';

/** The card of imported vectors. */
export function importedCard(id: string, name: string, file: string, identity: string, dim: number): EncoderCard {
  return {
    id,
    name,
    source: `imported from ${file}`,
    sha256: identity,
    input: noPictures,
    output: { name: '', pooling: 'none', dim },
    imported: true,
    batchIndependent: true,
  };
}
