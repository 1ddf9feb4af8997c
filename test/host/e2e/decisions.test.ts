import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { inProject } from '../../../src/build/project.ts';
import { formatDecision, type Decision } from '../../../src/core/decisions/decisions.ts';
import { openFile, quickInput, quickPick, runCommand, screenshot, statusBarItem } from '../harness/page.ts';
import { eventually } from './likenessViews.ts';
import { onSample } from './onSample.ts';

let dataset: string;
let page: Page;
let images: string[];

onSample('decisions', (window) => {
  ({ dataset, page } = window);
});

test('what was decided last is undone and done again by command', async () => {
  await runCommand(page, 'Likeness: Select Diverse Subset…');
  await quickPick(page, 'Far apart').click();
  await answer('How many images', '2');
  await quickPick(page, 'Whatever their class').click();
  await quickPick(page, 'Tag them').click();
  await answer('Tag', 'odd');
  await toast(/^2 of \d+ images tagged “odd”/).waitFor({ timeout: 120_000 });
  images = (await readdir(path.join(dataset, 'train'), { recursive: true }))
    .filter((name) => /\.(png|jpe?g|webp)$/.test(name))
    .map((name) => `train/${name}`)
    .sort();
  await runCommand(page, 'Likeness: Undo Last Decision');
  const undone = toast(/^Undone: “Tag 2 images "odd"”\./);
  await undone.waitFor();
  await screenshot(page, 'decisions undone');
  assert.equal(await decisions(), '');
  await runCommand(page, 'Likeness: Redo Decision');
  await toast(/^Done again: “Tag 2 images "odd"”\./).waitFor();
  assert.equal((await decisions()).trim().split('\n').length, 2);
});

test('a file that was set aside is restored from the list', async () => {
  const image = path.join(dataset, images[0]!);
  await promisify(execFile)(process.execPath, [inProject('dist/cli.js'), 'quarantine', 'add', image]);
  assert.ok(!existsSync(image));
  await runCommand(page, 'Likeness: Show Quarantine');
  await quickPick(page, path.basename(image)).waitFor();
  await screenshot(page, 'decisions quarantine');
  await quickPick(page, path.basename(image)).click();
  await page.locator('.quick-input-widget .monaco-button', { hasText: 'OK' }).click();
  await toast(/^1 file moved back\./).waitFor();
  assert.ok(existsSync(image));
  await runCommand(page, 'Likeness: Show Quarantine');
  await toast(/^No file of pictures is set aside\./).waitFor();
});

test('each line has links, which open images and take decisions back as an edit', async () => {
  await runCommand(page, 'Notifications: Clear All Notifications');
  await write([await decided(images[0]!, 'exclude'), await decided(images[1]!, 'relabel', 'cat')]);
  await openFile(page, '.likeness/decisions.jsonl');
  await lens('Open Image').first().waitFor();
  await eventually(page, async () => {
    assert.equal(await lens('Take Back').count(), 2);
  });
  await page
    .locator('.view-line span', { hasText: /"exclude"|exclude/ })
    .first()
    .hover();
  await page.locator('.monaco-hover img').first().waitFor();
  await page.getByText('Left out of trainings, evaluations and automatic labels.').first().waitFor();
  await screenshot(page, 'decisions hover');
  await lens('Take Back').first().click();
  await eventually(page, async () => {
    assert.equal(await lens('Take Back').count(), 1);
  });
  await page.locator('.view-lines').first().click();
  await page.keyboard.press('ControlOrMeta+z');
  await eventually(page, async () => {
    assert.equal(await lens('Take Back').count(), 2);
  });
  await lens('Open Image').first().click();
  await page
    .locator('.tab', { hasText: path.basename(images[0]!) })
    .first()
    .waitFor();
  await screenshot(page, 'decisions lenses');
});

