import { resolve } from 'node:path';
import { usage } from '../../core/errors.ts';
import { formatQuantity } from '../../core/progressText.ts';
import { relativeToRoot } from '../../engine/store/findRoot.ts';
import type { Command } from '../command.ts';
import { folderArgument } from '../paths.ts';
import { stepOutput } from './reviewDecisions.ts';

/** Sets files aside without deleting them, and brings them back. */
export const quarantineCommand: Command = {
  name: 'quarantine',
  usage: 'quarantine add IMAGE…|restore IMAGE…|list [folder]',
  summary:
    'Set image files aside, out of the dataset; bring them back to where they were; list them. Nothing is deleted.',
  options: {},
  async run({ positionals }, { decisions }) {
    const [action, ...rest] = positionals;
    const incomplete = usage(`Usage: likeness ${this.usage}`);
    if (action === 'list' && rest.length <= 1) {
      const quarantined = await decisions.quarantined({ root: decisions.meantRoot(folderArgument(rest[0] ?? '.')) });
      const lines = quarantined.map(({ path, at, since }) => `${path}: in ${at} (${since})`);
      return { json: { quarantined }, lines: lines.length > 0 ? lines : ['Nothing is set aside.'] };
    }
    if ((action !== 'add' && action !== 'restore') || rest.length === 0) throw incomplete;
    const files = rest.map((image) => resolve(image));
    const root = decisions.datasetOf(files[0]!, resolve('.'));
    const paths = files.map((file) => relativeToRoot(root, file) ?? file);
    if (action === 'restore') {
      const back = (_: unknown, changed: number) => `${formatQuantity(changed, 'image')} brought back.`;
      return stepOutput(await decisions.bringBack(root, paths), back, 'Nothing has changed.');
    }
    const step = { root, decisions: [{ paths, decision: { action: 'quarantine' } as const }] };
    const aside = (_: unknown, changed: number) => `${formatQuantity(changed, 'image')} set aside.`;
    return stepOutput(await decisions.take(step), aside, 'They were set aside before.');
  },
};
