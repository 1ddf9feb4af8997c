import { ErrorCode, LikenessError, usage } from '../../core/errors.ts';
import { NEIGHBORHOOD } from '../../core/evaluation/neighborhoods.ts';
import { formatCount, formatDuration } from '../../core/progressText.ts';
import { CAPTION_CUTOFFS, type CaptionEvaluation, type CaptionFigures } from '../../protocol/captions.ts';
import type { EncoderEvaluation, EvaluationReport } from '../../protocol/evaluation.ts';
import {
  comparedText,
  fewLabelColumns,
  fewLabelTitle,
  figureColumns,
  figureLegends,
  percentText,
  protocolTexts,
  type FigureColumn,
} from '../../protocol/evaluationText.ts';
import { agreementDocument, agreementLines } from '../agreement.ts';
import { countOption, seedOption, type Command } from '../command.ts';
import { encoderArgument, folderArgument } from '../paths.ts';

export const evaluateCommand: Command = {
  name: 'evaluate',
  usage: 'evaluate [folder] [--encoder ID|FILE.onnx,…] [--compare]',
  summary: 'Compare encoders on your labelled images, beside raw pixels, handcrafted features and untrained networks.',
  options: {
    encoder: {
      type: 'string',
      short: 'e',
      multiple: true,
      value: 'ID|FILE.onnx,…',
      help: 'the encoders, separated by commas; default: the one indexed with, which is left out where others are named',
    },
    k: { type: 'string', short: 'k', value: 'N', help: 'neighbours that vote for a class (default 20)' },
    seed: { type: 'string', value: 'N', help: 'of all that is drawn at random (default 0)' },
    compare: {
      type: 'boolean',
      help: 'how far each two encoders agree on the nearest images, and the queries on which they disagree most',
    },
    neighborhood: {
      type: 'string',
      value: 'N',
      help: `nearest images that --compare goes by (default ${NEIGHBORHOOD})`,
    },
  },
  async run(invocation, engine, job) {
    if (invocation.positionals.length > 1) throw usage(`evaluate takes one folder.\nUsage: likeness ${this.usage}`);
    const encoders = invocation
      .texts('encoder')
      .flatMap((text) => text.split(','))
      .filter((text) => text !== '')
      .map((text) => encoderArgument(text)!);
    const compares = invocation.flag('compare') || invocation.text('neighborhood') !== undefined;
    const neighborhood = compares ? countOption(invocation, 'neighborhood', NEIGHBORHOOD) : undefined;
    const asked = {
      folder: folderArgument(invocation.positionals[0] ?? '.'),
      ...(encoders.length > 0 && { encoders }),
      ...(invocation.text('seed') !== undefined && { seed: seedOption(invocation) }),
    };
    const request = {
      ...asked,
      ...(invocation.text('k') !== undefined && { neighbors: countOption(invocation, 'k', 1) }),
      ...(neighborhood !== undefined && { neighborhood }),
    };
    // Captions can be compared where there are no labels.
    const report = await engine.evaluate(request, job).catch((error: unknown) => {
      if (error instanceof LikenessError && error.code === ErrorCode.NotEnoughLabels) return error;
      throw error;
    });
    const captions = await engine.captions.evaluate(asked, job);
    const { evaluation } = captions;
    const captionNotes = captions.notices.map(({ message }) => message);
    if (report instanceof LikenessError) {
      if (evaluation === undefined) throw withoutBoth(report, captionNotes);
      return {
        json: { encoders: [], captions: evaluation },
        lines: captionLines(evaluation),
        notes: [report.message, ...captionNotes],
      };
    }
    const { protocol, encoders: evaluations, seconds, comparingSeconds, neighborhoods, notices } = report;
    const agreement = neighborhoods && agreementDocument(neighborhoods, evaluations);
    return {
      json: {
        ...{ protocol, encoders: evaluations },
        ...(agreement && { agreement }),
        ...(evaluation && { captions: evaluation }),
        ...{ seconds, comparingSeconds },
      },
      lines: [
        ...describe(report),
        ...(agreement ? ['', ...agreementLines(agreement)] : []),
        ...(evaluation ? ['', ...captionLines(evaluation)] : []),
      ],
      notes: [...notices.map(({ message }) => message), ...captionNotes],
    };
  },
};

/** Neither labels nor captions could be compared. @param notes why captions couldn't, where the dataset has some */
function withoutBoth(report: LikenessError, notes: readonly string[]): LikenessError {
  if (notes.length === 0) return report;
  return new LikenessError(report.code, `${report.message} Nor can captions be compared: ${notes.join(' ')}`, {
    cause: report,
  });
}

function describe({ protocol, encoders, comparingSeconds, seconds }: EvaluationReport): string[] {
  const fewLabels = fewLabelColumns(protocol);
  const spent = `${formatDuration(seconds)} in all, ${formatDuration(comparingSeconds)} of it comparing; --json has the whole protocol.`;
  return [
    comparedText(protocol),
    ...protocolTexts(protocol).map((line) => `  ${line}`),
    '',
    ...table(encoders, figureColumns),
    ...(fewLabels.length === 0 ? [] : ['', `${fewLabelTitle(protocol)}:`, ...table(encoders, fewLabels)]),
    '',
    ...Object.values(figureLegends),
    spent,
  ];
}

/** How images and captions find each other. */
function captionLines({ split, encoders }: CaptionEvaluation): string[] {
  const directions = [
    ['image→caption', ({ imageToCaption }: CaptionFigures) => imageToCaption],
    ['caption→image', ({ captionToImage }: CaptionFigures) => captionToImage],
  ] as const;
  return [
    `Captions and ${split === 'test' ? 'images of the test split' : 'images'} that find each other, recall in %:`,
    ...aligned([
      ['encoder', 'images', 'captions', ...directions.flatMap(([name]) => CAPTION_CUTOFFS.map((k) => `${name} @${k}`))],
      ...encoders.map((encoder) => [
        encoder.id,
        formatCount(encoder.images),
        formatCount(encoder.captions),
        ...directions.flatMap(([, figuresOf]) => {
          const { recallAt1, recallAt5, recallAt10 } = figuresOf(encoder);
          return [recallAt1, recallAt5, recallAt10].map(percentText);
        }),
      ]),
    ]),
  ];
}

function table(encoders: readonly EncoderEvaluation[], columns: readonly FigureColumn[]): string[] {
  return aligned([
    ['encoder', ...columns.map(({ title, shortTitle }) => shortTitle ?? title)],
    ...encoders.map((encoder) => [encoder.id, ...columns.map(({ cell }) => cell(encoder))]),
  ]);
}

/** Words to the left, numbers to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
  );
}
