import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { provideChromium } from '../../../src/build/chromium.ts';
import { startCodeServer, type RunningCodeServer } from '../../../src/build/codeServerProcess.ts';
import { installPackage, linkExtension } from '../../../src/build/installExtension.ts';
import { provideCodeServer } from '../../../src/build/vscode.ts';

/** Which build of the extension a workbench has. */
export type ExtensionSource = { readonly developmentPath: string } | { readonly vsix: string };

export interface WorkbenchOptions {
  /** Absolute path of a folder or of a `.code-workspace` file. */
  readonly open: string;
  readonly extension: ExtensionSource;
  /** On top of `quietSettings`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Settings that hold for a machine, which those of a user can't change from afar. */
  readonly machineSettings?: Readonly<Record<string, unknown>>;
  /** False leaves the workspace restricted, without asking. Default true. */
  readonly trust?: boolean;
  /** For the server, the extension host and the engine. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface Workbench {
  readonly page: Page;
  readonly url: string;
  /** Settings, state and logs of this VS Code; deleted when it stops. */
  readonly userDataFolder: string;
  /** Closes the browser, ends VS Code with everything it started, deletes its folder. Harmless the second time. */
  readonly stop: () => Promise<void>;
}

/** What keeps a fresh VS Code from talking to anybody and from covering what a test wants to see. */
const quietSettings: Readonly<Record<string, unknown>> = {
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'git.enabled': false,
  'files.simpleDialog.enable': true,
  'window.confirmBeforeClose': 'never',
};

const browserFlags = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** A running VS Code with nothing open in it yet. Tests want `launchWorkbench` or `runHostSuite`. */
export interface PreparedWorkbench {
  readonly server: RunningCodeServer;
  readonly page: Page;
  readonly userDataFolder: string;
  readonly stop: () => Promise<void>;
}

export async function prepareWorkbench(
  options: Omit<WorkbenchOptions, 'open' | 'extension' | 'env'> & {
    readonly extension: ExtensionSource | undefined;
    readonly testDriver: boolean;
    readonly env: (userDataFolder: string) => NodeJS.ProcessEnv;
  },
): Promise<PreparedWorkbench> {
  const trust = options.trust ?? true;
  const codeServer = await provideCodeServer(say);
  const executablePath = await provideChromium(say);
  const home = await mkdtemp(path.join(tmpdir(), 'likeness-vscode-'));
  const folders = { userDataFolder: path.join(home, 'data'), extensionsFolder: path.join(home, 'extensions') };
  let server: RunningCodeServer | undefined;
  let browser: Browser | undefined;
  const stop = async () => {
    await browser?.close();
    await server?.stop();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await mkdir(path.join(folders.userDataFolder, 'User'), { recursive: true });
    const settings = {
      ...quietSettings,
      'security.workspace.trust.enabled': !trust,
      'security.workspace.trust.startupPrompt': 'never',
      'security.workspace.trust.banner': 'never',
      ...options.settings,
    };
    await writeFile(path.join(folders.userDataFolder, 'User/settings.json'), JSON.stringify(settings));
    await mkdir(path.join(folders.userDataFolder, 'Machine'), { recursive: true });
    const machine = JSON.stringify(options.machineSettings ?? {});
    await writeFile(path.join(folders.userDataFolder, 'Machine/settings.json'), machine);
    if (options.extension !== undefined) {
      if ('vsix' in options.extension) await installPackage(codeServer, options.extension.vsix, folders);
      else await linkExtension(options.extension.developmentPath, folders.extensionsFolder);
    }
    server = await startCodeServer(codeServer, {
      ...folders,
      trustEverything: trust,
      testDriver: options.testDriver,
      env: options.env(folders.userDataFolder),
    });
    browser = await chromium.launch({ executablePath, args: browserFlags });
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    // A busy machine takes its time for whatever starts a process or loads a page.
    page.setDefaultTimeout(60_000);
    return { server, page, userDataFolder: folders.userDataFolder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A real VS Code on a folder or workspace, with the extension installed, driven through its page. */
export async function launchWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const prepared = await prepareWorkbench({ ...options, testDriver: false, env: () => options.env ?? {} });
  const { page, server, userDataFolder, stop } = prepared;
  try {
    const url = `${server.origin}/?${openParameter(options.open)}`;
    await page.goto(url);
    await page.locator('.monaco-workbench .statusbar').waitFor({ timeout: 60_000 });
    // A page that is closed before its extension host runs leaves that host behind.
    await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
    return { page, url, userDataFolder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The part of the address that says what to open. */
export function openParameter(target: string): string {
  const kind = target.endsWith('.code-workspace') ? 'workspace' : 'folder';
  return `${kind}=${encodeURIComponent(target)}`;
}
