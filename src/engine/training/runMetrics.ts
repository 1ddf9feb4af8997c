import { join } from 'node:path';
import type { HistogramRows, MetricColumns } from '../../core/training/runCurves.ts';
import type { RunMetricsReport } from '../../protocol/training.ts';
import { BEGINNING, readNewLines } from './newLines.ts';
import { HISTOGRAMS_FILE, METRICS_FILE } from './runFiles.ts';

type Line = Readonly<Record<string, unknown>>;

/**
 * What a run has measured since it was read last, whoever trains it. Lines that make no sense are passed over. Rejects with
 * unreadable-file.
 *
 * @param folder of the run
 */
export async function readRunMetrics(folder: string, after?: RunMetricsReport['ends']): Promise<RunMetricsReport> {
  const files = { metrics: join(folder, METRICS_FILE), histograms: join(folder, HISTOGRAMS_FILE) };
  let [metrics, histograms] = await Promise.all([
    readNewLines(files.metrics, after?.metrics ?? BEGINNING),
    readNewLines(files.histograms, after?.histograms ?? BEGINNING),
  ]);
  const continues = metrics.continues && histograms.continues;
  // They belong together: where one has been written anew, both are read again.
  if (!continues && metrics.continues) metrics = await readNewLines(files.metrics, BEGINNING);
  if (!continues && histograms.continues) histograms = await readNewLines(files.histograms, BEGINNING);
  return {
    metrics: columnsOf(metrics.lines.flatMap(parsed)),
    histograms: rowsOf(histograms.lines.flatMap(parsed)),
    continues: after !== undefined && continues,
    ends: { metrics: metrics.end, histograms: histograms.end },
    more: metrics.more || histograms.more,
  };
}

function parsed(line: string): Line[] {
  try {
    const value: unknown = JSON.parse(line);
    const isObject = typeof value === 'object' && value !== null;
    return isObject && 'step' in value && typeof value.step === 'number' ? [value] : [];
  } catch {
    return [];
  }
}

function columnsOf(lines: readonly Line[]): MetricColumns {
  const column = (name: string) => Float64Array.from(lines, (line) => numberOf(line[name]));
  const names = new Set(lines.flatMap((line) => Object.keys(line).filter((name) => typeof line[name] === 'number')));
  for (const name of ['step', 'epoch', 'seconds']) names.delete(name);
  return {
    steps: column('step'),
    epochs: column('epoch'),
    seconds: column('seconds'),
    metrics: Object.fromEntries([...names].map((name) => [name, column(name)])),
  };
}

function rowsOf(lines: readonly Line[]): HistogramRows {
  const { low = -1, high = 1, positives = [] } = lines[0] ?? {};
  const bins = countsOf(positives)?.length ?? 0;
  const rows = lines.flatMap((line) => {
    const [own, others] = [countsOf(line['positives']), countsOf(line['negatives'])];
    const fits = own?.length === bins && others?.length === bins && line['low'] === low && line['high'] === high;
    return fits ? [{ epoch: numberOf(line['epoch']), own, others }] : [];
  });
  return {
    epochs: Float64Array.from(rows, ({ epoch }) => epoch),
    ...{ low: numberOf(low), high: numberOf(high), bins },
    positives: Uint32Array.from(rows.flatMap(({ own }) => own)),
    negatives: Uint32Array.from(rows.flatMap(({ others }) => others)),
  };
}

function countsOf(value: unknown): readonly number[] | undefined {
  return Array.isArray(value) && value.every((count) => Number.isInteger(count)) ? (value as number[]) : undefined;
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);
