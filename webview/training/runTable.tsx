import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { formatDuration } from '../../src/core/progressText.ts';
import {
  bestOf,
  comparedMetrics,
  differingSettings,
  sortedBy,
  type ComparedMetric,
} from '../../src/core/training/runComparison.ts';
import type { PanelRun, TrainingPanelState } from '../../src/protocol/trainingView.ts';
import { formatNumber, formatShare, formatTime } from './format.ts';
import { show } from './host.ts';
import { kindNames, stateNames } from './sentences.ts';
import { Swatch } from './swatch.tsx';

interface Column {
  readonly id: string;
  readonly title: string;
  /** Of a setting in which the runs differ. */
  readonly isSetting?: boolean;
  readonly metric?: ComparedMetric;
  readonly valueOf: (run: PanelRun) => number | string | undefined;
  readonly textOf: (run: PanelRun) => string;
}

interface Sorting {
  readonly column: string;
  readonly direction: 'ascending' | 'descending';
}

/** Rows that are there before a person asks for all. */
const FEW_ROWS = 8;

/** All runs beside each other: what was set otherwise, and what came of it. Ticked ones are drawn below. */
export function RunTable({
  current,
  labels,
}: {
  readonly current: TrainingPanelState;
  readonly labels: ReadonlyMap<string, string>;
}): VNode | null {
  const [sorting, setSorting] = useState<Sorting>();
  const [isWhole, setWhole] = useState(false);
  const { runs } = current;
  if (runs.length === 0) return null;
  const shown = runs.filter((run) => run.shown);
  // Settings of runs that nobody looks at would make a column for everything.
  const compared = shown.length > 1 ? shown : runs.length <= FEW_ROWS ? runs : [];
  const columns = columnsOf(runs, compared, labels);
  const column = columns.find(({ id }) => id === sorting?.column);
  const sorted = column && sorting ? sortedBy(runs, column.valueOf, sorting.direction) : runs;
  const rows = isWhole ? sorted : sorted.filter((run, i) => i < FEW_ROWS || run.shown);
  const best = new Map(
    columns.flatMap(({ id, metric, valueOf }) => {
      if (metric?.better === undefined) return [];
      const values = compared.map((run) => valueOf(run) as number | undefined);
      return [[id, new Set(bestOf(values, metric.better).map((index) => compared[index]!.key))] as const];
    }),
  );
  return (
    <section aria-labelledby="runs-title" class="runs">
      <h2 id="runs-title" class="unseen">
        Runs
      </h2>
      <div class="table-scroll" tabIndex={0} role="group" aria-label="Table of runs">
        <table class="run-table">
          <thead>
            <tr>
              {columns.map(({ id, title, isSetting = false }) => (
                <th
                  key={id}
                  scope="col"
                  data-setting={isSetting}
                  aria-sort={sorting?.column === id ? sorting.direction : 'none'}
                >
                  <button
                    type="button"
                    title={isSetting ? 'The runs differ in this setting' : `Sort by ${title.toLowerCase()}`}
                    onClick={() => {
                      setSorting(nextSorting(sorting, id));
                    }}
                  >
                    {title}
                    <span aria-hidden="true">{arrow(sorting, id)}</span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((run) => (
              <tr key={run.key} data-run={run.run.id} data-shown={run.shown}>
                {columns.map(({ id, isSetting = false, metric, textOf }, i) =>
                  i === 0 ? (
                    <th key={id} scope="row">
                      <label>
                        <input
                          type="checkbox"
                          checked={run.shown}
                          aria-label={`Show ${textOf(run)}`}
                          onChange={({ currentTarget }) => void show(run.key, currentTarget.checked)}
                        />
                        <Swatch colour={run.colour} />
                        <span class="name" title={run.run.id}>
                          {textOf(run)}
                        </span>
                      </label>
                    </th>
                  ) : (
                    <td key={id} data-setting={isSetting} data-best={best.get(id)?.has(run.key) === true}>
                      {textOf(run)}
                      {best.get(id)?.has(run.key) === true && (
                        <span class="best" title="Best of the runs that are compared">
                          {' '}
                          ★<span class="unseen">best</span>
                        </span>
                      )}
                      {metric && <Baseline metric={metric} run={run} />}
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length < runs.length && (
        <button
          type="button"
          class="chip"
          onClick={() => {
            setWhole(true);
          }}
        >
          Show all {runs.length} runs
        </button>
      )}
    </section>
  );
}

/** The same figure without the training. */
function Baseline({
  metric: { baseline, isShare },
  run: { run },
}: {
  readonly metric: ComparedMetric;
  readonly run: PanelRun;
}): VNode | null {
  const value = baseline === undefined ? undefined : run.metrics[baseline];
  if (value === undefined) return null;
  const name = baseline === 'teacherTestMacro' ? 'teacher' : 'untrained';
  return <small>{` ${name} ${isShare ? formatShare(value) : formatNumber(value)}`}</small>;
}

function columnsOf(
  runs: readonly PanelRun[],
  compared: readonly PanelRun[],
  labels: ReadonlyMap<string, string>,
): Column[] {
  const text = (id: string, title: string, textOf: Column['textOf'], isSetting = false): Column => {
    return { id, title, isSetting, textOf, valueOf: textOf };
  };
  const settingOf = ({ settings }: PanelRun, name: string): string =>
    settings.find(([own]) => own === name)?.[1] ?? '–';
  const several = new Set(runs.map(({ run }) => run.root)).size > 1;
  return [
    text('name', 'Run', ({ key }) => labels.get(key) ?? ''),
    ...(several ? [text('dataset', 'Data set', ({ dataset }) => dataset)] : []),
    text('kind', 'Kind', ({ run }) => kindNames[run.kind]),
    text('state', 'State', ({ run }) => stateNames[run.state]),
    ...comparedMetrics.filter(({ key }) => runs.some(({ run }) => run.metrics[key] !== undefined)).map(metricColumn),
    {
      id: 'seconds',
      title: 'Time',
      valueOf: ({ run }) => run.seconds,
      textOf: ({ run }) => (run.seconds > 0 ? formatDuration(run.seconds) : '–'),
    },
    {
      id: 'started',
      title: 'Started',
      valueOf: ({ run }) => run.startedAt,
      textOf: ({ run }) => formatTime(run.startedAt),
    },
    ...differingSettings(compared.map(({ settings }) => settings))
      // The columns say that already.
      .filter((name) => name !== 'Name')
      .map((name) => text(`setting ${name}`, name, (run) => settingOf(run, name), true)),
  ];
}

function metricColumn(metric: ComparedMetric): Column {
  const valueOf = ({ run }: PanelRun): number | undefined => run.metrics[metric.key];
  const format = metric.isShare ? formatShare : formatNumber;
  return {
    id: metric.key,
    title: metric.title,
    metric,
    valueOf,
    textOf: (run) => {
      const value = valueOf(run);
      return value === undefined ? '–' : format(value);
    },
  };
}

/** First the largest, which is what a person asks for; then the smallest; then as they came. */
function nextSorting(sorting: Sorting | undefined, column: string): Sorting | undefined {
  if (sorting?.column !== column) return { column, direction: 'descending' };
  return sorting.direction === 'descending' ? { column, direction: 'ascending' } : undefined;
}

function arrow(sorting: Sorting | undefined, column: string): string {
  if (sorting?.column !== column) return '';
  return sorting.direction === 'descending' ? ' ↓' : ' ↑';
}
