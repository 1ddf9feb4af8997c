import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { inProject, projectRoot } from '../../../src/build/project.ts';
import { provideSample } from '../../../src/build/sampleFolder.ts';
import { chooseMenuItem, openFile, quickPick, runCommand, webviewFrame, type PageElement } from '../harness/page.ts';
import { launchWorkbench } from '../harness/workbench.ts';
import {
  chooseOption,
  describes,
  eventually,
  foldSimilarView,
  foldView,
  openGroup,
  openResultMenu,
  resultsFor,
  showsFiles,
  similarView,
  treeRow,
  viewRow,
} from './likenessViews.ts';

const themes = { dark: 'Dark 2026', light: 'Light 2026' } as const;
const SIDE_BAR_WIDTH = 460;
// Large enough that indexing lasts until there is some progress to see.
const IMAGES_PER_CLASS = 100;
// Planted in the sample of that size: a copy in another split, an edited copy, a copy in the folder of another class.
const leak = { query: 'train/mushroom/mushroom-106.jpg', twin: 'validation/mushroom/mushroom-049.jpg' };
const edited = { query: 'train/flower/flower-075.jpg', twin: 'validation/flower/flower-043.jpg' };
const mislabelled = { query: 'train/butterfly/butterfly-031.jpg', twin: 'train/mug/mug-003.jpg' };

