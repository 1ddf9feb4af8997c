import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { parseDecisions } from '../../../src/core/decisions/decisions.ts';
import {
  chooseMenuItem,
  rowContextMenu,
  contextMenuItem,
  explorerItem,
  runCommand,
  screenshot,
  statusBarItem,
  webviewFrame,
} from '../harness/page.ts';
import {
  describes,
  descriptionOf,
  eventually,
  foldView,
  openGroup,
  openLikeness,
  planted,
  rowsBelow,
  shownFiles,
  treeRow,
} from './likenessViews.ts';
import { onSample } from './onSample.ts';

let dataset: string;
let page: Page;

onSample('check', (window) => {
  ({ dataset, page } = window);
});

test('a folder that has no index is checked too, and its findings are problems', async () => {
  await runCommand(page, 'Likeness: Check Dataset');
  const message = toast(/^pictures: \d+ findings, \d+ errors?, \d+ warnings?\./);
  await message.waitFor({ timeout: 120_000 });
  await screenshot(page, 'check told');
  await message.locator('.monaco-button', { hasText: 'Show Problems' }).click();
  // The list holds only the rows that can be seen.
  await problem(/Also in "train".*Likeness/).waitFor();
  await problem(/train\/.*, similarity [01]\.\d{3}/).waitFor();
  await statusBarItem(page, /\d+ errors?, \d+ warnings?/).waitFor();
  // What is about a class is on its line of the report.
  await page.locator('.markers-panel .monaco-list').first().focus();
  await page.keyboard.press('End');
  // Other findings about several images may come after it.
  await problem(/has only \d+ images?: too few/).click();
  await page.keyboard.press('Enter');
  await page.locator('.tab', { hasText: 'Findings in pictures.md' }).waitFor();
  await statusBarItem(page, /Ln \d{2,}, Col/).waitFor();
  await screenshot(page, 'check class finding');
  await runCommand(page, 'View: Close All Editors');
});

test('flagged images have a badge in the Explorer', async () => {
  const [broken] = await planted(dataset, 'unreadable');
  const row = await explorerItem(page, broken!);
  await eventually(page, async () => {
    assert.match(await badgeOf(row), /\bX\b/);
  });
});

test('the tree lists findings by kind; of a pair both images open side by side', async () => {
  await openLikeness(page);
  await foldView(page, 'Similar', true);
  // The middle of this header is a button.
  await page.locator('.pane-header[aria-label^="Training"] .codicon').first().click();
  await runCommand(page, 'View: Toggle Panel Visibility');
  for (const group of ['Classes', 'Splits', 'Unreadable files']) await foldGroup(group);
  await openGroup(page, 'Findings');
  await describes(page, treeRow(page, 'Leak between splits'), /^\d+$/);
  await openGroup(page, 'Leak between splits');
  const leaks = await planted(dataset, 'leak');
  await screenshot(page, 'check tree');
  await page.locator('.pane-body .monaco-list-row[aria-level="4"]', { hasText: '↔' }).first().click();
  await eventually(page, async () => {
    const shown = await shownFiles(page);
    assert.ok(shown.length === 2 && shown.every((file) => leaks.includes(file)), shown.join());
  });
});

test('what is no issue is gone at once from the tree and the problems, and comes back when that is undone', async () => {
  await foldGroup('Leak between splits');
  const before = await rowsBelow(page, 'Exact duplicate');
  const health = (await statusBarItem(page, /\d+ errors?, \d+ warnings?/).textContent()) ?? '';
  const row = page.locator('.pane-body .monaco-list-row[aria-level="4"]', { hasText: '↔' }).first();
  await row.click({ button: 'right' });
  await contextMenuItem(page, 'Not an Issue').waitFor();
  await screenshot(page, 'check menu');
  await chooseMenuItem(page, 'Not an Issue');
  const message = toast(/^Not an issue: exact duplicate of .+\. Checks no longer list it\./);
  await message.waitFor();
  await eventually(page, async () => {
    assert.deepEqual(await rowsBelow(page, 'Exact duplicate'), before.slice(1));
  });
  // One of them is an error less.
  const errors = Number(/^\D*(\d+) errors/.exec(health)?.[1]);
  await statusBarItem(page, new RegExp(`${errors - 1} errors?, \\d+ warnings?`)).waitFor();
  const [decision, ...others] = await decisions();
  assert.equal(others.length, 0);
  assert.equal(decision?.action, 'ignore');
  assert.match(decision.finding ?? '', /^[0-9a-f]{16}$/);
  await message.locator('.monaco-button', { hasText: 'Undo' }).click();
  await eventually(page, async () => {
    assert.deepEqual(await rowsBelow(page, 'Exact duplicate'), before);
  });
  assert.deepEqual(await decisions(), []);
});

