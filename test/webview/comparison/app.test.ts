import assert from 'node:assert/strict';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { chromium, type Browser, type Page } from 'playwright-core';
import { provideChromium } from '../../../src/build/chromium.ts';
import { bundledApp } from '../shared/scatter/browserPage.ts';
import type { Fake } from './fakeComparison.ts';

declare const fake: Fake;

type BundledApp = Awaited<ReturnType<typeof bundledApp>>;

let browser: Browser;
let app: BundledApp;
let host: BundledApp;
let page: Page;
const problems: string[] = [];

before(async () => {
  app = await bundledApp(path.join(import.meta.dirname, '../../../webview/comparison/main.tsx'));
  host = await bundledApp(path.join(import.meta.dirname, 'fakeComparison.ts'));
  const executablePath = await provideChromium(() => undefined);
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
});

after(async () => {
  await (browser as Browser | undefined)?.close();
});

beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 1300, height: 1000 }, reducedMotion: 'reduce' });
  page.setDefaultTimeout(10_000);
  page.on('pageerror', (error) => problems.push(error.message));
  await page.setContent(
    `<!doctype html><style>${app.style}</style><body class="vscode-dark"><div id="app"></div></body>`,
  );
  await page.addScriptTag({ content: host.script });
  await page.addScriptTag({ content: app.script });
  await page.locator('.found').first().waitFor();
});

afterEach(async () => {
  assert.deepEqual(problems.splice(0), []);
  await page.close();
});

