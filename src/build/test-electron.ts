import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { runAllHostSuites } from '../../test/host/harness/hostRunner.ts';
import { hostVariables, type HostTest } from '../../test/host/harness/results.ts';
import { buildForDevelopment } from './builder.ts';
import { reportHostTests } from './hostReport.ts';
import { runMain } from './processes.ts';
import { inProject, projectRoot } from './project.ts';

runMain(async () => {
  await buildForDevelopment(console.error);
  const tests = await runAllHostSuites(async ({ entry, suites, open, trust }) => {
    const home = await mkdtemp(path.join(tmpdir(), 'likeness-electron-'));
    const results = path.join(home, 'results.json');
    try {
      const failure = await runTests({
        cachePath: inProject('.vscode-test/electron'),
        extensionDevelopmentPath: projectRoot,
        extensionTestsPath: entry,
        extensionTestsEnv: { [hostVariables.suites]: JSON.stringify(suites), [hostVariables.results]: results },
        launchArgs: [
          open,
          `--user-data-dir=${path.join(home, 'data')}`,
          '--disable-extensions',
          ...(trust ? ['--disable-workspace-trust'] : []),
        ],
      }).catch((error: unknown) => error);
      return await readResults(results, failure);
    } finally {
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    }
  });
  const { passed, failed, skipped } = reportHostTests(tests);
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return failed === 0 && passed > 0 ? 0 : 1;
});

/** A run that left no results didn't get as far as the suites, and its own failure says why. */
async function readResults(file: string, failure: unknown): Promise<readonly HostTest[]> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as HostTest[];
  } catch {
    throw failure instanceof Error ? failure : new Error('VS Code ended without running the suites.');
  }
}
