import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from './builder.ts';
import { copyNativePackages, nativePackageClosure } from './nativePackages.ts';
import { SetupError } from './nodeRelease.mjs';
import { thirdPartyNotices } from './notices.ts';
import { run } from './processes.ts';
import { inProject, platformTarget, readManifest } from './project.ts';

/** Limits of the packed file in MiB: a little above what was measured (Linux x64: 31.1) or, elsewhere, estimated. */
const sizeLimits: Readonly<Record<string, number>> = {
  'linux-x64': 32,
  'linux-arm64': 28,
  'darwin-arm64': 48,
  'win32-x64': 48,
  'win32-arm64': 48,
};

export interface Package {
  /** Absolute. */
  readonly file: string;
  /** The unpacked extension, absolute. */
  readonly folder: string;
  readonly bytes: number;
}

/** Where `makePackage` leaves its file. */
export function packageFile(): string {
  const { name, version } = readManifest();
  return inProject(`${name}-${platformTarget}-${version}.vsix`);
}

/** Where `makePackage` puts together what it packs. */
export const packageFolder = inProject('out/package');

/**
 * Makes the extension for this platform: a production build, the native packages, the notices, packed by vsce. Throws
 * a SetupError where it holds what it shouldn't or has grown too large.
 */
export async function makePackage(say: (line: string) => void): Promise<Package> {
  const limit = sizeLimits[platformTarget];
  if (limit === undefined)
    throw new SetupError(`ONNX Runtime has no build for ${platformTarget}, so there is no package for it.`);
  // Put together apart from dist/, where a copy of the native packages would hide the installed ones.
  await rm(packageFolder, { recursive: true, force: true });
  await mkdir(packageFolder, { recursive: true });
  const { metafiles } = await build({ outputFolder: path.join(packageFolder, 'dist'), production: true }, say);
  await copyNativePackages(await nativePackageClosure(), path.join(packageFolder, 'dist'));
  await writeFile(path.join(packageFolder, 'THIRD-PARTY-NOTICES.txt'), await thirdPartyNotices(metafiles));
  await copyDocuments();
  await checkBinaries(path.join(packageFolder, 'dist'));

  const file = packageFile();
  await pack(file);
  const { size: bytes } = await stat(file);
  const mebibytes = (bytes / 2 ** 20).toFixed(1);
  if (bytes > limit * 2 ** 20) {
    throw new SetupError(
      `${file} is ${mebibytes} MiB, above its limit of ${limit}; find out what grew, or raise the limit.`,
    );
  }
  say(`Packed ${file}: ${mebibytes} MiB of at most ${limit}.`);
  return { file, folder: packageFolder, bytes };
}

async function copyDocuments(): Promise<void> {
  for (const name of ['README.md', 'LICENSE', '.vscodeignore']) {
    await copyFile(inProject(name), path.join(packageFolder, name)).catch(() => {
      throw new SetupError(`There is no ${name}, which a package has to hold.`);
    });
  }
  for (const name of ['CHANGELOG.md', 'media']) {
    if (existsSync(inProject(name))) await cp(inProject(name), path.join(packageFolder, name), { recursive: true });
  }
  // What the project needs to be built would make vsce build it again, and look for packages.
  const manifest: Record<string, unknown> = { ...readManifest() };
  for (const key of ['scripts', 'devDependencies', 'dependencies', 'prettier', 'private'])
    Reflect.deleteProperty(manifest, key);
  await writeFile(path.join(packageFolder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

async function pack(file: string): Promise<void> {
  const vsce = inProject('node_modules/@vscode/vsce/vsce');
  const flags = [
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
    '--target',
    platformTarget,
  ];
  const { code, stdout, stderr } = await run(process.execPath, [vsce, 'package', ...flags, '--out', file], {
    cwd: packageFolder,
  });
  if (code !== 0) throw new SetupError(`vsce can't pack the extension: ${(stderr + stdout).trim()}`);
}

/** Every native file has to be this platform's: another one is dead weight, and none at all means a broken package. */
async function checkBinaries(folder: string): Promise<void> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
  const binaries = files.filter((file) => /\.(node|so(\.[\d.]+)?|dylib|dll)$/.test(file));
  const own = new RegExp(`\\b${process.platform}[/-]${process.arch}\\b`);
  const foreign = binaries.filter((file) => !own.test(file));
  if (foreign.length > 0) throw new SetupError(`Not for ${platformTarget}: ${foreign.join(', ')}.`);
  for (const name of ['onnxruntime_binding.node', 'sharp-']) {
    if (!binaries.some((file) => path.posix.basename(file).startsWith(name))) {
      throw new SetupError(`The package holds no ${name} for ${platformTarget}; install the dependencies again.`);
    }
  }
}
