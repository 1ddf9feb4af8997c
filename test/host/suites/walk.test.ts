import assert from 'node:assert/strict';
import { copyFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { commands, internalCommands } from '../../../src/extension/contract.ts';
import type { LikenessApi } from '../../../src/extension/extension.ts';
import type { DatasetSummary } from '../../../src/protocol/engine.ts';
import { activateLikeness, findSimilar, indexWorkspaceFolder, until, workspaceRoot } from './support.ts';

suite('index a folder, find similar images', () => {
  let api: LikenessApi;
  let summary: DatasetSummary;
  let images: string[];

  suiteSetup(async function () {
    this.timeout(120_000);
    api = await activateLikeness();
    summary = await indexWorkspaceFolder(api);
    const failed = new Set(summary.failed.map((file) => path.resolve(summary.root, file.path)));
    const found = await vscode.workspace.findFiles('**/*.{jpg,png}', '**/.likeness/**');
    images = found
      .map(({ fsPath }) => fsPath)
      .filter((file) => !failed.has(file))
      .sort();
  });

  const imageCount = async (): Promise<number> => (await api.datasets())[0]?.summary?.images ?? 0;

  test('the summary counts images, classes, splits and unreadable files', () => {
    assert.ok(summary.images >= images.length && images.length > 10);
    assert.equal(summary.embedded, summary.images);
    assert.ok(summary.classes.length > 1);
    assert.ok(summary.splits.some(({ name }) => name === 'train'));
    for (const { code, message, path: file } of summary.failed)
      assert.ok(code.length > 0 && message.includes(path.basename(file)));
  });

  test('similar images are listed best first, without the query', async () => {
    await findSimilar(api, images[0]!);
    const { results, failure, count } = api.similarState();
    assert.equal(failure, undefined);
    assert.equal(results?.images.length, Math.min(count, summary.images - 1));
    const similarities = results.images.map(({ similarity }) => similarity);
    assert.deepEqual(
      similarities,
      similarities.toSorted((a, b) => b - a),
    );
    assert.ok(results.images.every((image) => path.resolve(results.root, image.path) !== images[0]));
  });

  test('a result can become the query', async () => {
    await findSimilar(api, images[0]!);
    const { results } = api.similarState();
    const first = results!.images[0]!.path;
    await vscode.commands.executeCommand(internalCommands.findSimilarToResult, {
      webviewSection: 'result',
      path: first,
    });
    await until(
      () => api.similarState().query?.path === first && !api.similarState().searching,
      'the result is searched for',
    );
  });

  test('a path that leads out of the dataset is not opened', async () => {
    await findSimilar(api, images[0]!);
    const before = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).length;
    await vscode.commands.executeCommand(internalCommands.openResult, {
      webviewSection: 'result',
      path: '../../secret.png',
    });
    assert.equal(vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).length, before);
  });

  test('comparing puts the query left and the result right, and keeps the query', async () => {
    await findSimilar(api, images[0]!);
    const { results } = api.similarState();
    const result = results!.images[0]!.path;
    await vscode.commands.executeCommand(internalCommands.compareResult, { webviewSection: 'result', path: result });
    const shown = (): (string | undefined)[] =>
      vscode.window.tabGroups.all.map(({ activeTab }) =>
        activeTab?.input instanceof vscode.TabInputCustom ? activeTab.input.uri.fsPath : undefined,
      );
    const wanted = [images[0], path.resolve(results!.root, result)];
    await until(() => JSON.stringify(shown()) === JSON.stringify(wanted), 'two pictures side by side');
    assert.equal(api.similarState().query?.file, images[0]);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('the view follows the active picture while it may', async () => {
    await findSimilar(api, images[0]!);
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(images[1]!));
    await until(() => api.similarState().query?.file === images[1], 'the active picture is followed');
    await vscode.commands.executeCommand(commands.pinSimilar);
    await until(() => !api.similarState().following, 'following is off');
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(images[2]!));
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.equal(api.similarState().query?.file, images[1]);
    await vscode.commands.executeCommand(commands.followSimilar);
    await until(() => api.similarState().query?.file === images[2], 'the active picture is followed again');
  });

  test('an engine that is killed is replaced, and nothing hangs', async () => {
    await findSimilar(api, images[0]!);
    const first = api.enginePid();
    assert.ok(first);
    process.kill(first, 'SIGKILL');
    await until(() => api.enginePid() === undefined, 'its end is noticed');
    await findSimilar(api, images[1]!);
    assert.equal(api.similarState().failure, undefined);
    assert.notEqual(api.enginePid(), first);
  });

  test('added and removed images are noticed', async () => {
    const before = await imageCount();
    const copy = path.join(path.dirname(images[0]!), 'a new one #1.png');
    // Written elsewhere and moved, so that the watcher never sees half a file.
    await copyFile(images[0]!, `${copy}.part`);
    await rename(`${copy}.part`, copy);
    await until(async () => (await imageCount()) === before + 1, 'the new image is indexed');
    await rm(copy);
    await until(async () => (await imageCount()) === before, 'the removed image is forgotten');
  });

  test('an image from elsewhere is compared with the dataset of the window', async () => {
    const outside = path.join(path.dirname(workspaceRoot()), 'elsewhere.png');
    await copyFile(images[0]!, outside);
    try {
      await findSimilar(api, outside);
      const { results, query, failure } = api.similarState();
      assert.equal(failure?.message, undefined);
      assert.equal(results?.root, summary.root);
      assert.equal(query?.path, outside);
      assert.ok(results.images[0]!.similarity > 0.999);
    } finally {
      await rm(outside);
    }
  });
});
