import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import {
  chooseModel,
  offeredModels,
  precisionOf,
  variantOf,
  type ModelWish,
} from '../../../src/core/hub/modelChoice.ts';

function choose(paths: readonly string[], wish: ModelWish = {}) {
  const files = paths.map((path) => ({ path, size: 2e6, hash: { algorithm: 'sha256' as const, hex: '' } }));
  const { model, data, describing } = chooseModel('a/b', files, wish);
  return { model: model.path, data: data.map(({ path }) => path), describing: describing.map(({ path }) => path) };
}

const modelOf = (paths: readonly string[], wish?: ModelWish) => choose(paths, wish).model;

/** As transformers.js has its repositories. */
const clip = ['config.json', 'preprocessor_config.json', 'tokenizer.json', 'merges.txt'].concat(
  ['model', 'text_model', 'vision_model'].flatMap((stem) =>
    ['', '_fp16', '_quantized', '_q4f16'].map((variant) => `onnx/${stem}${variant}.onnx`),
  ),
);

test('the image half goes before the whole, and full precision before the others', () => {
  assert.deepEqual(choose(clip), {
    model: 'onnx/vision_model.onnx',
    data: [],
    describing: ['config.json', 'preprocessor_config.json'],
  });
  assert.equal(modelOf(['onnx/model_quantized.onnx', 'onnx/model.onnx', 'other.onnx']), 'onnx/model.onnx');
  assert.equal(modelOf(['textual/model.onnx', 'visual/model.onnx']), 'visual/model.onnx');
  assert.equal(modelOf(['model.onnx', 'text_model.onnx']), 'model.onnx');
  assert.equal(modelOf(['encoder_int8.onnx', 'encoder.onnx', 'decoder.onnx']), 'encoder.onnx');
  assert.equal(modelOf(['onnx/model_fp16.onnx']), 'onnx/model_fp16.onnx', 'there is nothing else');
  assert.equal(modelOf(['sub/my-network.onnx', 'README.md']), 'sub/my-network.onnx');
});

test('a variant or a file is taken where it is asked for', () => {
  assert.equal(modelOf(clip, { variant: 'fp16' }), 'onnx/vision_model_fp16.onnx');
  assert.equal(modelOf(clip, { variant: 'Q4F16' }), 'onnx/vision_model_q4f16.onnx');
  assert.equal(modelOf(clip, { variant: 'fp32' }), 'onnx/vision_model.onnx');
  assert.equal(modelOf(clip, { file: 'onnx/text_model.onnx' }), 'onnx/text_model.onnx');
  assert.deepEqual(['onnx/model.onnx', 'onnx/model_fp16.onnx', 'a.q4.onnx', 'model_large.onnx'].map(variantOf), [
    undefined,
    'fp16',
    'q4',
    undefined,
  ]);
});

test('weights beside the model and files that describe it come along', () => {
  const paths = ['onnx/model.onnx', 'onnx/model.onnx_data', 'onnx/model.onnx_data_1', 'onnx/model_fp16.onnx'];
  assert.deepEqual(choose([...paths, 'onnx/model_fp16.onnx_data']).data, [
    'onnx/model.onnx_data',
    'onnx/model.onnx_data_1',
  ]);
  assert.deepEqual(choose(['a.onnx', 'a.onnx.data', 'a.data']).data, ['a.onnx.data', 'a.data']);
  const nested = ['x/onnx/model.onnx', 'x/config.json', 'config.json', 'x/onnx/config.json'];
  assert.deepEqual(choose(nested).describing, ['x/config.json']);
});

test('the text half comes along, in the same precision, with its tokenizer and its weights', () => {
  const text = (paths: readonly string[], wish?: ModelWish) => {
    const files = paths.map((path) => ({ path, size: 2e6, hash: { algorithm: 'sha256' as const, hex: '' } }));
    return chooseModel('a/b', files, wish).text.map(({ path }) => path);
  };
  const all = [...clip, 'tokenizer_config.json', 'onnx/text_model.onnx_data'];
  assert.deepEqual(text(all), [
    ...['tokenizer.json', 'tokenizer_config.json', 'onnx/text_model.onnx', 'onnx/text_model.onnx_data'],
  ]);
  assert.deepEqual(text(all, { variant: 'fp16' }).at(-1), 'onnx/text_model_fp16.onnx');
  const openClip = ['config.json', 'visual/model.onnx', 'textual/model.onnx', 'textual/tokenizer.json'];
  assert.deepEqual(text(openClip), ['textual/tokenizer.json', 'config.json', 'textual/model.onnx']);
  const pictures = ['onnx/model.onnx', 'tokenizer.json', 'config.json', 'preprocessor_config.json'];
  assert.deepEqual(text(pictures), [], 'no other half');
  assert.deepEqual(text(['onnx/vision_model.onnx', 'onnx/text_model.onnx']), [], 'no tokenizer');
});

