import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { FrameLocator, Page } from 'playwright-core';
import {
  chooseMenuItem,
  explorerContextMenu,
  openFile,
  type PageElement,
  quickPick,
  reloadWindow,
  runCommand,
  screenshot,
  webviewFrame,
} from '../harness/page.ts';
import { eventually, openResultMenu, resultsFor, shownFiles } from './likenessViews.ts';
import { onSample } from './onSample.ts';

const IMAGE = 'train/mug/mug-004.jpg';
const OTHER = 'train/mug/mug-006.jpg';
const THIRD = 'train/mug/mug-007.jpg';
const LAUNCH_MS = 90_000;

let dataset: string;
let page: Page;

onSample('augmentations', (window) => {
  ({ dataset, page } = window);
});

test('before anything is indexed the panel says so, and offers to index', async () => {
  await explorerContextMenu(page, IMAGE, 'Open Augmentation Pairs');
  const panel = await augmentations();
  await panel.locator('[role=alert]', { hasText: 'not indexed yet' }).waitFor();
  await panel.locator('vscode-button', { hasText: 'Index Folder' }).click();
  await eventually(page, async () => {
    assert.equal((await similarities()).length, 12);
  });
});

test('views have pictures and similarities, and follow the controls', async () => {
  const panel = await augmentations();
  const natural = await settled();
  assert.ok(natural.every(({ similarity, width }) => similarity > 0 && similarity <= 1 && width === 64));
  await setPreset('Where colour matters');
  await eventually(page, async () => {
    assert.notDeepEqual(
      await similarities(),
      natural.map(({ similarity }) => similarity),
    );
  });
  // With everything off a view is the original.
  for (const name of ['Crop', 'Mirror left and right', 'Colour jitter']) {
    await checkbox(panel, name).click();
  }
  await panel.locator('.sentence', { hasText: 'The views are the original' }).waitFor();
  assert.deepEqual(await similarities(), Array<number>(12).fill(1));
  await checkbox(panel, 'Grey').click();
  const slider = panel.locator('input[aria-label^="Grey: share of the views"]');
  await slider.focus();
  // By keyboard, to the end: every view is grey.
  await page.keyboard.press('End');
  await eventually(page, async () => {
    const grey = await similarities();
    assert.ok(grey[0]! < 1 && grey.every((similarity) => similarity === grey[0]), String(grey));
  });
});

test('beside a picture the panel follows the tabs until it is told to keep its image', async () => {
  await runCommand(page, 'View: Close All Editors');
  await openFile(page, OTHER);
  await runCommand(page, 'Likeness: Open Augmentation Pairs');
  await shows(path.basename(OTHER));
  // The picture's group stays the active one, so that this doesn't cover the panel.
  await openFile(page, IMAGE);
  await shows(path.basename(IMAGE));
  const panel = await augmentations();
  await settled();
  await screenshot(page, 'augmentations beside');
  await panel.locator('.chip', { hasText: 'Keep This Image' }).click();
  // The click made the panel's group the active one, where the next picture would cover it.
  await runCommand(page, 'View: Focus First Editor Group');
  await openFile(page, THIRD);
  await showsFile(THIRD);
  // Nothing tells that something won't happen; following takes a fraction of this.
  await page.waitForTimeout(1000);
  await shows(path.basename(IMAGE));
  await runCommand(page, 'View: Close All Editors');
  await runCommand(page, 'Likeness: Open Augmentation Pairs');
  await shows(path.basename(IMAGE));
});

test('sensitivity is measured on demand, and says what it means', async () => {
  await setPreset('Natural photos');
  const panel = await augmentations();
  await panel.locator('vscode-button[aria-label="Measure sensitivity"]').click();
  await panel.locator('.curves li').first().waitFor({ timeout: 120_000 });
  assert.equal(await panel.locator('.curves li svg').count(), 13);
  assert.match((await panel.locator('.curves li p').first().textContent()) ?? '', /^Crops .*\d\.\d\d/);
  await panel.locator('.curves').scrollIntoViewIfNeeded();
  await screenshot(page, 'augmentations sensitivity');
});

