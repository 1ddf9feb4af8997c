import { diagnose, type TrainingRecord } from '../../core/training/diagnosis.ts';
import { WARMUP_SHARE } from '../../core/training/schedule.ts';
import {
  joinColumns,
  joinHistograms,
  noColumns,
  noHistograms,
  seriesOf,
  thinnedHistograms,
} from '../../core/training/runCurves.ts';
import type { RunMetricsReport, RunSummary } from '../../protocol/training.ts';
import type { RunCurves } from '../../protocol/trainingView.ts';
import type { EngineCaller } from '../engine/engineClient.ts';

/** Points of a curve: more than a chart has pixels would only cost time. */
const MOST_POINTS = 1_500;
const MOST_HISTOGRAMS = 60;
/** Records that a run is judged by, as by the run itself; the first ones tell where it started from. */
const MOST_RECORDS = 1_000;

/** What a run has measured, read as it grows. */
export class RunReader {
  #columns = noColumns;
  #histograms = noHistograms;
  #after: RunMetricsReport['ends'] | undefined;
  #version = 0;
  #judged: { readonly version: number; readonly message: string | undefined } | undefined;

  /** Changes with what is read; 0 while nothing has been. */
  get version(): number {
    return this.#version;
  }

  /** Reads what is new. @returns whether anything was */
  async read(engine: EngineCaller, { root, id }: RunSummary, signal: AbortSignal): Promise<boolean> {
    const before = this.#version;
    for (;;) {
      const request = { folder: root, run: id, ...(this.#after && { after: this.#after }) };
      const report = await engine.call('runs/metrics', request, { signal });
      signal.throwIfAborted();
      const { metrics, histograms, continues } = report;
      const isNew = metrics.steps.length > 0 || histograms.epochs.length > 0;
      if (isNew || !(continues || this.#after === undefined)) this.#version++;
      this.#columns = continues ? joinColumns(this.#columns, metrics) : metrics;
      this.#histograms = continues ? joinHistograms(this.#histograms, histograms) : histograms;
      this.#after = report.ends;
      if (!report.more) return this.#version !== before;
    }
  }

  curves({ stepsPerEpoch }: RunSummary): RunCurves {
    const names = Object.keys(this.#columns.metrics);
    return {
      version: this.#version,
      series: Object.fromEntries(
        names.map((name) => [name, seriesOf(this.#columns, name, stepsPerEpoch, MOST_POINTS)]),
      ),
      histograms: thinnedHistograms(this.#histograms, MOST_HISTOGRAMS),
    };
  }

  /** The newest value of each metric. */
  get newest(): Readonly<Record<string, number>> {
    const found = Object.entries(this.#columns.metrics).map(([name, values]) => [
      name,
      values.findLast(Number.isFinite),
    ]);
    return Object.fromEntries(found.filter(([, value]) => value !== undefined)) as Record<string, number>;
  }

  /** What is wrong with the run and what to do; undefined where nothing is, or nothing can be told. */
  diagnosis(run: RunSummary): string | undefined {
    if (this.#judged?.version !== this.#version) {
      this.#judged = { version: this.#version, message: this.#judge(run) };
    }
    return this.#judged.message;
  }

  #judge({ settings, stepsPerEpoch }: RunSummary): string | undefined {
    if (!('temperature' in settings) || this.#columns.metrics['relativeLoss'] === undefined) return undefined;
    const warmupSteps = Math.round(WARMUP_SHARE * stepsPerEpoch * settings.epochs);
    return diagnose(this.#records(), { warmupSteps, temperature: settings.temperature })?.message;
  }

  #records(): TrainingRecord[] {
    const { steps, metrics } = this.#columns;
    const count = steps.length;
    const kept = Uint32Array.from(steps.keys()).filter(
      (row) => count <= MOST_RECORDS || row < MOST_RECORDS / 4 || row >= count - (3 * MOST_RECORDS) / 4,
    );
    const at = (name: string, row: number): number | undefined => {
      const value = metrics[name]?.[row];
      return value === undefined || Number.isNaN(value) ? undefined : value;
    };
    return Array.from(kept, (row) => {
      const values = {
        relativeLoss: at('relativeLoss', row),
        relativeDeviation: at('standardDeviation', row),
        effectiveRank: at('effectiveRank', row),
        gradientNorm: at('gradientNorm', row),
      };
      const known = Object.entries(values).filter(([, value]) => value !== undefined);
      return { step: steps[row]!, loss: at('loss', row) ?? Number.NaN, ...Object.fromEntries(known) };
    });
  }
}
