import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { hostVariables, type HostTest } from '../harness/results.ts';

/** VS Code calls this inside the extension host; a rejection means that something failed. */
export async function run(): Promise<void> {
  // Mocha is an ES module, of which `require` hands out the namespace or, from some versions on, the class itself.
  const loaded = createRequire(__filename)('mocha') as typeof Mocha & { readonly default?: typeof Mocha };
  const MochaRunner = loaded.default ?? loaded;
  const mocha = new MochaRunner({ ui: 'tdd', timeout: 60_000, reporter: 'dot' });
  for (const file of JSON.parse(variable(hostVariables.suites)) as string[]) mocha.addFile(file);
  const tests: HostTest[] = [];
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    const record = (test: Mocha.Runnable, state: HostTest['state'], error?: unknown) => {
      const title = test.titlePath();
      tests.push({
        title,
        state,
        milliseconds: test.duration ?? 0,
        ...(error === undefined ? {} : { error: describe(error) }),
      });
    };
    runner.on('pass', (test) => {
      record(test, 'passed');
    });
    runner.on('pending', (test) => {
      record(test, 'skipped');
    });
    runner.on('fail', (test, error: unknown) => {
      record(test, 'failed', error);
    });
  });
  writeFileSync(variable(hostVariables.results), JSON.stringify(tests));
  if (failures > 0) throw new Error(`${failures} tests failed in the extension host.`);
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`The extension host has no variable ${name}.`);
  return value;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
