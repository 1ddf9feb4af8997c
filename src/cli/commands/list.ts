import type { FilterSubject } from '../../core/filters/filterSubjects.ts';
import { usage } from '../../core/errors.ts';
import { formatCount, formatQuantity } from '../../core/progressText.ts';
import type { Command, CommandOutput } from '../command.ts';
import { folderArgument } from '../paths.ts';
import type { Engine } from '../../engine/engine.ts';
import { whereOptions } from '../whereOption.ts';

/** Names of a field that a person is shown; `--json` has them all. */
const SHOWN = 12;

export const listCommand: Command = {
  name: 'list',
  usage: `list [folder] [--where FILTER] [--view NAME] [--fields]`,
  summary: `Print the paths of indexed images that match a filter, one a line.

A filter has words that all have to hold: NAME:VALUE or a number's name with <, <=, > or >=. Alternatives have commas
between them, "-" before a word turns it round, quotes hold names with spaces, and * stands for anything:

  class:cat,dog split:train -tag:done     class:"tabby cat"     no:class     has:finding
  finding:near-duplicate decision:exclude  blurry<.3 width:100..200 bytes>1MB  path:train/** .jpg
  caption:red,"on the left" no:caption

A word without a name is looked for in paths, classes, tags and captions. --fields lists all that there is to filter by.
Control characters in names are shown as \\n or \\x1b; --json has all names as they are.`,
  options: {
    where: { ...whereOptions.where, help: 'only images that match this filter' },
    view: whereOptions.view,
    fields: { type: 'boolean', help: 'list what can be filtered by, with its values, instead of images' },
  },
  async run(invocation, engine) {
    const [named = '.', ...rest] = invocation.positionals;
    if (rest.length > 0) throw usage(`list takes one folder.\nUsage: likeness ${this.usage}`);
    const folder = folderArgument(named);
    if (invocation.flag('fields')) return listFields(engine, folder);
    const [filter, view] = [invocation.text('where'), invocation.text('view')];
    const { root, paths, of, hints, faults } = await engine.filters.match({
      folder,
      ...(filter !== undefined && { filter }),
      ...(view !== undefined && { view }),
    });
    return {
      json: { root, paths, of },
      lines: paths,
      notes: [`${formatCount(paths.length)} of ${formatQuantity(of, 'image')}.`, ...faults, ...hints],
    };
  },
};

async function listFields(engine: Engine, folder: string): Promise<CommandOutput> {
  const fields = (await engine.filters.subjects({ folder })).filter(({ kind }) => kind !== 'presence');
  return { json: { fields }, lines: fields.flatMap(describe) };
}

function describe({ id, name, kind, values, range }: FilterSubject): string[] {
  if (kind === 'numbers') return [`${id}: ${name}${range ? `, ${range[0]} to ${range[1]}` : ', of no image'}`];
  const hidden = values.length - SHOWN;
  return [
    `${id}: ${name}`,
    ...values.slice(0, SHOWN).map((value) => `  ${value.name}  ${formatCount(value.count)}`),
    ...(hidden > 0 ? [`  … and ${formatCount(hidden)} more; --json has them all`] : []),
  ];
}
