import path from 'node:path';
import type { AccuracyFigures } from '../../core/evaluation/predictionFigures.ts';
import { formatCount, formatQuantity } from '../../core/progressText.ts';
import type { HeadlineFigures, PredictReport } from '../../protocol/predictions.ts';
import { escapeMarkdown, fileLink, markdownTable, MarkdownPictures, noticeLines } from './markdown.ts';
import type { ReportImages } from './markdown.ts';

/** Of the most confident mistakes, and of the predictions where there is no label to measure with. */
export const PICTURES_SHOWN = 20;
/** A larger table of confusions is wider than any window; the most frequent ones are told then. */
const MOST_CLASSES_ACROSS = 20;
const FAILURES_SHOWN = 20;

/** The images whose thumbnails the document shows, relative to the root. */
export function picturesShown({ mistakes, predictions }: PredictReport): string[] {
  return (mistakes.length > 0 ? mistakes : predictions).slice(0, PICTURES_SHOWN).map(({ path: image }) => image);
}

/** What an encoder says of a folder's images, and how far that is right, for reading. */
export function predictionMarkdown(report: PredictReport, images: ReportImages): string {
  const { root, folder, encoder, figures, notices, unknownClasses } = report;
  const pictures = new MarkdownPictures();
  const where = folder === '' ? root : `${root}/${folder}`;
  return [
    '# Predicted classes',
    '',
    `${escapeMarkdown(`${formatQuantity(report.images, 'image')} of ${where}, by ${encoder.name} (${encoder.id}, ${formatCount(encoder.classes.length)} classes)`)}. No label was changed.`,
    '',
    ...noticeLines(notices),
    ...(unknownClasses.length === 0
      ? []
      : [
          `> The encoder doesn't know the labels ${unknownClasses.map(({ name, count }) => `${escapeMarkdown(name)} (${formatCount(count)})`).join(', ')}; their images count in no figure.`,
          '',
        ]),
    ...(figures === null ? countLines(report, images, pictures) : figureLines(report, figures)),
    ...mistakeLines(report, images, pictures),
    ...failureLines(report),
    ...pictures.definitions(),
    '',
  ].join('\n');
}

function figureLines({ splits }: PredictReport, figures: HeadlineFigures): string[] {
  const { accuracy, calibrationError, classes } = figures;
  return [
    `**${percent(accuracy)} right** of ${imagesText(figures)}.`,
    '',
    ...markdownTable(
      [{ title: 'Split' }, ...numbers('Images', 'Right', '95 %', 'Mean over classes', '95 %', 'Trained on')],
      splits.map((split) => [
        escapeMarkdown(split.split ?? 'none'),
        formatCount(split.images),
        percent(split.accuracy),
        rangeText(split.accuracyInterval),
        percent(split.macroAccuracy),
        rangeText(split.macroInterval),
        split.seen === null ? 'not known' : formatCount(split.seen),
      ]),
    ),
    '',
    'Images that the encoder was trained on say little of new ones.',
    '',
    `Calibration: confidence and accuracy differ by ${percent(calibrationError)} on average.`,
    '',
    '## Classes',
    '',
    ...markdownTable(
      [{ title: 'Class' }, ...numbers('Images', 'Taken for it', 'Precision', 'Recall', 'F1')],
      classes.map(({ label, support, predicted, precision, recall, f1 }) => [
        escapeMarkdown(label),
        formatCount(support),
        formatCount(predicted),
        ...[precision, recall, f1].map((share) => (share === null ? '–' : percent(share))),
      ]),
    ),
    '',
    ...confusionLines(figures),
  ];
}

/** "372 labelled images of the test split, which the encoder was not trained on". */
function imagesText({ of, images, seen }: HeadlineFigures): string {
  const what = `${formatQuantity(images, 'labelled image')}${of === 'all' ? '' : ` of the ${of} split`}`;
  if (seen === null) return what;
  return `${what}, ${seen === 0 ? 'which the encoder was not trained on' : 'all of which the encoder was trained on'}`;
}

