/** Lines of a chart from the curves of the runs. */
import { smoothed } from '../../src/core/training/runCurves.ts';
import type { PanelRun, RunCurves, TrainingViewChoices } from '../../src/protocol/trainingView.ts';
import type { ChartLine, ReferenceLine } from '../shared/charts/chartLines.ts';
import type { ChartDefinition } from './chartDefinitions.ts';
import { formatTime } from './format.ts';

/** A run that is drawn. */
export interface DrawnRun {
  readonly panelRun: PanelRun;
  readonly curves: RunCurves;
  readonly label: string;
  readonly colour: string;
  readonly dash: readonly number[] | undefined;
}

/** Points that are smoothed: with fewer, each means something. */
const FEWEST_SMOOTHED = 25;

/** Names of runs; the ones that several have get the time they started at. */
export function runLabels(runs: readonly PanelRun[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const { run } of runs) counts.set(run.name, (counts.get(run.name) ?? 0) + 1);
  return new Map(
    runs.map(({ key, run: { name, startedAt } }) => [
      key,
      counts.get(name) === 1 ? name : `${name} · ${formatTime(startedAt)}`,
    ]),
  );
}

/** Empty where none of the runs has any of the chart's metrics. */
export function linesOf(
  { metrics }: ChartDefinition,
  runs: readonly DrawnRun[],
  { axis, smoothing }: TrainingViewChoices,
): ChartLine[] {
  return runs.flatMap(({ curves, label, colour, dash: own }) =>
    metrics.flatMap(({ key, part, dash = own }): ChartLine[] => {
      const series = curves.series[key];
      if (series === undefined || series.values.length === 0) return [];
      const line = { colour, dash, x: series[axis], label: part === undefined ? label : `${label}, ${part}` };
      if (smoothing === 0 || series.values.length < FEWEST_SMOOTHED) return [{ ...line, y: series.values }];
      return [
        { ...line, y: series.values, faint: true, dash: undefined },
        { ...line, y: smoothed(series.values, smoothing) },
      ];
    }),
  );
}

export function referencesOf(
  { baselines = [], references = [], guessing = false }: ChartDefinition,
  runs: readonly DrawnRun[],
): ReferenceLine[] {
  const colour = 'var(--vscode-descriptionForeground)';
  const own = runs.flatMap((run) => {
    const { metrics } = run.panelRun.run;
    return baselines.flatMap(({ key, label }) => {
      const value = metrics[key];
      return value === undefined ? [] : [{ value, label: `${run.label}, ${label}`, colour: run.colour, unnamed: true }];
    });
  });
  const chances = guessing ? [...new Set(runs.flatMap(({ curves }) => chanceOf(curves) ?? []))] : [];
  return [
    ...references.map((reference) => ({ ...reference, colour })),
    ...chances.map((value) => ({ value, label: 'guessing', colour })),
    ...own,
  ];
}

/** What guessing costs, to four digits, so that runs with the same batch share a line; undefined for other losses. */
function chanceOf({ series }: RunCurves): number | undefined {
  const [loss, relative] = [series['loss']?.values[0], series['relativeLoss']?.values[0]];
  if (loss === undefined || relative === undefined || relative === 0) return undefined;
  return Number((loss / relative).toPrecision(4));
}

/** What a screen reader says of a chart: where each line begins and ends. */
export function describeLines(title: string, lines: readonly ChartLine[], format: (value: number) => string): string {
  const told = lines
    .filter(({ faint }) => faint !== true)
    .map(({ label, y }) => `${label} from ${format(y[0]!)} to ${format(y.at(-1)!)}`);
  return `${title}: ${told.join('; ')}`;
}
