import path from 'node:path';
import { formatBytes, formatDuration, formatQuantity } from '../../core/progressText.ts';
import { selectedText } from '../../core/training/selectedText.ts';
import type { RunComputing, RunState, RunSummary } from '../../protocol/training.ts';
import { rowContexts } from '../contract.ts';
import type { RunningTraining } from './trainingRuns.ts';
import {
  accuracyText,
  comparedAccuracyText,
  computingText,
  formatDay,
  formatMinute,
  metricTexts,
  settingTexts,
  trainingProgress,
} from './trainingText.ts';

/** One row of the Training view, before it becomes a tree item. */
export interface TrainingRow {
  /** Stable over refreshes. */
  readonly id: string;
  readonly context: (typeof rowContexts)[keyof typeof rowContexts];
  readonly label: string;
  readonly description?: string;
  readonly tooltip?: string;
  /** A codicon's name, and the theme's colour for it. */
  readonly icon: string;
  readonly color?: string;
  readonly children?: readonly TrainingRow[];
  readonly expanded?: boolean;
  /** The past run that the row stands for. */
  readonly run?: RunSummary;
}

const OWN_ID = 'training:own';

/** The running one first, then past ones as they come; no rows where there are none, so that the welcome shows. */
export function trainingRows(
  running: RunningTraining | undefined,
  runningSummary: RunSummary | undefined,
  others: readonly RunSummary[],
): TrainingRow[] {
  const roots = new Set([...others.map(({ root }) => root), ...(running ? [running.root] : [])]);
  const several = roots.size > 1;
  const rows = others.map((run) => pastRow(run, several));
  return running ? [runningRow(running, runningSummary, several), ...rows] : rows;
}

function runningRow(running: RunningTraining, summary: RunSummary | undefined, several: boolean): TrainingRow {
  const { name, root, progress, settings } = running;
  const text = trainingProgress(running);
  const now = progress ? [detailRow(`${OWN_ID}/now`, progress.detail ?? progress.phase, undefined, 'pulse')] : [];
  const metrics = summary && Object.keys(summary.metrics).length > 0 ? [metricsRow(OWN_ID, summary)] : [];
  return {
    id: OWN_ID,
    context: rowContexts.runActive,
    label: name,
    description: several ? `${path.basename(root)} · ${text}` : text,
    tooltip: [root, progress ? `${progress.phase}: ${progress.detail ?? text}` : text].join('\n'),
    icon: 'loading~spin',
    children: [...now, ...metrics, settingsRow(OWN_ID, settings, summary?.computing)],
    expanded: true,
    ...(summary && { run: summary }),
  };
}

const stateIcons: Readonly<Record<RunState, { readonly icon: string; readonly color?: string }>> = {
  running: { icon: 'sync' },
  finished: { icon: 'pass', color: 'testing.iconPassed' },
  stopped: { icon: 'debug-pause' },
  interrupted: { icon: 'warning', color: 'list.warningForeground' },
  failed: { icon: 'error', color: 'list.errorForeground' },
};

function pastRow(run: RunSummary, several: boolean): TrainingRow {
  const { id, root, name, startedAt } = run;
  const rowId = `training:${root}:${id}`;
  const place = several ? [path.basename(root)] : [];
  return {
    id: rowId,
    context: contextOf(run),
    label: name,
    description: [...place, outcomeOf(run), formatDay(startedAt)].join(' · '),
    tooltip: tooltipOf(run),
    ...stateIcons[run.state],
    children: pastDetails(run, rowId),
    run,
  };
}

function contextOf({ state, kind, settings, encoder, resumable }: RunSummary): TrainingRow['context'] {
  if (state === 'running') return rowContexts.runElsewhere;
  if (encoder === undefined) return resumable ? rowContexts.runResumable : rowContexts.runEnded;
  const hasClasses = kind === 'finetune' || ('lesson' in settings && settings.lesson === 'classes');
  if (hasClasses) return rowContexts.runClassifier;
  return kind === 'autoencoder' ? rowContexts.runAutoencoder : rowContexts.runPretrained;
}

/** What matters most about a run, in a few words. */
function outcomeOf(run: RunSummary): string {
  const { state, metrics, epoch, settings } = run;
  const at = settings.epochs > 0 ? ` at epoch ${epoch} of ${settings.epochs}` : '';
  if (state === 'finished') return accuracyText(metrics) ?? 'finished';
  return `${state === 'running' ? 'running elsewhere' : state}${at}`;
}

function tooltipOf(run: RunSummary): string {
  const { root, id, startedAt, endedAt, message, state, resumable, computing } = run;
  const outcome = state === 'finished' ? (comparedAccuracyText(run.metrics) ?? 'finished') : outcomeOf(run);
  const lines = [
    `${root}: ${id}`,
    `${capitalised(outcome)}, ${formatDuration(run.seconds)} of computing`,
    `Started ${formatMinute(startedAt)}${endedAt === undefined ? '' : `, ended ${formatMinute(endedAt)}`}`,
  ];
  if (message !== undefined) lines.push(message);
  if (computing !== undefined && run.settings.provider !== 'cpu') lines.push(`Computed on ${computingText(computing)}`);
  if (resumable && state !== 'running') lines.push('It can be resumed from its last checkpoint.');
  return lines.join('\n');
}

function pastDetails(run: RunSummary, parent: string): TrainingRow[] {
  const { message, encoder, state, metrics, bytes, selected } = run;
  const rows: TrainingRow[] = [];
  if (message !== undefined) rows.push(detailRow(`${parent}/message`, message, undefined, 'info'));
  if (encoder !== undefined) rows.push(detailRow(`${parent}/encoder`, 'Encoder', encoder, 'symbol-misc'));
  if (selected !== undefined) {
    rows.push(detailRow(`${parent}/selected`, 'Images', selectedText({ images: selected }), 'checklist'));
  }
  const trained = state === 'finished' ? 'Trained' : 'Trained so far';
  rows.push(detailRow(`${parent}/time`, trained, trainedText(run), 'clock'));
  if (Object.keys(metrics).length > 0) rows.push(metricsRow(parent, run));
  if (settingTexts(run.settings).length > 0) rows.push(settingsRow(parent, run.settings, run.computing));
  rows.push(detailRow(`${parent}/bytes`, 'On disk', formatBytes(bytes), 'save'));
  return rows;
}

function trainedText({ epoch, seconds }: RunSummary): string {
  return `${formatQuantity(epoch, 'epoch')}, ${formatDuration(seconds)}`;
}

function metricsRow(parent: string, { metrics }: RunSummary): TrainingRow {
  return groupRow(`${parent}/metrics`, 'Metrics', 'graph', metricTexts(metrics));
}

function settingsRow(
  parent: string,
  settings: RunningTraining['settings'],
  computing: RunComputing | undefined,
): TrainingRow {
  return groupRow(`${parent}/settings`, 'Settings', 'settings', settingTexts(settings, computing));
}

function groupRow(
  id: string,
  label: string,
  icon: string,
  entries: readonly (readonly [name: string, value: string])[],
): TrainingRow {
  const children = entries.map(([name, value]) => detailRow(`${id}/${name}`, name, value, 'circle-small-filled'));
  return { id, context: rowContexts.runDetail, label, icon, children };
}

function detailRow(id: string, label: string, description: string | undefined, icon: string): TrainingRow {
  const text = description === undefined ? label : `${label}: ${description}`;
  const base = { id, context: rowContexts.runDetail, label, icon, tooltip: text };
  return description === undefined ? base : { ...base, description };
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