function confusionLines({ classes, confusion, confused }: HeadlineFigures): string[] {
  if (confused.length === 0) return [];
  const frequent = confused.map(
    ({ label, predicted, count }) =>
      `- ${formatCount(count)} × ${escapeMarkdown(label)} taken for ${escapeMarkdown(predicted)}`,
  );
  const shown = classes.flatMap(({ support, predicted }, i) => (support + predicted > 0 ? [i] : []));
  const table =
    shown.length > MOST_CLASSES_ACROSS
      ? []
      : [
          'Rows are the labels, columns what the images were taken for.',
          '',
          ...markdownTable(
            [{ title: '' }, ...numbers(...shown.map((i) => classes[i]!.label))],
            shown.map((row) => [
              `**${escapeMarkdown(classes[row]!.label)}**`,
              ...shown.map((column) => confusionCell(confusion[row]![column]!, row === column)),
            ]),
          ),
          '',
        ];
  return ['## Confusions', '', ...table, 'The most frequent:', '', ...frequent, ''];
}

function confusionCell(count: number, isRight: boolean): string {
  if (count === 0) return '·';
  return isRight ? `**${formatCount(count)}**` : formatCount(count);
}

function mistakeLines(
  { root, mistakes }: PredictReport,
  { thumbnails, base }: ReportImages,
  pictures: MarkdownPictures,
): string[] {
  if (mistakes.length === 0) return [];
  const rows = mistakes.map(({ path: image, label, predicted, confidence, split }, i) => [
    i < PICTURES_SHOWN ? pictures.add(thumbnails.get(image)) : '',
    fileLink(image, path.join(root, image), base),
    escapeMarkdown(label),
    escapeMarkdown(predicted),
    confidence.toFixed(3),
    escapeMarkdown(split ?? ''),
  ]);
  return [
    '## The surest mistakes, or wrong labels',
    '',
    ...markdownTable(
      [
        { title: '' },
        ...['Image', 'Label', 'Taken for'].map((title) => ({ title })),
        ...numbers('Confidence'),
        { title: 'Split' },
      ],
      rows,
    ),
    '',
  ];
}

/** How often each class was predicted, and the first images, where nothing shows how rightly. */
function countLines(
  { root, predictions }: PredictReport,
  { thumbnails, base }: ReportImages,
  pictures: MarkdownPictures,
): string[] {
  const counts = new Map<string, number>();
  for (const { label } of predictions) counts.set(label, (counts.get(label) ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return [
    'No image has a label that the encoder knows, so nothing shows how often it is right.',
    '',
    ...markdownTable(
      [{ title: 'Class' }, ...numbers('Images')],
      sorted.map(([label, count]) => [escapeMarkdown(label), formatCount(count)]),
    ),
    '',
    '## The first predictions',
    '',
    ...markdownTable(
      [{ title: '' }, { title: 'Image' }, { title: 'Class' }, ...numbers('Confidence')],
      predictions
        .slice(0, PICTURES_SHOWN)
        .map(({ path: image, label, confidence }) => [
          pictures.add(thumbnails.get(image)),
          fileLink(image, path.join(root, image), base),
          escapeMarkdown(label),
          confidence.toFixed(3),
        ]),
    ),
    '',
  ];
}

function failureLines({ failed }: PredictReport): string[] {
  if (failed.length === 0) return [];
  const hidden = failed.length - FAILURES_SHOWN;
  return [
    '## Without a prediction',
    '',
    ...failed.slice(0, FAILURES_SHOWN).map(({ message }) => `- ${escapeMarkdown(message)}`),
    ...(hidden > 0 ? [`- … and ${formatCount(hidden)} more`] : []),
    '',
  ];
}

function numbers(...titles: readonly string[]) {
  return titles.map((title) => ({ title, numbers: true as const }));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function rangeText({ low, high }: AccuracyFigures['accuracyInterval']): string {
  return `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}`;
}