test('what takes no pictures comes with its tokenizer and what says how its vectors are made', () => {
  const paths = [
    ...['onnx/model.onnx', 'onnx/model_O4.onnx', 'config.json', 'modules.json', 'sentence_bert_config.json'],
    ...['1_Pooling/config.json', 'tokenizer.json', 'tokenizer_config.json', 'vocab.txt', 'other/modules.json'],
  ];
  const files = paths.map((path) => ({ path, size: 2e6, hash: { algorithm: 'sha256' as const, hex: '' } }));
  const { model, describing, text } = chooseModel('a/b', files);
  assert.equal(model.path, 'onnx/model.onnx');
  assert.deepEqual(
    describing.map(({ path }) => path),
    ['config.json', '1_Pooling/config.json', 'sentence_bert_config.json', 'modules.json'],
  );
  assert.deepEqual(
    text.map(({ path }) => path),
    ['tokenizer.json', 'tokenizer_config.json'],
  );
});

test('where there is nothing to take, or too much, the files there are get named', () => {
  const expect = (paths: readonly string[], code: ErrorCode, message: RegExp, wish?: ModelWish) => {
    assert.throws(() => choose(paths, wish), { code, message });
  };
  expect(['model.safetensors'], ErrorCode.RepositoryWithoutModel, /a\/b holds no ONNX file/);
  expect(['text_model.onnx'], ErrorCode.RepositoryWithoutModel, /ONNX/);
  expect(['a.onnx', 'b.onnx'], ErrorCode.SeveralModels, /hf:a\/b#FILE: a\.onnx \(2 MB\), b\.onnx \(2 MB\)\.$/);
  expect(['onnx/model_q4.onnx', 'onnx/model_int8.onnx'], ErrorCode.SeveralModels, /onnx\/model_int8\.onnx \(2 MB\)/);
  expect(clip, ErrorCode.SeveralModels, /no variant "bnb4".*onnx\/vision_model_fp16\.onnx/, { variant: 'bnb4' });
  expect(clip, ErrorCode.RepositoryNotFound, /no file x\.onnx; its ONNX files are/, { file: 'x.onnx' });
});

test('a person may choose among the precisions of the network that takes pictures, full precision first', () => {
  const offered = (sizes: Readonly<Record<string, number>>) =>
    offeredModels(
      'a/b',
      Object.entries(sizes).map(([path, size]) => ({ path, size, hash: { algorithm: 'sha256' as const, hex: '' } })),
    ).map(({ path }) => path);
  assert.deepEqual(
    offered({
      'onnx/vision_model_q4.onnx': 30,
      'onnx/vision_model_fp16.onnx': 50,
      'onnx/vision_model.onnx': 100,
      'onnx/text_model.onnx': 90,
      'onnx/model.onnx': 190,
      'config.json': 1,
    }),
    ['onnx/vision_model.onnx', 'onnx/vision_model_fp16.onnx', 'onnx/vision_model_q4.onnx'],
  );
  assert.deepEqual(offered({ 'a.onnx': 1, 'b_int8.onnx': 3, 'b.onnx': 2, 'text_model.onnx': 4 }), [
    'b.onnx',
    'a.onnx',
    'b_int8.onnx',
  ]);
  assert.throws(() => offered({ 'model.bin': 1 }), { code: ErrorCode.RepositoryWithoutModel });
});

test('how exactly a variant keeps its weights is told by its name', () => {
  const names = [undefined, 'fp32', 'o2', 'fp16', 'bf16', 'quantized', 'int8', 'q4f16', 'bnb4'];
  assert.deepEqual(names.map(precisionOf), [
    ...['full', 'full', 'full', 'half', 'half'],
    ...['quantised', 'quantised', 'quantised', 'quantised'],
  ]);
});
