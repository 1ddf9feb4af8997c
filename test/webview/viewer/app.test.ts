import assert from 'node:assert/strict';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, afterEach, before, describe, it } from 'node:test';
import { chromium, type Browser, type Page } from 'playwright-core';
import { provideChromium } from '../../../src/build/chromium.ts';
import { bundledApp } from '../shared/scatter/browserPage.ts';
import type { Fake } from './fakeViewer.ts';

declare const fake: Fake;
declare const start: (change: Partial<Fake>) => void;

const here = path.dirname(fileURLToPath(import.meta.url));

let browser: Browser;
let app: Awaited<ReturnType<typeof bundledApp>>;
let hostScript: string;
let page: Page;
let problems: string[];

before(async () => {
  app = await bundledApp(path.join(here, '../../../webview/viewer/main.tsx'));
  ({ script: hostScript } = await bundledApp(path.join(here, 'fakeViewer.ts')));
  browser = await chromium.launch({
    executablePath: await provideChromium(() => undefined),
    args: ['--no-sandbox'],
  });
});

after(async () => {
  await (browser as Browser | undefined)?.close();
});

afterEach(async () => {
  assert.deepEqual(problems, []);
  await page.close();
});

describe("the image viewer's page", () => {
  it('shows the picture and what is known of it', async () => {
    await open();
    const side = await page.locator('.side').innerText();
    assert.match(side, /a\.png\s+40 × 20 px · PNG · 1\.23 kB/);
    assert.match(side, /Class\s+cat\s+Split\s+train\s+Tags\s+night/);
    assert.match(side, /Label issue\s+It looks like a dog\.\s+Review/);
    assert.equal(await page.locator('.found .card').count(), 2);
    await page.locator('.findings .link').click();
    assert.deepEqual(await lastCall('review'), { finding: 'f1' });
    await page.locator('.found .card').nth(1).click();
    assert.deepEqual(await lastCall('open'), { path: 'train/cat/2.png' });
  });

  it('tells the pixel under the pointer and its values', async () => {
    await open();
    const { x, y, scale } = await placed();
    await page.mouse.move(x + 7.5 * scale, y + 11.5 * scale);
    assert.equal(await page.locator('.pixel').innerText(), 'x 7, y 11 · 42 132 200 · #2a84c8');
    await page.mouse.move(x - 3, y - 3);
    assert.equal(await page.locator('.pixel').innerText(), '–');
  });

  it('draws pixels as squares when zoomed in', async () => {
    await open();
    const { x, y, scale } = await placed();
    // Within a pixel there is one colour, up to its edge.
    const colours = await Promise.all(
      [0.1, 0.5, 0.9].map((share) => colourAt(x + (12 + share) * scale, y + 4.5 * scale)),
    );
    assert.deepEqual(colours, [colours[0], colours[0], colours[0]]);
    assert.deepEqual(colours[0], [72, 48, 200]);
  });

  it('zooms around the pointer by the wheel, and by keys, and fits again', async () => {
    await open();
    const before = await placed();
    const at = { x: before.x + 10 * before.scale, y: before.y + 5 * before.scale };
    await page.mouse.move(at.x, at.y);
    await page.mouse.wheel(0, -300);
    await page.waitForFunction(`viewOf().scale > ${before.scale * 1.5}`);
    const zoomed = await placed();
    assert.ok(Math.abs(zoomed.x + 10 * zoomed.scale - at.x) < 1);
    await page.keyboard.press('0');
    await page.waitForFunction(`viewOf().scale === ${before.scale}`);
    await page.keyboard.press('1');
    await page.waitForFunction('viewOf().scale === 1');
    assert.equal(await page.locator('.scale').innerText(), '100 %');
    await page.keyboard.press('+');
    await page.waitForFunction('viewOf().scale === 1.25');
    await page.keyboard.press('-');
    await page.waitForFunction('viewOf().scale === 1');
  });

  it('moves by a drag with the tool for it, and by arrows', async () => {
    await open();
    await page.keyboard.press('m');
    for (let i = 0; i < 6; i++) await page.keyboard.press('+');
    const before = await placed();
    await drag([400, 300], [360, 280]);
    const moved = await placed();
    assert.deepEqual([Math.round(moved.x - before.x), Math.round(moved.y - before.y)], [-40, -20]);
    assert.equal(await page.locator('.region').count(), 0);
    await page.keyboard.press('ArrowRight');
    const after = await placed();
    assert.equal(Math.round(after.x - moved.x), -60);
  });

  it('finds what is like a box that is dragged, and says what was matched', async () => {
    await open();
    const { x, y, scale } = await placed();
    await drag([x + 4.2 * scale, y + 2.1 * scale], [x + 20.5 * scale, y + 13.3 * scale]);
    await page.locator('section[aria-label="Like the region"] .card').nth(1).waitFor();
    assert.deepEqual(await lastCall('search'), { box: { x: 4, y: 2, width: 17, height: 12 } });
    const cards = page.locator('.found .card');
    assert.deepEqual(await cards.locator('.match').allInnerTexts(), ['part', 'whole image']);
    const box = page.locator('.found .card').first().locator('.matched');
    assert.deepEqual(
      await box.evaluate((element) => [
        element.style.left,
        element.style.top,
        element.style.width,
        element.style.height,
      ]),
      ['25%', '10%', '50%', '40%'],
    );
    assert.match(await page.locator('.side').innerText(), /Regions of 3 of 9 images are indexed\. Index Regions/);
    await page.locator('.link', { hasText: 'Index Regions' }).click();
    assert.deepEqual(await lastCall('act'), { action: 'index-regions' });
    assert.equal(await page.locator('.region').count(), 1);
    await page.keyboard.press('Escape');
    await page.locator('section[aria-label="Most alike"]').waitFor();
    assert.deepEqual(await lastCall('search'), { box: undefined });
  });

  it('takes a box that is too small, or a mere click, for nothing', async () => {
    await open();
    const { x, y, scale } = await placed();
    await drag([x + 2 * scale, y + 2 * scale], [x + 5 * scale, y + 5 * scale]);
    await page.mouse.click(x + 9 * scale, y + 9 * scale);
    assert.equal(await page.locator('.region').count(), 0);
    assert.equal(await lastCall('search'), undefined);
  });

  it('chooses a region by the keyboard alone', async () => {
    await open();
    await page.keyboard.press('r');
    for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowUp', 'Shift+ArrowRight']) await page.keyboard.press(key);
    await page.keyboard.press('Enter');
    await page.locator('section[aria-label="Like the region"]').waitFor();
    assert.deepEqual(await lastCall('search'), { box: { x: 8, y: 4, width: 21, height: 10 } });
  });

  it('keeps how it is looked at while it is thrown away', async () => {
    await open({ kept: { view: { scale: 32, x: 30, y: 10 }, tool: 'move' } });
    assert.equal((await placed()).scale, 32);
    assert.equal(await page.locator('.chip[aria-pressed=true]').innerText(), 'Move');
    await page.keyboard.press('m');
    assert.equal(await page.evaluate('fake.kept.tool'), 'region');
  });

  it('asks the host for a copy of what it can’t decode itself', async () => {
    await open({ isForeign: true });
    await placed();
    assert.deepEqual(await lastCall('picture'), { decode: true });
  });

  it('says in one sentence why there is no picture, and what is missing of an image', async () => {
    const message = 'a.png ends too early; it is cut off, restore or remove it.';
    await open({ failure: { code: 'truncated-image', message, remedy: 'none' } }, '.stage.empty');
    assert.match(await page.locator('.stage').innerText(), new RegExp(`^${message}`));
    // Nothing more is said of a picture that can't be read.
    assert.equal(await page.locator('section[aria-label="Most alike"]').count(), 0);
    await page.close();
    await open();
    await page.evaluate(() => {
      fake.show({ image: { ...fake.state.image!, indexed: false, label: undefined } });
    });
    await page.locator('.side [role=status]', { hasText: 'This image is not in the index' }).waitFor();
    await page.locator('vscode-button', { hasText: 'Index Folder' }).click();
    assert.deepEqual(await lastCall('act'), { action: 'index' });
    await page.evaluate(() => {
      fake.show({ trusted: false });
    });
    await page.locator('.empty', { hasText: 'restricted workspace' }).waitFor();
  });
});

