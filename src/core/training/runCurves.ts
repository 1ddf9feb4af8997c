/** Curves of a run from what it has measured, small enough to draw. */

/** Lines of `metrics.jsonl`; one entry per line. */
export interface MetricColumns {
  readonly steps: Float64Array;
  /** Counted from 1. */
  readonly epochs: Float64Array;
  /** Of computing, all sessions together. */
  readonly seconds: Float64Array;
  /** NaN where a line lacks the metric. */
  readonly metrics: Readonly<Record<string, Float64Array>>;
}

/** Lines of `histograms.jsonl`: how alike the pairs of an epoch's last batch are, as cosines of z. */
export interface HistogramRows {
  readonly epochs: Float64Array;
  readonly low: number;
  readonly high: number;
  readonly bins: number;
  /** Pairs of views of the same image: row-major, `epochs × bins`. */
  readonly positives: Uint32Array;
  /** Pairs of views of different images. */
  readonly negatives: Uint32Array;
}

/** One metric over a run; one entry per point. */
export interface MetricSeries {
  readonly steps: Float64Array;
  /** Passes over the images, parts of one included. */
  readonly epochs: Float64Array;
  /** Of computing, all sessions together. */
  readonly seconds: Float64Array;
  readonly values: Float64Array;
}

export const noColumns: MetricColumns = {
  steps: new Float64Array(0),
  epochs: new Float64Array(0),
  seconds: new Float64Array(0),
  metrics: {},
};

export const noHistograms: HistogramRows = {
  epochs: new Float64Array(0),
  low: -1,
  high: 1,
  bins: 0,
  positives: new Uint32Array(0),
  negatives: new Uint32Array(0),
};

/** What was read before, and what has come since. */
export function joinColumns(before: MetricColumns, more: MetricColumns): MetricColumns {
  if (before.steps.length === 0) return more;
  const names = new Set([...Object.keys(before.metrics), ...Object.keys(more.metrics)]);
  const column = ({ metrics, steps }: MetricColumns, name: string) =>
    metrics[name] ?? new Float64Array(steps.length).fill(Number.NaN);
  return {
    steps: joined(before.steps, more.steps),
    epochs: joined(before.epochs, more.epochs),
    seconds: joined(before.seconds, more.seconds),
    metrics: Object.fromEntries([...names].map((name) => [name, joined(column(before, name), column(more, name))])),
  };
}

/** As `joinColumns`; rows with other bins than those before are left out. */
export function joinHistograms(before: HistogramRows, more: HistogramRows): HistogramRows {
  if (before.epochs.length === 0) return more;
  const fits = before.bins === more.bins && before.low === more.low && before.high === more.high;
  if (!fits) return before;
  return {
    ...before,
    epochs: joined(before.epochs, more.epochs),
    positives: joinedCounts(before.positives, more.positives),
    negatives: joinedCounts(before.negatives, more.negatives),
  };
}

/**
 * One metric where it was measured. More points than `most` become means of as many stretches, so that neither a dip nor a
 * peak of a single step stands for its neighbours.
 */
export function seriesOf(
  { steps, seconds, metrics }: MetricColumns,
  name: string,
  stepsPerEpoch: number,
  most: number,
): MetricSeries {
  const values = metrics[name] ?? new Float64Array(0);
  const rows = Uint32Array.from(values.keys()).filter((row) => Number.isFinite(values[row]!));
  const points = Math.min(most, rows.length);
  const series = {
    steps: new Float64Array(points),
    epochs: new Float64Array(points),
    seconds: new Float64Array(points),
    values: new Float64Array(points),
  };
  for (let point = 0; point < points; point++) {
    const stretch = rows.subarray(
      Math.floor((point * rows.length) / points),
      Math.floor(((point + 1) * rows.length) / points),
    );
    series.steps[point] = meanOf(steps, stretch);
    series.seconds[point] = meanOf(seconds, stretch);
    series.values[point] = meanOf(values, stretch);
    series.epochs[point] = series.steps[point]! / Math.max(1, stepsPerEpoch);
  }
  return series;
}

/** At most so many epochs, the first and the last among them. */
export function thinnedHistograms(rows: HistogramRows, most: number): HistogramRows {
  const { epochs, bins, positives, negatives } = rows;
  if (epochs.length <= most) return rows;
  const kept = Array.from({ length: most }, (_, i) => Math.round((i * (epochs.length - 1)) / (most - 1)));
  const pick = (counts: Uint32Array) =>
    Uint32Array.from({ length: most * bins }, (_, i) => counts[kept[Math.floor(i / bins)]! * bins + (i % bins)]!);
  return {
    ...rows,
    epochs: Float64Array.from(kept, (row) => epochs[row]!),
    positives: pick(positives),
    negatives: pick(negatives),
  };
}

/**
 * Exponential moving average whose beginning isn't drawn towards zero, as in TensorBoard.
 *
 * @param weight of what came before, from 0, which changes nothing, to below 1
 */
export function smoothed(values: Float64Array, weight: number): Float64Array {
  let [average, total] = [0, 0];
  return values.map((value) => {
    average = weight * average + (1 - weight) * value;
    total = weight * total + (1 - weight);
    return average / total;
  });
}

function meanOf(values: Float64Array, rows: Uint32Array): number {
  return rows.reduce((sum, row) => sum + values[row]!, 0) / rows.length;
}

function joined(first: Float64Array, second: Float64Array): Float64Array {
  const all = new Float64Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

function joinedCounts(first: Uint32Array, second: Uint32Array): Uint32Array {
  const all = new Uint32Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
