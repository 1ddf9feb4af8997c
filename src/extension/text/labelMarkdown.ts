import path from 'node:path';
import { formatCount, formatQuantity } from '../../core/progressText.ts';
import type { LabelReport, PrecisionCurvePoint } from '../../protocol/labels.ts';
import { escapeMarkdown, fileLink, markdownTable, MarkdownPictures, noticeLines } from './markdown.ts';
import type { ReportImages } from './markdown.ts';

/** Proposals that are shown; the file has them all. */
export const PROPOSALS_SHOWN = 20;
/** Shares of the held-out images at which the precision is told. */
const COVERAGES_SHOWN = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** What was proposed, for reading. */
export function labelMarkdown(report: LabelReport, { thumbnails, base }: ReportImages): string {
  const { root, method, proposals, heldOut, classes, notices, precision } = report;
  const pictures = new MarkdownPictures();
  const shown = proposals
    .slice(0, PROPOSALS_SHOWN)
    .map(({ path: image, label, confidence }) => [
      pictures.add(thumbnails.get(image)),
      fileLink(image, path.join(root, image), base),
      escapeMarkdown(label),
      confidence.toFixed(3),
    ]);
  const hidden = proposals.length - shown.length;
  return [
    '# Proposed labels',
    '',
    `${escapeMarkdown(proposedText(report))}. No label was changed.`,
    '',
    ...noticeLines(notices),
    ...withheldLines(report),
    ...(heldOut.images === 0
      ? []
      : [
          `Of ${formatQuantity(heldOut.images, 'labelled image')} ${method === 'classifier' ? 'that the encoder was not trained on' : 'that were guessed as if they had no label'}, ${percent(heldOut.correct / heldOut.images)} are guessed right. Confidence is the share of such guesses that are right; what is proposed is to be right in ${percent(precision)} of the cases.`,
          '',
        ]),
    ...(shown.length === 0
      ? []
      : [
          '## The surest proposals',
          '',
          ...markdownTable(
            [{ title: '' }, { title: 'Image' }, { title: 'Label' }, { title: 'Confidence', numbers: true }],
            shown,
          ),
          '',
          ...(hidden > 0 ? [`… and ${formatCount(hidden)} more.`, ''] : []),
        ]),
    '## Classes',
    '',
    ...markdownTable(
      [
        { title: 'Class' },
        { title: 'Proposed', numbers: true },
        { title: 'Least confidence', numbers: true },
        { title: 'Learnt from', numbers: true },
        { title: 'Guessed of those held out', numbers: true },
      ],
      classes.map(({ label, proposed, threshold, labelled, guessed }) => [
        escapeMarkdown(label),
        formatCount(proposed),
        threshold === null ? (heldOut.images === 0 ? 'not checked' : 'none is sure enough') : threshold.toFixed(3),
        formatCount(labelled),
        formatCount(guessed),
      ]),
    ),
    '',
    ...curveLines(report),
    ...pictures.definitions(),
    '',
  ].join('\n');
}

/** "391 labels proposed for 801 unlabelled images, learnt from 815 labelled images of 10 classes (20 neighbours, ID)". */
export function proposedText(report: LabelReport): string {
  const { proposals, unlabelled, labelled, classes, encoder } = report;
  return `${formatQuantity(proposals.length, 'label')} proposed for ${formatQuantity(unlabelled, 'unlabelled image')}, ${report.method === 'words' ? 'checked with' : 'learnt from'} ${formatQuantity(labelled, 'labelled image')} of ${classes.length} classes (${methodText(report)}, ${encoder.id})`;
}

function methodText({ method, neighbors }: LabelReport): string {
  switch (method) {
    case 'linear':
      return `a linear classifier and ${neighbors} neighbours`;
    case 'neighbors':
      return `${neighbors} neighbours`;
    case 'propagation':
      return `propagation over ${neighbors} neighbours`;
    case 'classifier':
      return 'classifier';
    case 'words':
      return 'names of the classes';
  }
}

function withheldLines({ withheld }: LabelReport): string[] {
  const reasons = [
    [withheld.unsure, 'not sure enough'],
    [withheld.unlike, 'unlike all labelled images'],
    [withheld.capped, 'above the cap'],
  ] as const;
  const left = reasons.filter(([count]) => count > 0).map(([count, reason]) => `${formatCount(count)} ${reason}`);
  return left.length === 0 ? [] : [`Without a proposal: ${left.join(', ')}.`, ''];
}

/** What is left, and how much of it is right, when guesses below a confidence are dropped. */
function curveLines({ curve }: LabelReport): string[] {
  const points = [...new Set(COVERAGES_SHOWN.flatMap((wanted) => nearest(curve, wanted) ?? []))];
  if (points.length === 0) return [];
  return [
    '## Precision and coverage',
    '',
    'What is left of the held-out images, and how much of it is right, when guesses below a confidence are dropped.',
    '',
    ...markdownTable(
      ['Confidence from', 'Kept', 'Right', 'Right at least (95 %)'].map((title) => ({ title, numbers: true as const })),
      points.map(({ threshold, coverage, precision, precisionBound }) => [
        threshold.toFixed(3),
        ...[coverage, precision, precisionBound].map(percent),
      ]),
    ),
    '',
  ];
}

function nearest(curve: readonly PrecisionCurvePoint[], wanted: number): PrecisionCurvePoint | undefined {
  return curve.findLast(({ coverage }) => coverage <= wanted);
}

function percent(share: number): string {
  return Number.isNaN(share) ? '–' : `${(100 * share).toFixed(1)} %`;
}
