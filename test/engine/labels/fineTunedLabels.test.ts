import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Engine } from '../../../src/engine/engine.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { readTrainedOn } from '../../../src/engine/training/trainedOn.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { job } from '../training/job.ts';
import { shade } from './shades.ts';

const colours = [
  ['red', [200, 40, 40]],
  ['green', [40, 180, 60]],
  ['blue', [50, 60, 200]],
] as const;
const [LABELLED, LEARNT, HIDDEN] = [24, 8, 6];

describe('fine-tuning and labelling one after the other', () => {
  it('go by the same table of labels, and what was learnt from is not checked with', async (context) => {
    const root = temporaryFolder(context);
    const rows: string[] = [];
    const truth = new Map<string, string>();
    for (let i = 0; i < LABELLED + HIDDEN; i++) {
      for (const [number, [name, colour]] of colours.entries()) {
        const path = `pictures/${i * 3 + number}.png`;
        write(root, path, await shade(colour, 1000 * number + i));
        if (i < LABELLED) rows.push(`${path},${name}`);
        else truth.set(path, name);
      }
    }
    write(root, 'labels.csv', `path,label\n${rows.join('\n')}\n`);
    write(root, '.likeness/config.json', '{"labels":{"source":"csv","file":"labels.csv"}}');
    const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
    context.after(() => engine.dispose());
    const { run } = await engine.train(
      'finetune',
      {
        folder: root,
        settings: {
          from: 'scratch',
          network: 'resnet10-light',
          size: 32,
          epochs: 30,
          batchImages: 8,
          labelsPerClass: LEARNT,
          learningRate: 0.01,
          threads: 1,
          seed: 3,
        },
      },
      job(),
    );
    const record = await readTrainedOn(join(root, '.likeness/encoders', run.encoder!));
    assert.equal(record!.length, 3 * LEARNT);
    const report = await engine.label({ folder: root, method: 'classifier', precision: 0.7 }, job());
    assert.deepEqual(
      [report.encoder.id, report.labelled, report.heldOut.images, report.unlabelled],
      [run.encoder, 3 * LEARNT, 3 * (LABELLED - LEARNT), 3 * HIDDEN],
    );
    assert.ok(report.heldOut.correct > 0.8 * report.heldOut.images, JSON.stringify(report.heldOut));
    assert.ok(report.proposals.length > 6, JSON.stringify(report.withheld));
    const right = report.proposals.filter(({ path, label }) => truth.get(path) === label).length;
    assert.ok(right >= 0.7 * report.proposals.length);
  });
});
