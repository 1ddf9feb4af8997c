import { availableParallelism } from 'node:os';
import * as vscode from 'vscode';
import { untrustedWorkspace } from '../core/errors.ts';
import { Datasets } from './datasets/datasets.ts';
import { IndexingJobs } from './datasets/indexingJobs.ts';
import { OpinionFiles } from './datasets/opinionFiles.ts';
import { watchOpinionFiles } from './datasets/watchOpinionFiles.ts';
import { Disposables } from './disposables.ts';
import { HubTokens, hubConnection, hubEndpoint } from './encoders/hubConnection.ts';
import type { HubConnection } from '../protocol/hub.ts';
import { EngineClient } from './engine/engineClient.ts';
import type { EngineCaller } from './engine/engineClient.ts';
import type { Machine } from './engine/engineEnvironment.ts';
import type { ProcessLog } from './engine/rpcProcess.ts';
import { isInside } from './files/rootPaths.ts';
import { FindingsModel } from './findings/findingsModel.ts';
import { ReportDocuments } from './reports/reportDocuments.ts';
import { ImageSelection } from './selection/imageSelection.ts';
import type { SettingKey } from './contract.ts';
import {
  connectionSettings,
  encoderThreads,
  executionProvider,
  readSetting,
  scanSettingsOf,
  tensorFlowChoice,
} from './settings.ts';
import { FollowedImage } from './similar/activeImage.ts';
import { Visibility } from './similar/visibility.ts';
import { SimilarModel } from './similar/similarModel.ts';
import type { SavedQuery } from './similar/similarModel.ts';
import { TrainingClient } from './training/trainingClient.ts';
import type { TrainingCaller } from './training/trainingClient.ts';
import { TrainingRuns } from './training/trainingRuns.ts';

const REMEMBERED_ROOTS = 'roots';
const TRAINED_ROOTS = 'trainedRoots';
const SAVED_QUERY = 'query';

/** What the contributions of one window share. */
export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  /** Refuses every call until the workspace is trusted. */
  readonly engine: EngineCaller;
  readonly process: EngineClient;
  /** Tokens of the hub and its mirrors. */
  readonly hubTokens: HubTokens;
  /** How the hub is reached, as it is set now. Rejects with usage. */
  readonly hubConnection: () => Promise<HubConnection>;
  readonly datasets: Datasets;
  readonly jobs: IndexingJobs;
  /** The processes that train. */
  readonly trainers: TrainingClient;
  readonly runs: TrainingRuns;
  readonly reports: ReportDocuments;
  readonly findings: FindingsModel;
  readonly similar: SimilarModel;
  readonly explorerVisibility: Visibility;
  readonly similarVisibility: Visibility;
  readonly followed: FollowedImage;
  /** What the panels share. */
  readonly selection: ImageSelection;
  /** Tells the root of a dataset whose index has columns of a table that it hadn't. */
  readonly imported: vscode.EventEmitter<string>;
  /** Tells that a map or a matrix was made: words may have been read for it. */
  readonly compared: vscode.EventEmitter<void>;
  /** Tells the root of a dataset of which somebody has changed decisions, tags or views. */
  readonly opinionFiles: OpinionFiles;
  readonly disposables: Disposables;
}

