import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { projectRoot } from '../../../src/build/project.ts';
import {
  chooseMenuItem,
  explorerContextMenu,
  openFile,
  quickPick,
  reloadWindow,
  runCommand,
  screenshot,
  statusBarItem,
} from '../harness/page.ts';
import { launchWorkbench, type Workbench } from '../harness/workbench.ts';
import { makeDataset } from '../runs.ts';
import {
  chooseEncoder,
  describes,
  descriptionOf,
  eventually,
  foldSimilarView,
  foldView,
  openResultMenu,
  resultsFor,
  rowsBelow,
  showsAlert,
  showsFiles,
  showsQuery,
  similarView,
  treeRow,
} from './likenessViews.ts';
import { writeSlowEncoder } from './slowEncoder.ts';

let home: string;
let dataset: string;
let unreadable: readonly string[];
let query: string;
/** Of the same bytes as the query, in the folder of another class. */
let twin: string;
let workbench: Workbench;
let page: Page;

before(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'likeness-walk-'));
  dataset = await makeDataset(home);
  await writeSlowEncoder(path.join(dataset, 'slow.onnx'));
  unreadable = (await planted('unreadable')).flat();
  [query, twin] = await mislabelledTwins();
  await copyFile(path.join(dataset, query), path.join(home, 'elsewhere.png'));
  await copyFile(path.join(dataset, unreadable[0]!), path.join(home, 'broken.png'));
  workbench = await launchWorkbench({ open: dataset, extension: { developmentPath: projectRoot } });
  page = workbench.page;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
});

after(async () => {
  await (workbench as Workbench | undefined)?.stop();
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
});

afterEach(async (context) => {
  // For whoever wants to know what a failed test looked at.
  await screenshot(page, `walk ${'name' in context ? context.name : ''}`);
});

test('before anything is indexed the Similar view shows the image, says so, and offers to index', async () => {
  await explorerContextMenu(page, query, 'Find Similar Images');
  await showsAlert(page, 'not indexed yet');
  await showsQuery(page, path.basename(query));
  const view = await similarView(page);
  await view.locator('vscode-button', { hasText: 'Index Folder' }).waitFor();
  await view.locator('.query-picture img').waitFor();
});

test('for a folder inside of the workspace it is asked whether all of it is meant', async () => {
  await explorerContextMenu(page, 'train', 'Index Folder');
  await quickPick(page, 'only this folder').waitFor();
  await quickPick(page, path.basename(dataset)).waitFor();
  await page.keyboard.press('Escape');
  await quickPick(page, 'only this folder').waitFor({ state: 'hidden' });
  assert.ok(!(await readdir(dataset)).includes('.likeness'));
});

test('Index Folder fills the tree with counts, and the waiting query with results', async () => {
  await runCommand(page, 'Likeness: Index Folder');
  await page.locator('.notification-list-item', { hasText: `${unreadable.length} files could not be read` }).waitFor();
  await page.locator('.notification-list-item .monaco-button', { hasText: 'Show Files' }).click();
  await resultsFor(page, path.basename(query));

  // A list holds only the rows that can be seen: the tree needs the room of the other views.
  await foldView(page, 'Training', true);
  await foldSimilarView(page, true);
  const reasons = await rowsBelow(page, 'Unreadable files');
  assert.deepEqual(
    reasons.map((reason) => reason.split(' ')[0]!).sort(),
    unreadable.map((file) => path.basename(file)).sort(),
  );
  for (const reason of reasons) assert.match(reason, /; .+\.$/);

  const readable = (await filesOf(dataset)).filter((file) => !unreadable.includes(file));
  const counted = (part: number): string[] => {
    const names = readable.map((file) => file.split('/')[part]!);
    return [...new Set(names)].sort().map((name) => `${name} ${names.filter((other) => other === name).length}`);
  };
  assert.deepEqual((await rowsBelow(page, 'Splits')).sort(), counted(0));
  assert.deepEqual((await rowsBelow(page, 'Classes')).sort(), counted(1));
  await describes(page, treeRow(page, path.basename(dataset)), new RegExp(`^${readable.length} images$`));
  await describes(page, treeRow(page, 'Encoder'), /^likeness-1 · \d+ dim$/);
  await foldSimilarView(page, false);
});

