import type { VNode } from 'preact';
import { place, ticks } from '../shared/charts/scale.ts';
import { figure, percentage } from './sentences.ts';

const WIDTH = 200;
const HEIGHT = 110;
const [LEFT, RIGHT, TOP, BOTTOM] = [30, 6, 6, 8];

interface CurveChartProps {
  readonly shares: Float64Array;
  readonly similarities: Float32Array;
  /** Absent where no image has a class. */
  readonly flips: Float32Array | undefined;
  /** The similarity not to fall below; NaN where there is none. */
  readonly line: number;
  /** The lowest similarity of the scale. */
  readonly low: number;
  /** Where the recipe lies. */
  readonly set: { readonly share: number; readonly similarity: number };
  /** The recipe lies below the line. */
  readonly beyond: boolean;
}

/** Similarity against strength. */
export function CurveChart({ shares, similarities, flips, line, low, set, beyond }: CurveChartProps): VNode {
  const x = (share: number): number => LEFT + share * (WIDTH - LEFT - RIGHT);
  const y = (similarity: number): number => TOP + (1 - place(similarity, low)) * (HEIGHT - TOP - BOTTOM);
  const points = Array.from(shares, (share, i) => `${x(share).toFixed(1)},${y(similarities[i]!).toFixed(1)}`).join(' ');
  const told = Array.from(shares, (share, i) => `${percentage(share)}: ${figure(similarities[i]!)}`).join(', ');
  const column = (WIDTH - LEFT - RIGHT) / (2 * shares.length);
  return (
    <svg
      class="chart"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`Similarity by strength: ${told}; nearest other image ${figure(line)}`}
      data-beyond={beyond}
    >
      {ticks(low).map((tick) => (
        <g key={tick}>
          <line class="grid" x1={LEFT} x2={WIDTH - RIGHT} y1={y(tick)} y2={y(tick)} />
          <text x={LEFT - 4} y={y(tick)} class="tick">
            {tick.toFixed(1)}
          </text>
        </g>
      ))}
      {flips &&
        Array.from(shares, (share, i) => {
          const height = (flips[i] ?? 0) * (HEIGHT - TOP - BOTTOM);
          const left = Math.max(LEFT, Math.min(WIDTH - RIGHT - column, x(share) - column / 2));
          return (
            <rect key={share} class="flips" x={left} width={column} y={HEIGHT - BOTTOM - height} height={height}>
              <title>{`${percentage(flips[i] ?? 0)} get a neighbour of another class`}</title>
            </rect>
          );
        })}
      {!Number.isNaN(line) && <line class="limit" x1={LEFT} x2={WIDTH - RIGHT} y1={y(line)} y2={y(line)} />}
      <polyline class="curve" points={points} />
      {set.share > 0 && <circle class="set" cx={x(set.share)} cy={y(set.similarity)} r={4} />}
    </svg>
  );
}
