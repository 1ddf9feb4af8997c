import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hostRuns, type HostRun } from '../runs.ts';
import { bundleHostSuites } from './bundleSuites.ts';
import type { HostTest } from './results.ts';

/** How one run reaches a VS Code: the browser one or Electron. */
export type RunSuites = (run: {
  readonly entry: string;
  readonly suites: readonly string[];
  /** Absolute path of a folder or workspace file. */
  readonly open: string;
  readonly trust: boolean;
}) => Promise<readonly HostTest[]>;

/** Runs all host suites, each in the workspace that its folder asks for. A host that dies counts as one failure. */
export async function runAllHostSuites(runSuites: RunSuites): Promise<HostTest[]> {
  const { entry, suites } = await bundleHostSuites();
  const homeless = [...suites.keys()].filter((name) => !hostRuns.some((run) => belongsTo(name, run)));
  if (homeless.length > 0) throw new Error(`No run of test/host/runs.ts takes ${homeless.join(', ')}.`);
  const tests: HostTest[] = [];
  for (const run of hostRuns) {
    const own = [...suites].filter(([name]) => belongsTo(name, run)).map(([, file]) => file);
    if (own.length === 0) continue;
    const folder = await mkdtemp(path.join(tmpdir(), 'likeness-workspace-'));
    try {
      const open = await run.prepare(folder);
      for (const test of await runSuites({ entry, suites: own, open, trust: run.trust })) {
        tests.push({ ...test, title: [run.name, ...test.title] });
      }
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      tests.push({ title: [run.name], state: 'failed', milliseconds: 0, error: text });
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  }
  return tests;
}

function belongsTo(name: string, run: HostRun): boolean {
  return path.posix.dirname(name) === (run.suites === '' ? '.' : run.suites);
}
