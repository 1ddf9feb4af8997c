import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { FrameLocator, Page } from 'playwright-core';
import { planted, plantPictures } from '../../engine/regions/plantedPictures.ts';
import {
  chooseMenuItem,
  contextMenuItem,
  explorerContextMenu,
  explorerItem,
  openFile,
  quickPick,
  runCommand,
  screenshot,
  webviewFrame,
} from '../harness/page.ts';
import { eventually, openResultMenu, shownFiles, showsQuery, similarView } from './likenessViews.ts';
import { onSample } from './onSample.ts';

const LAUNCH_MS = 90_000;

let page: Page;

onSample(
  'viewer',
  (window) => {
    ({ page } = window);
  },
  async (dataset) => {
    await plantPictures(dataset, 0);
    await writeFile(path.join(dataset, 'train/b/broken.png'), 'no picture');
  },
);

test('VS Code’s own viewer stays the default for a picture, and ours is a choice', async () => {
  await openFile(page, 'train/b/scene.png');
  // The list tells which one is the default. Whether VS Code's own has loaded by now is not waited for: it is another extension's.
  await eventually(page, async () => {
    await runCommand(page, 'View: Reopen Editor With...');
    await quickPick(page, 'Image Preview').waitFor({ timeout: 3000 });
    assert.match(await quickPick(page, 'Image Preview').innerText({ timeout: 1000 }), /Default/);
    assert.doesNotMatch(await quickPick(page, 'Likeness Image Viewer').innerText({ timeout: 1000 }), /Default/);
    await quickPick(page, 'Likeness Image Viewer').click({ timeout: 3000 });
  });
  const viewer = await shownViewer();
  assert.match(await viewer.locator('.side').innerText(), /scene\.png\s+300 × 240 px · PNG/);
  await viewer.locator('.side [role=status]', { hasText: 'is not indexed yet' }).waitFor();
});

