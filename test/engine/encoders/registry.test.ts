import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { BUILT_IN_ENCODER_IDS } from '../../../src/engine/encoders/builtIn.ts';
import { DEFAULT_ENCODER_ID, EncoderRegistry } from '../../../src/engine/encoders/registry.ts';
import { shared, unlessShared } from '../../shared.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { externalize, pooled, smallModel, writeModel } from './smallModels.ts';

test('built-in encoders are always there, the default among them', async () => {
  const { encoders, problems } = await new EncoderRegistry().list();
  assert.deepEqual(
    encoders.map(({ id }) => id),
    ['likeness-1', 'handcrafted', 'pixels'],
  );
  assert.deepEqual(problems, []);
  assert.equal((await new EncoderRegistry().resolve(DEFAULT_ENCODER_ID)).card.id, DEFAULT_ENCODER_ID);
});

test('an added encoder is known by its id, with its external data and card, until it is removed', async (context) => {
  const folder = temporaryFolder(context);
  const root = join(folder, 'dataset');
  const { model, data } = externalize(smallModel(pooled), 'data/weights.bin');
  const file = writeModel(folder, 'source/tiny.onnx', model);
  mkdirSync(join(folder, 'source/data'));
  writeFileSync(join(folder, 'source/data/weights.bin'), data);
  writeFileSync(join(folder, 'source/tiny.card.json'), '{"name":"Tiny one","input":{"mean":[0,0,0],"std":[1,1,1]}}');
  const registry = new EncoderRegistry();
  const original = await registry.resolve(file);
  const card = await registry.add(file, root);
  assert.deepEqual(card, original.card);
  assert.match(card.id, /^tiny-one-[0-9a-f]{8}$/);

  const stored = await new EncoderRegistry().resolve(card.id, root);
  assert.deepEqual([stored.card, stored.identity], [original.card, original.identity]);
  const home = join(root, '.likeness/encoders', card.id);
  assert.deepEqual(stored.model, { file: join(home, 'encoder.onnx') });
  assert.deepEqual(readFileSync(join(home, 'data/weights.bin')), Buffer.from(data));
  assert.deepEqual(Object.keys(JSON.parse(readFileSync(join(home, 'card.json'), 'utf8')) as object).slice(0, 3), [
    'id',
    'name',
    'source',
  ]);

  assert.deepEqual(await registry.add(file, root), card);
  assert.deepEqual(readdirSync(join(root, '.likeness/encoders')), [card.id]);
  assert.deepEqual(
    (await registry.list(root)).encoders.map(({ id }) => id),
    [...BUILT_IN_ENCODER_IDS, card.id],
  );

  await registry.remove(card.id, root);
  assert.ok(!existsSync(home));
  await assert.rejects(registry.resolve(card.id, root), { code: ErrorCode.EncoderNotFound });
  await assert.rejects(registry.remove(card.id, root), { code: ErrorCode.EncoderNotFound });
});

test('one that was stored under the id of another time keeps it, also where it is added again', async (context) => {
  const folder = temporaryFolder(context);
  const root = join(folder, 'dataset');
  const file = writeModel(folder, 'tiny.onnx', smallModel(pooled));
  const registry = new EncoderRegistry();
  const { id, ...added } = await registry.add(file, root);
  const [home, old] = [join(root, '.likeness/encoders'), 'tiny-00000000'];
  renameSync(join(home, id), join(home, old));
  const listed = async () => (await registry.list(root)).encoders.map((card) => card.id);
  for (const name of [old, join(home, old), join(home, old, 'encoder.onnx')]) {
    assert.equal((await registry.resolve(name, root)).card.id, old);
  }
  await assert.rejects(registry.resolve(id, root), { code: ErrorCode.EncoderNotFound });
  assert.deepEqual(await listed(), [...BUILT_IN_ENCODER_IDS, old]);

  assert.deepEqual(await registry.add(file, root), { id: old, ...added });
  assert.deepEqual(readdirSync(home), [old]);
  const { id: written } = JSON.parse(readFileSync(join(home, old, 'card.json'), 'utf8')) as { id: string };
  assert.equal(written, old);
  // The same model by another name, or with other vectors, is another encoder.
  writeFileSync(join(folder, 'card.json'), '{"name":"Renamed"}');
  const renamed = await registry.add(file, root);
  assert.match(renamed.id, /^renamed-/);
  assert.deepEqual(await listed(), [...BUILT_IN_ENCODER_IDS, renamed.id, old]);
  writeFileSync(join(folder, 'card.json'), '{"input":{"mean":[0.1,0.1,0.1]}}');
  assert.notEqual((await registry.add(file, root)).id, old);
  await registry.remove(old, root);
  assert.equal(readdirSync(home).length, 2);
});

