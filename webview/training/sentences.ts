import { formatCount, formatDuration, formatQuantity, progressPace } from '../../src/core/progressText.ts';
import { selectedText } from '../../src/core/training/selectedText.ts';
import type { RunMapsReport, RunKind, RunState } from '../../src/protocol/training.ts';
import type { PanelRun, PanelTraining, RunCurves } from '../../src/protocol/trainingView.ts';
import { formatNumber, formatShare } from './format.ts';

export const kindNames: Readonly<Record<RunKind, string>> = {
  pretrain: 'Pretraining',
  finetune: 'Fine-tuning',
  distill: 'Distillation',
  autoencoder: 'Autoencoder',
  captions: 'Images and captions',
};

export const stateNames: Readonly<Record<RunState, string>> = {
  running: 'running',
  interrupted: 'interrupted',
  stopped: 'stopped',
  finished: 'finished',
  failed: 'failed',
};

/** Where a run is, in a line. */
export function runSentence(
  { run, own }: PanelRun,
  training: PanelTraining | undefined,
  curves: RunCurves | undefined,
): string {
  const { state, settings, kind, seconds, startedAt, endedAt } = run;
  const on = run.selected === undefined ? [] : [`on ${selectedText({ images: run.selected })}`];
  if (state === 'running')
    return [kindNames[kind], ...on, ...runningParts(run, own ? training : undefined, curves)].join(' · ');
  const epochs = settings.epochs > 0 ? [`epoch ${formatCount(run.epoch)} of ${formatCount(settings.epochs)}`] : [];
  const took = seconds > 0 ? [`${formatDuration(seconds)} of computing`] : [];
  const at =
    failedAtOnce(run) && endedAt !== undefined ? [`after ${formatDuration((endedAt - startedAt) / 1000)}`] : [];
  const outcome = state === 'finished' ? accuracyParts(run.metrics) : [];
  return [kindNames[kind], ...on, stateNames[state], ...at, ...epochs, ...took, ...outcome].join(' · ');
}

const failedAtOnce = ({ state, step }: PanelRun['run']): boolean => state === 'failed' && step === 0;

function runningParts(
  run: PanelRun['run'],
  training: PanelTraining | undefined,
  curves: RunCurves | undefined,
): string[] {
  if (training?.stopping === true) return ['stopping, its state is being saved'];
  const newest = (name: string): number | undefined => curves?.series[name]?.values.at(-1);
  const progress = training?.progress;
  if (progress && progress.phase !== 'Training')
    return [progress.phase.toLowerCase(), progressPace(progress)].filter(Boolean);
  const epoch = curves?.series['loss']?.epochs.at(-1) ?? run.epoch;
  const parts = [`epoch ${formatCount(Math.ceil(epoch))} of ${formatCount(run.settings.epochs)}`];
  const [rate, left] = [newest('imagesPerSecond'), progress?.secondsLeft ?? newest('secondsLeft')];
  if (rate !== undefined) parts.push(`${formatNumber(rate)} images/s`);
  if (left !== undefined && left > 0) parts.push(`${formatDuration(left)} left`);
  return training ? parts : [...parts, 'by another process'];
}

/** What a run has come to, beside what it is to be compared with. */
function accuracyParts(metrics: Readonly<Record<string, number>>): string[] {
  const { testMacro, teacherTestMacro, bestValidationMacro, testKnnMacro, testKnnMacroUntrained } = metrics;
  const { knnMacro, knnMacroUntrained, testRecallAt1, testRecallAt1Before } = metrics;
  const beside = (value: number | undefined, name: string) =>
    value === undefined ? '' : `, ${name} ${formatShare(value)}`;
  if (testRecallAt1 !== undefined)
    return [`recall@1 ${formatShare(testRecallAt1)} of held-out pairs${beside(testRecallAt1Before, 'before')}`];
  if (testMacro !== undefined)
    return [`${formatShare(testMacro)} of test images right${beside(teacherTestMacro, 'the teacher')}`];
  if (bestValidationMacro !== undefined) return [`${formatShare(bestValidationMacro)} of validation images right`];
  if (testKnnMacro !== undefined)
    return [`test kNN ${formatShare(testKnnMacro)}${beside(testKnnMacroUntrained, 'untrained')}`];
  return knnMacro === undefined ? [] : [`kNN ${formatShare(knnMacro)}${beside(knnMacroUntrained, 'untrained')}`];
}

/** What the two maps say in numbers. */
export function mapsSentence({ before, after, judged, classOf }: RunMapsReport): string {
  if (before.knn === undefined || after.knn === undefined) {
    return `${formatQuantity(classOf.length, 'image')} without classes, so that nothing tells which map is better.`;
  }
  const which = judged === 'test' ? 'on images of the test split' : 'on all images, also those it was trained on';
  const change = after.knn - before.knn;
  const verdict = Math.abs(change) < 0.005 ? 'as before' : change > 0 ? 'better' : 'worse';
  return `kNN accuracy ${formatShare(before.knn)} → ${formatShare(after.knn)}, ${verdict} (${which}).`;
}
