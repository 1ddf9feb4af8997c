import { createHash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { utf8Latin, type ByteEdit } from '../../../core/labels/relabel/byteEdits.ts';
import { noCell, noRow, notUtf8 } from '../../../core/labels/relabel/relabelReasons.ts';
import { fieldWith } from '../../../core/labels/relabel/tableCell.ts';
import { separatorOf } from '../../../core/tables/delimitedText.ts';
import type { RelabelChange, RelabelProblem } from '../../../protocol/relabels.ts';
import { labelFiles } from '../sources/labelFiles.ts';
import { finderOf, readTableRows } from '../sources/rowSources.ts';
import type { PlannedFile, RelabelPlan, RelabelWork } from './relabelPlan.ts';
import { shownFile } from './shownFile.ts';

/** The fields of a dataset's tables that have to say something else. Rejects as `readKnownLabels` does. */
export async function planTableRelabels({ dataset, paths, wanted }: RelabelWork): Promise<RelabelPlan> {
  const { root, config } = dataset;
  const changes: RelabelChange[] = [];
  const problems = new Map<string, RelabelProblem>();
  const files: PlannedFile[] = [];
  const tables = labelFiles(dataset);
  for (const file of tables) {
    const { bytes, text, rows } = await readTableRows(file, config.labels?.column);
    const shown = shownFile(root, file);
    const find = finderOf(root, file, paths);
    const separator = separatorOf(text);
    const edits: ByteEdit[] = [];
    const linesOf = new Map<string, number[]>();
    let encoded: boolean | undefined;
    for (const { image, label, split, line, cell } of rows) {
      const path = find(image, split);
      const relabelling = path === undefined ? undefined : wanted.get(path);
      // Of several rows, one that says nothing may stay so.
      if (relabelling === undefined || (label === '' && relabelling.from !== undefined)) continue;
      const { to } = relabelling;
      encoded ??= isUtf8(bytes);
      const reason = cell === undefined ? noCell(shown, line) : !encoded && !isAscii(to) ? notUtf8(shown) : undefined;
      if (reason !== undefined) problems.set(path!, { ...relabelling, reason });
      else {
        const { start, end } = cell!;
        edits.push({ start, end, text: fieldWith(text.slice(start, end), utf8Latin(to), separator) });
        linesOf.set(path!, [...(linesOf.get(path!) ?? []), line]);
      }
    }
    for (const [path, lines] of linesOf) changes.push({ ...wanted.get(path)!, where: { file: shown, lines } });
    if (edits.length > 0) files.push({ file, sha256: createHash('sha256').update(bytes).digest('hex'), edits });
  }
  const changed = new Set(changes.map(({ path }) => path));
  for (const [path, relabelling] of wanted) {
    if (changed.has(path) || problems.has(path)) continue;
    problems.set(path, { ...relabelling, reason: noRow(tables.map((file) => shownFile(root, file))) });
  }
  return { changes, problems: [...problems.values()], files, moves: [] };
}

function isAscii(text: string): boolean {
  return /^[\0-\x7F]*$/.test(text);
}
