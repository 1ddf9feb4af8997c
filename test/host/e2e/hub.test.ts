import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { encodeModel } from '../../../src/engine/encoders/onnxFile.ts';
import { externalize } from '../../engine/encoders/smallModels.ts';
import { smallConvNet, smallTransformer } from '../../engine/hub/hubModels.ts';
import { HubServer } from '../../hubServer.ts';
import { quickInput, quickPick, runCommand, screenshot, webviewFrame } from '../harness/page.ts';
import { describes, eventually, openLikeness, treeRow } from './likenessViews.ts';
import { onSample } from './onSample.ts';

const TOKEN = 'hf_secretOfTheTest';
/** Several seconds of a slow download. */
const WEIGHTS = 2_000_000;
const SLOWNESS_MS = 40;

let page: Page;
let userDataFolder: string;
let server: HubServer;
const ends: (() => void)[] = [];

onSample(
  'hub',
  (window) => {
    ({ page, userDataFolder } = window);
  },
  undefined,
  async (home) => {
    server = await HubServer.start({ after: (end) => void ends.push(end) });
    const { model, data } = externalize(smallTransformer(), 'model.onnx_data');
    server.commit('some/vit', {
      licence: 'apache-2.0',
      files: {
        'config.json': JSON.stringify({ model_type: 'vit', image_size: 16 }),
        'onnx/model.onnx': encodeModel(model),
        'onnx/model.onnx_data': Buffer.concat([data, Buffer.alloc(WEIGHTS, 7)]),
        'onnx/model_fp16.onnx': Buffer.alloc(1_000_000, 1),
        'onnx/model_quantized.onnx': Buffer.alloc(500_000, 2),
      },
    });
    server.commit('some/gated', { files: { 'model.onnx': encodeModel(smallConvNet()) }, gatedFor: TOKEN });
    const none = { HF_ENDPOINT: '', HF_TOKEN: '', HTTP_PROXY: '', http_proxy: '', HF_HOME: home };
    return {
      machineSettings: { 'likeness.hub.endpoint': server.endpoint },
      env: { ...none, LIKENESS_CACHE: path.join(home, 'cache') },
    };
  },
);
after(() => {
  for (const end of ends) end();
});

test('the list has what is in use, what is recommended and the ways to others, and a name is checked while it is typed', async () => {
  await openLikeness(page);
  await runCommand(page, 'Likeness: Choose Encoder');
  await quickPick(page, 'DINOv2 small').waitFor();
  await screenshot(page, 'choose encoder');
  assert.match(
    (await quickPick(page, 'DINOv2 small').textContent()) ?? '',
    /384 dimensions · about 89 MB · licence apache-2\.0.*telling pictures apart/,
  );
  assert.equal(server.seen.length, 0, 'the list asks nothing of the hub');
  await quickInput(page).fill('captions');
  await quickPick(page, 'MiniLM L6 for sentences').waitFor();
  await screenshot(page, 'choose encoder of captions');
  await quickInput(page).fill('');
  await quickPick(page, 'Hugging Face repository').click();
  await typeRepository('nonsense');
  await page.locator('.quick-input-message', { hasText: 'Write OWNER/NAME' }).waitFor();
  await screenshot(page, 'choose encoder name');
  await page.keyboard.press('Escape');
});

test('a repository’s file is chosen, and nothing is downloaded by who says no', async () => {
  await chooseRepository('some/vit');
  const plain = quickPick(page, 'full precision');
  await plain.waitFor();
  await screenshot(page, 'choose encoder variant');
  assert.match((await quickPick(page, 'fp16').textContent()) ?? '', /1 MB.*half precision/);
  assert.match((await quickPick(page, 'quantized').textContent()) ?? '', /500 kB.*can’t be trained further/);
  await plain.click();
  const detail = dialog().locator('.dialog-message-detail');
  await detail.waitFor();
  await screenshot(page, 'choose encoder consent');
  const text = (await detail.textContent()) ?? '';
  for (const part of [
    new RegExp(`From: ${new URL(server.endpoint).host}`),
    /Repository: some\/vit \(commit [0-9a-f]{10}\)/,
    /Licence: apache-2\.0/,
    /Size: 2 MB in 3 files/,
    /Kept in: .*cache\/hub, for all folders/,
  ]) {
    assert.match(text, part);
  }
  await dialog().locator('.monaco-button', { hasText: 'Cancel' }).click();
  await detail.waitFor({ state: 'hidden' });
  assert.ok(!server.seen.some(({ path: asked }) => asked.includes('/resolve/')));
});

