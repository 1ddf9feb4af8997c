import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { quickPick, reloadWindow, runCommand, screenshot, webviewFrame } from '../harness/page.ts';
import {
  chooseOption,
  describes,
  eventually,
  previewHolding,
  shownFiles,
  similarView,
  treeRow,
} from './likenessViews.ts';
import { onSample } from './onSample.ts';

/** Indexing the sample and embedding it with the baselines. */
const COMPARE_MS = 180_000;

let dataset: string;
let page: Page;

onSample('comparison', (window) => {
  ({ dataset, page } = window);
});

test('encoders are compared in a panel, beside the baselines, also in a folder that is not indexed yet', async () => {
  await runCommand(page, 'Likeness: Compare Encoders');
  await quickPick(page, 'handcrafted').waitFor();
  await page.locator('.quick-input-action .monaco-button', { hasText: 'OK' }).click();
  const panel = await comparison('.figure-table');
  const rows = panel.locator('.figure-table').first().locator('tbody tr');
  await eventually(page, async () => {
    assert.equal(await rows.count(), 4);
  });
  assert.equal(await rows.locator('.tag', { hasText: 'baseline' }).count(), 3);
  await rows.first().locator('.tag', { hasText: 'in use' }).waitFor();
  assert.ok((await rows.locator('td[data-best=true]').count()) >= 6);
  await panel.locator('summary', { hasText: 'How it was measured' }).click();
  await panel.locator('.protocol li', { hasText: 'of the test split against' }).waitFor();
  await panel.locator('summary', { hasText: 'How it was measured' }).click();
  await screenshot(page, 'comparison figures');
});

test('any two of them are looked at by a click, and by class', async () => {
  const panel = await comparison('.heat');
  assert.equal(await panel.locator('.heat td button').count(), 12);
  await panel.locator('.heat tbody tr').first().locator('button').nth(1).click();
  await panel.locator('.pair h3', { hasText: 'handcrafted' }).waitFor();
  await panel.locator('.pair .sentence', { hasText: 'By chance it would be' }).waitFor();
  assert.ok((await panel.locator('.class-bars tr').count()) >= 4);
  await panel.locator('.heat').scrollIntoViewIfNeeded();
  await screenshot(page, 'comparison agreement');
});

test('the queries they disagree on are gone through by keys, with the two rows side by side', async () => {
  const panel = await comparison('.beside');
  await panel.locator('.side').nth(1).locator('.found img').nth(9).waitFor();
  const first = await asked(panel);
  await panel.locator('.strip button').first().focus();
  await page.keyboard.press('ArrowRight');
  await panel.locator('.count', { hasText: /^2 of \d+$/ }).waitFor();
  assert.notEqual(await asked(panel), first);
  await page.keyboard.press('ArrowLeft');
  assert.equal(await asked(panel), first);
  await chooseOption(page, panel, 'Show', 'handcrafted finds more of the class');
  await eventually(page, async () => {
    const sides = panel.locator('.side');
    assert.equal(await sides.nth(1).getAttribute('data-better', { timeout: 1000 }), 'true');
  });
  await panel.locator('.side').nth(1).locator('.found img').nth(9).waitFor();
  await panel.locator('.legend').scrollIntoViewIfNeeded();
  await screenshot(page, 'comparison disagreements');
});

test('it is as clear in a dark theme as in a light one', async () => {
  await mkdir(path.join(dataset, '.vscode'), { recursive: true });
  for (const [theme, kind] of [
    ['Dark 2026', '.vs-dark'],
    ['Light 2026', '.vs:not(.vs-dark)'],
  ] as const) {
    await writeFile(path.join(dataset, '.vscode/settings.json'), JSON.stringify({ 'workbench.colorTheme': theme }));
    await page.locator(`.monaco-workbench${kind}`).waitFor();
    const panel = await comparison('.beside');
    for (const part of ['.toolbar', '.heat', '.legend']) {
      await panel.locator(part).scrollIntoViewIfNeeded();
      await screenshot(page, `comparison ${theme} ${part.slice(1)}`);
    }
  }
});

test('a click opens a neighbour beside the query', async () => {
  const panel = await comparison('.beside');
  const query = (await asked(panel))!;
  const found = panel.locator('.side').nth(1).locator('.found').first();
  const neighbor = (await found.getAttribute('aria-label'))!.split(',')[0]!;
  await found.click();
  await eventually(page, async () => {
    const shown = await shownFiles(page);
    assert.ok(shown.includes(query) && shown.includes(neighbor), shown.join());
  });
  await runCommand(page, 'View: Close All Editors');
});

test('another encoder is taken into use from there, at once', async () => {
  await reopen();
  const panel = await comparison('.figure-table');
  const row = panel.locator('.figure-table').first().locator('tr[data-encoder=handcrafted]');
  await row.locator('.link', { hasText: 'Use' }).click();
  await row.locator('.tag', { hasText: 'in use' }).waitFor();
  await similarView(page);
  await describes(page, treeRow(page, 'Encoder'), /handcrafted/i);
});

test('the same figures open as a document', async () => {
  await reopen();
  const panel = await comparison('.figure-table');
  await panel.locator('vscode-button', { hasText: 'Open as Document' }).click();
  const document = await previewHolding(page, 'Comparison of encoders');
  assert.equal(await document.locator('table').first().locator('tr').count(), 5);
});

test('a reload of the window remembers what was compared', async () => {
  await reopen();
  await reloadWindow(page);
  // A reload throws pages away, also the first one that it makes.
  await eventually(page, async () => {
    const panel = await comparison('.empty');
    await panel.locator('.empty', { hasText: 'not compared since the window was opened' }).waitFor({ timeout: 2000 });
    await panel.locator('vscode-button', { hasText: /^\s*Compare\s*$/ }).click({ timeout: 2000 });
  });
  await (await comparison('.figure-table')).locator('.figure-table').first().waitFor();
});

/** The document of the panel; another one each time it is shown again. */
function comparison(holding: string): Promise<FrameLocator> {
  return webviewFrame(page, holding, COMPARE_MS);
}

/** Shows the panel as it is, which a choice of encoders that is left does not change. */
async function reopen(): Promise<void> {
  const tab: Locator = page.locator('.tab', { hasText: 'Compare Encoders' });
  if ((await tab.count()) > 0) {
    await tab.click();
    return;
  }
  await runCommand(page, 'Likeness: Compare Encoders');
  await quickPick(page, 'handcrafted').waitFor();
  await page.locator('.quick-input-action .monaco-button', { hasText: 'OK' }).click();
}

function asked(panel: FrameLocator): Promise<string | null> {
  return panel.locator('.beside').getAttribute('data-query');
}
