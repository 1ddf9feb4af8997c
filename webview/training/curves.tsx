import type { ComponentChildren, VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import type { TrainingViewChoices } from '../../src/protocol/trainingView.ts';
import type { ChartLine } from '../shared/charts/chartLines.ts';
import { LineChart } from '../shared/charts/lineChart.tsx';
import { chartDefinitions, type ChartDefinition } from './chartDefinitions.ts';
import { describeLines, linesOf, referencesOf, type DrawnRun } from './curveLines.ts';
import { axisLabels, formatNumber, formatPlace, formatShare } from './format.ts';

interface CurvesProps {
  readonly runs: readonly DrawnRun[];
  readonly choices: TrainingViewChoices;
}

interface AllCurvesProps extends CurvesProps {
  /** A chart of another kind among them. */
  readonly extra: ComponentChildren;
}

/** Every metric that any of the runs has measured; what is of interest only in trouble is folded away. */
export function Curves({ runs, choices, extra }: AllCurvesProps): VNode {
  const { axis, smoothing } = choices;
  const drawn = useMemo(
    () =>
      chartDefinitions
        .map((definition) => ({ definition, lines: linesOf(definition, runs, { axis, smoothing }) }))
        .filter(({ lines }) => lines.length > 0),
    [runs, axis, smoothing],
  );
  const chart = ({ definition, lines }: (typeof drawn)[number]): VNode => (
    <Chart key={definition.id} definition={definition} lines={lines} runs={runs} choices={choices} />
  );
  const details = drawn.filter(({ definition }) => definition.isDetail);
  return (
    <>
      <div class="charts">
        {drawn.filter(({ definition }) => !definition.isDetail).map(chart)}
        {extra}
      </div>
      {details.length > 0 && (
        <details>
          <summary>More curves: spread, speed, learning rate, gradient</summary>
          <div class="charts">{details.map(chart)}</div>
        </details>
      )}
    </>
  );
}

interface ChartProps extends CurvesProps {
  readonly definition: ChartDefinition;
  readonly lines: readonly ChartLine[];
}

function Chart({ definition, lines, runs, choices: { axis } }: ChartProps): VNode {
  const { id, title, look, include } = definition;
  const format = definition.format === 'share' ? formatShare : formatNumber;
  return (
    <article class="chart-card" data-chart={id}>
      <h3>{title}</h3>
      <LineChart
        name={describeLines(title, lines, format)}
        xLabel={axisLabels[axis]}
        lines={lines}
        references={referencesOf(definition, runs)}
        sync={`training-${axis}`}
        formatX={(value) => formatPlace(axis, value)}
        formatY={format}
        {...(include && { include })}
      />
      <p class="hint">{look}</p>
      <FiguresTable lines={lines} format={format} />
    </article>
  );
}

interface FiguresTableProps {
  readonly lines: readonly ChartLine[];
  readonly format: (value: number) => string;
}

/** The same in words, for those who can't see the lines. */
function FiguresTable({ lines, format }: FiguresTableProps): VNode {
  const rows = lines.filter(({ faint }) => faint !== true);
  return (
    <details class="figures">
      <summary>As a table</summary>
      <table>
        <thead>
          <tr>
            {['', 'First', 'Lowest', 'Highest', 'Last'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ label, y }) => {
            const sorted = y.toSorted();
            const values = [y[0]!, sorted[0]!, sorted.at(-1)!, y.at(-1)!];
            return (
              <tr key={label}>
                <th scope="row">{label}</th>
                {values.map((value, column) => (
                  <td key={column}>{format(value)}</td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </details>
  );
}
