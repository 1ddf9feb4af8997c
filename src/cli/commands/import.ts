import { resolve } from 'node:path';
import { usage } from '../../core/errors.ts';
import { formatCount, formatQuantity } from '../../core/progressText.ts';
import type { ImportReport } from '../../protocol/columns.ts';
import type { Command } from '../command.ts';
import { folderArgument } from '../paths.ts';

/** Names of a table that a person is shown; `--json` has them all. */
const SHOWN = 5;

export const importCommand: Command = {
  name: 'import',
  usage: 'import FILE [folder] [--name NAME] [--vectors COLUMN] [--paths FILE] | import --remove NAME [folder]',
  summary:
    'Take columns of a table (.csv, .tsv, .jsonl, .parquet) and vectors (of a table, or .npy) into the index, joined with the images by path: columns to colour and sort the map by, vectors to name where an encoder is (--encoder NAME).',
  options: {
    name: { type: 'string', value: 'NAME', help: 'how the vectors are called (default: as the file is)' },
    vectors: {
      type: 'string',
      value: 'COLUMN',
      help: 'the column that holds lists of numbers (default: the only one, or one called vector or embedding; columns e0, e1, … do as well)',
    },
    paths: {
      type: 'string',
      value: 'FILE',
      help: 'of .npy: a path a line, for each row (default: the file beside it that ends in .paths.txt)',
    },
    remove: { type: 'string', value: 'NAME', help: 'take a column out again; vectors: encoders remove ID' },
  },
  async run(invocation, engine, job) {
    const removed = invocation.text('remove');
    if (removed !== undefined) {
      const [folder = '.', ...rest] = invocation.positionals;
      if (rest.length > 0) throw usage(`Usage: likeness ${this.usage}`);
      await engine.exchange.removeColumn(folderArgument(folder), removed);
      return { json: { removed }, lines: [`"${removed}" is out of the index.`] };
    }
    const [file, folder = '.', ...rest] = invocation.positionals;
    if (file === undefined || rest.length > 0) throw usage(`Usage: likeness ${this.usage}`);
    const [name, vectors, paths] = ['name', 'vectors', 'paths'].map((option) => invocation.text(option));
    const report = await engine.exchange.import(
      {
        file: resolve(file),
        folder: folderArgument(folder),
        ...(name !== undefined && { name }),
        ...(vectors !== undefined && { vectors }),
        ...(paths !== undefined && { paths: resolve(paths) }),
      },
      job,
    );
    const { matched, unmatched, columns, encoder, notices } = report;
    return {
      json: { matched, unmatched, columns, ...(encoder && { encoder }) },
      lines: describe(report),
      notes: notices.map(({ message }) => message),
    };
  },
};

function describe({ matched, unmatched, columns, encoder }: ImportReport): string[] {
  const hidden = unmatched.length - SHOWN;
  return [
    ...(columns.length > 0 || encoder === undefined
      ? [`${formatQuantity(columns.length, 'column')} of ${formatQuantity(matched, 'image')}: ${columns.join(', ')}`]
      : []),
    ...(encoder
      ? [`Vectors of ${formatQuantity(encoder.images, 'image')}, ${encoder.dim} dimensions: --encoder ${encoder.id}`]
      : []),
    ...(unmatched.length > 0 ? [`${formatQuantity(unmatched.length, 'row')} of no image here:`] : []),
    ...unmatched.slice(0, SHOWN).map((name) => `  ${name}`),
    ...(hidden > 0 ? [`  … and ${formatCount(hidden)} more; --json has them all`] : []),
  ];
}
