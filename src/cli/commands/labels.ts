import { usage } from '../../core/errors.ts';
import { formatCount, formatQuantity } from '../../core/progressText.ts';
import type { RelabelChange, RelabelPreview, RelabelProblem } from '../../protocol/relabels.ts';
import type { Command } from '../command.ts';
import { folderArgument } from '../paths.ts';

/** Images that a person is shown; `--json` has them all. */
const SHOWN = 20;

export const labelsCommand: Command = {
  name: 'labels',
  usage: 'labels preview|apply [folder] [--preview ID]',
  summary:
    'Show what would be written to the labels (a table, COCO, YOLO, or folders of classes) so that they say what was decided ("decide relabel"), or write it. Nothing else of a file is changed, and the decisions stay.',
  options: {
    preview: {
      type: 'string',
      value: 'ID',
      help: 'apply: only what the preview of this id has shown; where something has changed since, nothing is written',
    },
  },
  async run(invocation, engine) {
    const [action, folder = '.', ...rest] = invocation.positionals;
    const seen = invocation.text('preview');
    if (
      rest.length > 0 ||
      (action !== 'preview' && action !== 'apply') ||
      (action === 'preview' && seen !== undefined)
    ) {
      throw usage(`Usage: likeness ${this.usage}`);
    }
    const request = { folder: folderArgument(folder), ...(seen !== undefined && { preview: seen }) };
    const report = await (action === 'preview' ? engine.labelFiles.preview(request) : engine.labelFiles.apply(request));
    const { source, id, changes, problems, files } = report;
    return {
      json: { source, id, changes, problems, files },
      lines: [
        ...describe(report, action === 'apply'),
        ...('step' in report ? ['"likeness decide undo" takes it back.'] : []),
      ],
      notes: report.notices.map(({ message }) => message),
    };
  },
};

function describe({ id, changes, problems, files, source }: RelabelPreview, isApplied: boolean): string[] {
  if (changes.length + problems.length === 0) return ['The labels say what was decided.'];
  const verb = isApplied ? 'changed' : 'to change';
  const where = source === 'folder' || files.length === 0 ? '' : ` in ${formatQuantity(files.length, 'file')}`;
  return [
    `${formatQuantity(changes.length, 'label')} ${verb}${where}${isApplied || changes.length === 0 ? '' : ` (preview ${id})`}`,
    ...shown(changes, ({ path, from, to, where }: RelabelChange) => {
      const place = 'target' in where ? `goes to ${where.target}` : `${where.file}:${where.lines.join(',')}`;
      return `  ${path}: ${from ?? 'no label'} → ${to}  ${place}`;
    }),
    ...(problems.length > 0 ? [`${formatQuantity(problems.length, 'label')} can't be written:`] : []),
    ...shown(
      problems,
      ({ path, from, to, reason }: RelabelProblem) => `  ${path}: ${from ?? 'no label'} → ${to}; ${reason}`,
    ),
  ];
}

function shown<Item>(items: readonly Item[], line: (item: Item) => string): string[] {
  const hidden = items.length - SHOWN;
  return [
    ...items.slice(0, SHOWN).map(line),
    ...(hidden > 0 ? [`  … and ${formatCount(hidden)} more; --json has them all`] : []),
  ];
}
