import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { commands, internalCommands, rowContexts, views } from '../../../../src/extension/contract.ts';
import type { LikenessApi } from '../../../../src/extension/extension.ts';
import type { TrainingRow } from '../../../../src/extension/training/trainingTree.ts';
import { activateLikeness, until, workspaceRoot } from '../support.ts';

const tiny = { network: 'resnet10-light', size: 32, epochs: 1, batchImages: 16 };
const PATIENCE_MS = 120_000;

suite('train an encoder', function () {
  this.timeout(2 * PATIENCE_MS);
  let api: LikenessApi;

  suiteSetup(async () => {
    api = await activateLikeness();
    await vscode.commands.executeCommand(`${views.training}.focus`);
  });

  const firstRow = async (): Promise<TrainingRow | undefined> => (await api.trainingRows())[0];
  const pretrain = (settings: object): Thenable<unknown> =>
    vscode.commands.executeCommand(commands.pretrainEncoder, vscode.Uri.file(workspaceRoot()), settings);
  const untilFirst = async (context: TrainingRow['context'], timeoutMs = PATIENCE_MS): Promise<TrainingRow> => {
    await until(async () => (await firstRow())?.context === context, `the first row is ${context}`, timeoutMs);
    return (await firstRow())!;
  };
  /** A run that trains, with some epochs done. */
  const untilTrained = async (): Promise<TrainingRow> => {
    const row = async (): Promise<string> => (await firstRow())?.children?.[0]?.label ?? '';
    await until(async () => /^epoch [2-9]/.test(await row()), 'the second epoch', PATIENCE_MS);
    return (await firstRow())!;
  };

  test('a run appears while it trains, and is finished with an encoder', async () => {
    assert.deepEqual(await api.trainingRows(), []);
    await pretrain(tiny);
    assert.equal((await firstRow())?.context, rowContexts.runActive);
    const { run, icon } = await untilFirst(rowContexts.runPretrained);
    assert.equal(icon, 'pass');
    assert.equal(run?.state, 'finished');
    assert.ok('size' in run.settings && run.settings.size === 32);
    assert.equal(run.epoch, 1);
    assert.ok(run.encoder !== undefined && run.bytes > 0);
    assert.deepEqual(api.trainingPids(), []);
  });

  test('its metrics can be opened', async () => {
    await vscode.commands.executeCommand(internalCommands.openRunMetrics, await firstRow());
    await until(
      () => path.basename(vscode.window.activeTextEditor?.document.fileName ?? '') === 'metrics.jsonl',
      'the metrics are open',
    );
    const [line] = vscode.window.activeTextEditor!.document.getText().split('\n');
    assert.equal((JSON.parse(line!) as { readonly step: number }).step, 1);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('its encoder can be used, and the folder indexed with it', async () => {
    const row = await firstRow();
    const encoder = row!.run!.encoder!;
    await vscode.commands.executeCommand(internalCommands.useRunEncoder, row);
    await vscode.commands.executeCommand(commands.indexFolder, vscode.Uri.file(workspaceRoot()));
    await until(async () => (await api.datasets())[0]?.summary?.indexedAt !== undefined, 'the folder is indexed');
    const summary = (await api.datasets())[0]?.summary;
    assert.equal(summary?.encoder?.id, encoder);
    assert.ok(summary.images > 10);
    assert.equal(summary.embedded, summary.images);
  });

  test('what is selected is trained on alone, and what leads out of the data set is refused', async () => {
    const root = workspaceRoot();
    const select = (...paths: string[]): Thenable<unknown> =>
      vscode.commands.executeCommand(commands.trainAutoencoder, { root, paths, settings: tiny });
    await select('../elsewhere.jpg');
    assert.equal((await firstRow())?.context, rowContexts.runPretrained);
    await select('train');
    const { run } = await untilFirst(rowContexts.runAutoencoder);
    const { images } = (await api.datasets())[0]!.summary!;
    assert.ok(run!.selected! > 10 && run!.selected! < images, `${run?.selected} of ${images}`);
  });

  test('a run is stopped with its state saved, and resumed', async () => {
    await pretrain({ ...tiny, epochs: 5000 });
    await untilTrained();
    await vscode.commands.executeCommand(commands.stopTraining);
    const stopped = await untilFirst(rowContexts.runResumable);
    assert.equal(stopped.run?.state, 'stopped');
    assert.match(stopped.description ?? '', /^stopped at epoch \d+ of 5000/);
    assert.deepEqual(api.trainingPids(), []);

    await vscode.commands.executeCommand(internalCommands.resumeRun, stopped);
    const active = await untilTrained();
    assert.equal(active.context, rowContexts.runActive);
    assert.equal(active.run?.id, stopped.run.id);
  });

  test('a run whose process dies can be resumed, and takes nothing along', async () => {
    const engine = api.enginePid();
    const [pid] = api.trainingPids();
    assert.ok(pid !== undefined && pid !== engine);
    process.kill(pid, 'SIGKILL');
    const { run } = await untilFirst(rowContexts.runResumable);
    assert.equal(run?.state, 'interrupted');
    assert.equal(api.enginePid(), engine);
    await vscode.commands.executeCommand(commands.stopTraining);
  });
});
