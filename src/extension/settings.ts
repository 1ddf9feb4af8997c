import * as vscode from 'vscode';
import { providerChoice, type ProviderChoice } from '../core/encoders/executionProviders.ts';
import { trainingEngines } from '../core/training/commonSettings.ts';
import type { ScanSettings } from '../protocol/engine.ts';
import type { PretrainRequest, TrainingEngine } from '../protocol/training.ts';
import { settings } from './contract.ts';
import type { SettingKey } from './contract.ts';
import type { ConnectionSettings } from './encoders/hubConnection.ts';

type SettingValue<K extends SettingKey> = (typeof settings)[K];

/** The value in force for a resource. One of the wrong type, which `settings.json` may hold, counts as not set. */
export function readSetting<K extends SettingKey>(key: K, scope?: vscode.Uri): SettingValue<K> {
  const fallback = settings[key];
  const value: unknown = vscode.workspace.getConfiguration(undefined, scope).get(key);
  const fits = typeof value === typeof fallback && Array.isArray(value) === Array.isArray(fallback);
  return fits ? (value as SettingValue<K>) : fallback;
}

/** Writes where the setting is already set for the workspace, else for the user. */
export async function writeSetting<K extends SettingKey>(key: K, value: SettingValue<K>): Promise<void> {
  const configuration = vscode.workspace.getConfiguration();
  const inWorkspace = configuration.inspect(key)?.workspaceValue !== undefined;
  const target = inWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  await configuration.update(key, value, target);
}

export function scanSettingsOf(file: string): ScanSettings {
  const scope = vscode.Uri.file(file);
  return {
    exclude: readSetting('likeness.index.exclude', scope).filter((pattern) => typeof pattern === 'string'),
    followSymlinks: readSetting('likeness.index.followSymlinks', scope),
    maxMegapixels: readSetting('likeness.index.maxMegapixels', scope),
  };
}

/** What encoders are to run on. */
export function executionProvider(): ProviderChoice {
  return providerChoice(readSetting('likeness.encoders.provider')) ?? 'auto';
}

/** Threads for encoders, and for trainings that have no number of their own; undefined leaves it to the machine. */
export function encoderThreads(): number | undefined {
  return threadsOf('likeness.encoders.threads');
}

/** What is set about the way to the hub, by ourselves and by VS Code. */
export function connectionSettings(): ConnectionSettings {
  const http = vscode.workspace.getConfiguration('http');
  return {
    endpoint: readSetting('likeness.hub.endpoint'),
    offline: readSetting('likeness.hub.offline'),
    proxy: http.get('proxy'),
    proxySupport: http.get('proxySupport'),
    proxyStrictSSL: http.get('proxyStrictSSL'),
    noProxy: http.get('noProxy'),
  };
}

/** Threads for a training; undefined leaves the number to the engine. */
export function trainingThreads(): number | undefined {
  return threadsOf('likeness.training.threads') ?? encoderThreads();
}

function threadsOf(key: 'likeness.encoders.threads' | 'likeness.training.threads'): number | undefined {
  const threads = Math.floor(readSetting(key));
  return threads > 0 ? threads : undefined;
}

/** What ONNX Runtime is to compute a training on; undefined leaves that to the engine. */
export function trainingProvider(): ProviderChoice | undefined {
  return providerChoice(readSetting('likeness.training.provider'));
}

/** What is to compute a training; undefined leaves that to the engine. */
export function trainingEngine(): TrainingEngine | undefined {
  const chosen = readSetting('likeness.training.engine');
  return trainingEngines.find((engine) => engine === chosen);
}

/** The TensorFlow.js of requests that may need one. VS Code withholds a workspace's own value until it is trusted. */
export function tensorFlowChoice(): Pick<PretrainRequest, 'tensorFlowModule'> {
  const tensorFlowModule = readSetting('likeness.training.tensorflowModule').trim();
  return tensorFlowModule === '' ? {} : { tensorFlowModule };
}
