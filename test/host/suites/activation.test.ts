import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { commands, internalCommands, settings, undeclaredCommands, views } from '../../../src/extension/contract.ts';
import { activateLikeness } from './support.ts';

suite('activation', () => {
  test('registers every contribution, and starts no engine', async () => {
    const api = await activateLikeness();
    assert.deepEqual(
      api.contributions.filter(({ failure }) => failure !== undefined),
      [],
    );
    assert.equal(api.enginePid(), undefined);
    assert.deepEqual(api.trainingPids(), []);
    // Times are for the benchmark; a busy machine must not fail a test.
    const file = process.env['LIKENESS_ACTIVATION_FILE'];
    if (file !== undefined) appendFileSync(file, `${api.activationMs}\n`);
  });

  test('registers every command of the contract', async () => {
    await activateLikeness();
    const registered = new Set(await vscode.commands.getCommands(true));
    const wanted = [commands, internalCommands, undeclaredCommands].flatMap((group) => Object.values<string>(group));
    assert.deepEqual(
      wanted.filter((command) => !registered.has(command)),
      [],
    );
  });

  test('has its views and its settings with their defaults', async () => {
    await activateLikeness();
    await vscode.commands.executeCommand(`${views.explorer}.focus`);
    await vscode.commands.executeCommand(`${views.similar}.focus`);
    await vscode.commands.executeCommand(`${views.training}.focus`);
    for (const [key, value] of Object.entries(settings)) {
      assert.deepEqual(vscode.workspace.getConfiguration().inspect(key)?.defaultValue, value, key);
    }
  });
});
