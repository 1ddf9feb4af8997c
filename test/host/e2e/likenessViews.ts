import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import {
  contextMenuItem,
  openViewContainer,
  quickPick,
  runCommand,
  webviewFrame,
  type PageElement,
} from '../harness/page.ts';

/** A busy two-core machine takes its time for whatever starts a process or loads a page. */
const PATIENCE_MS = 90_000;

/** Repeats a check until it passes; what it threw last is the failure. */
export async function eventually<T>(page: Page, check: () => Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await page.waitForTimeout(100);
    }
  }
}

/**
 * Shows our views. A fresh window learns late that its workspace is trusted; until then all commands of a menu are disabled, and
 * an open menu doesn't learn of it.
 */
export async function openLikeness(page: Page): Promise<void> {
  await openViewContainer(page, 'Likeness');
  // Before it has drawn anything, nothing of a restricted workspace is to be read either.
  const explorer = page.locator('.pane', { has: page.locator('.pane-header[aria-label^="Embedding Explorer"]') });
  await explorer.locator('.monaco-list-row:visible, .welcome-view-content:visible').first().waitFor();
  await page.getByText('in a restricted workspace').first().waitFor({ state: 'hidden' });
}

/** Chooses an option of one of a panel's controls, by their names. */
export async function chooseOption(page: Page, panel: FrameLocator, control: string, option: string): Promise<void> {
  const select = panel.locator(`vscode-single-select[aria-label="${control}"]`);
  const item = select.locator('.option', { hasText: option });
  await eventually(page, async () => {
    // A list that is open closes when something else takes the focus.
    if (!(await item.isVisible())) await select.click({ timeout: 2000 });
    await item.click({ timeout: 2000 });
  });
}

/** A row of the Embedding Explorer by the start of its text. */
export function treeRow(page: Page, label: string): Locator {
  return viewRow(page, 'Embedding Explorer', label);
}

/** A row of a tree view by the view's title and the start of the row's text. */
export function viewRow(page: Page, view: string, label: string): Locator {
  return viewRows(page, view)
    .filter({ has: page.locator('.label-name', { hasText: new RegExp(`^${label}`) }) })
    .first();
}

function treeRows(page: Page): Locator {
  return viewRows(page, 'Embedding Explorer');
}

function viewRows(page: Page, view: string): Locator {
  return page
    .locator('.pane', { has: page.locator(`.pane-header[aria-label^="${view}"]`) })
    .locator('.monaco-list-row');
}

/** Waits until the Similar view looks at an image, with results or without. */
export async function showsQuery(page: Page, name: string): Promise<void> {
  await eventually(page, async () => {
    assert.equal(await queryName(await similarView(page)), name);
  });
}

/** Waits until the Similar view says why it has no results, in words that hold `text`. */
export async function showsAlert(page: Page, text: string): Promise<void> {
  await eventually(page, async () => {
    const view = await similarView(page);
    await view.locator('[role=alert]', { hasText: text }).waitFor({ timeout: 2000 });
  });
}

/** Waits until a row says `text` after its label. */
export async function describes(page: Page, row: Locator, text: RegExp): Promise<void> {
  await eventually(page, async () => {
    assert.match(await descriptionOf(row), text);
  });
}

/** What a row says after its label. */
export async function descriptionOf(row: Locator): Promise<string> {
  return (await row.locator('.label-description').first().textContent({ timeout: 1000 })) ?? '';
}

/** Opens a group of the Embedding Explorer, and waits until it is open. */
export async function openGroup(page: Page, label: string): Promise<void> {
  await expand(page, treeRow(page, label), true);
}

/** The rows below a group, as `label description`; the group is opened for it. */
export async function rowsBelow(page: Page, label: string): Promise<string[]> {
  await openGroup(page, label);
  return eventually(page, async () => {
    const rows = await treeRows(page).evaluateAll((elements: PageElement[]) =>
      elements.map((element) => {
        const count = (name: string): number => Number(element.getAttribute(name));
        return {
          index: count('data-index'),
          level: count('aria-level'),
          siblings: count('aria-setsize'),
          text: [...element.querySelectorAll('.label-name, .label-description')]
            .map((part) => part.textContent)
            .join(' '),
        };
      }),
    );
    rows.sort((a, b) => a.index - b.index);
    const start = rows.findIndex(({ text }) => text.startsWith(label));
    assert.ok(start >= 0, `${label} is not shown`);
    const below = rows.slice(start + 1);
    const end = below.findIndex((row) => row.level <= rows[start]!.level);
    const own = end < 0 ? below : below.slice(0, end);
    assert.ok(own.length > 0, `nothing below ${label}`);
    // A list holds only the rows that can be seen, and draws them one after the other.
    assert.equal(own.length, own[0]!.siblings, `not all rows below ${label} are shown`);
    return own.map(({ text }) => text);
  });
}

/** Folds or opens the Similar view. */
export async function foldSimilarView(page: Page, fold: boolean): Promise<void> {
  await foldView(page, 'Similar', fold);
}

