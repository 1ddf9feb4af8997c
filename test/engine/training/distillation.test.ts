import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test, type TestContext } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { openEncoder } from '../../../src/engine/encoders/openEncoder.ts';
import { EncoderRegistry } from '../../../src/engine/encoders/registry.ts';
import { encoderPixels } from '../../../src/engine/images/imageDecoder.ts';
import { decodeRgb } from '../../../src/engine/images/codec.ts';
import { RunStore } from '../../../src/engine/training/runStore.ts';
import { readTrainedOn } from '../../../src/engine/training/trainedOn.ts';
import { Trainings } from '../../../src/engine/training/trainings.ts';
import type { DistillSettings, RunSummary } from '../../../src/protocol/training.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { shade } from '../labels/shades.ts';
import { COLOURS, writeColours } from './colourClasses.ts';
import { job } from './job.ts';
import { sharedCopy } from './sharedCopy.ts';

const OPTIONS = {
  registry: new EncoderRegistry(),
  rootOf: (path: string) => path,
  threads: 1,
  checkpointSeconds: 3600,
};
const SMALL: DistillSettings = { network: 'resnet10-light', size: 32, batchImages: 8, epochs: 4, seed: 3, threads: 1 };

async function distill(root: string, settings: DistillSettings, context = job()) {
  return new Trainings(OPTIONS).train('distill', { folder: root, settings: { ...SMALL, ...settings } }, context);
}

function encoderBytes(root: string, { encoder }: RunSummary): Buffer {
  return readFileSync(join(root, '.likeness', 'encoders', encoder!, 'encoder.onnx'));
}

/** Labelled and unlabelled pictures of three colours, and an encoder that was fine-tuned to these. */
let taught: string;
let teacher: RunSummary;
before(async (context) => {
  taught = temporaryFolder(context as TestContext);
  await writeColours(taught, 10, 'train');
  await writeColours(taught, 4, 'unlabelled');
  await writeColours(taught, 4, 'test');
  const settings = { from: 'scratch', network: 'resnet10-light', size: 32, epochs: 12, seed: 1, threads: 1 } as const;
  teacher = (await new Trainings(OPTIONS).train('finetune', { folder: taught, settings }, job())).run;
});

