import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { provideChromium } from '../../../../src/build/chromium.ts';

export interface BrowserOptions {
  /** Of the page, in CSS pixels. */
  readonly width?: number;
  readonly height?: number;
  /** Pixels of the screen per CSS pixel. */
  readonly ratio?: number;
  /** Lets the browser use a graphics card. */
  readonly card?: boolean;
}

/** A browser, and a page that runs a script of this folder. */
export async function openScript(
  file: string,
  { width = 1280, height = 800, ratio = 1, card = false }: BrowserOptions = {},
): Promise<{ browser: Browser; page: Page; problems: string[] }> {
  const { script } = await bundledApp(path.join(path.dirname(fileURLToPath(import.meta.url)), file));
  const executablePath = await provideChromium(() => undefined);
  const drawing = card ? ['--ignore-gpu-blocklist', '--enable-gpu'] : ['--enable-unsafe-swiftshader'];
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--enable-precise-memory-info', ...drawing],
  });
  const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: ratio });
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.setContent('<!doctype html><body style="margin:0"></body>');
  await page.addScriptTag({ content: script });
  return { browser, page, problems };
}

/** Script and style of a page, as the build bundles them. */
export async function bundledApp(source: string): Promise<{ readonly script: string; readonly style: string }> {
  const { outputFiles } = await build({
    entryPoints: [source],
    outdir: 'page',
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2023',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'silent',
  });
  const textOf = (ending: string) => outputFiles.find((file) => file.path.endsWith(ending))?.text ?? '';
  return { script: textOf('.js'), style: textOf('.css') };
}
