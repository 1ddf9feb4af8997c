import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import type { FrameLocator, Page } from 'playwright-core';
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
  chooseEncoder,
  chooseOption,
  describes,
  eventually,
  foldSimilarView,
  openLikeness,
  previewHolding,
  resultsFor,
  shownFiles,
  showsAlert,
  similarView,
  viewRow,
} from './likenessViews.ts';

const IMAGES = 120;
const COMMAND = 'Likeness: Search by Text';
const LAUNCH_MS = 90_000;

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

test('an encoder whose text half does not fit is used for pictures, with the reason', async () => {
  for (const [half, name] of [
    ['vision_model.onnx', 'broken_image.onnx'],
    ['text_model.onnx', 'broken_text.onnx'],
  ] as const) {
    await copyFile(path.join(home, 'pair', 'onnx', half), path.join(dataset, name));
  }
  await chooseEncoder(page, 'Choose an ONNX file', 'broken_image.onnx');
  const warning = page.locator('.notification-list-item', { hasText: 'broken_image is added without its text half' });
  await warning.waitFor();
  assert.match((await warning.textContent()) ?? '', /broken_text\.onnx has no tokenizer\.json beside it/);
  await screenshot(page, 'search with an encoder without its text half');
  await runCommand(page, 'Notifications: Clear All Notifications');
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
  const similar = await resultsFor(page, name);
  await searchFor('blue', `blue, like ${name}`);
  await resultsFor(page, `blue + ${name}`);
  const view = await similarView(page);
  await view.locator('.query-picture img').waitFor();
  const weight = view.locator('.weight input');
  await weight.focus();
  await page.keyboard.press('Home');
  const ofWords = await resultsFor(page, `blue + ${name} × 0`);
  assert.equal(scenes.get(ofWords[0]!.path)!.colour, 'blue', 'the words alone');
  await weight.focus();
  await page.keyboard.press('End');
  const ofImage = await resultsFor(page, `blue + ${name} × 1`);
  assert.deepEqual(ofImage, similar, 'the image alone');
  await screenshot(page, 'search by words and an image');
  // The words are a button that asks for others.
  await view.locator('.query-words').click();
  await offers('blue');
  await page.keyboard.press('Escape');
});

test('where no captions are known, a filter that asks for them says how to name them', async () => {
  await runCommand(page, 'Likeness: Open Embedding Map');
  await filterMap('caption:star');
  await (await panelWith('.stage')).locator('.filter-message', { hasText: '"captions": {"source": "txt"}' }).waitFor();
});

test('captions filter the map and colour it, and are shown with a point', async () => {
  const file = path.join(dataset, '.likeness/config.json');
  const config = JSON.parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, JSON.stringify({ ...config, captions: { source: 'txt' } }));
  const stars = pictures.filter(({ caption }) => /\bstar\b/i.test(caption));
  await filterMap('caption:star');
  const map = await panelWith('.stage');
  await map.locator('.found', { hasText: `${stars.length} of ${IMAGES}` }).waitFor();
  await map.locator('.stage').first().focus();
  await page.keyboard.press('ArrowRight');
  await map.locator('.hover-card .hover-written', { hasText: /\bstar\b/i }).waitFor();
  await screenshot(page, 'search captions on the map');
  await filterMap('');
  await map.locator('.color-by select').selectOption({ label: 'Caption' });
  await map.locator('.legend .entry-name', { hasText: 'empty caption' }).waitFor();
});

test('a caption is shown with its picture in the viewer and with the results', async () => {
  const { name, caption } = pictures.find(({ planted, scene }) => planted === undefined && scene.shape === 'star')!;
  await explorerContextMenu(page, `${name}.png`, 'Open in Image Viewer');
  const viewer = await panelWith('.facts');
  await viewer.locator('.facts .written', { hasText: caption }).waitFor();
  const found = viewer.locator('section[aria-label="Most alike"] .card[title*="“"]');
  await found.first().waitFor();
  await screenshot(page, 'search captions in the viewer');
  await runCommand(page, 'View: Close All Editors');
  await searchFor(caption.toLowerCase());
  await resultsFor(page, caption.toLowerCase());
  const view = await similarView(page);
  await view.locator(`.results button[title*="“${caption}”"]`).waitFor();
});

test('captions are searched beside images: what reads them is said, and what is written is shown', async () => {
  const inCaptions = 'in captions, read by the text half of pair';
  await searchFor('a red circle', inCaptions);
  const results = await resultsFor(page, 'a red circle');
  const view = await similarView(page);
  await view.locator('.query-text', { hasText: 'captions, read by the text half of pair' }).waitFor();
  const written = await view.locator('.results .written').allTextContents();
  const captions = new Map(pictures.map(({ name, caption }) => [`${name}.png`, caption]));
  assert.deepEqual(
    written,
    results.map(({ path: image }) => `“${captions.get(image)!}”`),
  );
  assert.ok(
    written.slice(0, 3).every((caption) => caption.includes('red') && caption.includes('circle')),
    written.join(),
  );
  await runCommand(page, COMMAND);
  await offers('a red circle');
  const first = page.locator('.quick-input-list .monaco-list-row').first();
  await first.filter({ hasText: inCaptions }).waitFor();
  await screenshot(page, 'search captions, the box');
  await page.keyboard.press('Escape');
  await searchFor('a red circle', 'in images');
  await view.locator('.query-text', { hasText: 'encoder pair' }).waitFor();
  assert.equal(await view.locator('.results .written').count(), 0);
});

