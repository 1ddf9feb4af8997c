import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { perceptualScale } from '../../../src/core/drawing/perceptualScale.ts';
import {
  chooseMenuItem,
  contextMenuItem,
  explorerContextMenu,
  explorerItem,
  quickPick,
  reloadWindow,
  runCommand,
  screenshot,
  webviewFrame,
} from '../harness/page.ts';
import { chooseOption, eventually, openGroup, shownFiles, similarView, treeRow } from './likenessViews.ts';
import { onSample } from './onSample.ts';

const LAUNCH_MS = 90_000;

let dataset: string;
let page: Page;

onSample('matrix', (window) => {
  ({ dataset, page } = window);
});

test('before anything is indexed the panel says so, and the matrix comes by itself when it is', async () => {
  await explorerContextMenu(page, 'train', 'Open Similarity Matrix');
  const panel = await matrixPanel();
  await panel.locator('[role=alert]', { hasText: 'not indexed yet' }).waitFor();
  await panel.locator('vscode-button', { hasText: 'Index Folder' }).click();
  await eventually(page, async () => {
    assert.ok((await facts()).cells > 40);
  });
  assert.match((await panel.locator('h1').textContent()) ?? '', /^train$/);
  await panel.locator('.hint', { hasText: 'Each cell is a pair.' }).waitFor();
});

test('cells have the colours of the scale, and say what they are to the keyboard', async () => {
  const { plot, cells } = await facts();
  const lightest = perceptualScale(256).at(-1)!;
  const edge = plot.edge / cells;
  const diagonal = await pixelAt(plot.left + 2.5 * edge, plot.top + 2.5 * edge);
  // An image is itself; what is scaled down is mixed with its neighbours.
  assert.ok(lightness(diagonal) > 0.8 * lightness(lightest), String(diagonal));
  const corner = await pixelAt(plot.left + (cells - 1.5) * edge, plot.top + 1.5 * edge);
  assert.ok(lightness(corner) < lightness(diagonal), String(corner));
  await canvasOf(await matrixPanel()).focus();
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowDown']) await page.keyboard.press(key);
  await eventually(page, async () => {
    assert.match(await announced(), /^train\/balloon\/.+ \(balloon\) and train\/.+ \(\w+\): similarity −?0\.\d{3}$/);
  });
  await (await matrixPanel()).locator('.inspector img').nth(1).waitFor();
});

test('the keyboard opens the pair side by side', async () => {
  const [, first, second] = /^(\S+) \(.+\) and (\S+) /.exec(await announced())!;
  await canvasOf(await matrixPanel()).press('Enter');
  await eventually(page, async () => {
    const shown = await shownFiles(page);
    assert.ok(shown.includes(first!) && shown.includes(second!), shown.join());
  });
  await runCommand(page, 'Likeness: Open Similarity Matrix');
  await eventually(page, async () => {
    assert.ok((await facts()).cells > 40);
  });
});

test('ordered as a dendrogram, a rectangle becomes the selection of the window', async () => {
  await choose('Order by', 'Dendrogram');
  await eventually(page, async () => {
    const { plot } = await facts();
    assert.ok(plot.tree > 0);
  });
  const canvas = canvasOf(await matrixPanel());
  await canvas.focus();
  await page.keyboard.press('ArrowRight');
  for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Space');
  const panel = await matrixPanel();
  await panel.locator('.selection', { hasText: /^[45] images selected/ }).waitFor();
  await panel.locator('vscode-button', { hasText: /Fine-tune on [45] Selected/ }).waitFor();
  await panel.locator('.selection .link').click();
  await panel.locator('.selection').waitFor({ state: 'detached' });
});

test('the wheel zooms, a drag moves, and 0 shows all of it again', async () => {
  const canvas = canvasOf(await matrixPanel());
  // In a narrow panel the wheel scrolls the page until the matrix has the focus.
  await canvas.focus();
  const box = (await canvas.boundingBox())!;
  const { plot } = await facts();
  const [x, y] = [box.x + plot.left + plot.edge / 2, box.y + plot.top + plot.edge / 2];
  await page.mouse.move(x, y);
  await page.mouse.wheel(0, -600);
  await eventually(page, async () => {
    assert.ok((await facts()).view.size < 0.6);
  });
  const before = (await facts()).view;
  await page.mouse.down();
  await page.mouse.move(x - 80, y - 40, { steps: 4 });
  await page.mouse.up();
  const moved = (await facts()).view;
  assert.ok(moved.x > before.x && moved.y > before.y && moved.size === before.size);
  await page.keyboard.press('0');
  await eventually(page, async () => {
    assert.equal((await facts()).view.size, 1);
  });
});

test('a class of the table leads to its block', async () => {
  const panel = await matrixPanel();
  await panel.locator('.sentence', { hasText: /of 100 comparisons \(AUC 0\.\d\d\)/ }).waitFor();
  await panel.locator('tbody th .link', { hasText: 'mug' }).click();
  await eventually(page, async () => {
    const { view, plot } = await facts();
    assert.ok(view.size < 0.3 && plot.tree === 0);
  });
});