test('broken encoders are listed with the reason and do not stand in the way', async (context) => {
  const root = temporaryFolder(context);
  const good = await new EncoderRegistry().add(writeModel(root, 'tiny.onnx', smallModel(pooled)), root);
  const stored = join(root, '.likeness/encoders');
  mkdirSync(join(stored, 'empty'));
  mkdirSync(join(stored, 'garbage'));
  writeFileSync(join(stored, 'garbage/encoder.onnx'), 'garbage');
  mkdirSync(join(stored, '.adding-left-behind'));
  const { encoders, problems } = await new EncoderRegistry().list(root);
  assert.deepEqual(
    encoders.map(({ id }) => id),
    [...BUILT_IN_ENCODER_IDS, good.id],
  );
  assert.deepEqual(
    problems.map(({ id, code }) => [id, code]),
    [
      ['empty', ErrorCode.FileNotFound],
      ['garbage', ErrorCode.EncoderInvalid],
    ],
  );
});

test('a model that changes is inspected again', async (context) => {
  const folder = temporaryFolder(context);
  const file = writeModel(folder, 'tiny.onnx', smallModel(pooled));
  const registry = new EncoderRegistry();
  const before = await registry.resolve(file);
  assert.deepEqual(await registry.resolve(file), before);
  writeModel(folder, 'tiny.onnx', smallModel(pooled, { size: 32 }));
  utimesSync(file, 1, 1);
  assert.deepEqual((await registry.resolve(file)).card.input.size, [32, 32]);
  writeFileSync(join(folder, 'card.json'), '{"name":"Renamed"}');
  assert.equal((await registry.resolve(file)).card.name, 'Renamed');
});

test('folders: the one model in it, the image half of two, or a sentence', async (context) => {
  const folder = temporaryFolder(context);
  const registry = new EncoderRegistry();
  writeModel(folder, 'single/some.onnx', smallModel(pooled));
  assert.equal((await registry.resolve(join(folder, 'single'))).card.name, 'some');
  writeModel(folder, 'clip/onnx/model.onnx', smallModel(pooled, { size: 32 }));
  const vision = writeModel(folder, 'clip/onnx/vision_model.onnx', smallModel(pooled));
  const resolved = await registry.resolve(join(folder, 'clip'));
  assert.deepEqual([resolved.model, resolved.card.name], [{ file: vision }, 'clip']);
  mkdirSync(join(folder, 'none'));
  await assert.rejects(registry.resolve(join(folder, 'none')), {
    code: ErrorCode.EncoderInvalid,
    message: /holds no ONNX model .*; add the weights, or name an \.onnx file\.$/,
  });
});

test('a Hugging Face folder without weights is refused', { skip: unlessShared('models/clip-tokenizer') }, async () => {
  await assert.rejects(new EncoderRegistry().resolve(shared('models/clip-tokenizer')), {
    code: ErrorCode.EncoderInvalid,
    message: /clip-tokenizer holds no ONNX model/,
  });
});

test('unknown names, and built-in ones where they make no sense', async (context) => {
  const root = temporaryFolder(context);
  const registry = new EncoderRegistry();
  await assert.rejects(registry.resolve('no-such-encoder', root), { code: ErrorCode.EncoderNotFound });
  await assert.rejects(registry.resolve('toString', root), { code: ErrorCode.EncoderNotFound });
  await assert.rejects(registry.add(join(root, 'none.onnx'), root), { code: ErrorCode.EncoderNotFound });
  await assert.rejects(registry.remove('pixels', root), { code: ErrorCode.Usage });
  await assert.rejects(registry.remove('../..', root), { code: ErrorCode.EncoderNotFound });
});