test('once the folder is indexed it shows what is known of the image, and what is like it', async () => {
  await (await shownViewer()).locator('.side vscode-button', { hasText: 'Index Folder' }).click();
  await eventually(page, async () => {
    const viewer = await shownViewer();
    assert.ok((await viewer.locator('section[aria-label="Most alike"] .card img').count()) > 4);
  });
  const side = (await shownViewer()).locator('.side');
  assert.match(await side.innerText(), /Class\s+b\s+Split\s+train\s+Tags\s+none/);
  assert.match(await side.innerText(), /The dataset was not checked yet\./);
  const { x, y, scale } = await placed();
  await page.mouse.move(x + 10.5 * scale, y + 20.5 * scale);
  assert.match(await (await shownViewer()).locator('.pixel').innerText(), /^x 10, y 20 · \d+ \d+ \d+ · #[\da-f]{6}$/);
});

test('a box that is dragged finds the picture that was pasted there', async () => {
  await dragRegion();
  const found = (await shownViewer()).locator('section[aria-label="Like the region"] .card');
  await eventually(page, async () => {
    assert.match((await found.first().getAttribute('title', { timeout: 1000 })) ?? '', /^train\/a\/small\.png\n/);
  });
  await found.first().locator('.match', { hasText: 'whole image' }).waitFor();
  await found.first().locator('img').waitFor();
  await screenshot(page, 'viewer region light');
});

test('with regions indexed, a box finds the part of another image that it is like', async () => {
  let viewer = await shownViewer();
  await viewer.locator('.link', { hasText: 'Index Regions' }).click();
  await eventually(page, async () => {
    assert.match(await (await shownViewer()).locator('.side').innerText(), /and their indexed regions/);
  });
  viewer = await shownViewer();
  await viewer.locator('.card[title^="train/a/small.png"]').click();
  await eventually(page, async () => {
    assert.deepEqual(await shownFiles(page), ['train/a/small.png']);
    assert.equal(await (await shownViewer()).locator('h1').textContent({ timeout: 1000 }), 'small.png');
  });
  await drag({ x: 0.5, y: 0.5 }, { x: 119, y: 119 });
  await eventually(page, async () => {
    const first = (await shownViewer()).locator('section[aria-label="Like the region"] .card').first();
    assert.match((await first.getAttribute('title', { timeout: 1000 })) ?? '', /^train\/b\/scene\.png\n/);
    assert.equal(await first.locator('.match').textContent({ timeout: 1000 }), 'part');
    assert.equal(await first.locator('.matched').count(), 1);
  });
  await screenshot(page, 'viewer part light');
});

test('all of it can be seen in a dark theme, too', async () => {
  await runCommand(page, 'Preferences: Toggle between Light/Dark Themes');
  await page.locator('.monaco-workbench.vs-dark').waitFor();
  await drag({ x: 30.5, y: 40.5 }, { x: 90, y: 100 });
  await (await shownViewer()).locator('section[aria-label="Like the region"] .card img').nth(3).waitFor();
  await screenshot(page, 'viewer part dark');
});

test('findings of the last check lead to the review', async () => {
  // The drawn picture is of nothing that the sample shows.
  await runCommand(page, 'Likeness: Check Dataset');
  await explorerContextMenu(page, 'train/a/small.png', 'Open in Image Viewer');
  await eventually(page, async () => {
    const side = (await shownViewer()).locator('.side');
    assert.match(
      await side.innerText({ timeout: 1000 }),
      /Findings\s[\s\S]*Outlier\s+Unlike everything else[\s\S]+Review/,
    );
  });
  await (await shownViewer()).locator('.findings .link').last().click();
  const review = await webviewFrame(page, '.finding h2', LAUNCH_MS);
  await review.locator('.finding h2', { hasText: 'Outlier' }).waitFor();
  await review.locator('figure .path', { hasText: 'train/a/small.png' }).waitFor();
  await review.locator('figure .link', { hasText: 'View' }).click();
});

test('a result of the Similar view opens in the viewer too, and a file that is no picture says so', async () => {
  await runCommand(page, 'View: Close All Editors');
  await (await explorerItem(page, 'train/b/scene.png')).click();
  await showsQuery(page, 'scene.png');
  const view = await similarView(page);
  await view.locator('.results button').first().waitFor();
  const first = (await view.locator('.results button').first().getAttribute('title'))!.split('\n')[0]!;
  await openResultMenu(page, first);
  await contextMenuItem(page, 'Open in Image Viewer').waitFor();
  await chooseMenuItem(page, 'Open in Image Viewer');
  await eventually(page, async () => {
    assert.equal(await (await shownViewer()).locator('h1').textContent({ timeout: 1000 }), path.posix.basename(first));
  });
  await explorerContextMenu(page, 'train/b/broken.png', 'Open in Image Viewer');
  const broken = await webviewFrame(page, '.stage.empty', LAUNCH_MS);
  assert.match(
    await broken.locator('.stage p').innerText(),
    /^broken\.png is not in a supported image format \(it starts with the bytes 6e6f2070\); convert it to PNG or JPEG\.$/,
  );
});

/** The document of the viewer in front; another one each time it is shown again. */
function shownViewer(): Promise<FrameLocator> {
  return webviewFrame(page, '.stage[data-view]', LAUNCH_MS);
}

/** Drags over what was pasted into the scene. */
async function dragRegion(): Promise<void> {
  const { x, y, width, height } = planted;
  // A hair inside, as a box grows to whole pixels.
  await drag({ x: x + 0.5, y: y + 0.5 }, { x: x + width - 0.5, y: y + height - 0.5 });
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Drags between two places of the picture, in its pixels. */
async function drag(from: Place, to: Place): Promise<void> {
  const { x, y, scale } = await placed();
  await page.mouse.move(x + from.x * scale, y + from.y * scale);
  await page.mouse.down();
  await page.mouse.move(x + to.x * scale, y + to.y * scale, { steps: 6 });
  await page.mouse.up();
}

/** Where the picture's upper left corner is in the window, and how large its pixels are. */
async function placed(): Promise<Place & { readonly scale: number }> {
  const stage = (await shownViewer()).locator('.stage[data-view]');
  const box = (await stage.boundingBox())!;
  const view = JSON.parse((await stage.getAttribute('data-view'))!) as Place & { readonly scale: number };
  return {
    x: box.x + box.width / 2 - view.x * view.scale,
    y: box.y + box.height / 2 - view.y * view.scale,
    scale: view.scale,
  };
}
