import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { FrameLocator, Page } from 'playwright-core';
import { inProject } from '../../../src/build/project.ts';
import { parseDecisions } from '../../../src/core/decisions/decisions.ts';
import {
  quickInput,
  quickPick,
  reloadWindow,
  runCommand,
  screenshot,
  statusBarItem,
  webviewFrame,
} from '../harness/page.ts';
import { chooseOption, eventually, foldView, openGroup, openLikeness } from './likenessViews.ts';
import { onSample } from './onSample.ts';

const LAUNCH_MS = 90_000;

let dataset: string;
let page: Page;

onSample('review', (window) => {
  ({ dataset, page } = window);
});

test('before anything is checked the panel says so, and checks', async () => {
  await runCommand(page, 'Likeness: Review Findings');
  const panel = await reviewPanel('.empty');
  await panel.locator('.empty', { hasText: 'was not checked yet' }).waitFor();
  await screenshot(page, 'review never checked');
  await panel.locator('vscode-button', { hasText: 'Check Dataset' }).click();
  await (await reviewPanel('.finding')).locator('.title p', { hasText: 'Checked just now' }).waitFor();
  assert.match(await progress(), /^0 of \d+ decided$/);
});

test('pictures are shown as they are, beside what is known of them', async () => {
  const panel = await reviewPanel('.finding');
  await choose('Kind', 'Exact duplicate');
  await panel.locator('figure img.full[data-ready=true]').nth(1).waitFor();
  // From the file itself, not a thumbnail.
  const source = (await panel.locator('figure img.full').first().getAttribute('src')) ?? '';
  assert.match(source, /\.(jpg|png)$/);
  await panel.locator('figure[data-best=true] .best', { hasText: 'Best copy' }).waitFor();
  await panel
    .locator('figure', { hasText: /similarity 1\.000/ })
    .first()
    .waitFor();
  await screenshot(page, 'review exact duplicate');
});

test('opened by its command it takes keys at once', async () => {
  await runCommand(page, 'View: Close Editor');
  await runCommand(page, 'Likeness: Review Findings');
  const panel = await reviewPanel('.finding');
  await panel.locator('.finding h2', { hasText: /1 of \d+/ }).waitFor();
  await panel.locator('.rows:focus').waitFor();
  await page.keyboard.press('ArrowDown');
  await panel.locator('.finding h2', { hasText: /2 of \d+/ }).waitFor();
  await choose('Kind', 'Exact duplicate');
});

test('keys decide, write it down, and take findings out of the tree and the status bar at once', async () => {
  const panel = await reviewPanel('.finding');
  await panel.locator('.rows').focus();
  const health = (await statusBarItem(page, /\d+ errors?, \d+ warnings?/).textContent()) ?? '';
  const [total] = /\d+(?= decided)/.exec(await progress()) ?? [];
  assert.ok(total);
  await page.keyboard.press('b');
  await eventually(page, async () => {
    assert.deepEqual((await decisions()).map(({ action }) => action).sort(), ['exclude', 'keep']);
  });
  await panel.locator('.finding-row[data-decided=exclude]').first().waitFor();
  await eventually(page, async () => {
    assert.notEqual(await statusBarItem(page, /\d+ errors?, \d+ warnings?/).textContent(), health);
  });
  await panel.locator('[data-action=undo]', { hasText: 'Keep 1 image and exclude 1 image' }).waitFor();
  await screenshot(page, 'review decided');
});

test('the difference of an edited pair is shown, aligned', async () => {
  const panel = await reviewPanel('.finding');
  await choose('Kind', 'Near duplicate');
  await panel.locator('.rows').focus();
  await page.keyboard.press('d');
  await panel.locator('.difference .hint', { hasText: /pixels|pixel is the same/ }).waitFor();
  await panel.locator('.difference img').waitFor();
  await screenshot(page, 'review difference');
  await page.keyboard.press('d');
});

test('a suggested class is one key, another one is picked', async () => {
  const panel = await reviewPanel('.finding');
  await choose('Kind', 'Label issue');
  await panel.locator('figure img.full[data-ready=true]').waitFor();
  await screenshot(page, 'review label issue');
  await panel.locator('.rows').focus();
  await page.keyboard.press('l');
  await panel.locator('.finding-row[data-decided=relabel]').first().waitFor();
  await page.keyboard.press('r');
  await quickPick(page, 'A new class').waitFor();
  await screenshot(page, 'review class');
  await page.keyboard.press('Escape');
});

test('a file is set aside and brought back', async () => {
  await choose('Kind', 'Blurry');
  const panel = await reviewPanel('.finding');
  const file = path.join(dataset, (await panel.locator('figure .path').first().textContent()) ?? '');
  await panel.locator('.rows').focus();
  await page.keyboard.press('q');
  await eventually(page, async () => {
    assert.equal(existsSync(file), false);
    assert.ok((await decisions()).some(({ action }) => action === 'quarantine'));
  });
  await screenshot(page, 'review set aside');
  await page.keyboard.press('u');
  await eventually(page, async () => {
    assert.equal(existsSync(file), true);
    assert.ok((await decisions()).every(({ action }) => action !== 'quarantine'));
  });
});

