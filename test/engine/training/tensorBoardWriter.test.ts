import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventFileHeader, restartRecord, scalarRecord } from '../../../src/core/training/tensorBoard.ts';
import { TensorBoardWriter } from '../../../src/engine/training/tensorBoardWriter.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';

suite('curves for TensorBoard', () => {
  test('are an event file in the folder of the run, complete once closed', async (context) => {
    const folder = temporaryFolder(context);
    let now = 1_767_225_600_500;
    const writer = new TensorBoardWriter(folder, () => now);
    writer.restart(0);
    now += 1000;
    writer.append(1, { loss: 4.5, knn: NaN });
    now += 1000;
    writer.append(2, { loss: 4 });
    await writer.close();
    const [name, ...others] = readdirSync(folder);
    assert.deepEqual(others, []);
    assert.match(name!, /^events\.out\.tfevents\.1767225600\.[\w.-]+$/);
    assert.deepEqual(
      readFileSync(join(folder, name!)),
      Buffer.concat([
        eventFileHeader(1_767_225_600.5),
        restartRecord(1_767_225_600.5, 1),
        scalarRecord(1_767_225_601.5, 1, { loss: 4.5, knn: NaN }),
        scalarRecord(1_767_225_602.5, 2, { loss: 4 }),
      ]),
    );
  });

  test('reach the disk while the run goes on', async (context) => {
    const folder = temporaryFolder(context);
    const writer = new TensorBoardWriter(folder);
    writer.append(1, { loss: 1 });
    const deadline = Date.now() + 5000;
    while (readdirSync(folder).length === 0 && Date.now() < deadline) await sleep(50);
    assert.equal(readdirSync(folder).length, 1);
    await writer.close();
  });

  test('of a run that goes on are a file of their own, also in the same second', async (context) => {
    const folder = temporaryFolder(context);
    const writers = [new TensorBoardWriter(folder, () => 5000), new TensorBoardWriter(folder, () => 5000)];
    for (const writer of writers) await writer.close();
    assert.equal(readdirSync(folder).length, 2);
  });

  test('that can not be written are told of', async (context) => {
    const folder = join(temporaryFolder(context), 'gone');
    const writer = new TensorBoardWriter(folder);
    await assert.rejects(writer.close(), { code: 'ENOENT' });
    assert.throws(
      () => {
        writer.append(1, { loss: 1 });
      },
      { code: 'ENOENT' },
    );
    assert.ok(!existsSync(folder));
  });
});
