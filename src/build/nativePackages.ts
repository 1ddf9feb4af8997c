import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { nativePackages } from './bundle.ts';
import { inProject, platformTarget } from './project.ts';

export interface PackageManifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Needed to install onnxruntime-node only: they fetch and unpack CUDA libraries. */
const installOnly = new Set(['adm-zip', 'global-agent']);

/** Nothing at run time reads them. */
const superfluous =
  /\.(d\.[cm]?ts|ts|map|md|html|cc|h|gyp|bat)$|^(test|install|script|src|lib\/(.*\/)?include)\b|^lib\/glib-2\.0\//i;
// Licences stay beside what they license, whatever they are called.
const licence = /licen[cs]e|notice|copying/i;

export async function readPackage(name: string): Promise<PackageManifest> {
  return JSON.parse(await readFile(inProject('node_modules', name, 'package.json'), 'utf8')) as PackageManifest;
}

/** The native packages and everything they need at run time on this platform, each once. */
export async function nativePackageClosure(): Promise<PackageManifest[]> {
  const found = new Map<string, PackageManifest>();
  const visit = async (name: string): Promise<void> => {
    if (found.has(name) || installOnly.has(name)) return;
    const manifest = await readPackage(name);
    found.set(name, manifest);
    for (const dependency of Object.keys(manifest.dependencies ?? {})) await visit(dependency);
    // npm installs the optional packages of this platform only, unless somebody asked for more.
    for (const dependency of Object.keys(manifest.optionalDependencies ?? {})) {
      if (dependency.endsWith(`-${platformTarget}`) && existsSync(inProject('node_modules', dependency)))
        await visit(dependency);
    }
  };
  for (const name of nativePackages) await visit(name);
  return [...found.values()];
}

/** Copies these packages, without other platforms' binaries, into the folder `node_modules` of `outputFolder`. */
export async function copyNativePackages(packages: readonly PackageManifest[], outputFolder: string): Promise<void> {
  for (const manifest of packages) {
    const source = inProject('node_modules', manifest.name);
    const target = path.join(outputFolder, 'node_modules', manifest.name);
    await mkdir(target, { recursive: true });
    await cp(source, target, {
      recursive: true,
      filter: (file) => isNeeded(path.relative(source, file).split(path.sep).join('/')),
    });
    await writeFile(path.join(target, 'package.json'), JSON.stringify(runtimeManifest(manifest), undefined, 2));
  }
}

/** Whether a file or folder, by its path in its package, belongs into the copy. */
function isNeeded(file: string): boolean {
  if (file.startsWith('node_modules')) return false;
  const [, platform, arch] = /^bin\/napi-v\d+\/([^/]+)(?:\/([^/]+))?/.exec(file) ?? [];
  if (platform !== undefined && platform !== process.platform) return false;
  if (arch !== undefined && arch !== process.arch) return false;
  return licence.test(path.posix.basename(file)) || !superfluous.test(file);
}

/** Without what only an installation reads, and which would promise packages that aren't there. */
function runtimeManifest(manifest: PackageManifest): Record<string, unknown> {
  const dropped = new Set(['scripts', 'devDependencies', 'dependencies', 'optionalDependencies', 'contributors']);
  return Object.fromEntries(Object.entries(manifest).filter(([key]) => !dropped.has(key)));
}
