import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { activateLikeness, findSimilar, indexWorkspaceFolder, workspaceRoot } from '../support.ts';

suite('two roots', () => {
  test('each is a dataset of its own, and an image is compared with its own', async function () {
    this.timeout(120_000);
    const api = await activateLikeness();
    const first = await indexWorkspaceFolder(api, 0);
    const [, notYet] = await api.datasets();
    assert.equal(notYet?.summary, undefined);
    const second = await indexWorkspaceFolder(api, 1);
    assert.deepEqual([first.root, second.root], [workspaceRoot(0), workspaceRoot(1)]);
    for (const { root, failed } of [first, second]) {
      const unreadable = new Set(failed.map((file) => file.path));
      const found = await vscode.workspace.findFiles(new vscode.RelativePattern(root, 'train/**/*.{png,jpg}'));
      const image = found
        .map(({ fsPath }) => fsPath)
        .find((file) => !unreadable.has(path.relative(root, file).split(path.sep).join('/')));
      await findSimilar(api, image!);
      assert.equal(api.similarState().results?.root, root);
    }
  });
});
