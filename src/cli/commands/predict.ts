import { resolve } from 'node:path';
import { usage } from '../../core/errors.ts';
import { formatCount, formatQuantity } from '../../core/progressText.ts';
import type { AccuracyFigures } from '../../core/evaluation/predictionFigures.ts';
import type { HeadlineFigures, PredictReport, SplitFigures } from '../../protocol/predictions.ts';
import type { Command, Invocation } from '../command.ts';
import { encoderArgument, folderArgument } from '../paths.ts';
import { imagesWhere, whereOptions } from '../whereOption.ts';

/** What a person is shown of each list; `--json` has them all. */
const MAX_SHOWN = { predictions: 10, mistakes: 5, confused: 5, classes: 20, failures: 5 };

export const predictCommand: Command = {
  name: 'predict',
  usage: 'predict [folder] [--encoder ID|FILE.onnx] [--out FILE.csv]',
  summary:
    'Name the class of every image by a fine-tuned encoder, with calibrated confidence, and measure with the labels that there are.',
  options: {
    encoder: {
      type: 'string',
      short: 'e',
      value: 'ID|FILE.onnx',
      help: 'an encoder with classes, or the run that made it; default: the one indexed with, else the one fine-tuned last',
    },
    ...whereOptions,
    'min-confidence': {
      type: 'string',
      value: 'SHARE',
      help: 'leave less confident predictions out of the list and the file; figures are of all',
    },
    out: { type: 'string', value: 'FILE.csv', help: 'write path, label and confidence to this file' },
    force: { type: 'boolean', help: 'replace the file of --out where it exists' },
  },
  async run(invocation, engine, job) {
    const [named = '.', ...rest] = invocation.positionals;
    if (rest.length > 0) throw usage(`predict takes one folder.\nUsage: likeness ${this.usage}`);
    const folder = folderArgument(named);
    const encoder = encoderArgument(invocation.text('encoder'));
    const out = invocation.text('out');
    const matching = await imagesWhere(invocation, engine, folder);
    const report = await engine.predict(
      {
        folder,
        minConfidence: minConfidence(invocation),
        ...(matching && { images: matching.paths }),
        ...(encoder !== undefined && { encoder }),
        ...(out !== undefined && { out: { file: resolve(out), replace: invocation.flag('force') } }),
      },
      job,
    );
    const { notices, predictions, ...json } = report;
    return {
      json: { predictions, ...json },
      lines: describe(report),
      notes: notices.map(({ message }) => message),
    };
  },
};

function minConfidence(invocation: Invocation): number {
  const text = invocation.text('min-confidence') ?? '0';
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1)) {
    throw usage(`--min-confidence takes a number from 0 to 1, not "${text}".`);
  }
  return value;
}

function describe(report: PredictReport): string[] {
  const { root, folder, encoder, images, predictions, failed, figures, out } = report;
  const withheld = images - predictions.length;
  const where = folder === '' ? root : `${root}/${folder}`;
  return [
    `${formatQuantity(images, 'image')} of ${where} predicted with ${encoder.id} (${encoder.classes.length} classes)`,
    ...more(failed, MAX_SHOWN.failures, ({ code, message }) => `  ${code}: ${message}`, '  '),
    ...(figures === null ? countLines(report) : figureLines(report, figures)),
    '',
    ...more(predictions, MAX_SHOWN.predictions, ({ path, label, confidence }) => row(confidence, label, path)),
    ...(withheld > 0 ? [`${formatQuantity(withheld, 'prediction')} left out as not confident enough`] : []),
    ...(out === undefined ? [] : [`Written to ${out}.`]),
  ];
}