test('a download shows bytes and time, is stopped, and goes on where it was', async () => {
  server.slowness = SLOWNESS_MS;
  await chooseRepository('some/vit');
  await quickPick(page, 'full precision').click();
  await agree();
  const running = notification('Downloading');
  await eventually(page, async () => {
    const text = (await running.textContent({ timeout: 1000 })) ?? '';
    assert.match(text, /vit: Downloading [\d.]+ [kM]B of 2 MB · [\d.]+ kB\/s · \d+ s left/);
  });
  await screenshot(page, 'choose encoder download');
  await running.locator('.monaco-button', { hasText: 'Cancel' }).click();
  const stopped = await told('was stopped');
  await running.waitFor({ state: 'hidden' });
  await screenshot(page, 'choose encoder stopped');
  server.slowness = 0;
  const before = server.seen.length;
  await stopped.locator('.monaco-button', { hasText: 'Go On' }).click();
  const done = await told('uses the encoder vit-');
  const [rest] = server.seen.slice(before).filter((request) => request.server === 'cdn');
  assert.match(rest?.range ?? '', /^bytes=[1-9]\d*-$/);
  await screenshot(page, 'choose encoder done');
  await done.locator('.monaco-button', { hasText: 'Index Now' }).click();
  await describes(page, treeRow(page, 'Encoder'), /^vit-[0-9a-f]{8} · 8 dim$/);
});

test('it is in use then, and needs no second download', async () => {
  await runCommand(page, 'Likeness: Choose Encoder');
  const row = quickPick(page, 'hf:some/vit@');
  await row.waitFor();
  assert.match((await row.textContent()) ?? '', /in use/);
  await screenshot(page, 'choose encoder in use');
  await page.keyboard.press('Escape');
  const before = server.seen.length;
  await chooseRepository('some/vit');
  assert.match((await quickPick(page, 'full precision').textContent()) ?? '', /downloaded already/);
  await quickPick(page, 'full precision').click();
  await told('uses the encoder vit-');
  assert.ok(!server.seen.slice(before).some(({ path: asked }) => asked.includes('/resolve/')));
});

test('a gated repository says what to do, and opens with a token that is written down nowhere', async () => {
  await runCommand(page, 'Notifications: Clear All Notifications');
  await chooseRepository('some/gated');
  await agree();
  const refusal = await told('is gated');
  await screenshot(page, 'choose encoder gated');
  assert.match(
    (await refusal.textContent()) ?? '',
    /The repository some\/gated is gated; accept its conditions at http:.*\/some\/gated, and name a token of your account/,
  );
  await refusal.locator('.monaco-button', { hasText: 'Set Token' }).click();
  await eventually(page, async () => {
    assert.equal(await quickInput(page).getAttribute('type'), 'password');
  });
  await quickInput(page).fill(TOKEN);
  await screenshot(page, 'choose encoder token');
  await page.keyboard.press('Enter');
  await told('uses the encoder gated-');
  assert.ok(server.seen.some(({ authorization }) => authorization === `Bearer ${TOKEN}`));
  const withToken: string[] = [];
  for (const entry of await readdir(userDataFolder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(log|json|txt)$/.test(entry.name)) continue;
    const file = path.join(entry.parentPath, entry.name);
    if ((await readFile(file, 'utf8')).includes(TOKEN)) withToken.push(file);
  }
  assert.deepEqual(withToken, []);
});

test('Doctor tells what there is to compute with and how fast it is, in a table that can be read', async () => {
  await runCommand(page, 'Likeness: Doctor');
  const report = await webviewFrame(page, '#where-encoders-run', 60_000);
  await report.getByText(/Encoders run on \d+ threads?; there are \d+ cores?/).waitFor();
  const cells = await report.locator('table').first().locator('tbody tr').first().locator('td').allTextContents();
  assert.deepEqual([cells[0], cells[1], cells[3]], ['cpu', 'yes', '1.0000']);
  assert.match(cells[2]!, /^[1-9][\d,.]* images\/s$/);
  await screenshot(page, 'doctor');
});

async function chooseRepository(name: string): Promise<void> {
  await runCommand(page, 'Likeness: Choose Encoder');
  await quickPick(page, 'Hugging Face repository').click();
  await typeRepository(name);
  await page.keyboard.press('Enter');
}

/** Waits for the field itself: the list that was there before has one, too. */
async function typeRepository(name: string): Promise<void> {
  await eventually(page, async () => {
    assert.equal(await quickInput(page).getAttribute('placeholder'), 'Xenova/dinov2-small');
  });
  await quickInput(page).fill(name);
}

async function agree(): Promise<void> {
  await dialog().locator('.monaco-button', { hasText: 'Download' }).click();
}

/** Waits for a message, which has no room on the window where it follows several others at once. */
async function told(text: string): Promise<Locator> {
  const message = notification(text);
  await eventually(page, async () => {
    const isShown = await message
      .waitFor({ timeout: 5000 })
      .then(() => true)
      .catch(() => false);
    if (!isShown) await runCommand(page, 'Notifications: Show Notifications');
    assert.ok(isShown);
  });
  return message;
}

function dialog(): Locator {
  return page.locator('.monaco-dialog-box');
}

function notification(text: string): Locator {
  return page.locator('.notification-list-item', { hasText: text }).first();
}