test('indexing shows its progress, stops when asked, and goes on where it stopped', async () => {
  await similarView(page);
  const leftToEmbed = async (): Promise<number> => {
    const text = await descriptionOf(treeRow(page, 'Encoder'));
    const count = /^(\d+) to embed · slow/.exec(text)?.[1];
    assert.ok(count !== undefined, text);
    return Number(count);
  };
  const job = treeRow(page, String.raw`\d+ %`);
  const progressed = async (): Promise<void> => {
    await describes(page, job, /^[1-9]\d* of \d+ · [\d.]+ images\/s/);
    await statusBarItem(page, /Likeness: \d+ %/).waitFor();
  };

  await chooseEncoder(page, 'Choose an ONNX file', 'slow.onnx');
  await progressed();
  await job.hover();
  await job.locator('.action-label[aria-label="Stop Indexing"]').click();
  await job.waitFor({ state: 'hidden' });
  const left = await eventually(page, leftToEmbed);
  assert.ok(left > 0, 'it was stopped too late');

  await runCommand(page, 'Likeness: Index Folder');
  await progressed();
  await statusBarItem(page, /Likeness: \d+ %/).click();
  await quickPick(page, `Stop indexing ${path.basename(dataset)}`).click();
  await job.waitFor({ state: 'hidden' });
  await statusBarItem(page, /Likeness:/).waitFor({ state: 'hidden' });
  await eventually(page, async () => {
    const now = await leftToEmbed();
    assert.ok(now < left, `${now} to embed, and ${left} before`);
  });

  await chooseEncoder(page, 'Likeness 1');
  await describes(page, treeRow(page, 'Encoder'), /^likeness-1 · \d+ dim$/);
});

test('results have thumbnails, fall in similarity, and tell other classes apart', async () => {
  await explorerContextMenu(page, query, 'Find Similar Images');
  const results = await resultsFor(page, path.basename(query));
  assert.equal(results.length, 24);
  const similarities = results.map(({ similarity }) => similarity);
  assert.deepEqual(
    similarities,
    similarities.toSorted((a, b) => b - a),
  );
  assert.deepEqual([results[0]!.path, results[0]!.similarity, results[0]!.relation], [twin, 1, 'other']);
  for (const { path: file, relation, label } of results) {
    assert.equal(relation, classOf(file) === classOf(query) ? 'same' : 'other');
    assert.equal(label, relation === 'same' ? classOf(file) : `≠ ${classOf(file)}`);
  }
});

test('a click opens a result and keeps the query; its menu compares, reveals, copies and searches', async () => {
  await explorerContextMenu(page, query, 'Find Similar Images');
  const [, second, third] = await resultsFor(page, path.basename(query));
  const view = await similarView(page);
  await view.locator('.results button').nth(1).click();
  await showsFiles(page, second!.path);
  assert.equal(await view.locator('.results button[aria-current=true]').count(), 1);
  await showsQuery(page, path.basename(query));

  await openResultMenu(page, third!.path);
  await chooseMenuItem(page, 'Compare With Query');
  await showsFiles(page, query, third!.path);
  await showsQuery(page, path.basename(query));

  await openResultMenu(page, third!.path);
  await chooseMenuItem(page, 'Copy Path');
  await eventually(page, async () => {
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    assert.equal(copied, path.join(dataset, third!.path));
  });

  await openResultMenu(page, third!.path);
  await chooseMenuItem(page, 'Reveal in Explorer View');
  const name = path.basename(third!.path);
  await page.locator('.explorer-folders-view .monaco-list-row.selected', { hasText: name }).waitFor();

  await openResultMenu(page, third!.path);
  await chooseMenuItem(page, 'Find Similar Images');
  await resultsFor(page, path.basename(third!.path));
  await runCommand(page, 'View: Close All Editors');
});

test('the view follows the active tab until it is told to keep its image', async () => {
  await explorerContextMenu(page, query, 'Find Similar Images');
  await resultsFor(page, path.basename(query));
  const [first, second] = (await filesOf(dataset)).filter(
    (file) => file.startsWith('train/mug') && !unreadable.includes(file),
  );
  await openFile(page, first!);
  await resultsFor(page, path.basename(first!));

  await viewAction('Keep Showing This Image').click();
  await viewAction('Follow the Active Editor').waitFor();
  await openFile(page, second!);
  await showsFiles(page, second!);
  // Nothing tells that something won't happen; following takes a fraction of this.
  await page.waitForTimeout(1000);
  await showsQuery(page, path.basename(first!));

  await viewAction('Follow the Active Editor').click();
  await resultsFor(page, path.basename(second!));
  await runCommand(page, 'View: Close All Editors');
});

