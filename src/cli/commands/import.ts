import { resolve } from 'node:path';
import { usage } from '../../core/errors.ts';
import { formatCount, formatQuantity } from '../../core/progressText.ts';
import type { Command } from '../command.ts';

/** Names of a table that a person is shown; `--json` has them all. */
const SHOWN = 5;

export const importCommand: Command = {
  name: 'import',
  usage: 'import FILE.csv [folder] | import --remove NAME [folder]',
  summary: 'Take columns of a table into the index, joined with the images by path, to colour and sort the map by.',
  options: { remove: { type: 'string', value: 'NAME', help: 'take a column out again' } },
  async run(invocation, engine) {
    const removed = invocation.text('remove');
    if (removed !== undefined) {
      const [folder = '.', ...rest] = invocation.positionals;
      if (rest.length > 0) throw usage(`Usage: likeness ${this.usage}`);
      await engine.exchange.removeColumn(resolve(folder), removed);
      return { json: { removed }, lines: [`"${removed}" is out of the index.`] };
    }
    const [file, folder = '.', ...rest] = invocation.positionals;
    if (file === undefined || rest.length > 0) throw usage(`Usage: likeness ${this.usage}`);
    const report = await engine.exchange.importColumns({ file: resolve(file), folder: resolve(folder) });
    const { matched, unmatched, columns } = report;
    const hidden = unmatched.length - SHOWN;
    return {
      json: { matched, unmatched, columns },
      lines: [
        `${formatQuantity(columns.length, 'column')} of ${formatQuantity(matched, 'image')}: ${columns.join(', ')}`,
        ...(unmatched.length > 0 ? [`${formatQuantity(unmatched.length, 'row')} of no image here:`] : []),
        ...unmatched.slice(0, SHOWN).map((name) => `  ${name}`),
        ...(hidden > 0 ? [`  … and ${formatCount(hidden)} more; --json has them all`] : []),
      ],
    };
  },
};
