import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { projectRoot } from '../../../src/build/project.ts';
import { otherVersion } from '../../engine/encoders/otherVersion.ts';
import { contextMenuItem, explorerItem, openFile, screenshot } from '../harness/page.ts';
import { launchWorkbench, type Workbench } from '../harness/workbench.ts';
import { makeDataset } from '../runs.ts';
import { describes, openLikeness, resultsFor, rowsBelow, similarView, treeRow } from './likenessViews.ts';

let home: string;
let dataset: string;
let workbench: Workbench;
let page: Page;

before(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'likeness-trust-'));
  dataset = await makeDataset(home);
  workbench = await launchWorkbench({
    open: dataset,
    extension: { developmentPath: projectRoot },
    trust: false,
    settings: { 'workbench.colorTheme': 'Default High Contrast' },
  });
  page = workbench.page;
});

after(async () => {
  await (workbench as Workbench | undefined)?.stop();
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
});

test('a restricted workspace is asked for trust, and then the picture in the editor is searched for', async () => {
  const [name] = (await readdir(path.join(dataset, 'train/mug'))).sort();
  const file = `train/mug/${name!}`;
  await openFile(page, file);
  await (await similarView(page)).locator('.empty', { hasText: 'restricted workspace' }).waitFor();
  await (await explorerItem(page, file)).click({ button: 'right' });
  await contextMenuItem(page, 'Copy Path').waitFor();
  assert.equal(await contextMenuItem(page, 'Find Similar Images').count(), 0);
  await page.keyboard.press('Escape');
  assert.ok(!(await readdir(dataset)).includes('.likeness'));

  const restricted = await similarView(page);
  await restricted.locator('vscode-button', { hasText: 'Manage Trust' }).click();
  await page.locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ }).click();
  await page.locator('.modal-editor-part .codicon-close').last().click();

  const trusted = await similarView(page);
  await trusted.locator('vscode-button', { hasText: 'Index Folder' }).click();
  const results = await resultsFor(page, name!);
  await screenshot(page, 'trust');
  assert.ok(results.length > 10);

  // In high contrast all borders have one colour, so the pressed chip needs another sign.
  const borderWidth = (chip: string) =>
    trusted.locator('.chip', { hasText: chip }).evaluate(({ clientTop }: { readonly clientTop: number }) => clientTop);
  assert.ok((await borderWidth('All')) > (await borderWidth('Others')));
});

test('what another process has indexed is seen, and with what was the default once made again when a person says so', async () => {
  await openLikeness(page);
  await describes(page, treeRow(page, 'Encoder'), /^likeness-1 · \d+ dim$/);
  const { cli } = otherVersion(path.join(home, 'older version'), 'likeness-0');
  const index = ['index', dataset, '--encoder', 'likeness-0'];
  await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', cli, ...index]);
  await describes(page, treeRow(page, 'Encoder'), /^likeness-0 · older default$/);
  const offer = page.locator('.notification-toast', { hasText: 'is the default now' });
  await offer.waitFor();
  assert.deepEqual(
    (await rowsBelow(page, 'Encoder'))[0],
    'Choose the newer default Likeness 1: small encoder of photographs',
  );
  await screenshot(page, 'newer default offered');
  await offer.locator('.monaco-button', { hasText: 'Index Again' }).click();
  await describes(page, treeRow(page, 'Encoder'), /^likeness-1 · \d+ dim$/);
});
