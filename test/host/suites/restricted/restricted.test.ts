import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { ErrorCode } from '../../../../src/core/errors.ts';
import { commands, views } from '../../../../src/extension/contract.ts';
import { activateLikeness, findSimilar, workspaceRoot } from '../support.ts';

suite('restricted workspace', () => {
  test('no command opens an index, reads an image or starts the engine', async () => {
    const api = await activateLikeness();
    assert.equal(vscode.workspace.isTrusted, false);
    await vscode.commands.executeCommand(`${views.explorer}.focus`);
    await vscode.commands.executeCommand(commands.indexFolder, vscode.Uri.file(workspaceRoot()));
    await vscode.commands.executeCommand(commands.pretrainEncoder, vscode.Uri.file(workspaceRoot()), { epochs: 1 });
    await vscode.commands.executeCommand(commands.chooseEncoder, vscode.Uri.file(workspaceRoot()));
    await vscode.commands.executeCommand(`${views.training}.focus`);
    await vscode.commands.executeCommand(commands.refresh);
    await vscode.commands.executeCommand(commands.doctor);
    const [image] = await vscode.workspace.findFiles('train/**/*.{png,jpg}', undefined, 1);
    await vscode.commands.executeCommand(commands.openAugmentationPairs, image);
    await findSimilar(api, image!.fsPath);
    assert.equal(api.similarState().failure?.code, ErrorCode.UntrustedWorkspace);
    assert.equal(api.enginePid(), undefined);
    assert.deepEqual(api.trainingPids(), []);
    assert.equal(existsSync(path.join(workspaceRoot(), '.likeness')), false);
  });
});
