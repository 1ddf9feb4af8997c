import type { VNode } from 'preact';
import { lowEnd, place } from '../shared/charts/scale.ts';
import { figure } from './sentences.ts';

interface MatrixProps {
  /** `count × count` similarities. */
  readonly values: Float32Array;
  readonly count: number;
}

/** Similarities as cells: the fuller, the more alike. */
export function Matrix({ values, count }: MatrixProps): VNode {
  const low = lowEnd([...values]);
  return (
    <svg class="matrix" viewBox={`0 0 ${count} ${count}`} role="img" aria-label={`Similarities of ${count} views`}>
      {Array.from(values, (value, index) => {
        const [row, column] = [Math.floor(index / count), index % count];
        return (
          <rect
            key={index}
            x={column}
            y={row}
            width={0.94}
            height={0.94}
            fill-opacity={0.08 + 0.92 * place(value, low)}
          >
            <title>{`Views ${row + 1} and ${column + 1}: ${figure(value)}`}</title>
          </rect>
        );
      })}
    </svg>
  );
}