test('what is wrong with a line is told, and put right by a quick fix', async () => {
  await runCommand(page, 'File: Save All Files').catch(() => undefined);
  await runCommand(page, 'View: Close All Editors');
  const [exclude, keep] = [await decided(images[0]!, 'exclude'), await decided(images[0]!, 'keep')];
  const tag = await decided(images[1]!, 'tag', 'a');
  const gone = formatDecision({ path: 'train/gone.png', content: 'ff'.repeat(32), action: 'exclude', at: '' });
  const outside = formatDecision({ path: '../secret.png', content: '', action: 'exclude', at: '' });
  await write([exclude, keep, '<<<<<<< ours', tag, '=======', tag, '>>>>>>> theirs', gone, outside, 'nonsense']);
  await openFile(page, '.likeness/decisions.jsonl');
  await runCommand(page, 'View: Focus Problems (Errors, Warnings, Infos)');
  const expected = [
    /is "keep" here and "exclude" in line 1/,
    /A merge conflict is open up to line 7/,
    /says what line 4 says/,
    /train\/gone\.png is gone/,
    /secret\.png lies outside the dataset/,
    /This line is no decision/,
  ];
  for (const text of expected) await problem(text).waitFor();
  await screenshot(page, 'decisions problems');
  await fix(/A merge conflict is open/, 'Accept both sides of all conflicts, sorted', 'decisions fixes');
  await fix(/is "keep" here|is "exclude" here/, 'Keep "keep', 'decisions keep');
  await fix(/is gone/, 'Remove this line', 'decisions remove');
  await fix(/lies outside/, 'Remove this line', 'decisions remove outside');
  await fix(/no decision/, 'Remove this line', 'decisions remove nonsense');
  await runCommand(page, 'File: Save');
  await eventually(page, async () => {
    assert.equal(await decisions(), [keep, tag].map((line) => `${line}\n`).join(''));
  });
  await screenshot(page, 'decisions fixed');
});

test('ten thousand lines stay quick', async (context) => {
  await runCommand(page, 'View: Close All Editors');
  const line = await decided(images[0]!, 'tag', '0');
  const lines = Array.from({ length: 10_000 }, (_, i) => line.replace('"value":"0"', `"value":"${i}"`));
  await write([...lines.slice(0, -1), 'nonsense']);
  const started = Date.now();
  await openFile(page, '.likeness/decisions.jsonl');
  await statusBarItem(page, /^\s*1\s*0\s*$/).waitFor();
  const told = Date.now() - started;
  await page.keyboard.press('ControlOrMeta+Home');
  const typing = Date.now();
  await page.keyboard.type('x');
  await statusBarItem(page, /^\s*2\s*0\s*$/).waitFor();
  context.diagnostic(`10,000 lines: problems ${told} ms after opening, ${Date.now() - typing} ms after a key`);
  await screenshot(page, 'decisions many');
  assert.equal(await lens('Take Back').count(), 0);
  await page.keyboard.press('ControlOrMeta+z');
});

async function decided(image: string, action: Decision['action'], value?: string): Promise<string> {
  const content = createHash('sha256')
    .update(await readFile(path.join(dataset, image)))
    .digest('hex');
  const at = '2026-01-02T03:04:05.000Z';
  return formatDecision({ path: image, content, action, ...(value !== undefined && { value }), at });
}

const decisionsFile = (): string => path.join(dataset, '.likeness/decisions.jsonl');

async function write(lines: readonly string[]): Promise<void> {
  await writeFile(decisionsFile(), lines.map((line) => `${line}\n`).join(''));
}

async function decisions(): Promise<string> {
  return readFile(decisionsFile(), 'utf8');
}

function lens(title: string): Locator {
  return page.locator('.codelens-decoration a', { hasText: title });
}

function problem(text: RegExp): Locator {
  return page.locator('.markers-panel .monaco-list-row', { hasText: text }).first();
}

/** Goes to a problem and chooses one of its quick fixes; the problem is gone then. */
async function fix(text: RegExp, title: string, picture: string): Promise<void> {
  await problem(text).dblclick();
  const item = page.locator('.action-widget .monaco-list-row', { hasText: title }).first();
  await eventually(page, async () => {
    await page.keyboard.press('ControlOrMeta+.');
    await item.waitFor({ timeout: 2000 });
  });
  await screenshot(page, picture);
  await item.click();
  await eventually(page, async () => {
    assert.equal(await problem(text).count(), 0);
  });
}

/** Fills the input box that asks for something, over what is in it. */
async function answer(prompt: string, text: string): Promise<void> {
  await page.locator('.quick-input-message', { hasText: prompt }).first().waitFor();
  await quickInput(page).fill(text);
  await page.keyboard.press('Enter');
}

function toast(text: RegExp): Locator {
  return page
    .locator('.notification-toast', { has: page.locator('.notification-list-item-message', { hasText: text }) })
    .first();
}
