import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { provideChromium } from '../../../src/build/chromium.ts';
import { bundledApp } from '../shared/scatter/browserPage.ts';

const here = path.dirname(fileURLToPath(import.meta.url));

declare const start: (count: number, kept: unknown) => void;

type BundledApp = Awaited<ReturnType<typeof bundledApp>>;

/** A browser that shows the Review's page with a host of its own. */
export class ReviewBrowser {
  readonly #browser: Browser;
  readonly #app: BundledApp;
  readonly #hostScript: string;

  private constructor(browser: Browser, app: BundledApp, hostScript: string) {
    this.#browser = browser;
    this.#app = app;
    this.#hostScript = hostScript;
  }

  static async launch(): Promise<ReviewBrowser> {
    const app = await bundledApp(path.join(here, '../../../webview/review/main.tsx'));
    const { script } = await bundledApp(path.join(here, 'fakeReview.ts'));
    const executablePath = await provideChromium(() => undefined);
    return new ReviewBrowser(await chromium.launch({ executablePath, args: ['--no-sandbox'] }), app, script);
  }

  /**
   * @param problems takes what goes wrong in the page
   * @param kept what the page kept when it was thrown away before
   */
  async open(count: number, problems: string[], kept?: unknown): Promise<Page> {
    const page = await this.#browser.newPage({ viewport: { width: 1300, height: 800 }, reducedMotion: 'reduce' });
    page.setDefaultTimeout(10_000);
    page.on('pageerror', (error) => problems.push(error.message));
    await page.setContent(
      `<!doctype html><style>${this.#app.style}</style><body class="vscode-dark"><div id="app"></div></body>`,
    );
    await page.addScriptTag({ content: this.#hostScript });
    await page.evaluate(
      ([findings, state]) => {
        start(findings, state);
      },
      [count, kept] as const,
    );
    await page.addScriptTag({ content: this.#app.script });
    return page;
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

/** Times of key presses until what they bring is painted, in milliseconds. */
export async function timeKeys(page: Page, keys: readonly string[]): Promise<number[]> {
  const times: number[] = [];
  for (const key of keys) {
    // As fast as people read, so that the pictures of what comes next are there.
    await page.waitForTimeout(120);
    times.push(await page.evaluate<number>(`timed(${JSON.stringify(key)})`));
  }
  return times;
}