test('a batch shows the hardest pairs, which can be said to belong together', async () => {
  const panel = await augmentations();
  await panel.locator('vscode-button[aria-label="Measure batch"]').click();
  const mark = panel.locator('.pair-card .chip').first();
  await mark.waitFor({ timeout: 120_000 });
  await mark.click();
  await panel.locator('.pair-card .chip[aria-pressed=true]').waitFor();
  const decisions = path.join(dataset, '.likeness/decisions.jsonl');
  const [line] = (await readFile(decisions, 'utf8')).split('\n');
  assert.equal((JSON.parse(line!) as { action: string }).action, 'same');
  await panel.locator('.histogram').scrollIntoViewIfNeeded();
  await screenshot(page, 'augmentations batch');
  await mark.click();
  await panel.locator('.pair-card .chip[aria-pressed=true]').waitFor({ state: 'detached' });
  assert.equal(await readFile(decisions, 'utf8'), '');
});

test('what is set becomes the augmentation of trainings', async () => {
  const panel = await augmentations();
  await panel.locator('vscode-button', { hasText: 'Save as Training Augmentation' }).click();
  await eventually(page, async () => {
    const config = JSON.parse(await readFile(path.join(dataset, '.likeness/config.json'), 'utf8')) as object;
    assert.deepEqual(Object.keys((config as { augmentation: object }).augmentation)[0], 'crop');
  });
  await panel.locator('vscode-button', { hasText: 'Pretrain with These Augmentations' }).click();
  await quickPick(page, 'Standard').waitFor({ timeout: 120_000 });
  await page.keyboard.press('Escape');
  assert.ok(!existsSync(path.join(dataset, '.likeness/runs')));
});

test('a result of a search has the panel in its menu, and a reload of the window keeps the panel', async () => {
  await explorerContextMenu(page, OTHER, 'Find Similar Images');
  await page.locator('.pane-header[aria-label^="Similar"]').waitFor();
  const [first] = await resultsFor(page, path.basename(OTHER));
  await openResultMenu(page, first!.path);
  await chooseMenuItem(page, 'Open Augmentation Pairs');
  await shows(path.basename(first!.path));
  await reloadWindow(page);
  await shows(path.basename(first!.path));
  await eventually(page, async () => {
    assert.equal((await similarities()).length, 12);
  });
});

/** The document of the panel; another one each time it is shown again. */
function augmentations(): Promise<FrameLocator> {
  return webviewFrame(page, '.controls, .empty', LAUNCH_MS);
}

/** Waits until a picture is looked at in the first group. */
async function showsFile(file: string): Promise<void> {
  await eventually(page, async () => {
    assert.ok((await shownFiles(page)).includes(file));
  });
}

async function shows(name: string): Promise<void> {
  await eventually(page, async () => {
    const panel = await webviewFrame(page, '.controls');
    assert.equal(await panel.locator('h1').textContent({ timeout: 1000 }), name);
  });
}

function checkbox(panel: FrameLocator, name: string) {
  return panel.locator('vscode-checkbox', { hasText: name });
}

async function setPreset(title: string): Promise<void> {
  const panel = await augmentations();
  await panel.locator('.controls vscode-single-select').first().click();
  await panel.locator('.controls vscode-single-select').first().locator('.option', { hasText: title }).click();
}

async function views(): Promise<readonly { readonly similarity: number; readonly width: number }[]> {
  const panel = await augmentations();
  return panel.locator('.view').evaluateAll((items: PageElement[]) =>
    items.map((item) => ({
      similarity: Number(/[\d.]+$/.exec(item.querySelector('.similarity')?.textContent ?? '')?.[0]),
      width: item.querySelector('img')?.naturalWidth ?? 0,
    })),
  );
}

async function similarities(): Promise<number[]> {
  return (await views()).map(({ similarity }) => similarity);
}

/** The views once all their pictures are there. */
async function settled() {
  return eventually(page, async () => {
    const shown = await views();
    assert.ok(shown.length > 0 && shown.every(({ width }) => width > 0));
    return shown;
  });
}
