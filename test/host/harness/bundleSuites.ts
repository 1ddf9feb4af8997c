import { globSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { inProject, projectRoot } from '../../../src/build/project.ts';

const outputFolder = inProject('out/test/host');

export interface BundledSuites {
  /** The module that exports `run()`. */
  readonly entry: string;
  /** Absolute paths by the suite's source path relative to `test/host/suites`. */
  readonly suites: ReadonlyMap<string, string>;
}

/** Bundles every suite of test/host/suites to CommonJS, which is what an extension host loads. */
export async function bundleHostSuites(): Promise<BundledSuites> {
  const sources = globSync('**/*.test.ts', { cwd: inProject('test/host/suites') });
  await rm(outputFolder, { recursive: true, force: true });
  await esbuild.build({
    absWorkingDir: projectRoot,
    entryPoints: [
      { in: 'test/host/suite/index.ts', out: 'index' },
      ...sources.map((source) => ({ in: `test/host/suites/${source}`, out: `suites/${source.replace(/\.ts$/, '')}` })),
    ],
    outdir: outputFolder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22.13',
    sourcemap: 'inline',
    external: ['vscode', 'mocha', 'onnxruntime-node', 'sharp', '@cwasm/nsbmp'],
    logLevel: 'error',
  });
  const bundled = sources.map((source) => {
    const name = source.split(path.sep).join('/');
    return [name, path.join(outputFolder, 'suites', name.replace(/\.ts$/, '.cjs'))] as const;
  });
  return { entry: path.join(outputFolder, 'index.cjs'), suites: new Map(bundled) };
}
