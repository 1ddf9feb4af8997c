import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { inProject } from '../../../src/build/project.ts';

/** What tests read of the page's elements: only code of the webviews is compiled with the DOM's own types. */
export interface PageElement {
  readonly textContent: string;
  readonly title: string;
  /** Of a picture, once it is there. */
  readonly naturalWidth?: number;
  getAttribute(name: string): string | null;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  getBoundingClientRect(): { readonly left: number };
}

/** Runs a command by its full title, such as `Likeness: Index Folder`, through the command palette. */
export async function runCommand(page: Page, title: string): Promise<void> {
  // An open palette doesn't learn of commands that become available, and a fresh window is late with them.
  for (let attempt = 0; attempt < 10; attempt += 1) {
    if (await quickPick(page, title).isVisible()) {
      // What takes the focus meanwhile, such as a panel that closes, closes the palette too.
      const chosen = await quickPick(page, title)
        .click({ timeout: 3000 })
        .then(() => true)
        .catch(() => false);
      if (chosen) return;
    }
    await page.keyboard.press('Escape');
    await page.keyboard.press('F1');
    // A picture that is still loading takes no keys.
    await quickInput(page)
      .fill(`>${title}`, { timeout: 3000 })
      .then(() => quickPick(page, title).waitFor({ timeout: 3000 }))
      .catch(() => undefined);
  }
  throw new Error(`The command palette doesn't offer "${title}".`);
}

/** The text field of an open palette, quick pick or input box. */
export function quickInput(page: Page): Locator {
  return page.locator('.quick-input-widget input.input').first();
}

/** The first row of an open quick pick that holds `text`. */
export function quickPick(page: Page, text: string): Locator {
  return page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
}

/** Opens a file of the folder by its relative path, in a tab that stays. */
export async function openFile(page: Page, relativePath: string): Promise<void> {
  const name = path.posix.basename(relativePath);
  const row = quickPick(page, name);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await page.keyboard.press('ControlOrMeta+p');
    // A palette that is just closing takes the new one with it.
    const isFound = await quickInput(page)
      .fill(relativePath, { timeout: 3000 })
      .then(() => row.waitFor({ timeout: 10_000 }))
      .then(() => true)
      .catch(() => false);
    if (isFound) {
      await page.keyboard.press('Enter');
      await page.locator('.tab', { hasText: name }).first().waitFor();
      return;
    }
    await page.keyboard.press('Escape');
  }
  throw new Error(`Quick Open doesn't offer "${relativePath}".`);
}

/** The Explorer's row of a file or folder; its ancestors, named by `relativePath`, are opened as needed. */
export async function explorerItem(page: Page, relativePath: string): Promise<Locator> {
  await page.locator('.activitybar .action-label.codicon-explorer-view-icon').first().waitFor();
  const tree = page.locator('.explorer-folders-view');
  if (!(await tree.isVisible())) await page.keyboard.press('ControlOrMeta+Shift+e');
  await tree.waitFor();
  const target = explorerRow(tree, relativePath);
  if (await target.isVisible()) return target;
  // A list holds only the rows that can be seen, and what was opened before may fill it.
  await tree.hover();
  await page.locator('.action-label[aria-label="Collapse Folders in Explorer"]').click();
  const deadline = Date.now() + 90_000;
  while (!(await target.isVisible())) {
    if (Date.now() > deadline) throw new Error(`The Explorer doesn't show ${relativePath}.`);
    // From the outside in each time: a tree that is still folding takes back what was opened within it.
    await openNextAncestor(tree, relativePath);
    await target.waitFor({ timeout: 1000 }).catch(() => undefined);
  }
  return target;
}

async function openNextAncestor(tree: Locator, relativePath: string): Promise<void> {
  const segments = relativePath.split('/');
  for (let depth = 1; depth < segments.length; depth += 1) {
    const row = explorerRow(tree, segments.slice(0, depth).join('/'));
    if (!(await row.isVisible())) return;
    const expanded = await row.getAttribute('aria-expanded', { timeout: 1000 }).catch(() => null);
    if (expanded === 'false') {
      await row.click({ timeout: 2000 }).catch(() => undefined);
      return;
    }
  }
}

function explorerRow(tree: Locator, relativePath: string): Locator {
  // What decorates a file is told after its path.
  const [plain, decorated] = [`[aria-label$="/${relativePath}"]`, `[aria-label*="/${relativePath} • "]`];
  const label = tree.page().locator(`.monaco-icon-label${plain}, .monaco-icon-label${decorated}`);
  return tree.locator('.monaco-list-row').filter({ has: label }).first();
}

/** Chooses an item of a file's or folder's context menu in the Explorer. */
export function explorerContextMenu(page: Page, relativePath: string, item: string): Promise<void> {
  return rowContextMenu(page, () => explorerItem(page, relativePath), item);
}

/** Chooses an item of a row's context menu, in any tree. */
export async function rowContextMenu(page: Page, row: Locator | (() => Promise<Locator>), item: string): Promise<void> {
  const action = menuAction(page, item, ':not(.disabled)');
  // An open menu doesn't learn of items that become available, and a fresh window is late with them.
  for (let attempt = 0; attempt < 10 && !(await action.isVisible()); attempt += 1) {
    await page.keyboard.press('Escape');
    const target = typeof row === 'function' ? await row() : row;
    await target.click({ button: 'right', timeout: 3000 }).catch(() => undefined);
    await action.waitFor({ timeout: 3000 }).catch(() => undefined);
  }
  await chooseMenuItem(page, item);
}

