import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { run as runNodeTests } from 'node:test';
import { runAllHostSuites } from '../../test/host/harness/hostRunner.ts';
import { runHostSuite } from '../../test/host/harness/hostSuite.ts';
import { buildForDevelopment } from './builder.ts';
import { checks, passes } from './checks.ts';
import { reportHostTests } from './hostReport.ts';
import { makePackage } from './packager.ts';
import { SetupError } from './nodeRelease.mjs';
import { inProject, projectRoot } from './project.ts';
import { reportTests, type TestCounts } from './testReport.ts';

/** A part of `npm test` that people can run by itself. */
export interface TestStage {
  readonly name: string;
  readonly description: string;
  /** Works on one core and leaves nothing to its neighbours: those that do run at once. */
  readonly isAlongside?: boolean;
  run(): Promise<TestCounts>;
}

// A browser and a VS Code keep a small machine busy; two of them only time each other out.
const oneWorkbench = 1;
// Node leaves a core free by itself, which on a machine with two doubles the time.
const everyCore = availableParallelism();

const one = (passed: boolean): TestCounts => ({ passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 });

export function testStages(): readonly TestStage[] {
  return [
    ...checks().map((check) => ({
      name: check.name,
      description: check.description,
      isAlongside: true,
      run: async () => one(await passes(check)),
    })),
    {
      name: 'build',
      description: 'bundles',
      run: async () => {
        await buildForDevelopment(console.error);
        return one(true);
      },
    },
    {
      name: 'unit',
      description: 'unit and command-line tests in plain Node',
      run: () =>
        withEnvironment(quickStart, async () => {
          await buildForDevelopment(() => undefined);
          return runFiles(
            globSync('test/**/*.test.{ts,tsx}', { cwd: projectRoot, exclude: ['test/host/**'] }),
            everyCore,
          );
        }),
    },
    {
      name: 'host',
      description: 'suites inside the extension host of a real VS Code',
      run: async () => {
        await buildForDevelopment(() => undefined);
        const tests = await runAllHostSuites((run) => runHostSuite({ ...run, developmentPath: projectRoot }));
        return reportHostTests(tests);
      },
    },
    {
      name: 'e2e',
      description: 'the real VS Code, driven through its page',
      run: async () => {
        await buildForDevelopment(() => undefined);
        return runFiles(globSync('test/host/e2e/*.test.ts', { cwd: projectRoot }), oneWorkbench);
      },
    },
    {
      name: 'package',
      description: 'the packaged extension, installed into the real VS Code',
      run: async () => {
        await makePackage(console.error);
        return runFiles(globSync('test/host/package/*.test.ts', { cwd: projectRoot }), oneWorkbench);
      },
    },
  ];
}

/** Each file is a process that would strip the types of hundreds of modules anew, and so is each command line that it starts. */
const quickStart = {
  NODE_COMPILE_CACHE: inProject('.tools/compile-cache'),
  LIKENESS_TEST_CLI: inProject('dist/cli.js'),
};

/** Sets variables of the environment, as long as the work takes, where nobody has set them. */
async function withEnvironment<T>(variables: Readonly<Record<string, string>>, work: () => Promise<T>): Promise<T> {
  const added = Object.entries(variables).filter(([name]) => process.env[name] === undefined);
  for (const [name, value] of added) process.env[name] = value;
  try {
    return await work();
  } finally {
    for (const [name] of added) Reflect.deleteProperty(process.env, name);
  }
}

async function runFiles(files: readonly string[], concurrency: number): Promise<TestCounts> {
  // A pattern that finds nothing would otherwise pass for ever.
  if (files.length === 0) throw new SetupError('No test files were found.');
  const events = runNodeTests({
    files: files.map((file) => inProject(file)).sort(),
    concurrency,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  return reportTests(events);
}
