import type { VNode } from 'preact';
import { formatDuration } from '../../src/core/progressText.ts';
import type { ComparisonFigures, ComparisonState } from '../../src/protocol/comparisonView.ts';
import type { EncoderEvaluation } from '../../src/protocol/evaluation.ts';
import {
  encoderName,
  fewLabelColumns,
  fewLabelTitle,
  figureColumns,
  figureLegends,
  measuredTexts,
  protocolTexts,
  type FigureColumn,
} from '../../src/protocol/evaluationText.ts';
import { UseEncoder } from './useEncoder.tsx';

interface FiguresProps {
  readonly current: ComparisonState;
  readonly figures: ComparisonFigures;
}

/** What was measured of each encoder, and how. */
export function Figures({ current, figures }: FiguresProps): VNode {
  const { protocol, encoders, seconds, comparingSeconds } = figures;
  const fewLabels = fewLabelColumns(protocol);
  return (
    <section aria-labelledby="figures-title">
      <h2 id="figures-title">How well classes are told apart</h2>
      <FigureTable current={current} encoders={encoders} columns={columnsAbout('classes')} uses />
      <p class="hint">
        <span class="best">★</span> the best of a column; the bar ends at the figure, the stronger part is its 95 %
        interval. {figureLegends.classes} hit@1: the nearest image is of the class.
      </p>
      {fewLabels.length > 0 && (
        <details>
          <summary>{fewLabelTitle(protocol)}</summary>
          <FigureTable current={current} encoders={encoders} columns={fewLabels} />
        </details>
      )}
      <details open>
        <summary>How the vectors lie, and how fast they come</summary>
        <FigureTable current={current} encoders={encoders} columns={columnsAbout('vectors')} />
        <p class="hint">{figureLegends.vectors}</p>
      </details>
      <details>
        <summary>How it was measured</summary>
        <ul class="protocol">
          {[...protocolTexts(protocol), ...measuredTexts(protocol)].map((text) => (
            <li key={text}>{text}.</li>
          ))}
          <li>
            {formatDuration(seconds)} in all, {formatDuration(comparingSeconds)} of it comparing.
          </li>
        </ul>
      </details>
    </section>
  );
}

function columnsAbout(about: FigureColumn['about']): FigureColumn[] {
  return figureColumns.filter((column) => column.about === about);
}

interface TableProps {
  readonly current: ComparisonState;
  readonly encoders: readonly EncoderEvaluation[];
  readonly columns: readonly FigureColumn[];
  /** Whether an encoder can be taken into use here. */
  readonly uses?: boolean;
}

function FigureTable({ current, encoders, columns, uses = false }: TableProps): VNode {
  const best = columns.map(({ score }) => score && Math.max(...encoders.map(score)));
  return (
    <div class="table-scroll" tabIndex={0} role="group" aria-label="Table of encoders">
      <table class="figure-table">
        <thead>
          <tr>
            <th scope="col">Encoder</th>
            {columns.map(({ title, about }) => (
              <th key={title} scope="col" data-about={about}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {encoders.map((encoder) => (
            <tr key={encoder.id} data-encoder={encoder.id} data-baseline={encoder.baseline}>
              <th scope="row">
                <span class="name" title={encoder.id}>
                  {encoderName(encoder, encoders)}
                </span>
                {uses && (
                  <span class="about">
                    {encoder.baseline !== undefined && <span class="tag">baseline</span>}
                    {encoder.id === current.inUse && <span class="tag in-use">in use</span>}
                    <UseEncoder current={current} encoder={encoder} isCompact />
                  </span>
                )}
              </th>
              {columns.map((column, i) => (
                <Cell
                  key={column.title}
                  encoder={encoder}
                  column={column}
                  isBest={best[i] !== undefined && column.score?.(encoder) === best[i]}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CellProps {
  readonly encoder: EncoderEvaluation;
  readonly column: FigureColumn;
  readonly isBest: boolean;
}

function Cell({ encoder, column: { cell, score, interval, about }, isBest }: CellProps): VNode {
  const [value, error] = cell(encoder).split(' ±');
  const range = interval?.(encoder);
  const part = (share: number): string => `${(100 * share).toFixed(1)}%`;
  return (
    <td data-about={about} data-best={isBest}>
      <span class="value">
        {isBest && (
          <span class="best" title="The best of the column">
            ★<span class="unseen">best</span>{' '}
          </span>
        )}
        {value}
        {error !== undefined && <small> ±{error}</small>}
      </span>
      {score && (
        <span class="bar" aria-hidden="true">
          <i style={{ width: part(score(encoder)) }} />
          {range && <i class="interval" style={{ left: part(range.low), width: part(range.high - range.low) }} />}
        </span>
      )}
    </td>
  );
}
