import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { joinTable } from '../../core/tables/columnTable.ts';
import { fileNotFound, systemCodeOf, unreadableFile, usage } from '../../core/errors.ts';
import type { ImportReport } from '../../protocol/columns.ts';
import type { Dataset } from '../dataset.ts';
import { relativeToRoot } from '../store/findRoot.ts';

/**
 * Takes the columns of a table into the index, in place of those of the same names. Rejects with file-not-found, unreadable-file
 * or, where the table is none or names no image of the dataset, usage.
 */
export async function importColumns({ root, store }: Dataset, file: string): Promise<ImportReport> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw systemCodeOf(error) === 'ENOENT' ? fileNotFound(file) : unreadableFile(file, error);
  }
  const joined = joinTable(text, store.readImagePaths(), relativeToRoot(root, dirname(file)) ?? '');
  if ('fault' in joined) throw usage(`${file} can't be imported: ${joined.fault}.`);
  const { columns, matched, unmatched } = joined;
  if (matched === 0) {
    const first = unmatched[0] === undefined ? 'it has no rows' : `its first row names "${unmatched[0]}"`;
    throw usage(`${file} names no image of ${root}; ${first}.`);
  }
  store.transaction(() => {
    for (const column of columns) store.putColumn(column);
  });
  return { root, matched, unmatched, columns: columns.map(({ name }) => name) };
}