/** Clicks an item of the open context menu, by its exact label. */
export async function chooseMenuItem(page: Page, label: string): Promise<void> {
  const menu = page.locator('.monaco-menu').first();
  await contextMenuItem(page, label).waitFor();
  // A menu ignores clicks for a moment after it opens, lest the release of the right button choose something.
  for (let attempt = 0; attempt < 6 && (await menu.isVisible()); attempt += 1) {
    await contextMenuItem(page, label)
      .click({ timeout: 2000 })
      .catch(() => undefined);
    await menu.waitFor({ state: 'hidden', timeout: 500 }).catch(() => undefined);
  }
  // What covers an item, such as the hover of the row below, stops the mouse but not the keyboard.
  if (await menu.isVisible()) await chooseByKeyboard(page, label);
  await menu.waitFor({ state: 'hidden' });
}

async function chooseByKeyboard(page: Page, label: string): Promise<void> {
  const item = menuAction(page, label);
  const items = await page.locator('.monaco-menu .action-item').count();
  for (let moved = 0; moved <= items; moved += 1) {
    await page.keyboard.press('ArrowDown');
    if (((await item.getAttribute('class')) ?? '').split(' ').includes('focused')) break;
  }
  await page.keyboard.press('Enter');
}

/** What an item of the open context menu is in, which tells whether it can be chosen. */
function menuAction(page: Page, label: string, state = ''): Locator {
  const has = page.locator('.action-label', { hasText: exactly(label) });
  return page.locator(`.monaco-menu .action-item${state}`, { has }).first();
}

/** An item of the open context menu, by its exact label. */
export function contextMenuItem(page: Page, label: string): Locator {
  return page.locator('.monaco-menu .action-label', { hasText: exactly(label) }).first();
}

/** Reloads the window as a person does: VS Code keeps its editors and what extensions remember, however lately that was. */
export async function reloadWindow(page: Page): Promise<void> {
  const before = await page.locator('body').elementHandle();
  await runCommand(page, 'Developer: Reload Window');
  // The old page is there for a moment yet.
  await before.waitForElementState('hidden').catch(() => undefined);
  await page.locator('.monaco-workbench .statusbar').waitFor({ timeout: 60_000 });
}

/** Shows a view container by the title on the activity bar. */
export async function openViewContainer(page: Page, title: string): Promise<void> {
  const tab = page.locator('.activitybar .action-item', { has: page.locator(`a[aria-label^="${title}"]`) }).first();
  await tab.waitFor();
  // The extension may show it at the same moment, and then a click folds the side bar away: so it is clicked again, but not
  // before the first click can have shown.
  for (let attempt = 0; attempt < 6; attempt += 1) {
    for (let waited = 0; waited < (attempt === 0 ? 200 : 3000); waited += 50) {
      if (await isChosen(tab)) return;
      await page.waitForTimeout(50);
    }
    await tab.click();
  }
}

async function isChosen(tab: Locator): Promise<boolean> {
  if ((await tab.getAttribute('aria-selected')) === 'true') return true;
  return ((await tab.getAttribute('class')) ?? '').split(' ').includes('checked');
}

/**
 * The document inside a webview, view or panel. With several of them the last that was shown; `holding` waits for the
 * one that holds a CSS selector.
 */
export async function webviewFrame(page: Page, holding?: string, timeoutMs = 30_000): Promise<FrameLocator> {
  const frames = page.locator('iframe.webview.ready');
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    // By name, as other webviews that open and close change the positions.
    const names = await frames.evaluateAll((all: PageElement[]) =>
      all.map((frame) => frame.getAttribute('name') ?? ''),
    );
    for (const name of names.reverse()) {
      const outer = page.locator(`iframe.webview.ready[name="${name}"]`).contentFrame();
      const frame = outer.locator('iframe#active-frame').contentFrame();
      if ((await frame.locator(holding ?? 'body').count()) > 0) return frame;
    }
    if (Date.now() > deadline) {
      const what = `No webview holds ${holding ?? 'a document'} after ${timeoutMs} ms`;
      throw new Error(`${what}; ${await describeWindow(page, names.length).catch(() => 'the page is gone')}.`);
    }
    await page.waitForTimeout(100);
  }
}

/** What a failed wait tells of the window, for those who have no picture of it. */
async function describeWindow(page: Page, webviews: number): Promise<string> {
  const texts = async (selector: string) => {
    const all = await page.locator(selector).evaluateAll((found: PageElement[]) => found.map((one) => one.textContent));
    return all.map((text) => text.trim().replaceAll(/\s+/g, ' ')).join(' | ') || 'none';
  };
  const shown = {
    'webviews that are not ready': String(await page.locator('iframe.webview:not(.ready)').count()),
    'editors in front': await texts('.tab.active'),
    'instead of an editor': await texts('.monaco-editor-pane-placeholder'),
    notifications: await texts('.notification-list-item-message'),
    'a dialog': await texts('.monaco-dialog-box'),
  };
  const rest = Object.entries(shown).map(([name, text]) => `${name}: ${text}`);
  return [`webviews: ${webviews}`, ...rest].join('; ');
}

/** The status bar entry that holds `text`. */
export function statusBarItem(page: Page, text: string | RegExp): Locator {
  return page.locator('.statusbar-item', { hasText: text }).first();
}

/** Saves what the window shows as `out/screenshots/NAME.png` and returns that path. */
export async function screenshot(page: Page, name: string): Promise<string> {
  const folder = inProject('out/screenshots');
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `${name}.png`);
  await page.screenshot({ path: file });
  return file;
}

function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
}
