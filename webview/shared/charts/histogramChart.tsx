import type { VNode } from 'preact';
import type { Histogram } from '../../../src/core/evaluation/separation.ts';
import { place, ticks } from './scale.ts';

const WIDTH = 520;
const HEIGHT = 150;
const [LEFT, RIGHT, TOP, BOTTOM] = [8, 8, 6, 18];

interface HistogramChartProps {
  /** Of the same bins. */
  readonly positives: Histogram;
  readonly negatives: Histogram;
  readonly name: string;
}

/** Two distributions of similarities, each as the share of its own pairs. */
export function HistogramChart({ positives, negatives, name }: HistogramChartProps): VNode {
  const { low } = positives;
  const shares = [positives, negatives].map(sharesOf);
  const highest = Math.max(...shares.flat());
  const x = (similarity: number): number => LEFT + place(similarity, low) * (WIDTH - LEFT - RIGHT);
  const outline = (values: readonly number[]): string => {
    const bin = (WIDTH - LEFT - RIGHT) / values.length;
    const y = (share: number): string => (TOP + (1 - share / highest) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
    const steps = values.map((share, i) => `V${y(share)}H${(LEFT + (i + 1) * bin).toFixed(1)}`);
    return `M${LEFT},${HEIGHT - BOTTOM}${steps.join('')}V${HEIGHT - BOTTOM}Z`;
  };
  return (
    <svg class="chart histogram" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={name}>
      {ticks(low).map((tick) => (
        <g key={tick}>
          <line class="grid" x1={x(tick)} x2={x(tick)} y1={TOP} y2={HEIGHT - BOTTOM} />
          <text x={x(tick)} y={HEIGHT - 5} class="tick below">
            {tick.toFixed(1)}
          </text>
        </g>
      ))}
      <path class="negatives" d={outline(shares[1]!)} />
      <path class="positives" d={outline(shares[0]!)} />
    </svg>
  );
}

function sharesOf({ counts }: Histogram): number[] {
  const sum = counts.reduce((total, count) => total + count, 0);
  return Array.from(counts, (count) => count / Math.max(1, sum));
}
