import type { EncoderCard } from '../../core/encoders/card.ts';
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

/** The card of imported vectors. */
export function importedCard(id: string, name: string, file: string, identity: string, dim: number): EncoderCard {
  return {
    id,
    name,
    source: `imported from ${file}`,
    sha256: identity,
    // There is no model that would take a picture.
    input: {
      name: '',
      layout: 'NCHW',
      type: 'float32',
      size: [1, 1],
      resize: 'squash',
      crop: 1,
      interpolation: 'bilinear',
      mean: [0, 0, 0],
      std: [1, 1, 1],
      range: [0, 1],
    },
    output: { name: '', pooling: 'none', dim },
    imported: true,
    batchIndependent: true,
  };
}