/** Folds or opens a view of the sidebar by its title, and waits until it is. */
export async function foldView(page: Page, title: string, fold: boolean): Promise<void> {
  await expand(page, page.locator(`.pane-header[aria-label^="${title}"]`), !fold);
}

async function expand(page: Page, element: Locator, wanted: boolean): Promise<void> {
  const expanded = async (): Promise<boolean> =>
    (await element.getAttribute('aria-expanded', { timeout: 1000 })) === 'true';
  await eventually(page, async () => {
    if ((await expanded()) === wanted) return;
    // At its left end: further right there may be buttons.
    await element.click({ timeout: 1000, position: { x: 10, y: 10 } });
    // A second click before the first one shows would undo it.
    for (let waited = 0; waited < 5000 && (await expanded()) !== wanted; waited += 50) await page.waitForTimeout(50);
    assert.equal(await expanded(), wanted);
  });
}

/** One result of the Similar view, as the page shows it. */
export interface ShownResult {
  readonly path: string;
  readonly similarity: number;
  readonly relation: string | undefined;
  readonly label: string;
  /** Of its thumbnail, in pixels; 0 until it is there. */
  readonly width: number;
}

/** The document of the Similar view; another one each time the view is shown again. */
export async function similarView(page: Page): Promise<FrameLocator> {
  await openViewContainer(page, 'Likeness');
  await foldSimilarView(page, false);
  return webviewFrame(page, '#app > *', PATIENCE_MS);
}

/** Waits until the Similar view has answered for an image, with all thumbnails, and returns what it shows. */
export async function resultsFor(page: Page, name: string): Promise<ShownResult[]> {
  return eventually(page, async () => {
    const view = await similarView(page);
    assert.equal(await queryName(view), name);
    assert.equal(await view.locator('main').getAttribute('aria-busy', { timeout: 1000 }), 'false');
    const results = await shownResults(view);
    assert.ok(results.length > 0, 'no results');
    assert.deepEqual(
      results.filter(({ width }) => width === 0).map(({ path }) => path),
      [],
      'without thumbnail',
    );
    return results;
  });
}

export async function queryName(view: FrameLocator): Promise<string | null> {
  return view.locator('h2').textContent({ timeout: 1000 });
}

async function shownResults(view: FrameLocator): Promise<ShownResult[]> {
  return view.locator('.results li').evaluateAll((items: PageElement[]) =>
    items.map((item) => {
      const text = (selector: string): string => item.querySelector(selector)?.textContent ?? '';
      return {
        path: item.querySelector('button')?.title.split('\n')[0] ?? '',
        similarity: Number(text('.similarity')),
        relation: item.getAttribute('data-relation') ?? undefined,
        label: text('.label'),
        width: item.querySelector('img')?.naturalWidth ?? 0,
      };
    }),
  );
}

/** Opens the native menu of a result and waits for it. */
export async function openResultMenu(page: Page, resultPath: string): Promise<void> {
  const view = await similarView(page);
  await view.locator(`.results button[title^="${resultPath}"]`).click({ button: 'right' });
  await contextMenuItem(page, 'Find Similar Images').waitFor();
}

/** The files that are looked at, relative to the folder, one for each editor group from left to right. */
export async function shownFiles(page: Page): Promise<string[]> {
  return page
    .locator('.editor-group-container')
    .evaluateAll((groups: PageElement[]) =>
      groups
        .sort((a, b) => a.getBoundingClientRect().left - b.getBoundingClientRect().left)
        .map((group) =>
          [...group.querySelectorAll('.breadcrumbs-control .monaco-breadcrumb-item')]
            .map((item) => item.textContent)
            .join('/'),
        ),
    );
}

/** Waits until these files are looked at, one in each editor group. */
export async function showsFiles(page: Page, ...files: readonly string[]): Promise<void> {
  await eventually(page, async () => {
    assert.deepEqual(await shownFiles(page), files);
  });
}

/** Picks an encoder of a list or an ONNX file in the dataset's folder. */
export async function chooseEncoder(page: Page, ...picks: readonly string[]): Promise<void> {
  await runCommand(page, 'Likeness: Choose Encoder');
  for (const pick of picks) {
    await quickPick(page, pick).click();
  }
}

/** The preview of a report, by its heading. */
export async function previewHolding(page: Page, heading: string): Promise<FrameLocator> {
  return eventually(page, async () => {
    const frame = await webviewFrame(page, 'h1', 5_000);
    assert.equal(await frame.locator('h1').first().textContent({ timeout: 1000 }), heading);
    return frame;
  });
}

/** The files that the generated sample has an issue of this kind planted in, relative to its root. */
export async function planted(dataset: string, kind: string): Promise<string[]> {
  const text = await readFile(path.join(dataset, 'planted.json'), 'utf8');
  const { findings } = JSON.parse(text) as { findings: readonly { kind: string; paths: readonly string[] }[] };
  return findings.filter((finding) => finding.kind === kind).flatMap(({ paths }) => paths);
}
