import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { inProject } from '../../../src/build/project.ts';
import { provideSample } from '../../../src/build/sampleFolder.ts';
import { quickInput, quickPick, rowContextMenu, runCommand, screenshot, webviewFrame } from '../harness/page.ts';
import { describes, eventually, foldSimilarView, openLikeness, previewHolding, viewRow } from './likenessViews.ts';
import { onSample } from './onSample.ts';

const PRETRAINED = 'resnet10-light at 32 px';
const TUNED = `${PRETRAINED}, fine-tuned`;
const PATIENCE_MS = 90_000;

let dataset: string;
let page: Page;

onSample(
  'fine-tune',
  (window) => {
    ({ dataset, page } = window);
  },
  async (dataset) => {
    // Of the usual eight images a class, the held-out ones are too few to show that guesses are right.
    await provideSample(dataset, { imagesPerClass: 20, replace: true });
    await cp(path.join(dataset, 'train/mug'), path.join(dataset, 'unlabelled'), { recursive: true });
    const settings = ['--network', 'resnet10-light', '--size', '32', '--batch', '16', '--epochs', '1'];
    const cli = ['--disable-warning=ExperimentalWarning', inProject('src/cli/main.ts')];
    await promisify(execFile)(process.execPath, [...cli, 'train', 'pretrain', dataset, ...settings]);
  },
);

test('on a pretraining it is asked how and with which labels, with a way back, and trained', async () => {
  await openLikeness(page);
  await foldSimilarView(page, true);
  const row = viewRow(page, 'Training', PRETRAINED);
  await row.waitFor({ timeout: PATIENCE_MS });
  await rowContextMenu(page, row, 'Fine-tune Encoder');
  const way = quickPick(page, 'first layer of the projection head');
  await way.waitFor();
  assert.match((await way.textContent()) ?? '', /SimCLRv2 · recommended/);
  await screenshot(page, 'fine-tune way');
  await way.click();
  await quickPick(page, 'All labels').waitFor();
  await screenshot(page, 'fine-tune labels');
  await page.locator('.quick-input-titlebar .codicon-quick-input-back').click();
  await quickPick(page, 'Encoder alone').waitFor();
  await page.keyboard.press('Enter');
  await quickPick(page, 'All labels').click();
  await quickPick(page, 'Customise…').click();
  await eventually(page, async () => {
    assert.match((await page.locator('.quick-input-message').textContent()) ?? '', /^Epochs: .* leave it empty/);
  });
  await quickInput(page).fill('3');
  await page.keyboard.press('Enter');
  await quickPick(page, 'Linear').click();
  const start = quickPick(page, 'Start');
  await start.waitFor();
  await screenshot(page, 'fine-tune start');
  assert.match(
    (await start.textContent()) ?? '',
    /Encoder and first layer of the projection head · linear classifier · all labels · 3 epochs/,
  );
  await start.click();
});

test('it is a run like any other', async () => {
  const row = viewRow(page, 'Training', TUNED);
  await row.waitFor({ timeout: PATIENCE_MS });
  await describes(page, row, /^[\d.]+ % of (test|validation) images right · /);
  await screenshot(page, 'fine-tune run');
});

test('encoders are compared in a panel, beside the baselines', async () => {
  await runCommand(page, 'Likeness: Compare Encoders');
  await quickPick(page, TUNED).waitFor();
  await screenshot(page, 'compare encoders choice');
  await page.locator('.quick-input-action .monaco-button', { hasText: 'OK' }).click();
  const panel = await webviewFrame(page, '.figure-table', PATIENCE_MS);
  await screenshot(page, 'compare encoders');
  const rows = panel.locator('.figure-table').first().locator('tbody tr');
  assert.equal(await rows.count(), 2 + 3);
  assert.equal(await rows.locator('.tag', { hasText: 'baseline' }).count(), 3);
});

test('predictions are measured, and lead to the images', async () => {
  await rowContextMenu(page, viewRow(page, 'Training', TUNED), 'Predict Classes');
  const document = await previewHolding(page, 'Predicted classes');
  await document.locator('strong', { hasText: '% right' }).waitFor();
  await screenshot(page, 'predict classes');
  const link = document.locator('td a').first();
  const name = path.posix.basename((await link.textContent()) ?? '');
  await link.scrollIntoViewIfNeeded();
  await screenshot(page, 'predict classes mistakes');
  await link.click();
  await page.locator('.tab', { hasText: name }).first().waitFor();
  await webviewFrame(page, 'img[src]');
});

test('labels are proposed without changing any, and saved where the person wants', async () => {
  // A picture that is still coming takes the focus when it is there, and what loses the focus closes.
  await runCommand(page, 'View: Close All Editors');
  await runCommand(page, 'Likeness: Label Automatically');
  await quickPick(page, 'Linear classifier and neighbours').waitFor();
  await screenshot(page, 'label method');
  await quickPick(page, 'Linear classifier and neighbours').click();
  await quickPick(page, '80 %').click();
  const document = await previewHolding(page, 'Proposed labels');
  await screenshot(page, 'label automatically');
  assert.match((await document.locator('p').first().textContent()) ?? '', /No label was changed\.$/);
  const offer = page.locator('.notification-list-item', { hasText: 'labels proposed' });
  await offer.locator('.monaco-button', { hasText: 'Save as CSV…' }).click();
  await eventually(page, async () => {
    assert.match(await quickInput(page).inputValue(), /proposals\.csv$/);
  });
  await page.keyboard.press('Enter');
  await page.locator('.notification-list-item', { hasText: 'Written to proposals.csv' }).waitFor();
  assert.match(await readFile(path.join(dataset, 'proposals.csv'), 'utf8'), /^path,label,confidence\nunlabelled\//);
});
