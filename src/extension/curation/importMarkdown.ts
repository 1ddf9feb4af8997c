import { formatQuantity } from '../../core/progressText.ts';
import type { ImportReport } from '../../protocol/columns.ts';
import { escapeMarkdown } from '../text/markdown.ts';

/** Rows without an image that a report lists. */
const LISTED = 10_000;

/** What was taken from a table, for reading. @param file its name */
export function importMarkdown(report: ImportReport, file: string): string {
  const { unmatched } = report;
  const hidden = unmatched.length - LISTED;
  return [
    `# Imported from ${escapeMarkdown(file)}`,
    '',
    escapeMarkdown(importedSentence(report)),
    '',
    ...(unmatched.length === 0
      ? []
      : [
          '## Rows of no image',
          '',
          'They name no image of the dataset, or one that could be several. Paths are relative to the dataset or to the table; the name alone does where it is the only one of its kind.',
          '',
          ...unmatched.slice(0, LISTED).map((name) => `- ${escapeMarkdown(name)}`),
          ...(hidden > 0 ? [`- … and ${formatQuantity(hidden, 'row')} more`] : []),
          '',
        ]),
  ].join('\n');
}

/** "3 columns of 120 images: age, source, score. 2 rows are of no image here." */
export function importedSentence({ columns, matched, unmatched, encoder, notices }: ImportReport): string {
  return [
    ...(columns.length > 0 || encoder === undefined
      ? [`${formatQuantity(columns.length, 'column')} of ${formatQuantity(matched, 'image')}: ${columns.join(', ')}.`]
      : []),
    ...(encoder
      ? [`Vectors of ${formatQuantity(encoder.images, 'image')}, to choose as the encoder “${encoder.id}”.`]
      : []),
    ...(unmatched.length > 0
      ? [`${formatQuantity(unmatched.length, 'row')} ${unmatched.length === 1 ? 'is' : 'are'} of no image here.`]
      : []),
    ...notices.map(({ message }) => message),
  ].join(' ');
}
