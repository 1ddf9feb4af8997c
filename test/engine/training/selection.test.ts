import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { EncoderRegistry } from '../../../src/engine/encoders/registry.ts';
import { chooseImages, formatSelected, SELECTED_FILE } from '../../../src/engine/training/selectedImages.ts';
import { readTrainedOn } from '../../../src/engine/training/trainedOn.ts';
import { Trainings } from '../../../src/engine/training/trainings.ts';
import { RunStore } from '../../../src/engine/training/runStore.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { writeStripes } from './colourDataset.ts';
import { job } from './job.ts';

const SMALL = { network: 'resnet10-light', size: 32, batchImages: 8, epochs: 4, seed: 7, threads: 1 } as const;

const trainings = () => {
  return new Trainings({
    registry: new EncoderRegistry(),
    rootOf: (path) => path,
    threads: 1,
    checkpointSeconds: 3600,
  });
};

/** Two classes whole, by their folders, and some images of the third. */
const selection = [
  'train/wide',
  'train/middle/',
  'train/narrow/1.png',
  'train/narrow/3.png',
  'test/wide',
  'test/middle',
];

const encoderFile = (root: string, id: string | undefined) =>
  readFileSync(join(root, '.likeness', 'encoders', id!, 'encoder.onnx'));

describe('choosing images', () => {
  const images = ['a/1.png', 'a/b/2.png', 'ab/3.png', 'c.png'].map((path) => ({
    path,
    label: undefined,
    split: undefined,
  }));
  const chosenPaths = (...named: string[]) => chooseImages(images, named, '/pictures').chosen;

  test('a folder stands for all images below it, and for no other with the same beginning', () => {
    assert.deepEqual(chosenPaths('a').paths, ['a/1.png', 'a/b/2.png']);
    assert.deepEqual(chosenPaths('a/b/', './c.png', 'c.png').paths, ['a/b/2.png', 'c.png']);
  });

  test('what is not there is counted, and nothing at all refused', () => {
    assert.deepEqual(chosenPaths('c.png', 'gone.png', '../x'), { paths: ['c.png'], missing: 2, of: 4 });
    assert.throws(() => chosenPaths('gone.png'), {
      code: ErrorCode.TooFewImages,
      message: /is no image of \/pictures/,
    });
    assert.throws(() => chosenPaths(), { code: ErrorCode.TooFewImages, message: /No image is selected/ });
  });
});

describe('a run on a selection', () => {
  test('is the one of a folder that holds nothing else', async (context) => {
    const [root, alone] = [temporaryFolder(context), temporaryFolder(context)];
    await writeStripes(root, 8);
    await writeStripes(root, 2, 'test');
    await writeStripes(alone, 8);
    await writeStripes(alone, 2, 'test');
    for (const i of [0, 2, 4, 5, 6, 7]) rmSync(join(alone, 'train', 'narrow', `${i}.png`));
    rmSync(join(alone, 'test', 'narrow'), { recursive: true });
    const settings = SMALL;
    const plan = await trainings().planPretraining({ folder: root, settings, images: selection }, job());
    assert.deepEqual([plan.images, plan.heldOut, plan.selected], [18, 4, { images: 22, of: 30 }]);
    const { run, notices } = await trainings().train('pretrain', { folder: root, settings, images: selection }, job());
    const { run: other } = await trainings().train('pretrain', { folder: alone, settings }, job());
    assert.ok(encoderFile(root, run.encoder).equals(encoderFile(alone, other.encoder)));
    assert.deepEqual([run.selected, other.selected, notices], [22, undefined, []]);
  });

  test('stopped and resumed goes on with the same images, though others have joined them', async (context) => {
    const [root, undisturbed] = [temporaryFolder(context), temporaryFolder(context)];
    for (const folder of [root, undisturbed]) await writeStripes(folder, 8);
    const request = { settings: SMALL, images: ['train/wide', 'train/middle', 'train/narrow/1.png'] };
    const { run: expected } = await trainings().train('pretrain', { folder: undisturbed, ...request }, job());
    const stopping = job(({ phase, done }) => {
      if (phase === 'Training' && done >= 24) stopping.abort();
    });
    await assert.rejects(trainings().train('pretrain', { folder: root, ...request }, stopping), {
      code: ErrorCode.Cancelled,
    });
    await writeStripes(root, 12);
    const [stopped] = await new RunStore(root).list();
    const { run, notices } = await trainings().resume({ folder: root, run: stopped!.id }, job());
    assert.deepEqual([run.state, run.selected, notices], ['finished', 17, []]);
    assert.ok(encoderFile(root, run.encoder).equals(encoderFile(undisturbed, expected.encoder)));
  });

  test('says what is gone since, and refuses to guess where its list is lost', async (context) => {
    const root = temporaryFolder(context);
    await writeStripes(root, 8);
    const files = async () => {
      const stopping = job(({ phase }) => {
        if (phase === 'Training') stopping.abort();
      });
      const request = { folder: root, settings: { ...SMALL, epochs: 2 }, images: ['train'] };
      await assert.rejects(trainings().train('pretrain', request, stopping), { code: ErrorCode.Cancelled });
      return (await new RunStore(root).list())[0]!;
    };
    const first = await files();
    rmSync(join(root, 'train', 'wide', '0.png'));
    const { notices } = await trainings().resume({ folder: root, run: first.id }, job());
    assert.match(notices.map(({ message }) => message).join('\n'), /1 of the selected paths is no image/);
    const second = await files();
    const list = join(root, '.likeness', 'runs', second.id, SELECTED_FILE);
    writeFileSync(list, '{"images":["train/wi');
    await assert.rejects(trainings().resume({ folder: root, run: second.id }, job()), { code: ErrorCode.InvalidRun });
    writeFileSync(list, formatSelected(['train']));
    assert.equal((await trainings().resume({ folder: root, run: second.id }, job())).run.state, 'finished');
  });

  test('fine-tuning sees no other labels, and its encoder says which it has seen', async (context) => {
    const root = temporaryFolder(context);
    await writeStripes(root, 8);
    await writeStripes(root, 2, 'test');
    const settings = { ...SMALL, epochs: 1, from: 'scratch' };
    const { run } = await trainings().train('finetune', { folder: root, settings, images: selection }, job());
    const seen = await readTrainedOn(join(root, '.likeness', 'encoders', run.encoder!));
    assert.ok(seen!.length > 10 && seen!.every(({ path }) => selection.some((named) => path.startsWith(named))));
    const oneClass = { folder: root, settings, images: ['train/wide', 'test/middle'] };
    await assert.rejects(trainings().train('finetune', oneClass, job()), {
      message: /what is selected has only "wide"/,
    });
    const few = { folder: root, settings: SMALL, images: ['train/wide/1.png', 'train/wide/2.png'] };
    await assert.rejects(trainings().train('pretrain', few, job()), {
      code: ErrorCode.TooFewImages,
      message: /add or select more images/,
    });
  });
});
