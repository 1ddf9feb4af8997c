import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { BuildOptions } from 'esbuild';
import { inProject, projectRoot } from './project.ts';
import { vscodeModule } from './vscodeModule.ts';

/** Packages that bring native code or a file they read at run time, so that they ship as they are. */
export const nativePackages = ['onnxruntime-node', 'sharp', '@cwasm/nsbmp'] as const;

export interface BundleOptions {
  /** Where the bundles go, absolute. */
  readonly outputFolder: string;
  /** Minified and without source maps. */
  readonly production: boolean;
}

interface EntryPoint {
  /** Relative to the project. */
  readonly source: string;
  /** Relative to the output folder, without extension. */
  readonly output: string;
}

// What is bundled may be CommonJS inside and call `require` for Node's own modules, which ESM doesn't have.
const requireBanner = `import { createRequire as createRequireOfBundle } from 'node:module';\nconst require = createRequireOfBundle(import.meta.url);`;

/** One esbuild configuration per kind of bundle, for the entry points that exist. */
export async function bundles(options: BundleOptions): Promise<{ configurations: BuildOptions[]; missing: string[] }> {
  const extension = [{ source: 'src/extension/extension.ts', output: 'extension' }];
  const node = [
    { source: 'src/cli/main.ts', output: 'cli' },
    { source: 'src/engine/main.ts', output: 'main' },
    { source: 'src/engine/training/main.ts', output: 'training' },
    { source: 'src/engine/encoders/onnxWorker.ts', output: 'onnxWorker' },
    { source: 'src/engine/training/viewWorker.ts', output: 'viewWorker' },
    { source: 'src/engine/maps/layoutWorker.ts', output: 'layoutWorker' },
    { source: 'src/engine/maps/descentWorker.ts', output: 'descentWorker' },
    { source: 'src/engine/encoders/providers/trialProcess.ts', output: 'providerTrial' },
    { source: 'src/engine/training/providers/stepTrialProcess.ts', output: 'stepTrial' },
    { source: 'src/engine/training/tensorflow/probeProcess.ts', output: 'tensorFlowProbe' },
  ];
  const webviews = await webviewEntryPoints();
  const shared = sharedOptions(options);
  const nodeOptions: BuildOptions = {
    ...shared,
    platform: 'node',
    target: 'node22.13',
    define: { LIKENESS_BUNDLED: 'true' },
    external: [...nativePackages, 'vscode'],
    // Some packages point `main` at a UMD wrapper whose inner requires can't be followed.
    mainFields: ['module', 'main'],
  };
  const configurations: BuildOptions[] = [
    {
      ...nodeOptions,
      format: 'cjs',
      outExtension: { '.js': '.cjs' },
      entryPoints: present(extension),
      plugins: [vscodeModule()],
      // A name that the module of the API doesn't export would be undefined.
      logOverride: { 'import-is-undefined': 'error' },
    },
    {
      ...nodeOptions,
      format: 'esm',
      banner: { js: requireBanner },
      entryPoints: present(node),
      // The command line, the engine's process and a training hold the same engine, which ships once.
      splitting: true,
      // Beside the entries, as what looks for a file next to itself may end up in one.
      chunkNames: 'shared-[hash]',
    },
    {
      ...shared,
      platform: 'browser',
      format: 'iife',
      target: 'es2023',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      loader: { '.ttf': 'file', '.woff2': 'file' },
      assetNames: 'webview/[name]',
      entryPoints: present(webviews),
    },
  ];
  return {
    configurations: configurations.filter(({ entryPoints }) => Object.keys(entryPoints ?? {}).length > 0),
    missing: [...extension, ...node].map(({ source }) => source).filter((source) => !existsSync(inProject(source))),
  };
}

function sharedOptions({ outputFolder, production }: BundleOptions): BuildOptions {
  return {
    absWorkingDir: projectRoot,
    outdir: outputFolder,
    bundle: true,
    minify: production,
    sourcemap: production ? false : 'linked',
    // The notices are gathered in a file of their own.
    legalComments: 'none',
    logLevel: 'silent',
  };
}

/** Every folder `webview/NAME` with a `main.tsx` is an app of its own. */
async function webviewEntryPoints(): Promise<EntryPoint[]> {
  if (!existsSync(inProject('webview'))) return [];
  const folders = await readdir(inProject('webview'), { withFileTypes: true });
  return folders
    .filter((entry) => entry.isDirectory() && existsSync(inProject('webview', entry.name, 'main.tsx')))
    .map(({ name }) => ({ source: `webview/${name}/main.tsx`, output: `webview/${name}` }));
}

function present(entryPoints: readonly EntryPoint[]): Record<string, string> {
  return Object.fromEntries(
    entryPoints
      .filter(({ source }) => existsSync(inProject(source)))
      .map(({ source, output }) => [output, path.posix.join('.', source)]),
  );
}
