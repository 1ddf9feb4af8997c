import { formatDuration, formatQuantity } from '../../core/progressText.ts';
import type { EncoderEvaluation, EvaluationProtocol, EvaluationReport } from '../../protocol/evaluation.ts';
import {
  comparedText,
  encoderName,
  fewLabelColumns,
  fewLabelTitle,
  figureColumns,
  figureLegends,
  measuredTexts,
  protocolTexts,
} from '../../protocol/evaluationText.ts';
import type { FigureColumn } from '../../protocol/evaluationText.ts';
import { escapeMarkdown, markdownTable, noticeLines, unbroken } from './markdown.ts';

/** A comparison of encoders for reading: the figures, then how they were measured. */
export function comparisonMarkdown({
  protocol,
  encoders,
  seconds,
  comparingSeconds,
  notices,
}: EvaluationReport): string {
  const fewLabels = fewLabelColumns(protocol);
  const spent = `${formatDuration(seconds)} in all, ${formatDuration(comparingSeconds)} of it comparing.`;
  return [
    '# Comparison of encoders',
    '',
    `${escapeMarkdown(comparedText(protocol))}.`,
    '',
    ...noticeLines(notices),
    '## How well classes are told apart',
    '',
    ...figureTable(
      encoders,
      figureColumns.filter(({ about }) => about === 'classes'),
    ),
    '',
    `${figureLegends.classes} hit@1 is also called recall@1; the best of a column is bold.`,
    '',
    ...(fewLabels.length === 0
      ? []
      : ['## With few labels', '', `${fewLabelTitle(protocol)}.`, '', ...figureTable(encoders, fewLabels), '']),
    '## How the vectors lie',
    '',
    ...figureTable(
      encoders,
      figureColumns.filter(({ about }) => about === 'vectors'),
    ),
    '',
    figureLegends.vectors,
    '',
    '## Encoders',
    '',
    ...encoders.map((encoder) => `- **${shortName(encoder, encoders)}**: ${describe(encoder, protocol)}`),
    '',
    '## How it was measured',
    '',
    ...[...protocolTexts(protocol), ...measuredTexts(protocol)].map((line) => `- ${escapeMarkdown(line)}.`),
    '',
    spent,
    '',
    '## Classes',
    '',
    ...markdownTable(
      [{ title: 'Class' }, { title: 'Images', numbers: true }],
      protocol.classes.map(({ name, count }) => [escapeMarkdown(name), String(count)]),
    ),
    '',
  ].join('\n');
}

function figureTable(encoders: readonly EncoderEvaluation[], columns: readonly FigureColumn[]): string[] {
  const best = columns.map(({ score }) => (score ? Math.max(...encoders.map(score)) : undefined));
  return markdownTable(
    [{ title: 'encoder' }, ...columns.map(({ title }) => ({ title, numbers: true as const }))],
    encoders.map((encoder) => [
      `${shortName(encoder, encoders)}${encoder.baseline === undefined ? '' : ' *(baseline)*'}`,
      ...columns.map(({ cell, score }, i) => {
        const text = unbroken(escapeMarkdown(cell(encoder)));
        return score !== undefined && score(encoder) === best[i] ? `**${text}**` : text;
      }),
    ]),
  );
}

/** What people call it, as Markdown. */
function shortName(encoder: EncoderEvaluation, encoders: readonly EncoderEvaluation[]): string {
  return escapeMarkdown(encoderName(encoder, encoders));
}

function describe({ id, name, dim, baseline }: EncoderEvaluation, { baselines }: EvaluationProtocol): string {
  const what = baseline === undefined ? `${name}, ${id}` : `baseline, ${baselines[baseline]}`;
  return escapeMarkdown(`${what}; ${formatQuantity(dim, 'dimension')}`);
}