test('chips and the filter narrow the results', async () => {
  await explorerContextMenu(page, query, 'Find Similar Images');
  await resultsFor(page, path.basename(query));
  const view = await similarView(page);
  const shownClasses = async (wanted: (name: string) => boolean): Promise<void> => {
    await eventually(page, async () => {
      const results = await resultsFor(page, path.basename(query));
      const others = results.map((result) => classOf(result.path)).filter((name) => !wanted(name));
      assert.deepEqual(others, []);
    });
  };
  const own = classOf(query);
  await view.locator('.chip', { hasText: 'Same class' }).click();
  await shownClasses((name) => name === own);
  await view.locator('.chip', { hasText: 'Others' }).click();
  await shownClasses((name) => name !== own);
  await view.locator('.chip', { hasText: 'All' }).click();

  await viewAction('Filter Similar Images').click();
  await quickPick(page, 'sailboat').click();
  await page.locator('.quick-input-widget .monaco-button', { hasText: 'OK' }).click();
  await view.locator('.chip', { hasText: 'sailboat' }).waitFor();
  await shownClasses((name) => name === 'sailboat');
  await view.locator('.chip', { hasText: 'sailboat' }).click();
  await eventually(page, async () => {
    const results = await resultsFor(page, path.basename(query));
    assert.equal(results[0]!.path, twin);
  });
});

test('everything is reached by keyboard', async () => {
  await explorerContextMenu(page, query, 'Find Similar Images');
  const results = await resultsFor(page, path.basename(query));
  const view = await similarView(page);
  await view.locator('.chip', { hasText: 'Others' }).focus();
  // Past the number of results, into the grid.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await showsFiles(page, results[1]!.path);
  await page.keyboard.press('ContextMenu');
  await chooseMenuItem(page, 'Find Similar Images');
  await resultsFor(page, path.basename(results[1]!.path));
  await runCommand(page, 'View: Close All Editors');
});

test('a reload of the window keeps the query', async () => {
  await explorerContextMenu(page, query, 'Find Similar Images');
  await resultsFor(page, path.basename(query));
  await reloadWindow(page);
  await resultsFor(page, path.basename(query));
});

test('an image from elsewhere is compared with the dataset, and a broken one gives its reason', async () => {
  await chooseElsewhere('elsewhere.png');
  const results = await resultsFor(page, 'elsewhere.png');
  assert.deepEqual(
    results
      .slice(0, 2)
      .map((result) => result.path)
      .sort(),
    [query, twin].sort(),
  );
  await chooseElsewhere('broken.png');
  await showsAlert(page, 'broken.png');
  const view = await similarView(page);
  await view.locator('vscode-button', { hasText: 'Show Log' }).waitFor();
});

test('an unreadable image of the dataset gives its reason', async () => {
  for (const file of unreadable) {
    await explorerContextMenu(page, file, 'Find Similar Images');
    await showsAlert(page, path.basename(file));
  }
});

/** A button of the Similar view's title. */
function viewAction(name: string) {
  const header = page.locator('.pane-header[aria-label^="Similar"]');
  return header.locator(`.action-label[aria-label^="${name}"]`);
}

/** Asks for what is similar to a file beside the dataset's folder. */
async function chooseElsewhere(name: string): Promise<void> {
  await runCommand(page, 'Likeness: Find Similar Images');
  await quickPick(page, '..').click();
  await quickPick(page, name).click();
}

/** Paths of all images of a folder, relative with `/`. */
async function filesOf(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true });
  return files.map((file) => file.split(path.sep).join('/')).filter((file) => /\.(jpg|png|webp)$/.test(file));
}

const classOf = (file: string): string => file.split('/').at(-2)!;

async function planted(kind: string): Promise<string[][]> {
  const truth = JSON.parse(await readFile(path.join(dataset, 'planted.json'), 'utf8')) as {
    findings: { kind: string; paths: string[] }[];
  };
  return truth.findings.filter((finding) => finding.kind === kind).map(({ paths }) => paths);
}

/** Two files of equal bytes in folders of different classes. */
async function mislabelledTwins(): Promise<[string, string]> {
  const pairs = await planted('exact-duplicate');
  const [first, second] = pairs.find(([one, other]) => classOf(one!) !== classOf(other!)) ?? [];
  assert.ok(first !== undefined && second !== undefined, 'the sample has no such duplicates');
  return [first, second];
}
