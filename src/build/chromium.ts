import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { SetupError } from './nodeRelease.mjs';
import { findOnPath, isExecutable, run } from './processes.ts';
import { inProject } from './project.ts';

const namesOnPath = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'msedge',
];

const usualPlaces: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((variable) => {
    const folder = process.env[variable];
    if (folder === undefined) return [];
    return ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'].map((file) =>
      path.join(folder, file),
    );
  }),
};

/**
 * The executable of a Chromium that runs: installed on the machine, else installed now by apt or Playwright. Throws a
 * SetupError where there is none to be had.
 */
export async function provideChromium(say: (line: string) => void): Promise<string> {
  const found = await findChromium();
  if (found !== undefined) return found;
  const attempts: string[] = [];
  if (canUseApt()) {
    say('Installing Chromium with apt-get (about 200 MB, a minute or so)…');
    attempts.push('apt-get');
    if (await installWithApt()) {
      const installed = await findChromium();
      if (installed !== undefined) return installed;
    }
  }
  say("Downloading Playwright's Chromium (about 200 MB, a minute or so)…");
  attempts.push("Playwright's download");
  await run(process.execPath, [inProject('node_modules/playwright-core/cli.js'), 'install', 'chromium'], {
    output: 'inherit',
  });
  const downloaded = await findChromium();
  if (downloaded !== undefined) return downloaded;
  throw new SetupError(
    `The tests in a real VS Code need Chromium, and neither ${attempts.join(' nor ')} could provide it; install Chromium or Chrome and run the command again.`,
  );
}

async function findChromium(): Promise<string | undefined> {
  const candidates = [
    ...namesOnPath.map((name) => findOnPath(name)),
    ...(usualPlaces[process.platform] ?? []),
    chromium.executablePath(),
  ];
  for (const candidate of candidates) {
    if (candidate !== undefined && isExecutable(candidate) && (await starts(candidate))) return candidate;
  }
  return undefined;
}

/** Ubuntu's chromium is a placeholder for a snap, and a browser without its libraries doesn't start either. */
async function starts(executable: string): Promise<boolean> {
  // Chrome on Windows opens a window instead of printing its version.
  if (process.platform === 'win32') return true;
  const { code } = await run(executable, ['--version'], { timeoutMs: 20_000 });
  return code === 0;
}

function canUseApt(): boolean {
  if (process.getuid?.() !== 0 || findOnPath('apt-get') === undefined || !existsSync('/etc/os-release')) return false;
  return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
}

async function installWithApt(): Promise<boolean> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  // The latter finds the graphics driver on the processor that comes with the former: tests compute on it.
  const { code } = await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'libvulkan1'], {
    env,
  });
  return code === 0;
}
