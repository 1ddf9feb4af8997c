import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { parseDecisions } from '../../../src/core/decisions/decisions.ts';
import { explorerContextMenu, quickInput, quickPick, runCommand, screenshot, webviewFrame } from '../harness/page.ts';
import { eventually, previewHolding } from './likenessViews.ts';
import { onSample } from './onSample.ts';

let home: string;
let dataset: string;
let page: Page;

onSample('curate', (window) => {
  ({ home, dataset, page } = window);
});

test('a diverse subset is tagged, and no longer so when that is undone', async () => {
  await runCommand(page, 'Likeness: Select Diverse Subset…');
  await quickPick(page, 'Represent all images').waitFor();
  await screenshot(page, 'curate methods');
  await quickPick(page, 'Represent all images').click();
  await answer('How many images', '6');
  await quickPick(page, 'Equal numbers of each class').click();
  await quickPick(page, 'Tag them').waitFor();
  await screenshot(page, 'curate results');
  await quickPick(page, 'Tag them').click();
  await answer('Tag', 'pilot');
  const message = toast(/^6 of \d+ images tagged “pilot”, \d+ copies left out\./);
  await message.waitFor({ timeout: 120_000 });
  await screenshot(page, 'curate tagged');
  assert.equal((await tagged('pilot')).length, 6);
  await button(message, 'Undo');
  await eventually(page, async () => {
    assert.deepEqual(await tagged('pilot'), []);
  });
});

test('what has a tag is kept, and others are selected in the map to go with it', async () => {
  await runCommand(page, 'Likeness: Select Diverse Subset…');
  await quickPick(page, 'Far apart').click();
  await answer('How many images', '3');
  await quickPick(page, 'Whatever their class').click();
  await quickPick(page, 'Tag them').click();
  await answer('Tag', 'pilot');
  await toast(/^3 of \d+ images tagged “pilot”/).waitFor({ timeout: 60_000 });
  await runCommand(page, 'Notifications: Clear All Notifications');
  await runCommand(page, 'Likeness: Select Diverse Subset…');
  await quickPick(page, 'Represent all images').click();
  await answer('How many images', '4');
  await quickPick(page, 'Whatever their class').click();
  await quickPick(page, 'pilot').click();
  await quickPick(page, 'Select them').click();
  await toast(/^4 of \d+ images selected, .*to go with 3 chosen before\./).waitFor({ timeout: 60_000 });
  const map = await webviewFrame(page, 'canvas');
  await map
    .getByText(/^4 (images )?selected/)
    .first()
    .waitFor();
  await screenshot(page, 'curate selected');
});

test('the map offers all formats for its selection, and what only the map knows', async () => {
  await runCommand(page, 'Notifications: Clear All Notifications');
  const map = await webviewFrame(page, 'canvas');
  await map.locator('button[aria-label="More to do with these images"]').click();
  await map.locator('.popover button', { hasText: 'Export…' }).click();
  await quickPick(page, 'Table of this map').waitFor();
  await quickPick(page, 'ImageFolder').waitFor();
  await screenshot(page, 'curate map formats');
  await quickPick(page, 'Table of this map').click();
  const file = path.join(home, 'map.csv');
  await saveAs(file);
  await toast(/^Written to map\.csv\./).waitFor();
  const [header, ...rows] = (await readFile(file, 'utf8')).trim().split('\r\n');
  assert.match(header!, /^path,class,split,/);
  assert.equal(rows.length, 4);
});

test('a selection is exported in any format, from the palette', async () => {
  await runCommand(page, 'Notifications: Clear All Notifications');
  await runCommand(page, 'Likeness: Export…');
  await quickPick(page, '4 selected images').click();
  await quickPick(page, 'ImageFolder').waitFor();
  await screenshot(page, 'curate formats');
  await quickPick(page, 'JSON Lines').click();
  await quickPick(page, 'With vectors').click();
  const file = path.join(home, 'four.jsonl');
  await saveAs(file);
  const message = toast(/^4 images exported to four\.jsonl\./);
  await message.waitFor();
  await screenshot(page, 'curate exported');
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  assert.equal(lines.length, 4);
  assert.ok(lines.every((line) => Array.isArray((JSON.parse(line) as { vector?: unknown }).vector)));
  await button(message, 'Open');
  await page.locator('.tab', { hasText: 'four.jsonl' }).waitFor();
});

test('a folder is exported as images to train on, and can’t be into the dataset', async () => {
  await runCommand(page, 'View: Close All Editors');
  await runCommand(page, 'Notifications: Clear All Notifications');
  const out = path.join(home, 'copy');
  for (const [target, told] of [
    [path.join(dataset, 'copy'), /lies in the dataset .*outside of it/],
    [out, /^\d+ images exported to copy\./],
  ] as const) {
    await explorerContextMenu(page, 'train', 'Export…');
    await quickPick(page, 'ImageFolder').click();
    await quickPick(page, 'Copy the images').click();
    await saveAs(target);
    await toast(told).waitFor();
  }
  await screenshot(page, 'curate folder exported');
  assert.deepEqual(await readdir(out), ['train']);
  assert.ok((await readdir(path.join(out, 'train'))).length > 1);
});