describe('distillation', () => {
  test('teaches the classes of the newest fine-tuned encoder without looking at a label', async (context) => {
    const root = sharedCopy(context, taught);
    const { run, notices } = await distill(root, { epochs: 10 });
    assert.deepEqual([run.kind, run.state, run.epoch], ['distill', 'finished', 10]);
    const { lesson, teacher: reference, teacherShare } = run.settings as Required<DistillSettings>;
    assert.deepEqual([lesson, reference, teacherShare], ['classes', teacher.encoder, 1]);
    assert.equal(run.metrics['teacherTestMacro'], teacher.metrics['testMacro']);
    assert.ok(run.metrics['testMacro']! > 0.9, JSON.stringify(run.metrics));
    assert.equal(run.metrics['accuracy'], undefined);
    assert.deepEqual(notices, []);
    const { card } = await new EncoderRegistry().resolve(run.encoder!, root);
    assert.deepEqual(card.classes, ['blue', 'green', 'red']);
    assert.match(card.trainedOn!, /^42 images, taught by resnet10-light/);
  });

  test('remembers whose labels its teacher has seen, and its own', async (context) => {
    const root = sharedCopy(context, taught);
    const folderOf = (run: RunSummary) => join(root, '.likeness', 'encoders', run.encoder!);
    const seen = await readTrainedOn(folderOf(teacher));
    const quiet = await distill(root, { epochs: 1 });
    assert.deepEqual(await readTrainedOn(folderOf(quiet.run)), seen);
    const labelled = await distill(root, { epochs: 1, teacherShare: 0.5 });
    const paths = (await readTrainedOn(folderOf(labelled.run)))!.map(({ path }) => path);
    assert.equal(new Set(paths).size, 30);
    assert.ok(labelled.run.metrics['accuracy']! >= 0);
    const few = await distill(root, { epochs: 1, teacherShare: 0.5, labelsPerClass: 1 });
    const { card } = await new EncoderRegistry().resolve(few.run.encoder!, root);
    assert.match(card.trainedOn!, /^42 images, 3 with labels/);
  });

  test('teaches the vectors of any encoder, also one of another size, which is told', async (context) => {
    const root = sharedCopy(context, taught);
    for (const lesson of ['embeddings', 'similarities'] as const) {
      const { run, notices } = await distill(root, { teacher: 'handcrafted', lesson, epochs: 15 });
      assert.equal(notices[0]!.code, ErrorCode.TeacherUnfit);
      assert.match(
        notices[0]!.message,
        /handcrafted takes pictures of 64 × 64 pixels and the student those of 32 × 32/,
      );
      assert.equal(run.metrics['testMacro'], undefined);
      // As its teacher it finds pictures of a colour alike.
      const resolved = await OPTIONS.registry.resolve(run.encoder!, root);
      const encoder = await openEncoder(resolved, { threads: 1, memoryBytes: 1e8 });
      context.after(() => encoder.dispose());
      const pictures = [
        [COLOURS.red, 1],
        [COLOURS.red, 2],
        [COLOURS.blue, 3],
      ] as const;
      const pixels = await Promise.all(
        pictures.map(async ([colour, seed]) => {
          const rgb = await decodeRgb(await shade(colour, seed), { width: 64, height: 64 }, 'linear', 1e6);
          return encoderPixels(rgb, encoder.card.input);
        }),
      );
      const { vectors } = await encoder.embed(new Uint8Array(Buffer.concat(pixels)), 3);
      const { dim } = encoder.card.output;
      const cosine = (a: number, b: number) =>
        vectors.subarray(a * dim, (a + 1) * dim).reduce((sum, value, i) => sum + value * vectors[b * dim + i]!, 0);
      assert.ok(cosine(0, 1) > cosine(0, 2) + 0.05, `${lesson}: ${cosine(0, 1)} and ${cosine(0, 2)}`);
    }
  });

  test('takes off what all pictures have in common for the teacher, unless it is told not to', async (context) => {
    const root = sharedCopy(context, taught);
    const settings = { teacher: 'handcrafted', lesson: 'embeddings', epochs: 1 } as const;
    const lossOf = async (more: DistillSettings) => {
      const { run } = await distill(root, { ...settings, ...more });
      return [run.settings as Required<DistillSettings>, run.metrics['loss']!] as const;
    };
    const [centred, alone] = await lossOf({});
    const [uncentred, withCommon] = await lossOf({ centredTeacher: false });
    assert.deepEqual([centred.centredTeacher, uncentred.centredTeacher], [true, false]);
    // What all have in common is learnt in an epoch.
    assert.ok(withCommon < alone - 0.05, `${withCommon} and ${alone}`);
    const classes = await distill(root, { epochs: 1 });
    assert.equal((classes.run.settings as Required<DistillSettings>).centredTeacher, false);
  });

  test('changes the pictures as it is told, the same for both', async (context) => {
    const root = sharedCopy(context, taught);
    const settings = { teacher: 'handcrafted', lesson: 'embeddings', epochs: 1 } as const;
    const bytes = new Map<string, Buffer>();
    for (const augmentation of ['crops', 'natural'] as const) {
      const { run } = await distill(root, { ...settings, augmentation });
      assert.equal((run.settings as DistillSettings).augmentation, augmentation);
      bytes.set(augmentation, encoderBytes(root, run));
    }
    const { run } = await distill(root, settings);
    assert.ok(encoderBytes(root, run).equals(bytes.get('crops')!));
    assert.ok(!bytes.get('natural')!.equals(bytes.get('crops')!));
    await assert.rejects(distill(root, { augmentation: 'custom' }), { code: ErrorCode.InvalidAugmentation });
    await assert.rejects(distill(root, { augmentation: 'autumn' }), /no augmentation preset "autumn".* crops/);
  });

  test('a student can begin as an encoder that was trained before', async (context) => {
    const root = sharedCopy(context, taught);
    const begun = await distill(root, { from: teacher.id, learningRate: 1e-8, epochs: 1, size: 64 });
    const { card: continued } = await OPTIONS.registry.resolve(begun.run.encoder!, root);
    assert.match(continued.trainedOn!, /^42 images, taught by .*; before, as \S+, on 24 labelled images, of /);
    const settings = begun.run.settings as Required<DistillSettings>;
    // Its network and size are those of the encoder.
    assert.deepEqual([settings.from, settings.size], [teacher.encoder, 32]);
    const { knnMacro, knnMacroUntrained } = begun.run.metrics;
    assert.ok(knnMacroUntrained! > 0.9 && Math.abs(knnMacro! - knnMacroUntrained!) < 0.1);
  });

  test('stopped and resumed ends in the same student, whatever the teacher has to say again', async (context) => {
    for (const settings of [{ teacherViews: 2 }, { teacherViews: 0, teacher: 'handcrafted', mixup: 0.5 }] as const) {
      const roots = [sharedCopy(context, taught), sharedCopy(context, taught)];
      const expected = (await distill(roots[0]!, settings)).run;
      const stopping = job(({ phase, done }) => {
        if (phase === 'Training' && done >= 72) stopping.abort();
      });
      await assert.rejects(distill(roots[1]!, settings, stopping), { code: ErrorCode.Cancelled });
      const [stopped] = await new RunStore(roots[1]!).list();
      assert.deepEqual([stopped!.state, stopped!.resumable], ['stopped', true]);
      const { run } = await new Trainings(OPTIONS).resume({ folder: roots[1]!, run: stopped!.id }, job());
      assert.ok(encoderBytes(roots[1]!, run).equals(encoderBytes(roots[0]!, expected)));
    }
  });
});

