import type { VNode } from 'preact';
import { smoothed } from '../../src/core/training/runCurves.ts';
import type { DrawnRun } from './curveLines.ts';
import { formatNumber } from './format.ts';
import { niceTicks } from './ticks.ts';

const [WIDTH, HEIGHT] = [440, 260];
const [LEFT, RIGHT, TOP, BOTTOM] = [46, 14, 12, 36];

interface AlignmentPathProps {
  readonly runs: readonly DrawnRun[];
  readonly smoothing: number;
}

/** Where a run has gone between alignment and uniformity, epoch by epoch. */
export function AlignmentPath({ runs, smoothing }: AlignmentPathProps): VNode | null {
  const paths = runs.flatMap((run) => {
    const [across, up] = [run.curves.series['uniformity'], run.curves.series['alignment']];
    if (!across || !up || across.values.length === 0 || across.values.length !== up.values.length) return [];
    return [{ run, xs: smoothed(across.values, smoothing), ys: smoothed(up.values, smoothing) }];
  });
  if (paths.length === 0) return null;
  const xTicks = niceTicks(
    paths.flatMap(({ xs }) => [...xs]),
    5,
  );
  const yTicks = niceTicks([0, ...paths.flatMap(({ ys }) => [...ys])], 4);
  const x = (value: number): number => LEFT + share(value, xTicks) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => TOP + (1 - share(value, yTicks)) * (HEIGHT - TOP - BOTTOM);
  const told = paths.map(({ run, xs, ys }) => {
    const end = (at: 0 | -1): string => `alignment ${formatNumber(ys.at(at)!)}, uniformity ${formatNumber(xs.at(at)!)}`;
    return `${run.label} from ${end(0)} to ${end(-1)}`;
  });
  return (
    <article class="chart-card" data-chart="path">
      <h3>Alignment and uniformity</h3>
      <svg
        class="chart path"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        tabIndex={0}
        aria-label={`Alignment and uniformity by epoch: ${told.join('; ')}`}
      >
        {xTicks.map((tick) => (
          <g key={tick}>
            <line class="grid" x1={x(tick)} x2={x(tick)} y1={TOP} y2={HEIGHT - BOTTOM} />
            <text class="tick below" x={x(tick)} y={HEIGHT - BOTTOM + 13}>
              {formatNumber(tick)}
            </text>
          </g>
        ))}
        {yTicks.map((tick) => (
          <g key={tick}>
            <line class="grid" x1={LEFT} x2={WIDTH - RIGHT} y1={y(tick)} y2={y(tick)} />
            <text class="tick" x={LEFT - 5} y={y(tick)}>
              {formatNumber(tick)}
            </text>
          </g>
        ))}
        <text class="tick below" x={(LEFT + WIDTH - RIGHT) / 2} y={HEIGHT - 5}>
          ← images spread evenly · uniformity · images crowd together →
        </text>
        <text class="tick below" transform={`rotate(-90) translate(${-(TOP + HEIGHT - BOTTOM) / 2} 11)`}>
          alignment, 0: views agree
        </text>
        {paths.map(({ run, xs, ys }) => (
          <g key={run.panelRun.key} style={{ '--run': run.colour }}>
            <polyline class="way" points={Array.from(xs, (value, i) => `${x(value)},${y(ys[i]!)}`).join(' ')} />
            {xs.length <= 60 &&
              Array.from(xs, (value, i) => <circle key={i} class="stop" cx={x(value)} cy={y(ys[i]!)} r={1.6} />)}
            <circle class="start" cx={x(xs[0]!)} cy={y(ys[0]!)} r={5}>
              <title>{`${run.label}: first epoch`}</title>
            </circle>
            <rect class="end" x={x(xs.at(-1)!) - 5} y={y(ys.at(-1)!) - 5} width={10} height={10}>
              <title>{`${run.label}: newest epoch`}</title>
            </rect>
          </g>
        ))}
      </svg>
      <p class="marks">
        <svg class="mark" viewBox="0 0 12 12" aria-hidden="true">
          <circle class="start" cx={6} cy={6} r={4.5} />
        </svg>
        first epoch
        <svg class="mark" viewBox="0 0 12 12" aria-hidden="true">
          <rect class="end" x={1.5} y={1.5} width={9} height={9} />
        </svg>
        newest epoch
      </p>
      <p class="hint">
        Down, the views of an image come closer; to the left, different images spread out. A good run ends lower left.
        One that goes down and to the right is collapsing: everything comes closer.
      </p>
    </article>
  );
}

function share(value: number, ticks: readonly number[]): number {
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  return (value - low) / (high - low);
}