test('a split is shown, then becomes that of the dataset, and goes again when that is undone', async () => {
  await runCommand(page, 'Notifications: Clear All Notifications');
  await runCommand(page, 'Likeness: Split Dataset…');
  // Of what is selected nobody is asked here: a split is of a folder.
  await quickPick(page, 'Other shares').waitFor();
  await screenshot(page, 'curate shares');
  await quickPick(page, 'Other shares').click();
  await answer('Per cent of train', '60 / 20 / 20');
  await quickPick(page, 'All anew').click();
  await answer('Seed', '3');
  const message = toast(/images split into train, validation and test\. Nothing is written yet\./);
  await message.waitFor({ timeout: 60_000 });
  const report = await previewHolding(page, 'Split');
  await report.locator('td', { hasText: '60.0 %' }).first().waitFor();
  await screenshot(page, 'curate split');
  await button(message, 'Apply to Dataset');
  const applied = toast(/^The split of pictures is in \.likeness\/config\.json\./);
  await applied.waitFor({ timeout: 60_000 });
  await previewHolding(page, 'Split');
  await report.getByText('The split is in').waitFor();
  assert.deepEqual(Object.keys((await config()).splits ?? {}).sort(), ['test', 'train', 'validation']);
  await screenshot(page, 'curate applied');
  // Its going away moves the message, and a click would miss the button.
  await toast(/^Splitting the dataset/).waitFor({ state: 'hidden' });
  await button(applied, 'Undo');
  await eventually(page, async () => {
    assert.equal((await config()).splits, undefined);
  });
});

test('columns of a table are imported, and the rows of no image are listed', async () => {
  await runCommand(page, 'View: Close All Editors');
  await runCommand(page, 'Notifications: Clear All Notifications');
  const [first, second] = (await readdir(path.join(dataset, 'train'), { recursive: true }))
    .filter((name) => /\.(png|jpe?g|webp)$/.test(name))
    .map((name) => `train/${name}`);
  const rows = ['path,age,source', `${first!},3,web`, `${second!},4,phone`, 'nowhere.png,5,web'];
  await writeFile(path.join(dataset, 'ages.csv'), `${rows.join('\n')}\n`);
  await explorerContextMenu(page, 'ages.csv', 'Import Columns or Vectors…');
  const message = toast(/^2 columns of 2 images: age, source\. 1 row is of no image here\./);
  await message.waitFor();
  await screenshot(page, 'curate imported');
  await button(message, 'Show Unmatched');
  const report = await previewHolding(page, 'Imported from ages.csv');
  await report.locator('li', { hasText: 'nowhere.png' }).waitFor();
  await screenshot(page, 'curate unmatched');
});

/** Fills the input box that asks for something, over what is in it. */
async function answer(prompt: string, text: string): Promise<void> {
  await page.locator('.quick-input-message', { hasText: prompt }).first().waitFor();
  await quickInput(page).fill(text);
  await page.keyboard.press('Enter');
}

/** Answers VS Code's own dialog for a file. */
async function saveAs(file: string): Promise<void> {
  const input = quickInput(page);
  await eventually(page, async () => {
    assert.match(await input.inputValue({ timeout: 1000 }), /^\//);
  });
  await eventually(page, async () => {
    await input.fill(file);
    // It puts in what it suggests as soon as it has read the folder.
    await page.waitForTimeout(500);
    assert.equal(await input.inputValue({ timeout: 1000 }), file);
  });
  await page
    .locator('.quick-input-widget .monaco-button', { hasText: /Export|Save|OK/ })
    .first()
    .click();
}

function toast(text: RegExp): Locator {
  return page
    .locator('.notification-toast', { has: page.locator('.notification-list-item-message', { hasText: text }) })
    .first();
}

async function button(message: Locator, label: string): Promise<void> {
  await message.locator('.monaco-button', { hasText: label }).click();
}

async function tagged(tag: string): Promise<string[]> {
  const text = await readFile(path.join(dataset, '.likeness/decisions.jsonl'), 'utf8').catch(() => '');
  return parseDecisions(text)
    .filter(({ action, value }) => action === 'tag' && value === tag)
    .map(({ path: image }) => image);
}

async function config(): Promise<{ readonly splits?: object }> {
  const text = await readFile(path.join(dataset, '.likeness/config.json'), 'utf8').catch(() => '{}');
  return JSON.parse(text) as { readonly splits?: object };
}
