import { usage } from '../../core/errors.ts';
import { formatQuantity } from '../../core/progressText.ts';
import type { SavedViews } from '../../protocol/filters.ts';
import type { Command, CommandOutput } from '../command.ts';
import { folderArgument } from '../paths.ts';

export const viewsCommand: Command = {
  name: 'views',
  usage: 'views list [folder] | save NAME FILTER [folder] | rename NAME NEW [folder] | remove NAME [folder]',
  summary:
    'Keep filters by a name in .likeness/config.json, for everybody who works on the data set; "--view NAME" uses one.',
  options: {},
  takesFilters: true,
  async run(invocation, engine) {
    const [action, ...rest] = invocation.positionals;
    const incomplete = usage(`Usage: likeness ${this.usage}`);
    const taken: Readonly<Record<string, number>> = { list: 0, save: 2, rename: 2, remove: 1 };
    const count = taken[action ?? ''];
    if (count === undefined || rest.length < count || rest.length > count + 1) throw incomplete;
    const [name = '', second = ''] = rest;
    const folder = folderArgument(rest[count] ?? '.');
    switch (action) {
      case 'save': {
        const { views } = await engine.filters.list({ folder });
        const saved = await engine.filters.save({ folder, name, filter: second });
        const replaced = views.find((view) => view.name === name.trim() && view.filter !== second.trim());
        const note = replaced && `The view “${replaced.name}” was ${replaced.filter} before.`;
        return { ...output(saved), ...(note !== undefined && { notes: [note] }) };
      }
      case 'rename': {
        const { root, views } = await engine.filters.list({ folder });
        const known = views.find((view) => view.name === name);
        // What isn't there is the engine's to refuse.
        if (known === undefined) return output(await engine.filters.remove({ folder: root, name }));
        return output(await engine.filters.save({ folder, name: second, filter: known.filter, instead: name }));
      }
      case 'remove':
        return output(await engine.filters.remove({ folder, name }));
      default:
        return output(await engine.filters.list({ folder }));
    }
  },
};

function output({ root, views }: SavedViews): CommandOutput {
  return {
    json: {
      root,
      views: views.map(({ name, filter, count, fault }) => ({
        name,
        filter,
        count: count ?? null,
        ...(fault !== undefined && { fault }),
      })),
    },
    lines:
      views.length === 0
        ? ['No view is saved.']
        : views.map(
            ({ name, filter, count, fault }) => `${name}: ${filter} (${fault ?? formatQuantity(count ?? 0, 'image')})`,
          ),
  };
}
