import { resolve } from 'node:path';
import { usage } from '../../core/errors.ts';
import { formatCount, formatDuration, formatQuantity } from '../../core/progressText.ts';
import type { EncoderEvaluation, EvaluationProtocol, EvaluationReport } from '../../protocol/evaluation.ts';
import { countOption, type Command, type Invocation } from '../command.ts';
import { encoderArgument } from '../paths.ts';

export const evaluateCommand: Command = {
  name: 'evaluate',
  usage: 'evaluate [folder] [--encoder ID|FILE.onnx,…]',
  summary: 'Compare encoders on your labelled images, beside raw pixels, handcrafted features and untrained networks.',
  options: {
    encoder: {
      type: 'string',
      short: 'e',
      multiple: true,
      value: 'ID|FILE.onnx,…',
      help: 'the encoders, separated by commas; default: the one indexed with',
    },
    k: { type: 'string', short: 'k', value: 'N', help: 'neighbours that vote for a class (default 20)' },
    seed: { type: 'string', value: 'N', help: 'of all that is drawn at random (default 0)' },
  },
  async run(invocation, engine, job) {
    if (invocation.positionals.length > 1) throw usage(`evaluate takes one folder.\nUsage: likeness ${this.usage}`);
    const encoders = invocation
      .texts('encoder')
      .flatMap((text) => text.split(','))
      .filter((text) => text !== '')
      .map((text) => encoderArgument(text)!);
    const report = await engine.evaluate(
      {
        folder: resolve(invocation.positionals[0] ?? '.'),
        ...(encoders.length > 0 && { encoders }),
        ...(invocation.text('k') !== undefined && { neighbors: countOption(invocation, 'k', 1) }),
        ...(invocation.text('seed') !== undefined && { seed: seedOf(invocation) }),
      },
      job,
    );
    const { protocol, encoders: evaluations, seconds, comparingSeconds, notices } = report;
    return {
      json: { protocol, encoders: evaluations, seconds, comparingSeconds },
      lines: describe(report),
      notes: notices.map(({ message }) => message),
    };
  },
};

function seedOf(invocation: Invocation): number {
  const text = invocation.text('seed')!;
  const seed = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(seed) || seed < 0) {
    throw usage(`--seed takes a whole number from 0, not "${text}".`);
  }
  return seed;
}

function describe({ protocol, encoders, comparingSeconds, seconds }: EvaluationReport): string[] {
  return [
    ...protocolLines(protocol),
    '',
    ...table(encoders, [
      ['encoder', ({ id }) => id],
      ['kNN', ({ knn }) => percent(knn)],
      ['macro', ({ knnMacro, knnMacroInterval: { low, high } }) => withError(knnMacro, (high - low) / 2)],
      ['probe', ({ probe, probeError }) => withError(probe, probeError)],
      ['macro', ({ probeMacro, probeMacroError }) => withError(probeMacro, probeMacroError)],
      ['mAP', ({ map }) => percent(map)],
      ['hit@1', ({ recallAt1 }) => percent(recallAt1)],
      ['alignment', ({ alignment }) => alignment.toFixed(2)],
      ['uniformity', ({ uniformity }) => uniformity.toFixed(2)],
      ['rank', ({ effectiveRank, dim }) => `${effectiveRank.toFixed(0)} of ${dim}`],
      ['spread', ({ collapse }) => collapse.toFixed(2)],
      ['images/s', ({ imagesPerSecond }) => formatCount(imagesPerSecond)],
    ]),
    ...fewLabelLines(protocol, encoders),
    '',
    `Accuracies in %, ± half of a 95 % interval; macro: each class counts once. Lower alignment and uniformity are better;`,
    `a spread near 0 is a collapse. ${formatDuration(seconds)} in all, ${formatDuration(comparingSeconds)} of it comparing; --json has the whole protocol.`,
  ];
}

function protocolLines({
  images,
  classes,
  root,
  folder,
  split,
  knn,
  probe,
  duplicates,
  leftOut,
  seed,
}: EvaluationProtocol) {
  const { bank, queries } = split;
  const where = folder === '' ? root : `${root}/${folder}`;
  const left: [count: number, what: string][] = [
    [leftOut.unlabelled, 'without a label'],
    [leftOut.unreadable, 'unreadable'],
    [leftOut.withoutVector, 'without a vector'],
    [leftOut.aboveLimit, 'above the limit'],
    [leftOut.classes.reduce((sum, { count }) => sum + count, 0), 'of classes with a single picture'],
  ];
  const parts = left.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`);
  return [
    `${formatQuantity(images, 'image')} of ${classes.length} classes in ${where}`,
    split.kind === 'test'
      ? `  ${formatQuantity(queries, 'image')} of the test split against the ${formatCount(bank)} others`
      : `  ${formatQuantity(queries, 'image')}, each against all others: there is no test split`,
    `  kNN: ${knn.k} neighbours, temperature ${knn.temperature}; probe: ${probe.trials} resamples; seed ${seed}`,
    `  ${formatQuantity(duplicates.images, 'image')} with an exact or near duplicate, which doesn't count as a hit`,
    ...(parts.length > 0 ? [`  Left out: ${parts.join(', ')}`] : []),
  ];
}

function fewLabelLines({ fewLabels }: EvaluationProtocol, encoders: readonly EncoderEvaluation[]): string[] {
  if (fewLabels.labels.length === 0) return [];
  const columns = fewLabels.labels.map((count, i): Column => {
    return [
      formatQuantity(count, 'label'),
      ({ fewLabels: curve }) => withError(curve[i]!.probeMacro, curve[i]!.probeMacroError),
    ];
  });
  return [
    '',
    `Probe (macro) on a few labels per class, ${fewLabels.trials} draws:`,
    ...table(encoders, [['encoder', ({ id }) => id], ...columns]),
  ];
}

type Column = readonly [title: string, cell: (encoder: EncoderEvaluation) => string];

/** Words to the left, numbers to the right. */
function table(encoders: readonly EncoderEvaluation[], columns: readonly Column[]): string[] {
  const rows = [
    columns.map(([title]) => title),
    ...encoders.map((encoder) => columns.map(([, cell]) => cell(encoder))),
  ];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
  );
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}

function withError(share: number, error: number): string {
  return `${percent(share)} ±${percent(error)}`;
}
