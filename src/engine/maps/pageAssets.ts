import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type * as Esbuild from 'esbuild';

/** Set by the bundler, as in `entryPoints.ts`. */
declare const LIKENESS_BUNDLED: boolean | undefined;

/** Script and style of a map's page, as text. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** Those that lie beside the bundle; from source they are bundled now, as the build would. */
export async function pageAssets(): Promise<PageAssets> {
  if (typeof LIKENESS_BUNDLED !== 'undefined' && LIKENESS_BUNDLED) {
    const read = (name: string) => readFile(new URL(`./webview/${name}`, import.meta.url), 'utf8');
    const [script, style] = await Promise.all([read('mapPage.js'), read('mapPage.css')]);
    return { script, style };
  }
  // By a name in a variable, so that no bundler takes the other one along.
  const bundler = 'esbuild';
  const { build } = (await import(bundler)) as typeof Esbuild;
  const source = fileURLToPath(new URL('../../../webview/mapPage/main.tsx', import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [source],
    outdir: 'page',
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2023',
    logLevel: 'silent',
  });
  const textOf = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  return { script: textOf('.js'), style: textOf('.css') };
}