export function createServices(context: vscode.ExtensionContext): Services {
  const disposables = new Disposables();
  const log = disposables.add(vscode.window.createOutputChannel('Likeness', { log: true }));
  const { platform, arch } = globalThis.process;
  const machine: Machine = { platform, arch, cores: availableParallelism() };
  const write: ProcessLog = (level, text) => {
    log[level](text);
  };
  const process = new EngineClient({
    script: context.asAbsolutePath('dist/main.js'),
    machine,
    log: write,
    provider: executionProvider,
    threads: encoderThreads,
  });
  disposables.add(
    vscode.workspace.onDidChangeConfiguration((event) => {
      const keys = ['likeness.encoders.provider', 'likeness.encoders.threads'] satisfies SettingKey[];
      if (keys.some((key) => event.affectsConfiguration(key))) process.renew();
    }),
  );
  const trainers = new TrainingClient({
    script: context.asAbsolutePath('dist/training.js'),
    machine,
    log: write,
  });
  const compared = disposables.add(new vscode.EventEmitter<void>());
  const engine: EngineCaller = {
    call: async (method, params, options) => {
      if (!vscode.workspace.isTrusted) throw untrustedWorkspace();
      const answer = await process.call(method, params, options);
      if (method === 'maps/open' || method === 'matrix/compare') compared.fire();
      return answer;
    },
  };
  const training: TrainingCaller = {
    call: (method, params, options) => {
      if (!vscode.workspace.isTrusted) return Promise.reject(untrustedWorkspace());
      return trainers.call(method, params, options);
    },
  };
  const memory = context.workspaceState;
  const datasets = new Datasets(engine, {
    folders: localFolders,
    remembered: () => memory.get<readonly string[]>(REMEMBERED_ROOTS, []),
    remember: (roots) => void memory.update(REMEMBERED_ROOTS, roots),
  });
  const hubTokens = new HubTokens(context.secrets);
  const connect = async (): Promise<HubConnection> => {
    const connection = connectionSettings();
    const token = await hubTokens.of(hubEndpoint(connection.endpoint, globalThis.process.env));
    return hubConnection(connection, token);
  };
  const jobs = new IndexingJobs(engine, scanSettingsOf);
  const runs = new TrainingRuns(training, engine, {
    roots: async () => {
      const known = (await datasets.load()).map(({ summary, folder }) => summary?.root ?? folder);
      return [...known, ...memory.get<readonly string[]>(TRAINED_ROOTS, [])];
    },
    remember: (roots) => void memory.update(TRAINED_ROOTS, roots),
    warn: (text) => {
      log.warn(text);
    },
    tensorFlow: tensorFlowChoice,
    now: Date.now,
  });
  const similar = new SimilarModel(
    {
      engine,
      scanSettings: scanSettingsOf,
      count: () => readSetting('likeness.similar.count'),
      following: () => readSetting('likeness.similar.followActiveEditor'),
      trusted: () => vscode.workspace.isTrusted,
      indexing: (file) => jobs.running.some(({ folder }) => isInside(folder, file)),
      classesOf: async (root) => {
        const summary = await engine.call('index/summary', { path: root });
        return summary?.classes.map(({ name }) => name) ?? [];
      },
      save: (query) => void memory.update(SAVED_QUERY, query),
    },
    memory.get<SavedQuery>(SAVED_QUERY),
  );
  const explorerVisibility = new Visibility();
  const similarVisibility = new Visibility();
  const followed = new FollowedImage();
  const selection = new ImageSelection();
  const reports = disposables.add(new ReportDocuments());
  const imported = disposables.add(new vscode.EventEmitter<string>());
  const opinionFiles = disposables.add(new OpinionFiles(watchOpinionFiles));
  const findings = new FindingsModel({
    engine,
    scanSettings: scanSettingsOf,
    indexed: async (root) => {
      datasets.remember(root);
      await datasets.refresh();
    },
    now: Date.now,
  });
  return {
    ...{
      context,
      log,
      engine,
      process,
      hubTokens,
      hubConnection: connect,
      datasets,
      jobs,
      trainers,
      runs,
      reports,
      disposables,
    },
    ...{
      explorerVisibility,
      similar,
      similarVisibility,
      followed,
      selection,
      findings,
      imported,
      compared,
      opinionFiles,
    },
  };
}

/** The workspace's folders on disk; those of virtual file systems can't be indexed. */
export function localFolders(): { readonly path: string; readonly name: string }[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.filter(({ uri }) => uri.scheme === 'file').map(({ uri, name }) => ({ path: uri.fsPath, name }));
}
