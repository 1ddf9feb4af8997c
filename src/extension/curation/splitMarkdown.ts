import { splitNames } from '../../core/curation/splitting/assignSplits.ts';
import { formatCount, formatQuantity } from '../../core/progressText.ts';
import type { SplitReport } from '../../protocol/selection.ts';
import { escapeMarkdown, markdownTable, noticeLines } from '../text/markdown.ts';

/** How images would be split, or are, for reading. */
export function splitMarkdown(report: SplitReport): string {
  const { assignments, kept, shares, classes, applied, table, notices } = report;
  const names = splitsOf(report);
  const totals = new Map<string, number>();
  for (const { split } of assignments) totals.set(split, (totals.get(split) ?? 0) + 1);
  const wished = (name: string): string => {
    const known = splitNames.find((split) => split === name);
    return known === undefined ? '–' : percent(shares[known]);
  };
  return [
    '# Split',
    '',
    applied
      ? `${assignedText(report)}. The split is in \`${table ?? '.likeness/config.json'}\`.`
      : `${assignedText(report)}. Nothing is written yet.`,
    '',
    ...noticeLines(notices),
    ...markdownTable(
      [
        { title: 'Split' },
        { title: 'Images', numbers: true },
        { title: 'Share', numbers: true },
        { title: 'Wished', numbers: true },
      ],
      names.map((name) => [
        escapeMarkdown(name),
        formatCount(totals.get(name) ?? 0),
        percent((totals.get(name) ?? 0) / assignments.length),
        wished(name),
      ]),
    ),
    '',
    `${copiesText(report)}${scenesText(report)}${kept > 0 ? ` ${formatQuantity(kept, 'image')} ${kept === 1 ? 'keeps' : 'keep'} the split that ${kept === 1 ? 'it has' : 'they have'}.` : ''}`,
    '',
    '## Classes',
    '',
    ...markdownTable(
      [{ title: 'Class' }, ...['Images', ...names].map((title) => ({ title, numbers: true as const }))],
      classes.map(({ label, images, counts }) => [
        label === undefined ? '_no label_' : escapeMarkdown(label),
        formatCount(images),
        ...names.map((name) => {
          const count = counts[name] ?? 0;
          return `${formatCount(count)} (${percent(count / images)})`;
        }),
      ]),
    ),
    '',
  ].join('\n');
}

/** "1,616 images split into train, validation and test". */
export function assignedText(report: SplitReport): string {
  const names = splitsOf(report);
  const last = names.at(-1) ?? '';
  const list = names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
  return escapeMarkdown(`${formatQuantity(report.assignments.length, 'image')} split into ${list}`);
}

/** Those that are wished, and others that images keep. */
function splitsOf({ shares, assignments }: SplitReport): string[] {
  const wished = splitNames.filter((name) => shares[name] > 0);
  return [...new Set([...wished, ...assignments.map(({ split }) => split)])];
}

function copiesText({ groups, torn }: SplitReport): string {
  if (groups === 0) return 'No image has a copy.';
  const together = groups - torn;
  const whole = `${formatQuantity(together, 'group')} of copies ${together === 1 ? 'is' : 'are'} kept together`;
  return torn === 0 ? `${whole}.` : `${whole}; ${formatCount(torn)} lie in several splits already and stay there.`;
}

function scenesText({ scenes: { together, apart } = { together: 0, apart: 0 } }: SplitReport): string {
  if (together + apart === 0) return '';
  const rest = apart === 0 ? '' : `; those of ${formatCount(apart)} are not`;
  return ` Shots of ${formatQuantity(together, 'scene')} are kept together${rest}.`;
}

function percent(share: number): string {
  return Number.isNaN(share) ? '–' : `${(100 * share).toFixed(1)} %`;
}
