import assert from 'node:assert/strict';
import { appendFile, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { FrameLocator, Page } from 'playwright-core';
import {
  explorerContextMenu,
  quickInput,
  quickPick,
  reloadWindow,
  runCommand,
  screenshot,
  webviewFrame,
} from '../harness/page.ts';
import { likeness } from '../../cli/run.ts';
import { eventually, foldSimilarView, openLikeness, viewRow } from './likenessViews.ts';
import { onSample } from './onSample.ts';

const SMALL = ['--network', 'resnet10-light', '--size', '32', '--batch', '16', '--threads', '1'];
const LAUNCH_MS = 90_000;

let home: string;
let dataset: string;
let page: Page;

onSample('training panel', (window) => {
  ({ home, dataset, page } = window);
});

test('before anything is trained the panel offers to begin', async () => {
  await runCommand(page, 'Likeness: Show Training');
  const panel = await training();
  await panel.locator('h2', { hasText: 'Nothing has been trained' }).waitFor({ timeout: LAUNCH_MS });
  await panel.locator('.empty vscode-button', { hasText: 'Pretrain…' }).waitFor();
});

test('a run of the command line shows up by itself, with its curves', async () => {
  await train('pretrain', '--epochs', '3', '--name', 'From outside');
  const panel = await training();
  const row = panel.locator('.run-table tbody tr', { hasText: 'From outside' });
  await row.waitFor({ timeout: LAUNCH_MS });
  for (const chart of ['relativeLoss', 'loss', 'contrastiveAccuracy', 'knn', 'effectiveRank', 'path']) {
    await panel.locator(`[data-chart=${chart}]`).waitFor();
  }
  assert.match(
    await chartName(panel, 'relativeLoss'),
    /^Loss relative to guessing: From outside from [\d.]+ % to [\d.]+ %$/,
  );
  await panel.locator('.ridges').waitFor();
  await panel.locator('[data-chart=loss] .line-chart').focus();
  await page.keyboard.press('ArrowRight');
  const first = await legendOf(panel, 'loss');
  // The cross is at the same place in all charts.
  await eventually(page, async () => {
    assert.equal((await legendOf(panel, 'relativeLoss'))[0], first[0]);
  });
  await page.keyboard.press('ArrowRight');
  assert.notDeepEqual(await legendOf(panel, 'loss'), first);
  await panel.locator('.chip', { hasText: /^Step$/ }).click();
  await panel.locator('[data-chart=loss] .u-label', { hasText: 'Step' }).first().waitFor();
  await panel.locator('.chip', { hasText: /^Epoch$/ }).click();
});

test('training on what is selected is watched live, stopped and resumed', async () => {
  await explorerContextMenu(page, 'train', 'Pretrain on Selection');
  await quickPick(page, 'A new network').waitFor({ timeout: LAUNCH_MS });
  await screenshot(page, 'training start');
  await quickPick(page, 'From outside').click();
  await quickPick(page, 'Thorough').waitFor({ timeout: LAUNCH_MS });
  const placeholder = (await quickInput(page).getAttribute('placeholder')) ?? '';
  assert.match(placeholder, /^Trains on \d+ selected images of \d+$/);
  await quickPick(page, 'Thorough').click();
  await page.locator('.notification-list-item', { hasText: 'The training has started' }).waitFor();
  await runCommand(page, 'Notifications: Clear All Notifications');
  await runCommand(page, 'Likeness: Show Training');
  const panel = await training();
  const card = panel.locator('.run-card', { hasText: 'selected images' });
  await card
    .locator('.hint', { hasText: /epoch \d+ of 400 · [\d.,]+ images\/s · .* left/ })
    .waitFor({ timeout: LAUNCH_MS });
  const atFirst = await chartName(panel, 'relativeLoss');
  await eventually(page, async () => {
    assert.notEqual(await chartName(panel, 'relativeLoss'), atFirst);
  });
  await screenshot(page, 'training panel live');
  await card.locator('.chip', { hasText: 'Stop' }).click();
  await card.locator('.hint', { hasText: 'stopped' }).waitFor({ timeout: LAUNCH_MS });
  await card.locator('.chip', { hasText: 'Resume' }).click();
  await card.locator('.chip', { hasText: 'Stop' }).click({ timeout: LAUNCH_MS });
  await card.locator('.hint', { hasText: 'stopped' }).waitFor({ timeout: LAUNCH_MS });
  const run = (await card.getAttribute('data-run'))!;
  const kept = path.join(dataset, '.likeness/runs', run, 'selected-images.json');
  const record = await readFile(path.join(dataset, '.likeness/runs', run, 'run.json'), 'utf8');
  assert.match((JSON.parse(record) as { settings: { from: string } }).settings.from, /\S/);
  const { images } = JSON.parse(await readFile(kept, 'utf8')) as { images: string[] };
  assert.ok(images.length > 10 && images.every((image) => image.startsWith('train/')));
});

test('runs are compared in a table, which tells what differs and who is best', async () => {
  await train('pretrain', '--epochs', '2', '--temperature', '0.5', '--name', 'Warmer');
  const panel = await training();
  const box = (name: string) => panel.locator(`.run-table input[aria-label="Show ${name}"]`);
  await box('Warmer').waitFor({ timeout: LAUNCH_MS });
  for (const shown of await panel.locator('.run-table input:checked').all()) await shown.uncheck();
  await panel.locator('.empty', { hasText: 'No run is shown' }).waitFor();
  await box('Warmer').check();
  await box('From outside').check();
  const heading = panel.locator('.run-table th[data-setting=true]', { hasText: 'Temperature' });
  await heading.waitFor();
  await panel.locator('.run-table [data-best=true]').first().waitFor();
  await heading.locator('button').click();
  assert.equal(await heading.getAttribute('aria-sort'), 'descending');
  await panel.locator('.run-table tbody tr').first().locator('.name', { hasText: 'Warmer' }).waitFor();
  assert.match(await chartName(panel, 'loss'), /Warmer from .*; From outside from /);
});

test('the map before and after is drawn on demand', async () => {
  const panel = await training();
  await panel.locator('vscode-button', { hasText: 'Draw for From outside' }).click();
  await panel
    .locator('.sentence', { hasText: /From outside: kNN accuracy [\d.]+ % → [\d.]+ %/ })
    .waitFor({ timeout: LAUNCH_MS });
  assert.equal(await panel.locator('canvas.map').count(), 2);
  await screenshot(page, 'training panel maps');
});

test('a row of the tree opens the panel on its run; lines that are half written disturb nothing', async () => {
  await runCommand(page, 'View: Close All Editors');
  const runs = path.join(dataset, '.likeness/runs');
  const names = await readdir(runs);
  for (const name of names)
    await appendFile(path.join(runs, name, 'metrics.jsonl'), '{"step":99,"lo').catch(() => undefined);
  await openLikeness(page);
  await foldSimilarView(page, true);
  const row = viewRow(page, 'Training', 'Warmer');
  await row.locator('.label-name').click();
  const panel = await training();
  await panel.locator('.run-card', { hasText: 'Warmer' }).waitFor({ timeout: LAUNCH_MS });
  assert.equal(await panel.locator('.run-card').count(), 1);
  await panel.locator('[data-chart=loss]').waitFor();
});

test('a reload of the window keeps the panel and what it shows', async () => {
  await reloadWindow(page);
  await eventually(page, async () => {
    const panel = await training();
    assert.deepEqual(await panel.locator('.run-card h3').allTextContents(), ['Warmer']);
    assert.equal(await panel.locator('[data-chart=loss] canvas').count(), 1);
  });
});

async function train(kind: string, ...options: string[]): Promise<void> {
  const cache = path.join(home, 'cache');
  const { code, stderr } = await likeness(['train', kind, dataset, ...SMALL, ...options], { cache });
  assert.equal(code, 0, stderr);
}

function training(): Promise<FrameLocator> {
  return webviewFrame(page, '.toolbar h1', LAUNCH_MS);
}

async function chartName(panel: FrameLocator, chart: string): Promise<string> {
  return (
    (await panel.locator(`[data-chart=${chart}] .line-chart`).getAttribute('aria-label', { timeout: 30_000 })) ?? ''
  );
}

async function legendOf(panel: FrameLocator, chart: string): Promise<string[]> {
  return panel.locator(`[data-chart=${chart}] .u-value`).allTextContents();
}
