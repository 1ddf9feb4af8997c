import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { hostVariables, type HostTest } from './results.ts';
import { openParameter, prepareWorkbench, type WorkbenchOptions } from './workbench.ts';

export interface HostSuiteOptions extends Omit<WorkbenchOptions, 'extension'> {
  /** The extension that is loaded for development. */
  readonly developmentPath: string;
  /** The bundled module that exports `run()`. */
  readonly entry: string;
  /** Absolute paths of the bundled suites to run. */
  readonly suites: readonly string[];
  readonly timeoutMs?: number;
}

/** Runs mocha suites inside the extension host of a real VS Code. Rejects where the host gives no results. */
export async function runHostSuite(options: HostSuiteOptions): Promise<readonly HostTest[]> {
  const { timeoutMs = 300_000, entry, suites, developmentPath, env, ...workbench } = options;
  const resultsName = 'host-results.json';
  const prepared = await prepareWorkbench({
    ...workbench,
    extension: undefined,
    testDriver: true,
    env: (userDataFolder) => ({
      ...env,
      [hostVariables.suites]: JSON.stringify(suites),
      [hostVariables.results]: path.join(userDataFolder, resultsName),
    }),
  });
  const { page, server, userDataFolder, stop } = prepared;
  try {
    const log: string[] = [];
    let finish: (code: number) => void = () => undefined;
    const finished = new Promise<number>((resolve) => {
      finish = resolve;
    });
    await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
      log.push(args.map(String).join(' '));
    });
    await page.exposeFunction('codeAutomationExit', (code: number) => {
      finish(code);
    });
    const remote = (file: string) => `vscode-remote://127.0.0.1:${server.port}${file}`;
    const payload = JSON.stringify([
      ['extensionDevelopmentPath', remote(developmentPath)],
      ['extensionTestsPath', remote(entry)],
      ['skipWelcome', 'true'],
    ]);
    await page.goto(`${server.origin}/?${openParameter(options.open)}&payload=${encodeURIComponent(payload)}`);
    const timer = setTimeout(() => {
      finish(-1);
    }, timeoutMs);
    const code = await finished;
    clearTimeout(timer);
    try {
      return JSON.parse(await readFile(path.join(userDataFolder, resultsName), 'utf8')) as HostTest[];
    } catch {
      const reason = code === -1 ? `did not end within ${timeoutMs / 1000} s` : `ended with ${code}`;
      throw new Error(`The extension host ${reason} and left no results. Its last words:\n${lastLines(log)}`);
    }
  } finally {
    await stop();
  }
}

function lastLines(log: readonly string[]): string {
  return log.join('\n').split('\n').slice(-15).join('\n');
}
