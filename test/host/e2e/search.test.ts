import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { projectRoot } from '../../../src/build/project.ts';
import { planCaptions } from '../../../src/core/sample/captions/plan.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { encodeImage } from '../../../src/engine/images/codec.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { generateCaptionedSample } from '../../../src/engine/sample/generate.ts';
import { ProgramRunner } from '../../core/training/programRunner.ts';
import { trainPair, writePair } from '../../trainedPair.ts';
import { explorerContextMenu, quickInput, quickPick, runCommand, screenshot, webviewFrame } from '../harness/page.ts';
import { launchWorkbench, type Workbench } from '../harness/workbench.ts';
import {
  describes,
  eventually,
  foldSimilarView,
  openLikeness,
  resultsFor,
  showsAlert,
  similarView,
  viewRow,
} from './likenessViews.ts';

const IMAGES = 120;
const COMMAND = 'Likeness: Search by Text';

const runner = new ProgramRunner();
const { pictures } = planCaptions(1, IMAGES);
const scenes = new Map(pictures.map(({ name, scene }) => [`${name}.png`, scene]));
let home: string;
let dataset: string;
let workbench: Workbench;
let page: Page;

/** Indexes as another process would, and adds the encoder that knows texts. */
async function indexWith(encoder: 'pixels' | 'pair'): Promise<void> {
  const engine = new Engine({ ...engineOptions('cpu'), cacheFolder: path.join(home, 'cache') });
  try {
    const { id } = encoder === 'pair' ? await engine.addEncoder(path.join(home, 'pair'), dataset) : { id: encoder };
    await engine.chooseEncoder(id, dataset);
    await engine.indexFolder({ folder: dataset }, { signal: new AbortController().signal, report: () => undefined });
  } finally {
    await engine.dispose();
  }
}

before(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'likeness-e2e-'));
  dataset = path.join(home, 'shapes');
  await generateCaptionedSample(dataset, { encodeImage, images: IMAGES });
  writePair(path.join(home, 'pair'), await trainPair(runner, pictures));
  await indexWith('pixels');
  workbench = await launchWorkbench({ open: dataset, extension: { developmentPath: projectRoot } });
  page = workbench.page;
});

after(async () => {
  await (workbench as Workbench | undefined)?.stop();
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
});

afterEach(async (context) => {
  await screenshot(page, `search ${'name' in context ? context.name : ''}`);
});

/** Types a line into the box and takes the item that says what to do with it. */
async function searchFor(line: string, item: string = line): Promise<void> {
  await eventually(page, async () => {
    if (!(await quickPick(page, item).isVisible())) {
      await runCommand(page, COMMAND);
      await quickInput(page).fill(line, { timeout: 3000 });
    }
    await quickPick(page, item).click({ timeout: 3000 });
  });
}

/** Waits until the box holds a line. */
async function offers(line: string): Promise<void> {
  await eventually(page, async () => {
    assert.equal(await quickInput(page).inputValue({ timeout: 1000 }), line);
  });
}

test('an encoder that knows no words is said so, with the way to another', async () => {
  await openLikeness(page);
  await searchFor('a red circle');
  await showsAlert(page, 'has no text half');
  const view = await similarView(page);
  await view.locator('vscode-button', { hasText: 'Choose Encoder' }).click();
  await quickPick(page, 'Pixels').waitFor();
  await page.keyboard.press('Escape');
});

test('pictures are found by what they show', async () => {
  await indexWith('pair');
  await searchFor('a red circle');
  const results = await resultsFor(page, 'a red circle');
  const best = results.slice(0, 3).map((result) => scenes.get(result.path)!);
  assert.ok(
    best.every(({ colour }) => colour === 'red'),
    JSON.stringify(best),
  );
  assert.equal(best[0]!.shape, 'circle');
});

test('the searches of before are offered again, and a word can be left out', async () => {
  await runCommand(page, COMMAND);
  await offers('a red circle');
  await quickInput(page).fill('');
  await quickPick(page, 'a red circle').waitFor();
  await quickInput(page).fill('red -large');
  await quickPick(page, 'red -large').click();
  const results = await resultsFor(page, 'red − large');
  const { colour, size } = scenes.get(results[0]!.path)!;
  assert.deepEqual([colour, size], ['red', 'small']);
});

test('words and a picture are searched for together', async () => {
  const star = pictures.find(({ scene }) => scene.shape === 'star' && scene.colour === 'green')!;
  await explorerContextMenu(page, `${star.name}.png`, 'Find Similar Images');
  const name = path.basename(`${star.name}.png`);
  await resultsFor(page, name);
  await searchFor('blue', `blue, like ${name}`);
  await resultsFor(page, `blue + ${name}`);
  const view = await similarView(page);
  await view.locator('.query-picture img').waitFor();
  // The words are a button that asks for others.
  await view.locator('.query-words').click();
  await offers('blue');
  await page.keyboard.press('Escape');
});

test('words that are searched for light up the points of the map that fit them', async () => {
  await runCommand(page, 'Likeness: Open Embedding Map');
  const map = await webviewFrame(page, '.legend', 60_000);
  await searchFor('a blue star');
  await map.locator('.ramp-query', { hasText: '“a blue star”' }).waitFor();
});

test('an encoder is trained with captions: what sees, what reads, and how much better pairs find each other', async () => {
  const file = path.join(dataset, '.likeness', 'config.json');
  const config = JSON.parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, JSON.stringify({ ...config, captions: { source: 'txt' } }));
  await foldSimilarView(page, true);
  await runCommand(page, 'Likeness: Train with Captions');
  await quickPick(page, 'pair-').waitFor();
  await screenshot(page, 'train with captions');
  await quickPick(page, 'pair-').click();
  await quickPick(page, 'Its own text half').waitFor();
  await screenshot(page, 'train with captions, what reads them');
  await quickPick(page, 'Its own text half').click();
  const start = quickPick(page, 'Start');
  await start.waitFor();
  assert.match((await start.textContent()) ?? '', /pair and pair learn to meet · epochs as needed/);
  await start.click();
  const done = page.locator('.notification-list-item', { hasText: 'is trained' });
  await done.waitFor({ timeout: 60_000 });
  assert.match(
    (await done.textContent()) ?? '',
    /pair, with captions is trained, in .*: recall@1 [\d.]+ %, before [\d.]+ %/,
  );
  await describes(page, viewRow(page, 'Training', 'pair, with captions'), /^recall@1 [\d.]+ % · /);
  await screenshot(page, 'trained with captions');
  await done.locator('.monaco-button', { hasText: 'Show Curves' }).click();
  const panel = await webviewFrame(page, '.run-card');
  await panel.locator('.run-card', { hasText: 'of held-out pairs, before' }).waitFor();
});