/** How often each class was predicted, where nothing shows how rightly. */
function countLines({ predictions }: PredictReport): string[] {
  const counts = new Map<string, number>();
  for (const { label } of predictions) counts.set(label, (counts.get(label) ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return more(sorted, MAX_SHOWN.classes, ([label, count]) => `  ${label}: ${formatCount(count)}`, '  ');
}

function figureLines({ splits, mistakes }: PredictReport, figures: HeadlineFigures): string[] {
  const { confused, calibrationError, classes } = figures;
  return [
    '',
    `Of ${describeImages(figures)}:`,
    `  right ${accuracyText(figures)}`,
    `  confidence and accuracy differ by ${percent(calibrationError)} on average`,
    '',
    ...classTable(classes),
    ...(confused.length === 0 ? [] : ['', 'Most often confused:']),
    ...more(
      confused,
      MAX_SHOWN.confused,
      ({ label, predicted, count }) => `  ${formatCount(count)} × ${label} taken for ${predicted}`,
      '  ',
    ),
    ...(splits.length < 2 ? [] : ['', 'By split:', ...splits.map(splitLine)]),
    ...(mistakes.length === 0 ? [] : ['', 'The surest mistakes, or wrong labels:']),
    ...mistakes
      .slice(0, MAX_SHOWN.mistakes)
      .map(({ path, label, predicted, confidence }) => `  ${row(confidence, `${label} taken for ${predicted}`, path)}`),
  ];
}

function describeImages({ of, images, seen }: HeadlineFigures): string {
  const where = of === 'all' ? '' : ` of the ${of} split`;
  if (seen === null) return `${formatQuantity(images, 'labelled image')}${where}`;
  const what = seen === 0 ? 'which the encoder was not trained on' : 'all of which the encoder was trained on';
  return `${formatQuantity(images, 'labelled image')}${where}, ${what}`;
}

/** "81.0 % (95 %: 76.1 to 85.2), mean over classes 80.3 % (74.0 to 85.1)" */
function accuracyText({ accuracy, accuracyInterval, macroAccuracy, macroInterval }: AccuracyFigures): string {
  const range = ({ low, high }: { readonly low: number; readonly high: number }) =>
    `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}`;
  return `${percent(accuracy)} (95 % interval ${range(accuracyInterval)}), mean over classes ${percent(macroAccuracy)} (${range(macroInterval)})`;
}

function splitLine({ split, images, accuracy, macroAccuracy, seen }: SplitFigures): string {
  const trained = seen === null || seen === 0 ? '' : `; ${formatCount(seen)} of them trained on`;
  return `  ${split ?? 'none'}: ${percent(accuracy)} of ${formatQuantity(images, 'image')}, mean over classes ${percent(macroAccuracy)}${trained}`;
}

/** The classes that have images, the worst first. */
function classTable(classes: HeadlineFigures['classes']): string[] {
  const shown = classes
    .filter(({ support, predicted }) => support + predicted > 0)
    .sort((a, b) => (a.f1 ?? 0) - (b.f1 ?? 0));
  const title = ['class', 'images', 'precision', 'recall', 'F1'];
  const cells = shown
    .slice(0, MAX_SHOWN.classes)
    .map(({ label, support, precision, recall, f1 }) => [
      label,
      formatCount(support),
      ...[precision, recall, f1].map((share) => (share === null ? '–' : percent(share))),
    ]);
  const rows = [title, ...cells];
  const widths = title.map((_, column) => Math.max(...rows.map((line) => line[column]!.length)));
  const hidden = shown.length - cells.length;
  return [
    ...rows.map(
      (line) =>
        `  ${line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')}`,
    ),
    ...(hidden > 0 ? [`  … and ${formatQuantity(hidden, 'better one')}; --json has them all`] : []),
  ];
}

function row(confidence: number, label: string, path: string): string {
  return `${confidence.toFixed(4)}  ${label}  ${path}`;
}

/** The first items as lines, and how many more there are. */
function more<T>(items: readonly T[], limit: number, line: (item: T) => string, indent = ''): string[] {
  const hidden = items.length - limit;
  return [
    ...items.slice(0, limit).map(line),
    ...(hidden > 0 ? [`${indent}… and ${formatCount(hidden)} more; --json has them all`] : []),
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
