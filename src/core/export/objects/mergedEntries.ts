import type { CocoId } from '../../labels/cocoLabels.ts';

/** An entry of a list in which each has an id, as the categories of a file. */
export type Entry = Readonly<Record<string, unknown>> & { readonly id: CocoId };

/**
 * One list of those of several files: what is the same in a later file is one entry, and ids that are taken are
 * replaced by numbers that no file has. Of one file all stays as it is.
 *
 * @param sameAs equal for entries of two files that are the same
 * @returns the list, and the new ids of each file's by the old ones
 */
export function mergedEntries(
  files: readonly (readonly Entry[])[],
  sameAs: (entry: Entry) => string,
): { readonly entries: readonly Entry[]; readonly ids: readonly ReadonlyMap<CocoId, CocoId>[] } {
  const numbers = files.flat().flatMap(({ id }) => (typeof id === 'number' ? id : []));
  let next = numbers.reduce((most, id) => Math.max(most, id), 0) + 1;
  const entries: Entry[] = [];
  const taken = new Set<CocoId>();
  const known = new Map<string, CocoId>();
  const ids = files.map((own) => {
    const renamed = new Map<CocoId, CocoId>();
    for (const entry of own) {
      // A file that says the same twice says it once.
      if (renamed.has(entry.id)) continue;
      let id = known.get(sameAs(entry));
      if (id === undefined) {
        id = taken.has(entry.id) ? next++ : entry.id;
        taken.add(id);
        entries.push({ ...entry, id });
      }
      renamed.set(entry.id, id);
    }
    for (const entry of own) if (!known.has(sameAs(entry))) known.set(sameAs(entry), renamed.get(entry.id)!);
    return renamed;
  });
  return { entries, ids };
}
