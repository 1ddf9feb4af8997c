import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { mapColumns, type MapColumn, type MapColumnInfo } from '../../src/protocol/embeddingMap.ts';
import { RAMP_STEPS } from '../shared/scatter/palettes.ts';
import { entryStyle, valueRange } from './colours.ts';
import { keepRange, ranges } from './filter.ts';
import { state } from './host.ts';
import { numberText } from './sentences.ts';

const BINS = 32;

interface RampLegendProps {
  readonly column: Extract<MapColumn, { kind: 'number' }>;
  readonly info: MapColumnInfo;
}

/** Colours of a number, how often its values occur, and which of them are shown. */
export function RampLegend({ column, info }: RampLegendProps): VNode {
  const range = valueRange.value;
  const bins = useMemo(() => binsOf(column.values, range), [column, range]);
  if (!range) return <p class="hint">No image has a value.</p>;
  const [low, high] = range;
  const [from, to] = ranges.value.get(column.id) ?? range;
  const most = Math.max(1, ...bins);
  const keep = (next: readonly [number, number]): void => {
    keepRange(column.id, next[0] <= low && next[1] >= high ? undefined : next);
  };
  const stops = Array.from({ length: 9 }, (_, i) => entryStyle(Math.round((i / 8) * (RAMP_STEPS - 1))));
  const step = (high - low) / 200 || 1;
  const query = column.id === mapColumns.similarity ? state.value?.query : undefined;
  return (
    <div class="ramp">
      {query && (
        <p class="hint ramp-query" title={'text' in query ? query.text : query.path}>
          to {'text' in query ? `“${query.text}”` : query.path.split('/').at(-1)}
        </p>
      )}
      <svg viewBox={`0 0 ${BINS} 24`} preserveAspectRatio="none" aria-hidden="true">
        {bins.map((count, i) => {
          const height = count === 0 ? 0 : Math.max(1, 24 * Math.sqrt(count / most));
          const middle = low + ((i + 0.5) / BINS) * (high - low);
          const entry = Math.round(((i + 0.5) / BINS) * (RAMP_STEPS - 1));
          return (
            <rect
              key={i}
              x={i}
              y={24 - height}
              width={0.86}
              height={height}
              fill={entryStyle(entry)}
              opacity={middle >= from && middle <= to ? 1 : 0.25}
            />
          );
        })}
      </svg>
      <div class="ramp-colours" style={{ background: `linear-gradient(to right, ${stops.join(', ')})` }} />
      <div class="ramp-range">
        <input
          type="range"
          aria-label={`Least ${info.name} that is shown`}
          aria-valuetext={numberText(from, info.unit)}
          min={low}
          max={high}
          step={step}
          value={from}
          onInput={({ currentTarget }) => {
            keep([Math.min(Number(currentTarget.value), to), to]);
          }}
        />
        <input
          type="range"
          aria-label={`Greatest ${info.name} that is shown`}
          aria-valuetext={numberText(to, info.unit)}
          min={low}
          max={high}
          step={step}
          value={to}
          onInput={({ currentTarget }) => {
            // The slider's steps may end below the greatest value.
            const value = Number(currentTarget.value);
            keep([from, value >= high - step ? high : Math.max(value, from)]);
          }}
        />
      </div>
      <div class="ramp-ends">
        <span>{numberText(from, info.unit)}</span>
        <span>{numberText(to, info.unit)}</span>
      </div>
    </div>
  );
}

function binsOf(values: Float32Array, range: readonly [number, number] | undefined): number[] {
  const bins = new Array<number>(BINS).fill(0);
  if (!range) return bins;
  const [low, high] = range;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    bins[Math.min(BINS - 1, Math.floor(((value - low) / Math.max(high - low, 1e-12)) * BINS))]!++;
  }
  return bins;
}