test('a caption of another picture is reviewed beside what it is nearer to', async () => {
  const wrong = pictures.filter(({ planted }) => planted === 'caption-mismatch').map(({ name }) => `${name}.png`);
  await runCommand(page, 'Likeness: Check Dataset');
  await runCommand(page, 'Likeness: Review Findings');
  const panel = await panelWith('.finding');
  await chooseOption(page, panel, 'Kind', 'Caption mismatch');
  const strip = panel.locator('.by-caption');
  await strip.locator('.neighbor .hint', { hasText: ', nearer' }).first().waitFor();
  const reviewed = (await panel.locator('figure .path').textContent()) ?? '';
  assert.ok(wrong.includes(reviewed), reviewed);
  const { caption } = pictures.find(({ name }) => `${name}.png` === reviewed)!;
  await panel.locator('figure .written', { hasText: `“${caption}”` }).waitFor();
  await strip.locator('ol li', { hasText: ', nearer' }).first().waitFor();
  await screenshot(page, 'search caption in the review');
  await panel.locator('figure .link', { hasText: 'Edit caption' }).click();
  await eventually(page, async () => {
    assert.ok((await shownFiles(page)).includes(reviewed.replace(/png$/, 'txt')));
  });
  assert.match(
    await page.locator('.monaco-editor .view-lines').first().innerText(),
    new RegExp(caption.replaceAll(' ', '\\s')),
  );
});

test('images are compared with captions, each with each, and a cell leads to its image', async () => {
  await runCommand(page, 'View: Close All Editors');
  await runCommand(page, 'Likeness: Open Similarity Matrix');
  const panel = await panelWith('canvas.matrix');
  await chooseOption(page, panel, 'Show', 'Images × captions');
  const captioned = pictures.filter(({ caption }) => caption !== '').length;
  await panel.locator(`canvas.matrix[data-cells="${captioned}"]`).waitFor();
  await panel
    .locator('.sentence', { hasText: /^\d+ % of the images find their own caption first among \d+/ })
    .waitFor();
  await panel.locator('.notice', { hasText: 'no caption' }).waitFor();
  const first = panel.locator('[data-list=farthest] .far-card').first();
  const name = ((await first.getAttribute('title')) ?? '').replace(/\.png: .*$/, '');
  assert.equal(pictures.find((picture) => picture.name === name)?.planted, 'caption-mismatch', name);
  await panel.locator('canvas.matrix').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await panel.locator('.unseen', { hasText: /^\S+ and the caption of \S+, “.+”: similarity −?0\.\d{3}$/ }).waitFor();
  await panel.locator('.caption-side .side-name', { hasText: '“' }).waitFor();
  await screenshot(page, 'search captions in the matrix');
  await chooseOption(page, panel, 'Encoder', 'Pixels');
  await panel.locator('[role=alert]', { hasText: 'has no text half' }).waitFor();
  await panel.locator('[role=alert] vscode-button', { hasText: 'Choose Encoder' }).waitFor();
  await screenshot(page, 'search captions in the matrix without a text half');
  await chooseOption(page, panel, 'Encoder', 'own');
  await panel.locator(`canvas.matrix[data-cells="${captioned}"]`).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await eventually(page, async () => {
    assert.ok((await shownFiles(page)).some((file) => file.endsWith('.png')));
  });
});

test('the names of classes propose labels for images that have none', async () => {
  await runCommand(page, 'Likeness: Label Automatically');
  await quickPick(page, 'Names of the classes').click();
  await page.locator('.quick-input-widget', { hasText: 'with commas between' }).waitFor();
  await quickInput(page).fill('circle, star');
  await page.keyboard.press('Enter');
  await page.locator('.quick-input-widget', { hasText: 'with {} for its name' }).waitFor();
  assert.match(await quickInput(page).inputValue(), /^a photo of a {}; /);
  await quickInput(page).fill('a circle');
  await page.locator('.quick-input-message', { hasText: 'says nowhere what the class is' }).waitFor();
  await quickInput(page).fill('a {}; a big {}');
  await page.keyboard.press('Enter');
  await quickPick(page, '95 %').click();
  const report = await previewHolding(page, 'Proposed labels');
  assert.match(
    await report.locator('body').innerText(),
    /labels proposed for \d+ unlabelled images, .* \(names of the classes, pair/,
  );
  await report.locator('td', { hasText: 'star' }).first().waitFor();
});

/** The document of the panel in front. */
function panelWith(selector: string): Promise<FrameLocator> {
  return webviewFrame(page, selector, LAUNCH_MS);
}

async function filterMap(text: string): Promise<void> {
  await eventually(page, async () => {
    await (await panelWith('.stage')).locator('.search input').fill(text, { timeout: 3000 });
  });
}

test('words that are searched for light up the points of the map that fit them', async () => {
  // Beside another editor the map is too narrow for its legend.
  await runCommand(page, 'View: Close All Editors');
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
