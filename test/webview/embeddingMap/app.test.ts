import assert from 'node:assert/strict';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { provideChromium } from '../../../src/build/chromium.ts';
import { bundledApp } from '../shared/scatter/browserPage.ts';
import type { Fake } from './appPage.ts';

declare const fake: Fake;
declare const start: (count: number, kept: unknown) => void;

const COUNT = 400;
const here = path.dirname(fileURLToPath(import.meta.url));

let browser: Browser;
let app: { script: string; style: string };
let hostScript: string;
let page: Page;
let problems: string[];

before(async () => {
  app = await bundledApp(path.join(here, '../../../webview/embeddingMap/main.tsx'));
  hostScript = (await bundledApp(path.join(here, 'appPage.ts'))).script;
  const executablePath = await provideChromium(() => undefined);
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--enable-unsafe-swiftshader'] });
});

after(async () => {
  await (browser as Browser | undefined)?.close();
});

afterEach(async () => {
  assert.deepEqual(problems, []);
  await page.close();
});

describe("the Embedding Map's page", () => {
  it('shows points, a legend with counts, what can be trusted, and the pictures in view', async () => {
    await open();
    assert.deepEqual(await page.locator('.entry-name').allTextContents(), ['boot', 'hat', 'shirt', 'sock']);
    assert.deepEqual(await page.locator('.entry .count').allTextContents(), ['100', '100', '100', '100']);
    assert.match(await page.locator('.status').innerText(), /can be trusted[^]*60 % of the 15 nearest neighbours/);
    await page.locator('.pictures-title', { hasText: '400 images' }).waitFor();
    await page.locator('.cell img').first().waitFor();
    // Of the first class, at full strength.
    assert.ok((await pixelsOf([62, 118, 205])) > 200);
  });

  it('goes from image to image by arrows, tells which, selects with Shift, and opens with Enter', async () => {
    await open();
    await page.focus('.stage');
    await page.keyboard.press('ArrowRight');
    const first = await spoken(/train\/\w+\/\d+\.jpg/);
    await page.keyboard.press('Shift+ArrowRight');
    await spoken(/selected, 2 in all/);
    const rows = await selectedRows();
    assert.equal(rows.length, 2);
    assert.ok(first.includes(`/${rows[0]}.jpg`));
    await page.keyboard.press('Enter');
    assert.deepEqual(await lastCall('actOn'), { images: 1, action: 'open', row: rows[1] });
    await page.locator('.selection-bar', { hasText: '2 images selected' }).waitFor();
    await page.keyboard.press('Escape');
    assert.deepEqual(await selectedRows(), []);
    await page.keyboard.press('Control+a');
    assert.equal((await selectedRows()).length, COUNT);
  });

  it('lays out what is written about the images where that is chosen, and tells who is described alike', async () => {
    await open();
    assert.ok(await page.getByRole('radio', { name: 'Images' }).isChecked());
    await page.getByRole('radio', { name: 'Captions' }).click();
    assert.deepEqual(await lastCall('change'), { of: 'captions' });
    await page.getByRole('radio', { name: 'Captions', checked: true }).waitFor();
    await page.focus('.stage');
    await page.keyboard.press('ArrowRight');
    await page.locator('.hover-card', { hasText: 'Described most alike' }).waitFor();
  });

  it('selects a box, adds a lasso, takes out with Alt, and says what can be done with them', async () => {
    await open();
    await page.focus('.stage');
    await page.keyboard.press('b');
    // The upper half holds the shirts and the socks, whose crowds lie far from all others.
    await drag([0.23, 0.02], [0.98, 0.5]);
    assert.deepEqual(classesOf(await selectedRows()), [0, 0, 100, 100]);
    await page.keyboard.press('l');
    await page.keyboard.down('Shift');
    await drag([0.22, 0.5], [0.6, 0.5], [0.6, 0.98], [0.22, 0.98]);
    await page.keyboard.up('Shift');
    assert.deepEqual(classesOf(await selectedRows()), [100, 0, 100, 100]);
    await page.keyboard.press('b');
    await page.keyboard.down('Alt');
    await drag([0.62, 0.02], [0.98, 0.5]);
    await page.keyboard.up('Alt');
    assert.deepEqual(classesOf(await selectedRows()), [100, 0, 100, 0]);
    await page.locator('.pictures-title', { hasText: 'Selected200 images' }).waitFor();
    await page.locator('.selection-bar [data-action=tag]').first().click();
    assert.deepEqual(await lastCall('actOn'), { images: 1, action: 'tag' });
  });

  it('isolates and hides classes by pointer and by keys, also in the pictures', async () => {
    await open();
    const hat = page.locator('.entries li', { hasText: 'hat' });
    await hat.locator('.entry').click();
    await page.locator('.pictures-title', { hasText: 'In view100 images' }).waitFor();
    await hat.locator('.entry').click();
    await page.locator('.pictures-title', { hasText: '400 images' }).waitFor();
    await hat.locator('.entry').click({ modifiers: ['Control'] });
    await page.locator('.selection-bar', { hasText: '100 images' }).waitFor();
    assert.deepEqual(classesOf(await selectedRows()), [0, 100, 0, 0]);
    await page.locator('.selection-bar [aria-label^="Clear"]').click();
    await hat.locator('.entry').press('Space');
    await page.locator('.pictures-title', { hasText: '300 images' }).waitFor();
    assert.equal(await hat.getAttribute('data-off'), 'true');
    await hat.locator('.entry').press('ArrowUp');
    await page.keyboard.press('Space');
    await page.locator('.pictures-title', { hasText: '200 images' }).waitFor();
    await page.locator('.legend-title .link').click();
    await page.locator('.pictures-title', { hasText: '400 images' }).waitFor();
  });

  it('shows numbers as a ramp whose ends can be moved', async () => {
    await open();
    await page.selectOption('.color-by select', 'size');
    await page.locator('.ramp-ends', { hasText: '399 KB' }).waitFor();
    await page.locator('.ramp-range input').first().fill('200');
    await page.locator('.pictures-title', { hasText: /In view(199|200|201) images/ }).waitFor();
  });

  it('filters by class and by path, goes to the next that matches, and selects those alone', async () => {
    await open();
    await page.focus('.stage');
    await page.keyboard.press('/');
    await page.keyboard.type('class:shirt');
    await page.locator('.found', { hasText: '100 of 400' }).waitFor();
    await page.locator('.pictures-title', { hasText: 'Matching100 images' }).waitFor();
    await page.keyboard.press('Enter');
    await spoken(/train\/shirt\/2\.jpg/);
    // Neither "select all" nor a box takes what does not match.
    await page.focus('.stage');
    await page.keyboard.press('Control+a');
    assert.deepEqual(classesOf(await selectedRows()), [0, 0, 100, 0]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('b');
    await drag([0.23, 0.02], [0.98, 0.98]);
    assert.deepEqual(classesOf(await selectedRows()), [0, 0, 100, 0]);
    await page.keyboard.press('Escape');
    await page.locator('.search input').fill('/7.jpg');
    await page.locator('.found', { hasText: '1 of 400' }).click();
    assert.deepEqual(await selectedRows(), [7]);
    // Dots that do not match are still there, faintly.
    assert.ok((await pixelsOf([62, 118, 205])) < 50);
    await page.locator('.search input').press('Escape');
    assert.equal(await page.locator('.search input').inputValue(), '');
    await page.locator('.found').waitFor({ state: 'detached' });
  });

  it('completes a filter while it is written, by keys and by pointer', async () => {
    await open();
    const input = page.locator('.search input');
    await input.focus();
    await page.locator('.completions li', { hasText: 'class' }).first().waitFor();
    await page.keyboard.type('-cl');
    await page.keyboard.press('Tab');
    assert.equal(await input.inputValue(), '-class:');
    assert.deepEqual(await page.locator('.completions .completion-name').allTextContents(), [
      'boot',
      'hat',
      'shirt',
      'sock',
    ]);
    assert.equal(await page.locator('.completions .hint').first().textContent(), '100');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    assert.equal(await input.inputValue(), '-class:hat ');
    await page.locator('.found', { hasText: '300 of 400' }).waitFor();
    await page.keyboard.type('path:tr');
    await page.locator('.completions li', { hasText: 'train/sock' }).click();
    assert.equal(await input.inputValue(), '-class:hat path:train/sock ');
    await page.locator('.found', { hasText: '100 of 400' }).waitFor();
    // Nothing is being written, so that Tab leaves.
    await page.keyboard.press('Tab');
    assert.notEqual(await page.evaluate(() => document.activeElement?.getAttribute('role')), 'combobox');
  });

  it('says what of a filter is not understood, and keeps what matched before', async () => {
    await open();
    const input = page.locator('.search input');
    await input.fill('class:hat');
    await page.locator('.found', { hasText: '100 of 400' }).waitFor();
    await input.fill('class:hat clas:x');
    await page.locator('.filter-message[role=alert]', { hasText: 'did you mean “class”?' }).waitFor();
    assert.equal(await input.getAttribute('aria-invalid'), 'true');
    await page.locator('.pictures-title', { hasText: 'Matching100 images' }).waitFor();
    await input.fill('class:hatt');
    await page.locator('.filter-message[role=status]', { hasText: 'No image has the class “hatt”' }).waitFor();
    await page.locator('.pictures .hint', { hasText: 'No image matches the filter.' }).waitFor();
  });

  it('shows a filter that came from elsewhere, and saved views, and has the host save one', async () => {
    await open();
    await page.evaluate(() => {
      fake.host.filter('class:sock', false);
    });
    await page.locator('.found', { hasText: '100 of 400' }).waitFor();
    assert.equal(await page.locator('.search input').inputValue(), 'class:sock');
    await page.locator('[aria-label="Saved views"]').click();
    await page.locator('.save-view').click();
    assert.deepEqual(await lastCall('act'), { action: 'saveView' });
    await page.evaluate(() => {
      const { filter } = fake.host.data.state;
      const views = [{ name: 'head', filter: 'class:hat', count: 100, fault: undefined }];
      fake.host.show({ filter: { ...filter, views } });
    });
    await page.locator('[aria-label="Saved views"]').click();
    await page.locator('.tool.view', { hasText: 'head' }).click();
    assert.equal(await page.locator('.search input').inputValue(), 'class:hat');
    await page.locator('.pictures-title', { hasText: 'Matching100 images' }).waitFor();
  });

  it('holds no more cells of the pictures than can be seen, sorts them, and goes through them by keys', async () => {
    await open(20_000);
    await page.locator('.pictures-title', { hasText: '20,000 images' }).waitFor();
    await page.selectOption('.sorting select', 'size');
    await page.locator('.sorting .icon-button').click();
    await page.locator('.cell-caption', { hasText: '19,999 KB' }).waitFor();
    assert.ok((await page.locator('.cell').count()) < 80);
    await page.locator('.cell button').first().click();
    await page.keyboard.press('End');
    // The cell is drawn once it is scrolled to; until then the one that was clicked has the focus.
    await page.locator('.cell button:focus', { hasText: /^\s*0 KB\s*$/ }).waitFor();
    assert.ok((await page.locator('.cell').count()) < 80);
    // What is scrolled under the pointer takes no place.
    await page.locator('.hover-path', { hasText: /\/0\.jpg/ }).waitFor();
    await page.keyboard.press('Enter');
    assert.deepEqual(await lastCall('actOn'), { images: 1, action: 'open', row: 0 });
  });

  it('offers a menu of one image, which needs no selection', async () => {
    await open();
    await page.locator('.cell button').nth(2).click({ button: 'right' });
    await page.locator('.point-menu .tool', { hasText: 'Colour by Similarity' }).click();
    assert.deepEqual(await lastCall('query'), { images: 1, row: 2 });
    assert.deepEqual(await lastCall('change'), { colorBy: 'similarity' });
  });

  it('moves points as positions arrive, says how long it takes, and can be stopped', async () => {
    await open();
    await page.evaluate(() => {
      const { host, map } = fake;
      const progress = { phase: 'Laying out', done: 3, total: 10, rate: 0, secondsLeft: 4 };
      host.data.positions[0] = host.data.positions[1]!;
      host.show({ maps: [{ ...map, points: 2, moving: true, figures: undefined, progress }] });
    });
    await page.locator('.progress-text', { hasText: 'Laying out 3 of 10 · 4 s left' }).waitFor();
    await page.locator('.progress-text button').click();
    assert.deepEqual(await lastCall('act'), { action: 'cancel' });
  });

  it('shows two encoders side by side, linked, with how far they agree', async () => {
    await open();
    await page.evaluate(() => {
      const { host, map } = fake;
      const comparison = { progress: undefined, meanAgreement: 0.42, neighbors: 15 };
      host.show({ maps: [map, { ...map, encoder: { id: 'other', dim: 16 } }], comparison });
    });
    await page.locator('.stage').nth(1).waitFor();
    assert.deepEqual(await page.locator('.map-title').allTextContents(), ['tiny', 'other']);
    await page.locator('.status', { hasText: 'agree on 42 %' }).waitFor();
    await page.locator('.stage').nth(1).focus();
    await page.keyboard.press('ArrowLeft');
    await spoken(/train/);
    // The card is on the map where the keys are.
    await page.locator('.map').nth(1).locator('.hover-card').waitFor();
    assert.equal(await page.locator('.hover-card').count(), 1);
  });

  it('shows the same part in the same way again after it was thrown away', async () => {
    await open();
    await page.focus('.stage');
    for (const key of ['b', 'ArrowRight', 'f', '-']) await page.keyboard.press(key);
    await page.locator('.pictures-title', { hasText: /In view[1-9]\d? images/ }).waitFor();
    const title = await page.locator('.pictures-title').innerText();
    const kept = await page.evaluate(() => fake.host.kept);
    await page.close();
    await open(COUNT, kept);
    await page.locator('.pictures-title', { hasText: /In view[1-9]\d? images/ }).waitFor();
    assert.equal(await page.locator('.pictures-title').innerText(), title);
    assert.equal(await page.locator('.segments [aria-pressed=true]').getAttribute('title'), 'Drag to select a box (B)');
    await page.keyboard.press('Tab');
    await page.focus('.stage');
    await page.keyboard.press('0');
    await page.locator('.pictures-title', { hasText: '400 images' }).waitFor();
  });

  it('says what is wrong, and what can be done about it', async () => {
    await open();
    await page.evaluate(() => {
      fake.host.show({ failure: { code: 'not-indexed', message: 'No index.', remedy: 'index' } });
    });
    await page.locator('[role=alert]', { hasText: 'not indexed yet' }).waitFor();
    await page.locator('vscode-button', { hasText: 'Index Folder' }).click();
    assert.deepEqual(await lastCall('act'), { action: 'index' });
    await page.evaluate(() => {
      fake.host.show({ failure: undefined, trusted: false });
    });
    await page.locator('vscode-button', { hasText: 'Manage Trust' }).waitFor();
  });
});

async function open(count = COUNT, kept?: unknown): Promise<void> {
  page = await browser.newPage({ viewport: { width: 1300, height: 760 }, reducedMotion: 'reduce' });
  page.setDefaultTimeout(10_000);
  problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.setContent(
    `<!doctype html><style>${app.style}</style><body class="vscode-dark"><div id="app"></div></body>`,
  );
  await page.addScriptTag({ content: hostScript });
  await page.evaluate(
    ([images, state]) => {
      start(images, state);
    },
    [count, kept] as const,
  );
  await page.addScriptTag({ content: app.script });
  await page.locator('.entry').first().waitFor();
}

/** Waits until the live region says something like this. */
async function spoken(text: RegExp): Promise<string> {
  const region = page.locator('.unseen', { hasText: text });
  await region.waitFor({ state: 'attached' });
  return (await region.textContent())!;
}

async function selectedRows(): Promise<number[]> {
  return page.evaluate(() => [...fake.host.selected]);
}

function classesOf(rows: readonly number[]): number[] {
  return [0, 1, 2, 3].map((code) => rows.filter((row) => row % 4 === code).length);
}

/** What was asked for last, once it was. */
async function lastCall(method: string): Promise<unknown> {
  await page.waitForFunction((name) => fake.calls.some((call) => call.method === name), method);
  return page.evaluate((name) => fake.calls.findLast((call) => call.method === name)?.params, method);
}

/** Drags over the first map, along places in parts of its width and height. */
async function drag(...places: readonly (readonly [number, number])[]): Promise<void> {
  const box = (await page.locator('.stage').first().boundingBox())!;
  const at = ([x, y]: readonly [number, number]) => [box.x + x * box.width, box.y + y * box.height] as const;
  await page.mouse.move(...at(places[0]!));
  await page.mouse.down();
  for (const place of places.slice(1)) await page.mouse.move(...at(place), { steps: 6 });
  await page.mouse.up();
}

/** How many pixels of the points' canvas have about this colour. */
async function pixelsOf(colour: readonly number[]): Promise<number> {
  return page.evaluate((wanted) => {
    const canvas = document.querySelector<HTMLCanvasElement>('.stage canvas')!;
    const copy = document.createElement('canvas');
    [copy.width, copy.height] = [canvas.width, canvas.height];
    const context = copy.getContext('2d')!;
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (wanted.every((value, channel) => Math.abs(data[i + channel]! - value) < 20)) count++;
    }
    return count;
  }, colour);
}