test('a reload of the window keeps findings, decisions and place, and undo goes on from there', async () => {
  const before = await progress();
  await reloadWindow(page);
  const panel = await reviewPanel('.finding');
  await eventually(page, async () => {
    assert.equal(await progress(), before);
  });
  await panel.locator('.finding h2', { hasText: 'Blurry' }).waitFor();
  await statusBarItem(page, /\d+ errors?, \d+ warnings?/).waitFor();
  // As a person would: a window that was just opened has the focus elsewhere.
  await panel.locator('.finding h2').click();
  await page.keyboard.press('u');
  await page.keyboard.press('u');
  await eventually(page, async () => {
    assert.match(await progress(), /^0 of /);
    assert.deepEqual(await decisions(), []);
  });
  await page.keyboard.press('Shift+U');
  await eventually(page, async () => {
    assert.deepEqual((await decisions()).map(({ action }) => action).sort(), ['exclude', 'keep']);
  });
});

test('several are decided at once', async () => {
  await choose('Kind', 'Label issue');
  const panel = await reviewPanel('.finding');
  await panel.locator('.rows').focus();
  await page.keyboard.press('Control+a');
  await panel.locator('.notice', { hasText: /\d findings selected/ }).waitFor();
  await screenshot(page, 'review several');
  await page.keyboard.press('r');
  await quickPick(page, 'Each as suggested').waitFor();
  await screenshot(page, 'review several classes');
  await page.keyboard.press('Escape');
  await panel.locator('.rows').focus();
  await page.keyboard.press('i');
  await panel.locator('.finding-row[data-decided=ignore]').nth(1).waitFor();
  await page.keyboard.press('u');
  await panel.locator('.finding-row[data-decided=ignore]').first().waitFor({ state: 'detached' });
});

test('what another process decides shows, and what undo would do with it', async () => {
  const panel = await reviewPanel('.finding');
  const image = (await panel.locator('figure .path').first().textContent()) ?? '';
  const row = panel.locator(`.finding-row[data-decided=exclude][title="${image}"]`);
  await likeness('decide', 'exclude', path.join(dataset, image));
  await row.waitFor();
  await panel.locator('[data-action=undo]', { hasText: 'Exclude 1 image' }).waitFor();
  // Whichever finding it answers, this changes nothing of the answers: only the step to be undone is another one.
  await likeness('tag', 'odd', path.join(dataset, image));
  await panel.locator('[data-action=undo]', { hasText: 'Tag 1 image "odd"' }).waitFor();
  await likeness('decide', 'undo', dataset);
  await likeness('decide', 'undo', dataset);
  await row.waitFor({ state: 'detached' });
});

test('the tree and a problem lead to their finding', async () => {
  await choose('Kind', 'All (');
  await openLikeness(page);
  await foldView(page, 'Similar', true);
  // The middle of this header is a button.
  await page.locator('.pane-header[aria-label^="Training"] .codicon').first().click();
  await openGroup(page, 'Findings');
  await openGroup(page, 'Leak between splits');
  const row = page.locator('.pane-body .monaco-list-row[aria-level="4"]').first();
  const name = (await row.locator('.label-name').textContent()) ?? '';
  await row.hover();
  await row.locator('.action-label[aria-label^="Review"]').click();
  const panel = await reviewPanel('.finding');
  await panel.locator('figure .path', { hasText: name }).waitFor();
  assert.match(await panel.locator('.finding h2').innerText(), /Leak between splits/);
  await runCommand(page, 'Problems: Focus on Problems View');
  const link = page.locator('.markers-panel a', { hasText: 'unreadable' }).first();
  await link.waitFor();
  await screenshot(page, 'review problem');
  await link.click();
  await panel.locator('.finding h2', { hasText: 'Unreadable file' }).waitFor();
  await runCommand(page, 'View: Toggle Panel Visibility');
});

test('it can be read in a narrow group, in a light theme and in high contrast', async () => {
  await runCommand(page, 'View: Toggle Primary Side Bar Visibility');
  for (const theme of ['Dark High Contrast', 'Light High Contrast', 'Dark Modern']) {
    await runCommand(page, 'Preferences: Color Theme');
    // Its list holds only the rows that can be seen.
    await quickInput(page).fill(theme);
    await quickPick(page, theme).click();
    await page.waitForTimeout(800);
    await screenshot(page, `review ${theme}`);
  }
  await page.setViewportSize({ width: 560, height: 800 });
  const panel = await reviewPanel('.finding');
  await panel.locator('.action-bar').waitFor();
  await page.waitForTimeout(500);
  await screenshot(page, 'review narrow');
});

/** The document of the panel; another one each time it is shown again. */
function reviewPanel(holding: string): Promise<FrameLocator> {
  return webviewFrame(page, `main ${holding}`, LAUNCH_MS);
}

async function progress(): Promise<string> {
  return (await reviewPanel('.finding')).locator('.progress-text').innerText({ timeout: 5000 });
}

/** As somebody else would, at a terminal. */
async function likeness(...args: readonly string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [inProject('dist/cli.js'), ...args]);
}

async function decisions() {
  const text = await readFile(path.join(dataset, '.likeness/decisions.jsonl'), 'utf8').catch(() => '');
  return parseDecisions(text);
}

async function choose(control: string, option: string): Promise<void> {
  await chooseOption(page, await reviewPanel('.finding'), control, option);
}