describe('what can’t be taught is refused with a sentence', () => {
  const refused = async (root: string, settings: DistillSettings, code: ErrorCode, message: RegExp) => {
    await assert.rejects(distill(root, settings), (error: Error & { code?: string }) => {
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    });
  };

  test('no teacher, one without classes, one that is gone', async (context) => {
    const root = temporaryFolder(context);
    await writeColours(root, 6, 'train');
    await refused(root, {}, ErrorCode.TeacherUnfit, /no encoder that could teach; name one \(--teacher/);
    await refused(root, { teacher: 'pixels', lesson: 'classes' }, ErrorCode.TeacherUnfit, /pixels knows no classes/);
    await refused(root, { teacher: 'pixels', teacherShare: 0.5 }, ErrorCode.TeacherUnfit, /only beside the classes/);
    await refused(root, { teacher: 'nobody' }, ErrorCode.EncoderNotFound, /nobody/);
  });

  test('labels of a class that the teacher doesn’t know', async (context) => {
    const root = sharedCopy(context, taught);
    cpSync(join(root, 'train', 'red'), join(root, 'train', 'crimson'), { recursive: true });
    await refused(root, { teacherShare: 0.5 }, ErrorCode.TeacherUnfit, /doesn't know "crimson"/);
  });

  test('settings that make no sense', async (context) => {
    const root = sharedCopy(context, taught);
    await refused(root, { temperature: 0 }, ErrorCode.Usage, /temperature is 0/);
    await refused(root, { teacherShare: 2 }, ErrorCode.Usage, /teacherShare is 2/);
    await refused(root, { lesson: 'wisdom' as never }, ErrorCode.Usage, /lesson is "wisdom"/);
    await refused(root, { mixup: 2 }, ErrorCode.Usage, /mixup is 2/);
    await refused(root, { mixup: 0.5, teacherShare: 0.5 }, ErrorCode.Usage, /have no label of their own/);
    await refused(root, { batchImages: 1000 }, ErrorCode.Usage, /only 42 images/);
  });
});

test('a run whose classes have changed, or whose checkpoint is gone, doesn’t go on', async (context) => {
  const root = sharedCopy(context, taught);
  const trainings = new Trainings(OPTIONS);
  const stopping = job(({ phase, done }) => {
    if (phase === 'Training' && done >= 64) stopping.abort();
  });
  const settings = { from: teacher.id, epochs: 9, patience: 0 };
  await assert.rejects(trainings.train('finetune', { folder: root, settings }, stopping), {
    code: ErrorCode.Cancelled,
  });
  const [run] = await new RunStore(root).list();
  rmSync(join(root, 'train', 'red'), { recursive: true });
  await assert.rejects(trainings.resume({ folder: root, run: run!.id }, job()), (error: Error & { code?: string }) => {
    assert.equal(error.code, ErrorCode.ClassesChanged);
    assert.match(error.message, /gone: "red"/);
    return true;
  });
  await writeColours(root, 10, 'train');
  rmSync(join(root, '.likeness', 'runs', run!.id, 'checkpoint.safetensors'));
  await assert.rejects(trainings.resume({ folder: root, run: run!.id }, job()), {
    code: ErrorCode.CheckpointMissing,
  });
});
