import { NotificationType } from 'vscode-jsonrpc';
import type { Progress } from '../core/progress.ts';
import type { SettingEntry } from '../core/training/runComparison.ts';
import type { HistogramRows, MetricSeries } from '../core/training/runCurves.ts';
import type { PanelFailure } from './panels.ts';
import type { RunMapsReport, RunSummary } from './training.ts';

/** What curves are drawn over. */
export type CurveAxis = 'epochs' | 'steps' | 'seconds';

/** How the panel shows things; kept over reloads. */
export interface TrainingViewChoices {
  readonly axis: CurveAxis;
  /** Weight of what came before, from 0 to below 1. */
  readonly smoothing: number;
}

export interface PanelRun {
  /** Tells runs of all datasets apart. */
  readonly key: string;
  /** As the engine listed it last. */
  readonly run: RunSummary;
  /** Name of the dataset's folder. */
  readonly dataset: string;
  readonly settings: readonly SettingEntry[];
  /** Which of the colours is its own, from 0; it keeps it. */
  readonly colour: number;
  /** Its curves are drawn. */
  readonly shown: boolean;
  /** Changes with its curves; 0 while none have been read. */
  readonly curves: number;
  /** This window trains it. */
  readonly own: boolean;
  /** What is wrong with it, and what to do. */
  readonly diagnosis: string | undefined;
}

/** The run that this window trains. */
export interface PanelTraining {
  /** Undefined until it has written anything. */
  readonly key: string | undefined;
  readonly name: string;
  readonly stopping: boolean;
  readonly progress: Progress | undefined;
}

/** The map before and after a run, which a person asks for. */
export interface PanelMaps {
  /** Of which run. */
  readonly key: string | undefined;
  readonly progress: Progress | undefined;
  /** Changes with the maps; 0 where there are none. */
  readonly version: number;
  readonly failure: PanelFailure | undefined;
}

/** All that the panel shows but curves and maps, which the page asks for where they have changed. Owned by the host. */
export interface TrainingPanelState {
  readonly revision: number;
  /** In a restricted workspace nothing is read. */
  readonly trusted: boolean;
  /** Runs have been read. */
  readonly loaded: boolean;
  /** Newest first. */
  readonly runs: readonly PanelRun[];
  readonly training: PanelTraining | undefined;
  readonly choices: TrainingViewChoices;
  readonly maps: PanelMaps;
}

/** Of one run. */
export interface RunCurves {
  readonly version: number;
  readonly series: Readonly<Record<string, MetricSeries>>;
  readonly histograms: HistogramRows;
}

export type TrainingPanelChange =
  { readonly key: string; readonly shown: boolean } | { readonly choices: TrainingViewChoices };

/** What a run's buttons do. */
export type RunAction =
  'stop' | 'resume' | 'use' | 'fineTune' | 'distill' | 'delete' | 'metrics' | 'reconstructions' | 'maps' | 'cancelMaps';
/** What the buttons of the panel do. */
export type TrainingPanelAction =
  'pretrain' | 'fineTune' | 'distill' | 'autoencoder' | 'captions' | 'tree' | 'trust' | 'log' | 'refresh';

/** Requests that the page makes of the host. */
export interface TrainingViewRequests {
  'trainingPanel/state': { params: Record<string, never>; result: TrainingPanelState };
  'trainingPanel/curves': { params: { readonly key: string }; result: RunCurves | undefined };
  'trainingPanel/maps': { params: Record<string, never>; result: RunMapsReport | undefined };
  'trainingPanel/change': { params: TrainingPanelChange; result: undefined };
  'trainingPanel/act': { params: { readonly action: TrainingPanelAction }; result: undefined };
  'trainingPanel/actOn': { params: { readonly key: string; readonly action: RunAction }; result: undefined };
}

/** Sent to the page when there is a new state to ask for. */
export const trainingPanelChanged = new NotificationType<{ readonly revision: number }>('trainingPanel/changed');