/** Walks through the product on the sample data set and writes the README's pictures into media/. */
export async function takePictures(say: (line: string) => void): Promise<void> {
  const home = await mkdtemp(path.join(tmpdir(), 'likeness-pictures-'));
  try {
    const source = inProject('out/pictures/sample');
    await provideSample(source, { imagesPerClass: IMAGES_PER_CLASS, replace: true });
    const dataset = path.join(home, 'sample');
    await cp(source, dataset, { recursive: true });
    for (const theme of ['dark', 'light'] as const) {
      const { page, stop } = await launchWorkbench({
        open: dataset,
        extension: { developmentPath: projectRoot },
        settings: { 'workbench.colorTheme': themes[theme], 'files.exclude': { '.likeness*': true } },
      });
      try {
        await similarView(page);
        await widenSideBar(page);
        const take = async (name: string) => {
          say(`media/${name}.png, ${Math.round((await writePicture(page, name)) / 1024)} KiB`);
        };
        await (theme === 'dark' ? darkPictures(page, take) : lightPictures(page, take));
      } finally {
        await stop();
      }
    }
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

type Take = (name: string) => Promise<void>;

async function darkPictures(page: Page, take: Take): Promise<void> {
  await openFile(page, leak.query);
  await pictureShows(page);
  await runCommand(page, 'Likeness: Index Folder');
  await describes(page, treeRow(page, String.raw`\d+ %`), / left$/);
  await take('index');
  await treeRow(page, 'Encoder').waitFor();
  await runCommand(page, 'Notifications: Clear All Notifications');

  await openGroup(page, 'Classes');
  await openResult(page, leak);
  await pictureShows(page);
  await take('similar');
  await runCommand(page, 'View: Close All Editors');

  await findSimilar(page, edited.query);
  await openResultMenu(page, edited.twin);
  await chooseMenuItem(page, 'Compare With Query');
  await showsFiles(page, edited.query, edited.twin);
  await pictureShows(page, 2);
  await take('compare');
  await runCommand(page, 'View: Close All Editors');

  await mapPicture(page, take);
  await matrixPicture(page, take);
  await reviewPicture(page, take);
  await comparisonPicture(page, take);
  await trainingPictures(page, take);
}

/** Where the encoder in use and the handcrafted features disagree on what is alike. */
async function comparisonPicture(page: Page, take: Take): Promise<void> {
  await runCommand(page, 'View: Toggle Primary Side Bar Visibility');
  await runCommand(page, 'Likeness: Compare Encoders');
  await quickPick(page, 'handcrafted').waitFor();
  await page.locator('.quick-input-action .monaco-button', { hasText: 'OK' }).click();
  const panel = await webviewFrame(page, '.figure-table', 240_000);
  await panel.locator('.heat tbody tr').first().locator('button').nth(1).click();
  await panel.locator('.side').nth(1).locator('.found img').nth(9).waitFor();
  await panel.locator('.heat').scrollIntoViewIfNeeded();
  await panel.locator('.beside').scrollIntoViewIfNeeded();
  await runCommand(page, 'Notifications: Clear All Notifications');
  await take('comparison');
  await runCommand(page, 'View: Close All Editors');
  await runCommand(page, 'View: Toggle Primary Side Bar Visibility');
}

/** A box around a part of a picture, and what is like it. */
async function viewerPicture(page: Page, take: Take): Promise<void> {
  await runCommand(page, 'View: Toggle Primary Side Bar Visibility');
  await openFile(page, edited.query);
  await pictureShows(page);
  await runCommand(page, 'Likeness: Open in Image Viewer');
  const canvas = (await webviewFrame(page, '.side')).locator('canvas').first();
  await eventually(page, async () => {
    const { width, height } = (await canvas.boundingBox())!;
    assert.ok(width > 200 && height > 200);
  });
  await runCommand(page, 'Notifications: Clear All Notifications');
  const box = (await canvas.boundingBox())!;
  const at = (across: number, down: number) => [box.x + across * box.width, box.y + down * box.height] as const;
  await page.mouse.move(...at(0.36, 0.3));
  await page.mouse.down();
  await page.mouse.move(...at(0.5, 0.5), { steps: 4 });
  await page.mouse.move(...at(0.64, 0.72), { steps: 4 });
  await page.mouse.up();
  const side = (await webviewFrame(page, '.side')).locator('section[aria-label="Like the region"]');
  await side.locator('.card img').nth(3).waitFor();
  await take('viewer');
}

/** All images against each other as their dendrogram has them, with a pair under the pointer. */
async function matrixPicture(page: Page, take: Take): Promise<void> {
  await runCommand(page, 'View: Toggle Primary Side Bar Visibility');
  await runCommand(page, 'Likeness: Open Similarity Matrix');
  const panel = await webviewFrame(page, 'canvas.matrix');
  await chooseOption(page, panel, 'Order by', 'Dendrogram');
  const canvas = panel.locator('canvas.matrix');
  await eventually(page, async () => {
    assert.match((await canvas.getAttribute('data-plot')) ?? '', /"tree":[1-9]/);
  });
  await canvas.focus();
  // Into the middle of a cluster, and on to the diagonal: there alike images are neighbours.
  for (const key of ['ArrowRight', ...Array<string>(4).fill('PageDown'), ...Array<string>(110).fill('ArrowDown')]) {
    await page.keyboard.press(key);
  }
  const { row } = JSON.parse((await canvas.getAttribute('data-cursor')) ?? '') as { row: number };
  for (let column = 0; column <= row; column += 1) await page.keyboard.press('ArrowRight');
  await panel.locator('.inspector img').nth(1).waitFor();
  await take('matrix');
  await runCommand(page, 'View: Close All Editors');
  await runCommand(page, 'View: Toggle Primary Side Bar Visibility');
}

/** An edited copy beside its picture, and what of it was edited. */
async function reviewPicture(page: Page, take: Take): Promise<void> {
  await runCommand(page, 'View: Toggle Primary Side Bar Visibility');
  await runCommand(page, 'Likeness: Review Findings');
  const empty = await webviewFrame(page, 'main .empty', 90_000);
  await empty.locator('vscode-button', { hasText: 'Check Dataset' }).click();
  const panel = await webviewFrame(page, 'main .finding', 120_000);
  await chooseOption(page, panel, 'Kind', 'Near duplicate');
  await panel.locator('.rows').focus();
  // Some are decided, as in the middle of a review.
  for (const key of ['b', 'x', 'i', 'd']) await page.keyboard.press(key);
  await panel.locator('.difference img').waitFor();
  await panel.locator('figure img.full[data-ready=true]').nth(2).waitFor();
  await runCommand(page, 'Notifications: Clear All Notifications');
  await take('review');
  await runCommand(page, 'View: Close All Editors');
  await runCommand(page, 'View: Toggle Primary Side Bar Visibility');
}

/** The map with a class selected, and one of its images with those that are most alike. */
export async function mapPicture(page: Page, take: Take): Promise<void> {
  await runCommand(page, 'View: Toggle Primary Side Bar Visibility');
  await runCommand(page, 'Likeness: Open Embedding Map');
  const panel = await webviewFrame(page, '.stage', 90_000);
  await panel.locator('.status .grade').waitFor({ timeout: 120_000 });
  const search = panel.locator('.search input');
  await search.fill('mushroom');
  await panel.locator('.search .found').click();
  // To the first that is found, and then from image to image.
  await search.press('Enter');
  await search.fill('');
  await panel.locator('.stage').first().focus();
  await page.keyboard.press('0');
  await eventually(page, async () => {
    assert.equal(await panel.locator('.hover-card .hover-neighbor img').count(), 5);
  });
  await take('map');
  await runCommand(page, 'View: Close All Editors');
  await runCommand(page, 'View: Toggle Primary Side Bar Visibility');
}

/** The choices with what they cost, and a run on its way. */
async function trainingPictures(page: Page, take: Take): Promise<void> {
  await foldSimilarView(page, true);
  await runCommand(page, 'Likeness: Pretrain Encoder');
  await quickPick(page, 'Thorough').waitFor();
  await take('training-choices');
  await quickPick(page, 'Quick').click();
  await foldView(page, 'Training', false);
  await viewRow(page, 'Training', String.raw`epoch ([3-9]|\d\d) of`).waitFor({ timeout: 300_000 });
  await viewRow(page, 'Training', 'Metrics').click();
  await openFile(page, edited.query);
  await pictureShows(page);
  await take('training');
  await runCommand(page, 'View: Close All Editors');
  await runCommand(page, 'Likeness: Show Training');
  await (await webviewFrame(page, '[data-chart=path]')).locator('[data-chart=relativeLoss] canvas').waitFor();
  await take('training-panel');
}

async function lightPictures(page: Page, take: Take): Promise<void> {
  await openGroup(page, 'Unreadable files');
  await openResult(page, mislabelled);
  await pictureShows(page);
  await take('similar-light');
  await runCommand(page, 'View: Close All Editors');

  await viewerPicture(page, take);
}

async function openResult(page: Page, { query, twin }: { query: string; twin: string }): Promise<void> {
  await findSimilar(page, query);
  await (await similarView(page)).locator(`.results button[title^="${twin}"]`).click();
  await showsFiles(page, twin);
}

async function findSimilar(page: Page, file: string): Promise<void> {
  // The view follows the picture that is looked at; in a folder this long the Explorer's row is out of sight.
  await openFile(page, file);
  await resultsFor(page, path.basename(file));
}

/** Waits until that many editors have drawn their pictures. */
async function pictureShows(page: Page, editors = 1): Promise<void> {
  await eventually(page, async () => {
    let drawn = 0;
    for (const frame of page.frames()) {
      const picture = frame.locator('body.container.image img');
      const width = await picture.evaluateAll(([image]: PageElement[]) => image?.naturalWidth ?? 0).catch(() => 0);
      if (width > 0 && (await picture.first().isVisible())) drawn += 1;
    }
    assert.equal(drawn, editors);
  });
}

/** Drags the side bar's edge, as a person with many results would. */
async function widenSideBar(page: Page): Promise<void> {
  const box = await page.locator('.part.sidebar').boundingBox();
  assert.ok(box);
  const [edge, middle] = [box.x + box.width, box.y + box.height / 2];
  await page.mouse.move(edge, middle);
  await page.mouse.down();
  await page.mouse.move(box.x + SIDE_BAR_WIDTH, middle, { steps: 5 });
  await page.mouse.up();
}

/** @returns the size of the file in bytes. */
async function writePicture(page: Page, name: string): Promise<number> {
  // What opens fades in.
  await page.waitForTimeout(500);
  // Out of the way, where nothing shows a tooltip yet.
  await page.mouse.move(700, 5);
  await page.locator('.monaco-hover').first().waitFor({ state: 'hidden' });
  const png = await sharp(await page.screenshot())
    .png({ palette: true, effort: 10 })
    .toBuffer();
  await writeFile(inProject('media', `${name}.png`), png);
  return png.length;
}
