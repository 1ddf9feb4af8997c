import { extname } from 'node:path';
import { usage } from '../../core/errors.ts';
import { formatProposals } from '../../core/labels/labelTable.ts';
import type { LabelProposal } from '../../protocol/labels.ts';
import type { Dataset } from '../dataset.ts';
import { assertOutputFile, writeOutput, type OutputFile } from '../store/outputFile.ts';

/** As `assertOutputFile`, and refuses other kinds of file than what is written. Throws usage or file-exists. */
export async function assertWritable(target: OutputFile, dataset: Pick<Dataset, 'root' | 'config'>): Promise<void> {
  const { file } = target;
  if (extname(file).toLowerCase() !== '.csv') throw usage(`${file} has to end in .csv, as that is what is written.`);
  await assertOutputFile(target, dataset);
}

/** Writes a table of proposals. Rejects as `writeOutput`. */
export function writeProposals(target: OutputFile, proposals: readonly LabelProposal[]): Promise<void> {
  return writeOutput(target, formatProposals(proposals));
}
