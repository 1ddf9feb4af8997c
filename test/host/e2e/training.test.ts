import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import {
  rowContextMenu,
  explorerContextMenu,
  quickInput,
  quickPick,
  runCommand,
  screenshot,
  statusBarItem,
} from '../harness/page.ts';
import { describes, eventually, foldSimilarView, openLikeness, treeRow, viewRow } from './likenessViews.ts';
import { onSample } from './onSample.ts';

let dataset: string;
let page: Page;

onSample('training', (window) => {
  ({ dataset, page } = window);
});

test('an empty view offers to pretrain', async () => {
  await openLikeness(page);
  await foldSimilarView(page, true);
  const offer = trainingPane().locator('.monaco-button', { hasText: 'Pretrain Encoder' });
  await offer.waitFor();
});

test('the choices tell what they cost on this machine, and cancelling starts nothing', async () => {
  await explorerContextMenu(page, 'train', 'Pretrain Encoder');
  await quickPick(page, path.basename(dataset)).click();
  for (const choice of ['Quick', 'Standard', 'Thorough']) {
    await quickPick(page, choice).waitFor({ timeout: 90_000 });
    assert.match((await quickPick(page, choice).textContent()) ?? '', /\d+ epochs — about \d+ \w+.* on this machine/);
  }
  const placeholder = (await quickInput(page).getAttribute('placeholder')) ?? '';
  assert.match(placeholder, /^Trains on \d+ images; the \d+ images of the test split are left out$/);
  await screenshot(page, 'training choices');
  await page.keyboard.press('Escape');
  await quickPick(page, 'Standard').waitFor({ state: 'hidden' });
});

test('custom settings are asked for in turn, with a way back, and measured before they are confirmed', async () => {
  await runCommand(page, 'Likeness: Pretrain Encoder');
  await quickPick(page, 'Customise…').click({ timeout: 90_000 });
  await quickPick(page, 'resnet10-light').click();
  await quickPick(page, '96 × 96 px').click();
  await answerEpochs('none');
  await page.locator('.quick-input-message', { hasText: 'whole number' }).waitFor();
  await page.locator('.quick-input-titlebar .codicon-quick-input-back').click();
  await quickPick(page, '32 × 32 px').click();
  await answerEpochs('40');
  await page.keyboard.press('Enter');
  await quickPick(page, 'Natural photos').click();
  await quickPick(page, 'Decoupled (DCL)').click();
  const start = quickPick(page, 'Start');
  await start.waitFor({ timeout: 90_000 });
  assert.match((await start.textContent()) ?? '', /40 epochs — about .*half the width at 32 px.*Decoupled/);
  await start.click();
});

/** Types once the question is there: before, the answer would go to the question before it. */
async function answerEpochs(text: string): Promise<void> {
  await eventually(page, async () => {
    assert.equal(await quickInput(page).inputValue(), '100');
  });
  await quickInput(page).fill(text);
}

test('the running one shows its epoch, its loss in words and the time left, in the view and the status bar', async () => {
  const row = viewRow(page, 'Training', 'resnet10-light at 32 px');
  await row.waitFor();
  await viewRow(page, 'Training', String.raw`epoch \d+ of 40, loss \d+ % of chance`).waitFor({ timeout: 90_000 });
  await describes(page, row, /^\d+ % · \d+ \w+ left$/);
  await screenshot(page, 'training runs');
  await statusBarItem(page, /Training: \d+ %/).waitFor();
});

test('while it trains another one is refused', async () => {
  await runCommand(page, 'Likeness: Pretrain Encoder');
  await page.locator('.notification-list-item', { hasText: 'one encoder at a time' }).waitFor();
  await runCommand(page, 'Notifications: Clear All Notifications');
});

test('it is stopped in its row, and resumed there', async () => {
  const row = viewRow(page, 'Training', 'resnet10-light at 32 px');
  await row.hover();
  await row.locator('.action-label[aria-label="Stop Training"]').click();
  await describes(page, row, /^stopped at epoch \d+ of 40 · /);
  await statusBarItem(page, /Training:/).waitFor({ state: 'hidden' });
  await row.hover();
  await row.locator('.action-label[aria-label="Resume"]').click();
  await statusBarItem(page, /Training: \d+ %/).waitFor({ timeout: 90_000 });
});

test('when it is finished its encoder is used, and the folder indexed with it', async () => {
  const offer = page.locator('.notification-list-item', { hasText: 'is trained' });
  await offer.waitFor({ timeout: 180_000 });
  assert.match(
    (await offer.textContent()) ?? '',
    /resnet10-light at 32 px is trained, in .*: test kNN [\d.]+ %, untrained/,
  );
  const row = viewRow(page, 'Training', 'resnet10-light at 32 px');
  await describes(page, row, /^test kNN [\d.]+ % · /);
  await offer.locator('.monaco-button', { hasText: 'Use and Re-index' }).click();
  await describes(page, treeRow(page, 'Encoder'), / · 128 dim$/);
});

test('deleting asks, tells what is freed, and keeps an encoder that is in use', async () => {
  const row = viewRow(page, 'Training', 'resnet10-light at 32 px');
  await rowContextMenu(page, row, 'Delete…');
  const dialog = page.locator('.monaco-dialog-box');
  await dialog
    .locator('.dialog-message-detail', { hasText: /[\d.]+ MB.*stays, because the dataset uses it/ })
    .waitFor();
  await screenshot(page, 'training delete');
  await dialog.locator('.monaco-button', { hasText: 'Delete Run' }).click();
  await row.waitFor({ state: 'hidden' });
  await trainingPane().locator('.monaco-button', { hasText: 'Pretrain Encoder' }).waitFor();
});

function trainingPane(): Locator {
  return page.locator('.pane', { has: page.locator('.pane-header[aria-label^="Training"]') });
}
