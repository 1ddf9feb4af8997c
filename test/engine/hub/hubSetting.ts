import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { HubPlan } from '../../../src/core/hub/hubPlan.ts';
import type { Progress } from '../../../src/core/progress.ts';
import { EncoderRegistry } from '../../../src/engine/encoders/registry.ts';
import { HubService, type HubOptions } from '../../../src/engine/hub/hubService.ts';
import type { HubSettings } from '../../../src/engine/hub/hubSettings.ts';
import { HubServer } from '../../hubServer.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';

/** A hub on this machine, and what downloads from it. */
export interface Setting {
  readonly server: HubServer;
  readonly folder: string;
  readonly registry: EncoderRegistry;
  readonly service: (options?: Partial<HubOptions>, settings?: Partial<HubSettings>) => HubService;
}

export async function setting(context: TestContext): Promise<Setting> {
  const server = await HubServer.start(context);
  const folder = temporaryFolder(context);
  const registry = new EncoderRegistry();
  return {
    server,
    folder,
    registry,
    service: (options, settings) =>
      new HubService({
        cacheFolder: join(folder, 'cache'),
        registry,
        settings: () => server.settings(settings),
        sleep: () => Promise.resolve(),
        ...options,
      }),
  };
}

export function job(signal = new AbortController().signal, reports: Progress[] = []) {
  return { signal, report: (progress: Progress) => void reports.push(progress) };
}

/** Downloads all that a plan names. */
export async function fetched(service: HubService, plan: HubPlan, reports: Progress[] = []): Promise<string> {
  const outcome = await service.download(plan, job(undefined, reports));
  assert.ok('file' in outcome, 'the model names further files');
  return outcome.file;
}
