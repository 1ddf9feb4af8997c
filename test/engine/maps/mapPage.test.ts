import assert from 'node:assert/strict';
import { accessSync, constants, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { before, describe, it, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { encodeImage } from '../../../src/engine/images/codec.ts';
import { mapPage } from '../../../src/engine/maps/mapPage.ts';
import type { MapReport } from '../../../src/protocol/maps.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';

const HOSTILE = '</script><script>document.title="taken"</script><img src=x onerror=alert(1)>';
const paths = ['train/cat/a.jpg', 'train/cat/b.jpg', 'test/dog/c.jpg', `test/dog/${HOSTILE}.jpg`, 'e.jpg'];
const report: MapReport = {
  root: '/data',
  encoder: { id: 'tiny <b>', dim: 8 },
  points: paths,
  x: Float32Array.of(-1, -0.9, 1, 1.1, 0),
  y: Float32Array.of(0, 0.1, 1, 0.9, -1),
  cluster: Int32Array.of(0, 0, 1, 1, -1),
  labels: ['cat', 'cat', 'dog', 'dog', undefined],
  splits: ['train', 'train', 'test', 'test', undefined],
  clusters: [
    { id: 0, name: 'cat', size: 2, representative: paths[0]! },
    { id: 1, name: 'dog', size: 2, representative: paths[2]! },
  ],
  trustworthiness: 0.9,
  neighborsKept: 0.5,
  judged: { neighbors: 2, images: 5 },
  recall: 1,
  method: 'umap',
  neighbors: 3,
  minimumDistance: 0.1,
  seed: 0,
  explained: undefined,
  out: undefined,
  seconds: 1,
  keptSince: undefined,
  notices: [],
};
let thumbnail: Uint8Array;
const store = {
  readThumbnails: (wanted: readonly string[]) => new Map(wanted.map((path) => [path, thumbnail] as const)),
};
const long = 'a dog '.repeat(100);
const captions = new Map<string, readonly string[]>([
  [paths[0]!, ['a cat on a sofa', HOSTILE]],
  [paths[2]!, [long]],
  [paths[3]!, ['']],
]);
const source = { store, captions };
const between = () => Promise.resolve();

before(async () => {
  thumbnail = await encodeImage(new Uint8Array(24 * 16 * 3).fill(120), 24, 16, { format: 'webp', quality: 60 });
});

describe("a map's page", () => {
  it('says how many pictures it had to leave out, representatives last', async () => {
    const { html, notices } = await mapPage(report, source, between, 3 * thumbnail.length);
    assert.match(notices[0]!.message, /holds the pictures of 3 of the 5 images/);
    const { pictures } = dataOf(html);
    assert.deepEqual([pictures[0] !== null, pictures[2] !== null], [true, true]);
    assert.equal(pictures.filter((picture) => picture !== null).length, 3);
    const whole = await mapPage(report, source, between);
    assert.deepEqual([whole.notices.length, dataOf(whole.html).pictures.includes(null)], [0, false]);
  });

  it('names no address, and lets nothing run that it was not written with', async () => {
    const { html } = await mapPage(report, source, between);
    assert.match(
      html,
      /content="default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; img-src data:/,
    );
    assert.doesNotMatch(html, /https?:\/\//);
    assert.equal(html.split('<script').length, 3, 'file names open no element');
  });

  it('holds what is written about the images, long captions by their beginning', async () => {
    const { html } = await mapPage(report, source, between);
    const [first, none, cut, empty] = dataOf(html).captions!;
    assert.deepEqual([first, none, empty], [['a cat on a sofa', HOSTILE], [], ['']]);
    assert.match(cut![0]!, /^(a dog ){20}.*…$/);
    assert.ok(cut![0]!.length <= 241);
    assert.match(html, /Search path, class, cluster or the beginning of a caption</);
    const short = new Map(captions).set(paths[2]!, ['a dog']);
    assert.match((await mapPage(report, { store, captions: short }, between)).html, /class, cluster or caption</);
    const without = (await mapPage(report, { store, captions: undefined }, between)).html;
    assert.equal(dataOf(without).captions, undefined);
    assert.match(without, /Search path, class or cluster</);
  });

  it('is a map in a real browser, by mouse and by keys, without a request', async (context) => {
    const opened = await openPage(context);
    if (opened === undefined) return;
    const { page, problems } = opened;
    assert.match(await page.title(), /^5 images by UMAP \(tiny <b>, 8 dimensions\)$/);
    assert.deepEqual(await page.locator('#legend .name').allTextContents(), ['cat', 'dog', 'no class']);

    // Keys lead from image to image; Enter opens the picture.
    await page.focus('#map');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    const reached = await page.locator('#tooltip .path').textContent();
    assert.ok(paths.includes(reached!), String(reached));
    assert.match((await page.locator('#status').textContent())!, /Cluster/);
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('#card .path').textContent(), reached);
    assert.equal(
      await page.locator('#card img').evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
      24,
    );
    await page.keyboard.press('Escape');

    // With all in view, the cats have their colour, and go when they are hidden.
    await page.keyboard.press('0');
    await page.waitForTimeout(100);
    assert.ok((await page.evaluate<number>(pixelsOfCats)) > 60);
    await page.locator('#legend input').first().click();
    await page.waitForTimeout(100);
    assert.equal(await page.evaluate<number>(pixelsOfCats), 0);
    assert.match((await page.locator('#counts').textContent())!, /^3 of 5/);
    await page.locator('#show-all').click();
    await page.locator('#legend button').nth(1).click();
    assert.match((await page.locator('#counts').textContent())!, /^2 of 5/);
    await page.locator('#show-all').click();

    await page.selectOption('#colour', { label: 'Split' });
    assert.deepEqual(await page.locator('#legend .name').allTextContents(), ['test', 'train', 'no split']);
    await page.keyboard.press('/');
    await page.keyboard.type('DOG/C');
    assert.match((await page.locator('#counts').textContent())!, /^1 of 5/);
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('#tooltip .path').textContent(), 'test/dog/c.jpg');
    assert.match((await page.locator('#tooltip .written').textContent())!, /^“a dog a dog .*…”$/);
    await page.fill('#search', 'SOFA');
    await page.locator('#search').press('Enter');
    // What is written is text, whatever it holds.
    assert.deepEqual(await page.locator('#tooltip .written').allTextContents(), ['“a cat on a sofa”', `“${HOSTILE}”`]);
    assert.match(await page.title(), /^5 images/);
    assert.deepEqual(problems, []);
  });
});

function dataOf(html: string) {
  const [, json] = /<script id="data" type="application\/json">(.*?)<\/script>/s.exec(html)!;
  return JSON.parse(json!) as { pictures: (string | null)[]; captions?: string[][] };
}

/** Runs in the page: how many pixels have nine tenths of the first colour over white. */
const pixelsOfCats = `(() => {
  const canvas = document.getElementById('map');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const isNear = (i, colour) => data[i + 3] > 200 && colour.every((value, k) => Math.abs(data[i + k] - value) < 6);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) if (isNear(i, [81, 132, 210])) count++;
  return count;
})()`;

async function openPage(context: TestContext): Promise<{ page: Page; problems: string[] } | undefined> {
  const executablePath = browserOnPath();
  if (executablePath === undefined) {
    context.skip('needs Chromium or Chrome');
    return undefined;
  }
  const file = join(temporaryFolder(context), 'map.html');
  writeFileSync(file, (await mapPage(report, source, between)).html);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  context.after(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('request', (request) => {
    if (!/^(data|file):/.test(request.url())) problems.push(request.url());
  });
  await page.goto(pathToFileURL(file).href);
  await page.waitForTimeout(200);
  return { page, problems };
}

function browserOnPath(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome.exe'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
