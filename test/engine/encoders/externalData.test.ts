import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { withExternalData } from '../../../src/engine/encoders/externalData.ts';
import { readModel } from '../../../src/engine/encoders/modelFiles.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { externalize, pooled, smallModel, writeModel } from './smallModels.ts';

test('weights beside a model are taken into it, from where it says they lie', async (context) => {
  const folder = temporaryFolder(context);
  const original = smallModel(pooled);
  const { model, data } = externalize(original, 'weights.bin');
  model.graph.initializer[0]!.externalData.push({ key: 'offset', value: '5' });
  const file = writeModel(folder, 'model.onnx', model);
  writeFileSync(join(folder, 'weights.bin'), Buffer.concat([Buffer.from('first'), data, Buffer.from('rest')]));
  const whole = await withExternalData(await readModel(file));
  assert.deepEqual(whole.graph.initializer, original.graph.initializer);
});

test('a file of weights that is too short is an invalid encoder', async (context) => {
  const folder = temporaryFolder(context);
  const { model, data } = externalize(smallModel(pooled), 'weights.bin');
  const file = writeModel(folder, 'model.onnx', model);
  writeFileSync(join(folder, 'weights.bin'), data);
  truncateSync(join(folder, 'weights.bin'), data.length - 1);
  const message = `${file} reads ${data.length} bytes of its weights from the file "weights.bin", which ends after ${data.length - 1}: it is cut off, or another model's; download or copy it again.`;
  await assert.rejects(readModel(file), { code: ErrorCode.EncoderInvalid, message });
  // It may be cut after it was looked at.
  const files = { model, file, externalData: ['weights.bin'] };
  await assert.rejects(withExternalData(files), { code: ErrorCode.EncoderInvalid, message });
});

test('where weights lie is a number, or the encoder is invalid', async (context) => {
  const folder = temporaryFolder(context);
  const { model, data } = externalize(smallModel(pooled), 'weights.bin');
  model.graph.initializer[0]!.externalData.push({ key: 'offset', value: '-5' });
  const file = writeModel(folder, 'model.onnx', model);
  writeFileSync(join(folder, 'weights.bin'), data);
  await assert.rejects(readModel(file), {
    code: ErrorCode.EncoderInvalid,
    message: /the offset of ".*" in "weights.bin" is -5/,
  });
});