async function open(change: Partial<Fake> = {}, awaited = '.stage[data-view]'): Promise<void> {
  problems = [];
  page = await browser.newPage({ viewport: { width: 1100, height: 700 }, reducedMotion: 'reduce' });
  page.setDefaultTimeout(10_000);
  page.on('pageerror', (error) => problems.push(error.message));
  await page.setContent(
    `<!doctype html><style>${app.style}</style><body class="vscode-dark"><div id="app"></div></body>`,
  );
  await page.addScriptTag({ content: hostScript });
  await page.evaluate((given) => {
    start(given);
  }, change);
  await page.addScriptTag({ content: app.script });
  await page.addScriptTag({
    content: `const viewOf = () => JSON.parse(document.querySelector('.stage').dataset.view);`,
  });
  await page.locator(awaited).waitFor();
}

/** Where the picture's upper left corner is on the page, and how large its pixels are. */
async function placed(): Promise<{ readonly x: number; readonly y: number; readonly scale: number }> {
  const box = (await page.locator('.stage').boundingBox())!;
  const view = await page.evaluate<{ scale: number; x: number; y: number }>('viewOf()');
  return {
    x: box.x + box.width / 2 - view.x * view.scale,
    y: box.y + box.height / 2 - view.y * view.scale,
    scale: view.scale,
  };
}

async function drag(from: readonly [number, number], to: readonly [number, number]): Promise<void> {
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move(...to, { steps: 5 });
  await page.mouse.up();
}

/** Red, green and blue at a place of the page. */
async function colourAt(x: number, y: number): Promise<readonly number[]> {
  return page.evaluate(
    ([left, top]) => {
      const canvas = document.querySelector('canvas')!;
      const { x: startX, y: startY } = canvas.getBoundingClientRect();
      const { data } = canvas.getContext('2d')!.getImageData(Math.round(left - startX), Math.round(top - startY), 1, 1);
      return [...data.slice(0, 3)];
    },
    [x, y] as const,
  );
}

async function lastCall(method: string): Promise<unknown> {
  return page.evaluate((name) => fake.calls.findLast((call) => call.method === name)?.params, method);
}