test('an excluded image is in no later check, which the report sums up', async () => {
  const before = await rowsBelow(page, 'Exact duplicate');
  const row = page.locator('.pane-body .monaco-list-row[aria-level="4"]', { hasText: '↔' }).first();
  const ok = page.locator('.quick-input-widget .monaco-button', { hasText: 'OK' });
  // What was undone just now renews the rows, and with a row goes what was chosen of its menu.
  for (let attempt = 0; attempt < 5 && !(await ok.isVisible()); attempt += 1) {
    await rowContextMenu(page, row, 'Exclude…');
    await ok.waitFor({ timeout: 5000 }).catch(() => undefined);
  }
  // All but the first are picked.
  await screenshot(page, 'check exclude');
  await ok.click();
  await toast(/ is excluded from trainings, evaluations and labels\./).waitFor();
  await runCommand(page, 'Likeness: Check Dataset');
  const message = toast(/^pictures: \d+ findings/);
  await message.locator('.monaco-button', { hasText: 'Show Report' }).click({ timeout: 120_000 });
  const shown = await eventually(page, () => rowsBelow(page, 'Exact duplicate'));
  assert.equal(shown.length, before.length - 1);
  // The report was open before, with what the first check had found.
  await eventually(page, async () => {
    const preview = await webviewFrame(page, 'h2', 5000);
    const heading = (await preview.locator('h2').textContent({ timeout: 1000 })) ?? '';
    const [, findings, images] = /^(\d+) findings in (\d+) images$/.exec(heading) ?? [];
    assert.equal(await descriptionOf(treeRow(page, 'Findings')), findings);
    assert.ok(Number(images) > 60, heading);
  });
});

test('an image that was deleted since says so', async () => {
  const [broken] = await planted(dataset, 'unreadable');
  await rm(path.join(dataset, broken!));
  await foldGroup('Exact duplicate');
  await openGroup(page, 'Unreadable file$');
  await page
    .locator('.pane-body .monaco-list-row[aria-level="4"]', { hasText: path.basename(broken!) })
    .first()
    .click();
  await toast(/doesn't exist; check the path\./).waitFor();
});

function toast(text: RegExp): Locator {
  return page
    .locator('.notification-toast', { has: page.locator('.notification-list-item-message', { hasText: text }) })
    .first();
}

function problem(text: RegExp): Locator {
  return page.locator('.markers-panel .monaco-list-row', { hasText: text }).first();
}

/** What the page puts behind a file's name. */
function badgeOf(row: Locator): Promise<string> {
  return row.evaluate((element: object) => {
    const { getComputedStyle } = globalThis as unknown as {
      getComputedStyle: (of: object, pseudo: string) => { readonly content: string };
    };
    const { querySelectorAll } = element as { querySelectorAll: (selector: string) => Iterable<object> };
    return [...querySelectorAll.call(element, '.monaco-icon-label, .monaco-icon-label *')]
      .map((part) => getComputedStyle(part, '::after').content)
      .join(' ');
  });
}

async function foldGroup(label: string): Promise<void> {
  const row = treeRow(page, label);
  await row.waitFor();
  await eventually(page, async () => {
    if ((await row.getAttribute('aria-expanded')) === 'true') await row.click();
    assert.equal(await row.getAttribute('aria-expanded'), 'false');
  });
}

/** Paths that the sample has planted of a kind. */
async function decisions() {
  return parseDecisions(await readFile(path.join(dataset, '.likeness/decisions.jsonl'), 'utf8'));
}
