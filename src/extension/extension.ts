import type * as vscode from 'vscode';
import type { SimilarState } from '../protocol/similarView.ts';
import { augmentationsPanel } from './augmentations/augmentationsPanel.ts';
import { embeddingMapPanel } from './embeddingMap/embeddingMapPanel.ts';
import { encoderCommands } from './encoders/encoderCommands.ts';
import { hubTokenCommand } from './encoders/hubTokenCommand.ts';
import { exportCommand } from './curation/exportCommand.ts';
import { importCommand } from './curation/importCommand.ts';
import { selectCommand } from './curation/selectCommand.ts';
import { splitCommand } from './curation/splitCommand.ts';
import { writeLabelsCommand } from './curation/writeLabelsCommand.ts';
import { checkCommand } from './findings/checkCommand.ts';
import { findingCommands } from './findings/findingCommands.ts';
import { findingDecorations } from './findings/findingDecorations.ts';
import { findingsProblems } from './findings/findingsProblems.ts';
import { healthStatus } from './findings/healthStatus.ts';
import { filterImagesCommand } from './filters/filterImages.ts';
import { subsetCommands } from './filters/subsetCommands.ts';
import { helpCommands } from './commands/helpCommands.ts';
import { indexCommands } from './commands/indexCommands.ts';
import { registerContributions } from './contributions.ts';
import type { Contribution, RegisteredContribution } from './contributions.ts';
import { datasetWatcher } from './datasets/datasetWatcher.ts';
import { newerEncoder } from './datasets/newerEncoder.ts';
import { indexingOutcome } from './datasets/indexingOutcome.ts';
import { indexingStatus } from './datasets/indexingStatus.ts';
import type { DatasetState } from './datasets/datasets.ts';
import { decisionsEditor } from './decisionsFile/decisionsEditor.ts';
import { historyCommands } from './decisionsFile/historyCommands.ts';
import { quarantineCommand } from './decisionsFile/quarantineCommand.ts';
import { embeddingExplorer } from './explorer/embeddingExplorer.ts';
import { comparisonPanel } from './comparison/comparisonPanel.ts';
import { labelAutomaticallyCommand } from './reports/labelAutomatically.ts';
import { predictClassesCommand } from './reports/predictClasses.ts';
import { reviewPanel } from './review/reviewPanel.ts';
import { matrixPanel } from './matrix/matrixPanel.ts';
import { selectionContext } from './selection/selectionContext.ts';
import { createServices } from './services.ts';
import { followActiveEditor } from './similar/followActiveEditor.ts';
import { similarCommands } from './similar/similarCommands.ts';
import { textCommand } from './similar/textCommand.ts';
import { similarView } from './similar/similarView.ts';
import { imageViewer } from './viewer/imageViewer.ts';
import { autoencoderCommand } from './training/autoencoderCommand.ts';
import { captionsCommand } from './training/captionsCommand.ts';
import { distillCommand } from './training/distillCommand.ts';
import { fineTuneCommand } from './training/fineTuneCommand.ts';
import { pretrainCommand } from './training/pretrainCommand.ts';
import { runCommands } from './training/runCommands.ts';
import { trainingOutcome } from './training/trainingOutcome.ts';
import { trainingStatus } from './training/trainingStatus.ts';
import { trainingRows } from './training/trainingTree.ts';
import type { TrainingRow } from './training/trainingTree.ts';
import { selectionCommands } from './training/selectionCommands.ts';
import { trainingView } from './training/trainingView.ts';
import { trainingPanel } from './trainingPanel/trainingPanel.ts';

const contributions: readonly Contribution[] = [
  { name: 'help commands', register: helpCommands },
  { name: 'index commands', register: indexCommands },
  { name: 'encoder commands', register: encoderCommands },
  { name: 'hub token command', register: hubTokenCommand },
  { name: 'indexing status', register: indexingStatus },
  { name: 'indexing outcome', register: indexingOutcome },
  { name: 'newer encoder', register: newerEncoder },
  { name: 'Embedding Explorer', register: embeddingExplorer },
  { name: 'subset commands', register: subsetCommands },
  { name: 'filter command', register: filterImagesCommand },
  { name: 'Similar view', register: similarView },
  { name: 'Similar commands', register: similarCommands },
  { name: 'Search by Text', register: textCommand },
  { name: 'follow the active editor', register: followActiveEditor },
  { name: 'Augmentation Pairs', register: augmentationsPanel },
  { name: 'Embedding Map', register: embeddingMapPanel },
  { name: 'Similarity Matrix', register: matrixPanel },
  { name: 'Compare Encoders', register: comparisonPanel },
  { name: 'Review', register: reviewPanel },
  { name: 'image viewer', register: imageViewer },
  { name: 'check command', register: checkCommand },
  { name: 'finding commands', register: findingCommands },
  { name: 'findings in the Problems panel', register: findingsProblems },
  { name: 'finding decorations', register: findingDecorations },
  { name: 'health status', register: healthStatus },
  { name: 'select command', register: selectCommand },
  { name: 'split command', register: splitCommand },
  { name: 'write labels command', register: writeLabelsCommand },
  { name: 'export command', register: exportCommand },
  { name: 'import command', register: importCommand },
  { name: 'decisions editor', register: decisionsEditor },
  { name: 'history commands', register: historyCommands },
  { name: 'quarantine command', register: quarantineCommand },
  { name: 'dataset watcher', register: datasetWatcher },
  { name: 'selection context', register: selectionContext },
  { name: 'Training view', register: trainingView },
  { name: 'Training panel', register: trainingPanel },
  { name: 'selection commands', register: selectionCommands },
  { name: 'pretrain command', register: pretrainCommand },
  { name: 'fine-tune command', register: fineTuneCommand },
  { name: 'distill command', register: distillCommand },
  { name: 'autoencoder command', register: autoencoderCommand },
  { name: 'captions command', register: captionsCommand },
  { name: 'label command', register: labelAutomaticallyCommand },
  { name: 'predict command', register: predictClassesCommand },
  { name: 'run commands', register: runCommands },
  { name: 'training status', register: trainingStatus },
  { name: 'training outcome', register: trainingOutcome },
];

/** What `activate` returns: a look inside for tests. */
export interface LikenessApi {
  readonly activationMs: number;
  readonly contributions: readonly RegisteredContribution[];
  /** The engine process; undefined while none runs. */
  readonly enginePid: () => number | undefined;
  readonly similarState: () => SimilarState;
  readonly datasets: () => Promise<readonly DatasetState[]>;
  /** The processes that train. */
  readonly trainingPids: () => readonly number[];
  /** What the Training view shows. */
  readonly trainingRows: () => Promise<readonly TrainingRow[]>;
}

let shutDown: (() => Promise<void>) | undefined;

export function activate(context: vscode.ExtensionContext): LikenessApi {
  const start = performance.now();
  const services = createServices(context);
  const { disposables, process, similar, datasets, trainers, runs, log } = services;
  shutDown = async () => {
    disposables.dispose();
    await Promise.all([process.dispose(), trainers.dispose()]);
  };
  const registered = registerContributions(contributions, services);
  const activationMs = performance.now() - start;
  log.info(`Activated in ${activationMs.toFixed(1)} ms.`);
  return {
    activationMs,
    contributions: registered,
    enginePid: () => process.pid,
    similarState: () => similar.state,
    datasets: () => datasets.load(),
    trainingPids: () => trainers.pids,
    trainingRows: async () => {
      await runs.load();
      return trainingRows(runs.running, runs.runningSummary, runs.others);
    },
  };
}

export async function deactivate(): Promise<void> {
  await shutDown?.();
}
