import { formatQuantity } from '../../core/progressText.ts';
import type { RelabelChange, RelabelPreview } from '../../protocol/relabels.ts';
import { escapeMarkdown, markdownTable, noticeLines } from '../text/markdown.ts';

/** Images that a report lists. */
const LISTED = 10_000;

/** What would be written to the labels of a dataset, or was, for reading. */
export function labelsMarkdown(preview: RelabelPreview, isWritten: boolean): string {
  const { changes, problems, notices } = preview;
  const label = (name: string | undefined) => (name === undefined ? '_no label_' : escapeMarkdown(name));
  return [
    '# Decided classes',
    '',
    escapeMarkdown(
      `${changedLabels(preview, isWritten)}${isWritten || changes.length === 0 ? '' : ' Nothing is written yet.'}`,
    ),
    '',
    ...noticeLines(notices),
    ...(changes.length === 0
      ? []
      : markdownTable(
          ['Image', 'Labelled', 'Decided', 'Where'].map((title) => ({ title })),
          changes
            .slice(0, LISTED)
            .map((change) => [
              escapeMarkdown(change.path),
              label(change.from),
              escapeMarkdown(change.to),
              escapeMarkdown(placeOf(change)),
            ]),
        )),
    ...hiddenLine(changes.length),
    '',
    ...(problems.length === 0
      ? []
      : [
          '## Can’t be written',
          '',
          ...problems
            .slice(0, LISTED)
            .map(
              ({ path, to, reason }) =>
                `- ${escapeMarkdown(path)}, decided ${escapeMarkdown(to)}: ${escapeMarkdown(reason)}`,
            ),
          ...hiddenLine(problems.length),
          '',
        ]),
  ].join('\n');
}

/** "3 labels change in labels.csv." */
export function changedLabels({ changes, problems, files, source }: RelabelPreview, isWritten: boolean): string {
  if (changes.length + problems.length === 0) return 'The labels say what was decided.';
  if (changes.length === 0) return `${formatQuantity(problems.length, 'label')} can’t be written.`;
  const one = changes.length === 1;
  const rest = problems.length === 0 ? '' : ` ${formatQuantity(problems.length, 'label')} can’t be written.`;
  if (source === 'folder') {
    const verb = isWritten ? (one ? 'was moved' : 'were moved') : one ? 'moves' : 'move';
    return `${formatQuantity(changes.length, 'image')} ${verb} to the folder of ${one ? 'its class' : 'their classes'}.${rest}`;
  }
  const where = files.length === 1 ? files[0]! : formatQuantity(files.length, 'file');
  const verb = isWritten ? (one ? 'was changed' : 'were changed') : one ? 'changes' : 'change';
  return `${formatQuantity(changes.length, 'label')} ${verb} in ${where}.${rest}`;
}

function placeOf({ where }: RelabelChange): string {
  if ('target' in where) return where.target;
  return `${where.file}:${where.lines.join(', ')}`;
}

function hiddenLine(count: number): string[] {
  return count > LISTED ? ['', `… and ${formatQuantity(count - LISTED, 'image')} more`] : [];
}
