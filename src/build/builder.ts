import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as esbuild from 'esbuild';
import type { BuildOptions, Metafile } from 'esbuild';
import { bundles, type BundleOptions } from './bundle.ts';
import { SetupError } from './nodeRelease.mjs';
import { inProject, projectRoot } from './project.ts';

/** What a build read and wrote, kept beside its output so that the next one can tell whether anything changed. */
interface BuildRecord {
  /** Content hashes by path relative to the project. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Relative to the output folder. */
  readonly outputs: readonly string[];
}

const recordName = '.build.json';
// Packages are covered by the lock file; the bundler's own configuration by its sources.
const alwaysInputs = ['package-lock.json', 'src/build/bundle.ts', 'src/build/builder.ts'];

export interface BuildResult {
  /** False where nothing had changed. */
  readonly built: boolean;
  readonly seconds: number;
  /** Of all bundles; empty where nothing was built. */
  readonly metafiles: readonly Metafile[];
}

/** Bundles everything into `outputFolder`, or does nothing where inputs and outputs are as the last build left them. */
export async function build(options: BundleOptions, say: (line: string) => void): Promise<BuildResult> {
  const start = performance.now();
  const { configurations, missing } = await bundles(options);
  const entries = configurations.flatMap(({ entryPoints }) => Object.values(entryPoints as Record<string, string>));
  if (!options.production && (await isCurrent(options.outputFolder, entries))) {
    return { built: false, seconds: (performance.now() - start) / 1000, metafiles: [] };
  }
  for (const source of missing) say(`There is no ${source}; building without it.`);

  // All of it in memory first, so that a failure leaves the last good build in place.
  const results = await Promise.all(configurations.map(bundle));
  await rm(options.outputFolder, { recursive: true, force: true });
  for (const { path: file, contents } of results.flatMap(({ outputFiles }) => outputFiles)) {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, contents);
  }
  await copyEncoders(options.outputFolder);
  const metafiles = results.map(({ metafile }) => metafile);
  await markExecutable(options.outputFolder);
  if (!options.production) await writeRecord(options.outputFolder, metafiles);
  return { built: true, seconds: (performance.now() - start) / 1000, metafiles };
}

async function bundle(configuration: BuildOptions): Promise<esbuild.BuildResult<{ write: false; metafile: true }>> {
  try {
    return await esbuild.build({ ...configuration, write: false, metafile: true });
  } catch (error) {
    throw new SetupError(await describeFailure(error));
  }
}

async function describeFailure(error: unknown): Promise<string> {
  if (!(error instanceof Error) || !('errors' in error)) return String(error);
  const messages = await esbuild.formatMessages(error.errors as esbuild.Message[], { kind: 'error', color: false });
  return `The build failed.\n${messages.join('\n').trimEnd()}`;
}

/** The encoders that ship lie beside the bundles, as `shippedEncoders` looks for them. */
async function copyEncoders(outputFolder: string): Promise<void> {
  if (existsSync(inProject('encoders'))) {
    await cp(inProject('encoders'), path.join(outputFolder, 'encoders'), { recursive: true });
  }
}

async function encoderFiles(): Promise<string[]> {
  if (!existsSync(inProject('encoders'))) return [];
  return (await filesBelow(inProject('encoders'))).map((file) => path.posix.join('encoders', file));
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
}

async function markExecutable(outputFolder: string): Promise<void> {
  const cli = path.join(outputFolder, 'cli.js');
  if (existsSync(cli)) await chmod(cli, 0o755);
}

async function isCurrent(outputFolder: string, entries: readonly string[]): Promise<boolean> {
  let record: BuildRecord;
  try {
    record = JSON.parse(await readFile(path.join(outputFolder, recordName), 'utf8')) as BuildRecord;
  } catch {
    return false;
  }
  const expected = [...entries, ...(await encoderFiles())];
  if (expected.some((file) => !(file in record.inputs))) return false;
  if (record.outputs.some((output) => !existsSync(path.join(outputFolder, output)))) return false;
  const hashes = await hashFiles(Object.keys(record.inputs));
  return Object.entries(record.inputs).every(([file, hash]) => hashes[file] === hash);
}

async function writeRecord(outputFolder: string, metafiles: readonly Metafile[]): Promise<void> {
  const sources = metafiles
    .flatMap(({ inputs }) => Object.keys(inputs))
    .filter((file) => !file.includes('node_modules/') && !file.startsWith('<') && !file.includes(':'));
  const record: BuildRecord = {
    inputs: await hashFiles([...new Set([...alwaysInputs, ...sources, ...(await encoderFiles())])]),
    outputs: await filesBelow(outputFolder),
  };
  await writeFile(path.join(outputFolder, recordName), JSON.stringify(record));
}

async function hashFiles(files: readonly string[]): Promise<Record<string, string>> {
  const hashes = await Promise.all(
    files.map(async (file) => {
      try {
        const bytes = await readFile(path.join(projectRoot, file));
        return [file, createHash('sha256').update(bytes).digest('hex')] as const;
      } catch {
        return [file, 'missing'] as const;
      }
    }),
  );
  return Object.fromEntries(hashes);
}

/** Builds for development, with the folder and the tone that every command uses. */
export async function buildForDevelopment(say: (line: string) => void): Promise<void> {
  const { built, seconds } = await build({ outputFolder: inProject('dist'), production: false }, say);
  // Its service would stay as long as we do.
  await esbuild.stop();
  say(built ? `Built dist/ in ${seconds.toFixed(1)} s.` : 'dist/ is up to date.');
}

/** Rebuilds on every change until the process ends. */
export async function watchForDevelopment(): Promise<void> {
  const options: BundleOptions = { outputFolder: inProject('dist'), production: false };
  const { configurations } = await bundles(options);
  // A watched build keeps no record, and a stale one must not claim that it is current.
  await rm(path.join(options.outputFolder, recordName), { force: true });
  for (const configuration of configurations) {
    const context = await esbuild.context({ ...configuration, logLevel: 'info' });
    await context.watch();
  }
}