describe('the page of Compare Encoders', () => {
  it('shows each encoder with its figures, the best marked, and how it was measured', async () => {
    const rows = page.locator('.figure-table').first().locator('tbody tr');
    assert.equal(await rows.count(), 3);
    assert.match(await rows.nth(0).locator('th').innerText(), /ResNet-10 at 64 px\s*in use/);
    assert.match(await rows.nth(1).locator('th').innerText(), /pixels\s*baseline/);
    const best = rows.locator('td[data-best=true] .value');
    assert.ok((await best.allInnerTexts()).some((text) => /★best 91\.0 ±2\.0/.test(text.replaceAll('\n', ''))));
    // The bar of a figure ends at it, and its interval lies around it.
    const macro = rows.nth(0).locator('td').nth(1).locator('.bar i');
    assert.deepEqual(await macro.evaluateAll((bars) => bars.map((bar) => bar.getAttribute('style'))), [
      'width: 76.7%;',
      'left: 71.7%; width: 10%;',
    ]);
    await page.locator('summary', { hasText: 'How it was measured' }).click();
    await page.locator('.protocol', { hasText: '372 images of the test split against the 1,616 others' }).waitFor();
  });

  it('takes an encoder into use that the data set has and does not use', async () => {
    const rows = page.locator('.figure-table').first().locator('tbody tr');
    assert.deepEqual(await rows.locator('.about').allInnerTexts(), ['in use', 'baseline\nUse', '']);
    await rows.nth(1).getByRole('button', { name: 'Use Pixels' }).click();
    assert.deepEqual(await last('use'), { encoder: 'pixels' });
  });

  it('shows how much every two encoders share, and those two that are chosen in words and by class', async () => {
    const cells = page.locator('.heat td button');
    assert.equal(await cells.count(), 6);
    const texts = await cells.allInnerTexts();
    // The same from either side.
    assert.equal(texts[0], texts[2]);
    assert.match(await page.locator('.pair h3').innerText(), /ResNet-10 at 64 px and DINOv2 small/);
    assert.match(
      await page.locator('.pair .sentence').first().innerText(),
      /over 60 queries\. By chance it would be 16\.9 %\./,
    );
    assert.deepEqual(new Set(await page.locator('.class-bars th').allInnerTexts()), new Set(['cat', 'dog_']));
    await cells.nth(0).click();
    assert.deepEqual(await last('change'), { pair: [0, 1] });
    await page.locator('.heat [aria-pressed=true]', { hasText: texts[0]! }).waitFor();
    await page.locator('#disagreements-title', { hasText: 'Where ResNet-10 at 64 px and pixels disagree' }).waitFor();
  });

  it('puts the two rows of a query side by side, and tells what is shared and of the class', async () => {
    const sides = page.locator('.side');
    assert.equal(await sides.count(), 2);
    for (const side of [sides.nth(0), sides.nth(1)]) {
      assert.equal(await side.locator('.found').count(), 10);
      const [hits, shared] = /(\d+) of 10 of its class · (\d+) in both/
        .exec(await side.innerText())!
        .slice(1)
        .map(Number);
      assert.equal(await side.locator('.found[data-class=same]').count(), hits);
      assert.equal(await side.locator('.found[data-shared=true]').count(), shared);
    }
    const label = await page.locator('.asked .class').innerText();
    const wrong = sides.nth(1).locator('.found[data-class=other]').first();
    assert.notEqual(await wrong.locator('.label').innerText(), label);
    assert.match((await wrong.getAttribute('aria-label')) ?? '', /another class/);
    await sides.nth(0).locator('.found img').nth(9).waitFor();
  });

  it('shows where the twin of a shared neighbour is', async () => {
    await page.keyboard.press('End');
    const twin = page.locator('.side').nth(1).locator('.found[data-shared=true]').first();
    const name = (await twin.getAttribute('aria-label'))!;
    await twin.hover();
    const other = page.locator('.side').nth(0).locator('.found[data-pointed=true]');
    assert.equal(await other.getAttribute('aria-label'), name);
  });

  it('goes on and back by keys, buttons and a click, and stays within the list', async () => {
    const first = await asked();
    await page.keyboard.press('ArrowLeft');
    await page.locator('.count', { hasText: /^1 of 20$/ }).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('j');
    await page.locator('.count', { hasText: /^3 of 20$/ }).waitFor();
    assert.notEqual(await asked(), first);
    await page.keyboard.press('k');
    await page.getByRole('button', { name: 'Previous query' }).click();
    assert.equal(await asked(), first);
    await page.keyboard.press('End');
    await page.locator('.count', { hasText: /^20 of 20$/ }).waitFor();
    await page.locator('.strip button').nth(4).click();
    await page.locator('.count', { hasText: /^5 of 20$/ }).waitFor();
    assert.equal(await page.locator('.strip [aria-current=true]').count(), 1);
  });

  it('opens the query, and a neighbour beside it', async () => {
    const path = await asked();
    await page.keyboard.press('o');
    assert.deepEqual(await last('open'), { paths: [path] });
    const found = page.locator('.found').first();
    const name = (await found.getAttribute('aria-label'))!.split(',')[0];
    await found.click();
    assert.deepEqual(await last('open'), { paths: [path, name] });
  });

  it('asks for each thumbnail once, in batches', async () => {
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await page.locator('.found img').nth(19).waitFor();
    const batches = await page.evaluate(() =>
      fake.calls.filter(({ method }) => method === 'thumbnails').map(({ params }) => params as string[]),
    );
    assert.equal(new Set(batches.flat()).size, batches.flat().length);
    assert.ok(batches.length < 6, `${batches.length} batches`);
  });

  it('says what goes on, what is wrong and what can be done', async () => {
    await show({ progress: { phase: 'Embedding with dino', done: 5, total: 10, rate: 2, secondsLeft: 3 } });
    await page.locator('.working .chip', { hasText: 'Cancel' }).click();
    assert.deepEqual(await last('act'), { action: 'cancel' });
    const failure = { code: 'not-enough-labels', message: 'No image of pets has a label.', remedy: 'retry' };
    await show({ progress: undefined, figures: undefined, failure });
    await page.locator('[role=alert]', { hasText: 'No image of pets has a label.' }).waitFor();
    await page.locator('vscode-button', { hasText: 'Try Again' }).click();
    assert.deepEqual(await last('act'), { action: 'retry' });
    await show({ failure: undefined });
    await page.locator('.empty', { hasText: '2 encoders chosen' }).waitFor();
    await show({ name: undefined });
    await page.locator('vscode-button', { hasText: 'Choose Encoders…' }).click();
    assert.deepEqual(await last('act'), { action: 'choose' });
    await show({ trusted: false });
    await page.locator('vscode-button', { hasText: 'Manage Trust' }).waitFor();
  });
});

function asked(): Promise<string | null> {
  return page.locator('.beside').getAttribute('data-query');
}

function last(method: string): Promise<unknown> {
  return page.evaluate((name) => fake.calls.findLast((call) => call.method === name)?.params, method);
}

async function show(change: object): Promise<void> {
  await page.evaluate((part) => {
    fake.host.show(part);
  }, change);
}
