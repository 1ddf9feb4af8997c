import { existsSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildForDevelopment } from './builder.ts';
import { freePort, startCodeServer } from './codeServerProcess.ts';
import { linkExtension } from './installExtension.ts';
import { SetupError } from './nodeRelease.mjs';
import { findOnPath, run, runMain } from './processes.ts';
import { inProject, projectRoot } from './project.ts';
import { defaultSampleFolder, provideSample } from './sampleFolder.ts';
import { findDesktopCode, provideCodeServer } from './vscode.ts';

const say = console.error;
// The same one each time, as the browser keeps the window's layout by address.
const usualPort = 8490;

/** What a person who tries the product in the browser starts with; theirs to change. */
const firstSettings = {
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'git.openRepositoryInParentFolders': 'never',
};

interface StartOptions {
  /** Undefined where it doesn't matter. */
  readonly port: number | undefined;
  readonly open: boolean;
}

runMain(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    allowNegative: true,
    options: { port: { type: 'string' }, open: { type: 'boolean', default: true }, browser: { type: 'boolean' } },
  });
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
    throw new SetupError(`--port wants a number from 1 to 65535, not "${values.port ?? ''}".`);
  }
  const folder = await chooseFolder(positionals);
  await buildForDevelopment(say);

  const desktop = values.browser === true ? { reason: 'As asked' } : await findDesktopCode();
  if ('command' in desktop) {
    const { code } = await run(desktop.command, [`--extensionDevelopmentPath=${projectRoot}`, folder], {
      output: 'inherit',
    });
    if (code === 0) say(`Opened ${folder} in a development window of VS Code.`);
    return code;
  }
  say(`${desktop.reason}; starting VS Code in the browser instead.`);
  await serve(folder, { port, open: values.open });
  return undefined;
});

async function chooseFolder(positionals: readonly string[]): Promise<string> {
  if (positionals.length > 1) throw new SetupError('npm start takes one folder; put quotes around a path with spaces.');
  if (positionals[0] === undefined) {
    const { images } = await provideSample(defaultSampleFolder, { replace: true });
    say(`The sample data set in ${defaultSampleFolder} holds ${images} images.`);
    return defaultSampleFolder;
  }
  // npm runs scripts in the project's folder; INIT_CWD is where the person stands.
  const folder = path.resolve(process.env['INIT_CWD'] ?? '.', positionals[0]);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new SetupError(`${folder} is not a folder; name a folder of images, or none for a generated sample.`);
  }
  return folder;
}

/** Serves VS Code until it is stopped. */
async function serve(folder: string, { port, open }: StartOptions): Promise<void> {
  const codeServer = await provideCodeServer(say);
  const userDataFolder = inProject('.vscode-test/start/data');
  const extensionsFolder = inProject('.vscode-test/start/extensions');
  await seedSettings(userDataFolder);
  await linkExtension(projectRoot, extensionsFolder);
  const chosenPort = await freePort(port ?? usualPort);
  if (port !== undefined && chosenPort !== port)
    throw new SetupError(`Port ${port} is in use; choose another with --port.`);
  const server = await startCodeServer(codeServer, {
    userDataFolder,
    extensionsFolder,
    port: chosenPort,
    // Naming a folder here is the act of trust that VS Code would ask for again.
    trustEverything: true,
    testDriver: false,
  });
  let stopping: Promise<void> | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Arrives twice when a terminal sends it to the whole group and our parent passes it on.
    process.on(signal, () => {
      stopping ??= server.stop().then(() => {
        say('Stopped.');
      });
    });
  }
  const address = `${server.origin}/?folder=${encodeURIComponent(folder)}`;
  console.log(`\n  Likeness is open on ${folder}\n\n  ${address}\n`);
  say('In VS Code, click the Likeness icon on the left, then Index Folder. Ctrl+C here stops it.');
  if (open) await openInBrowser(address);
  await server.ended;
  await stopping;
}

async function seedSettings(userDataFolder: string): Promise<void> {
  const file = path.join(userDataFolder, 'User/settings.json');
  if (existsSync(file)) return;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(firstSettings, undefined, 2)}\n`);
}

async function openInBrowser(address: string): Promise<void> {
  if (process.platform === 'darwin') {
    await run('open', [address]);
    return;
  }
  const hasDisplay = process.env['DISPLAY'] !== undefined || process.env['WAYLAND_DISPLAY'] !== undefined;
  const opener = hasDisplay ? findOnPath('xdg-open') : undefined;
  // It may stay as long as the browser does.
  if (opener !== undefined) void run(opener, [address]);
}