test('what is decided of a pair is written down, shown, and can be taken back', async () => {
  const panel = await matrixPanel();
  const card = panel.locator('[data-list=between] .pair-card').first();
  const same = card.locator('.chip', { hasText: 'Same' });
  await same.click();
  await panel.locator('[data-list=between] .pair-card[data-decided=same]').waitFor();
  const decisions = path.join(dataset, '.likeness/decisions.jsonl');
  const [line] = (await readFile(decisions, 'utf8')).split('\n');
  assert.equal((JSON.parse(line!) as { action: string }).action, 'same');
  await same.scrollIntoViewIfNeeded();
  await screenshot(page, 'matrix pairs');
  await same.click();
  await panel.locator('[data-list=between] .pair-card[data-decided]').waitFor({ state: 'detached' });
  assert.equal(await readFile(decisions, 'utf8'), '');
  await card.locator('.chip', { hasText: 'Relabel' }).click();
  await quickPick(page, 'Another class for').waitFor();
  await page.keyboard.press('Escape');
});

test('a reload of the window keeps what was shown', async () => {
  await choose('Show', 'Class means');
  await eventually(page, async () => {
    assert.equal((await facts()).cells, 8);
  });
  await reloadWindow(page);
  await eventually(page, async () => {
    assert.equal((await facts()).cells, 8);
  });
  assert.equal(await (await matrixPanel()).locator('h1').textContent(), 'train');
});

test('images that are chosen in the Explorer, and a class of the Embedding Explorer, are compared alone', async () => {
  await runCommand(page, 'View: Close All Editors');
  const [first, second] = ['train/mug/mug-004.jpg', 'train/mug/mug-006.jpg'];
  await (await explorerItem(page, first)).click();
  await (await explorerItem(page, second)).click({ modifiers: ['ControlOrMeta'] });
  await (await explorerItem(page, second)).click({ button: 'right' });
  await contextMenuItem(page, 'Open Similarity Matrix').waitFor();
  await chooseMenuItem(page, 'Open Similarity Matrix');
  await eventually(page, async () => {
    assert.equal((await facts()).cells, 2);
  });
  const panel = await matrixPanel();
  await panel.locator('.sentence', { hasText: 'All of these images are of one class' }).waitFor();
  await similarView(page);
  await openGroup(page, 'Classes');
  await eventually(page, async () => {
    // A tree that is drawn anew takes its menu along.
    await page.keyboard.press('Escape');
    await treeRow(page, 'fish').click({ button: 'right', timeout: 1000 });
    await contextMenuItem(page, 'Open Similarity Matrix').waitFor({ timeout: 2000 });
  });
  await chooseMenuItem(page, 'Open Similarity Matrix');
  await eventually(page, async () => {
    assert.equal(await (await matrixPanel()).locator('h1').textContent({ timeout: 1000 }), 'fish');
    assert.ok((await facts()).cells > 8);
  });
});

/** The document of the panel; another one each time it is shown again. */
function matrixPanel(): Promise<FrameLocator> {
  return webviewFrame(page, 'canvas.matrix, .empty', LAUNCH_MS);
}

function canvasOf(panel: FrameLocator): Locator {
  return panel.locator('canvas.matrix');
}

interface Facts {
  readonly cells: number;
  readonly plot: { readonly left: number; readonly top: number; readonly edge: number; readonly tree: number };
  readonly view: { readonly x: number; readonly y: number; readonly size: number };
}

/** What the canvas says of itself. */
async function facts(): Promise<Facts> {
  const canvas = canvasOf(await matrixPanel());
  const read = async (name: string): Promise<unknown> =>
    JSON.parse((await canvas.getAttribute(`data-${name}`, { timeout: 1000 })) ?? '');
  return { cells: await read('cells'), plot: await read('plot'), view: await read('view') } as Facts;
}

async function announced(): Promise<string> {
  return (await (await matrixPanel()).locator('.unseen').textContent()) ?? '';
}

/** Red, green and blue at a place of the canvas, in pixels of the page. */
async function pixelAt(x: number, y: number): Promise<readonly number[]> {
  interface Canvas {
    readonly width: number;
    readonly clientWidth: number;
    getContext(kind: '2d'): {
      getImageData(x: number, y: number, width: number, height: number): { readonly data: ArrayLike<number> };
    };
  }
  return canvasOf(await matrixPanel()).evaluate(
    (element, [left, top]) => {
      const canvas = element as unknown as Canvas;
      const ratio = canvas.width / canvas.clientWidth;
      const { data } = canvas.getContext('2d').getImageData(Math.floor(left! * ratio), Math.floor(top! * ratio), 1, 1);
      return [data[0]!, data[1]!, data[2]!];
    },
    [x, y],
  );
}

function lightness([red, green, blue]: readonly number[]): number {
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

async function choose(control: string, option: string): Promise<void> {
  await chooseOption(page, await matrixPanel(), control, option);
}
