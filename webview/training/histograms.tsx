import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Histogram } from '../../src/core/evaluation/separation.ts';
import type { HistogramRows } from '../../src/core/training/runCurves.ts';
import { HistogramChart } from '../shared/charts/histogramChart.tsx';
import type { DrawnRun } from './curveLines.ts';
import { ridgePath, rowShares } from './ridges.ts';

const [WIDTH, ROW, OVERLAP] = [440, 17, 15];
const [LEFT, RIGHT] = [46, 10];
/** Ridges that can be told apart. */
const MOST_RIDGES = 14;

/** How alike the pairs of a run are, epoch by epoch, and one epoch by itself. */
export function PairHistogramsSection({ runs }: { readonly runs: readonly DrawnRun[] }): VNode | null {
  const known = runs.filter(({ curves }) => curves.histograms.epochs.length > 0);
  const [chosen, setChosen] = useState<string>();
  const [epoch, setEpoch] = useState<number>();
  const run = known.find(({ panelRun }) => panelRun.key === chosen) ?? known[0];
  if (!run) return null;
  const rows = run.curves.histograms;
  const last = rows.epochs.length - 1;
  // Until a person looks back, the newest one is shown, also of a run that goes on.
  const at = epoch === undefined ? last : nearest(rows.epochs, epoch);
  const [positives, negatives] = [rowOf(rows, rows.positives, at), rowOf(rows, rows.negatives, at)];
  const shown = `epoch ${rows.epochs[at]!}`;
  return (
    <section aria-labelledby="pairs-title" class="pair-histograms">
      <div class="section-title">
        <h2 id="pairs-title">Similarity of pairs, by epoch</h2>
        {known.length > 1 && (
          <div class="chips" role="group" aria-label="Run whose pairs are shown">
            {known.map(({ panelRun, label, colour }) => (
              <button
                key={panelRun.key}
                type="button"
                class="chip"
                aria-pressed={panelRun.key === run.panelRun.key}
                onClick={() => {
                  setChosen(panelRun.key);
                  setEpoch(undefined);
                }}
              >
                <i class="swatch" style={{ '--run': colour }} />
                {label}
              </button>
            ))}
          </div>
        )}
      </div>
      <p class="sentence">
        Cosine similarities of z in the last batch of each epoch. At first the two humps lie upon each other; a good run
        pulls the views of an image to the right and leaves different images around 0. Where both move right together,
        it is collapsing.
      </p>
      <div class="two-charts">
        <Ridges rows={rows} at={at} label={run.label} />
        <div class="one-epoch">
          <label class="epoch-slider">
            <span>{shown}</span>
            <input
              type="range"
              min={0}
              max={last}
              value={at}
              aria-label="Epoch whose pairs are shown"
              aria-valuetext={shown}
              onInput={({ currentTarget }) => {
                setEpoch(rows.epochs[Number(currentTarget.value)]);
              }}
            />
          </label>
          <HistogramChart
            positives={positives}
            negatives={negatives}
            name={`Similarities of pairs at ${shown}: same image ${meanText(positives)}, different images ${meanText(negatives)}`}
          />
          <p class="hint">
            <i class="key positives" /> same image, mean {meanText(positives)}
            <i class="key negatives" /> different images, mean {meanText(negatives)}
          </p>
        </div>
      </div>
    </section>
  );
}

interface RidgesProps {
  readonly rows: HistogramRows;
  /** The row that is shown by itself. */
  readonly at: number;
  readonly label: string;
}

function Ridges({ rows, at, label }: RidgesProps): VNode {
  const count = rows.epochs.length;
  const kept = Array.from({ length: Math.min(count, MOST_RIDGES) }, (_, i) =>
    Math.round((i * (count - 1)) / Math.max(1, Math.min(count, MOST_RIDGES) - 1)),
  );
  const height = OVERLAP + kept.length * ROW + 24;
  const x = (similarity: number): number =>
    LEFT + ((similarity - rows.low) / (rows.high - rows.low)) * (WIDTH - LEFT - RIGHT);
  const place = { left: LEFT, width: WIDTH - LEFT - RIGHT, height: ROW + OVERLAP - 4 };
  const bottom = OVERLAP + kept.length * ROW;
  return (
    <svg
      class="chart ridges"
      viewBox={`0 0 ${WIDTH} ${height}`}
      role="img"
      aria-label={`Similarities of pairs of ${label}, epoch ${rows.epochs[0]!} above, epoch ${rows.epochs[count - 1]!} below`}
    >
      {[-1, -0.5, 0, 0.5, 1].map((tick) => (
        <g key={tick}>
          <line class="grid" x1={x(tick)} x2={x(tick)} y1={4} y2={bottom} />
          <text class="tick below" x={x(tick)} y={bottom + 13}>
            {tick}
          </text>
        </g>
      ))}
      {kept.map((row, i) => {
        const base = OVERLAP + (i + 1) * ROW;
        const pair = [rowShares(rows.positives, row, rows.bins), rowShares(rows.negatives, row, rows.bins)] as const;
        const most = Math.max(...pair[0], ...pair[1]);
        return (
          <g key={row} data-current={row === at}>
            <path class="negatives" d={ridgePath(pair[1], most, base, place)} />
            <path class="positives" d={ridgePath(pair[0], most, base, place)} />
            <text class="tick" x={LEFT - 5} y={base - 4}>
              {rows.epochs[row]!}
            </text>
          </g>
        );
      })}
      <text class="tick below" transform={`rotate(-90) translate(${-bottom / 2} 11)`}>
        epoch
      </text>
    </svg>
  );
}

function rowOf({ low, high, bins }: HistogramRows, counts: Uint32Array, row: number): Histogram {
  return { low, high, counts: counts.slice(row * bins, (row + 1) * bins) };
}

function nearest(epochs: Float64Array, epoch: number): number {
  return epochs.reduce((best, other, i) => (Math.abs(other - epoch) < Math.abs(epochs[best]! - epoch) ? i : best), 0);
}

/** By the middles of the bins. */
function meanText({ low, high, counts }: Histogram): string {
  const width = (high - low) / counts.length;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const sum = counts.reduce((all, count, bin) => all + count * (low + (bin + 0.5) * width), 0);
  return (sum / Math.max(1, total)).toFixed(2).replace('-0.00', '0.00');
}
