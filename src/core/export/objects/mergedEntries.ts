import { withValues } from '../../json/jsonValues.ts';
import { idJson, type CocoId } from '../../labels/cocoLabels.ts';
import { freshNumbers, isExact } from './freshNumbers.ts';

const encoder = new TextEncoder();

/** An entry of a list in which each has an id, as the categories of a file. */
export interface Entry {
  readonly id: CocoId;
  readonly value: Readonly<Record<string, unknown>>;
  /** As it stands in the file. */
  readonly text: string;
}

export interface MergedEntries {
  /** With the id that each has now. */
  readonly entries: readonly { readonly id: CocoId; readonly entry: Entry }[];
  /** The new ids of each file's by the old ones. */
  readonly ids: readonly ReadonlyMap<CocoId, CocoId>[];
}

/**
 * One list of those of several files: what is the same in a later file is one entry, and ids that are taken are
 * replaced by numbers that no file has. Of one file all stays as it is.
 *
 * @param sameAs equal for entries of two files that are the same; of several such in an earlier file it is that of the same
 * id, else the first
 */
export function mergedEntries(files: readonly (readonly Entry[])[], sameAs: (entry: Entry) => string): MergedEntries {
  const all = files.flat();
  const numbers = all.flatMap(({ id }) => (typeof id === 'number' && isExact(id) ? id : []));
  let next = freshNumbers(Float64Array.from(numbers).sort(), all.length);
  const entries: { readonly id: CocoId; readonly entry: Entry }[] = [];
  const taken = new Set<CocoId>();
  const known = new Map<string, CocoId>();
  const knownWithId = new Map<string, CocoId>();
  const withId = (entry: Entry) => JSON.stringify([idJson(entry.id), sameAs(entry)]);
  const ids = files.map((own) => {
    const renamed = new Map<CocoId, CocoId>();
    for (const entry of own) {
      // A file that says the same twice says it once.
      if (renamed.has(entry.id)) continue;
      let id = knownWithId.get(withId(entry)) ?? known.get(sameAs(entry));
      if (id === undefined) {
        id = taken.has(entry.id) ? next++ : entry.id;
        taken.add(id);
        entries.push({ id, entry });
      }
      renamed.set(entry.id, id);
    }
    for (const entry of own) {
      const id = renamed.get(entry.id)!;
      if (!known.has(sameAs(entry))) known.set(sameAs(entry), id);
      if (!knownWithId.has(withId(entry))) knownWithId.set(withId(entry), id);
    }
    return renamed;
  });
  return { entries, ids };
}

/** The JSON of each, in which all but its id is as it stands in the file. */
export function entryTexts({ entries }: MergedEntries): string[] {
  return entries.map(({ id, entry }) =>
    id === entry.id ? entry.text : withValues(encoder.encode(entry.text), { id: idJson(id) }),
  );
}
