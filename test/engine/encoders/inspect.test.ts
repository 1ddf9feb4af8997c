import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ErrorCode, LikenessError } from '../../../src/core/errors.ts';
import type { GraphBuilder, GraphValue } from '../../../src/core/onnx/graphBuilder.ts';
import type { OnnxModel } from '../../../src/core/onnx/model.ts';
import { inspectModel } from '../../../src/engine/encoders/inspect.ts';
import { encodeModel } from '../../../src/engine/encoders/onnxFile.ts';
import { shared, unlessShared } from '../../shared.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { FEATURES, externalize, pooled, smallModel, writeModel } from './smallModels.ts';

const model = (name: string) => ({ path: shared(`models/${name}`), skip: unlessShared(`models/${name}`) });

describe('real encoders', () => {
  const mobileNet = model('mobilenetv3-small-embed/model.onnx');
  test(
    'MobileNetV3: wrongly declared batch, ImageNet preprocessing, named after its folder',
    { skip: mobileNet.skip },
    async () => {
      const { card, identity } = await inspectModel(mobileNet.path);
      assert.deepEqual(card.input, {
        name: 'input',
        layout: 'NCHW',
        type: 'float32',
        size: [224, 224],
        resize: 'shortest-edge',
        crop: 0.875,
        interpolation: 'bilinear',
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225],
        range: [0, 1],
      });
      assert.equal(card.inputAssumed, true);
      assert.deepEqual(card.output, { name: 'mean_9', pooling: 'none', dim: 576 });
      assert.equal(card.batchIndependent, true);
      assert.equal(card.name, 'mobilenetv3-small-embed');
      assert.equal(card.id, `mobilenetv3-small-embed-${identity.slice(0, 8)}`);
      // sha256sum model.onnx
      assert.equal(card.sha256, 'f4288158ae24fa8f3b78ee1b3c74cb7b73d98674bdea5a693d103ab742d39a98');
    },
  );

  const int8 = model('mobilenetv2-int8/model.onnx');
  test('MobileNetV2 int8: the embedding rather than the logits, one image at a time', { skip: int8.skip }, async () => {
    const { card } = await inspectModel(int8.path);
    assert.deepEqual(card.output, { name: 'embedding', pooling: 'none', dim: 1280 });
    assert.equal(card.batchIndependent, false);
  });

  const vae = model('mnist-vae-encoder-2d/model.onnx');
  test('a grey VAE encoder', { skip: vae.skip }, async () => {
    const { card } = await inspectModel(vae.path);
    assert.deepEqual([card.input.size, card.input.mean, card.output.dim], [[28, 28], [0], 2]);
    assert.equal(card.inputAssumed, undefined, 'grey is what it is');
  });

  const external = model('mobilenetv3-small-embed-extdata/mobilenetv3_embed_batch.onnx');
  test('external data belongs to the identity', { skip: external.skip }, async () => {
    const { card, files } = await inspectModel(external.path);
    assert.deepEqual(files.externalData, ['mobilenetv3_embed_batch.onnx.data']);
    // cat mobilenetv3_embed_batch.onnx mobilenetv3_embed_batch.onnx.data | sha256sum
    assert.equal(card.sha256, '950b2e699a222dedddc2ca64317c6c6a240033921bc76ac34f5d781ba4bc025a');
  });

  const tokenizer = model('clip-tokenizer/tokenizer.json');
  test('a file that is no model is refused', { skip: tokenizer.skip }, async () => {
    await assert.rejects(inspectModel(tokenizer.path), {
      code: ErrorCode.EncoderInvalid,
      message: `${tokenizer.path} is not an ONNX model, or a damaged or incomplete one; download or export it again.`,
    });
  });
});

describe('declarations and shapes', () => {
  async function inspect(context: Parameters<typeof temporaryFolder>[0], ...args: Parameters<typeof smallModel>) {
    return (await inspectModel(writeModel(temporaryFolder(context), 'tiny.onnx', smallModel(...args)))).card;
  }

  test('channels last', async (context) => {
    const card = await inspect(context, pooled, { layout: 'NHWC' });
    assert.deepEqual([card.input.layout, card.input.size, card.output.dim], ['NHWC', [16, 16], FEATURES]);
  });

  for (const type of ['uint8', 'float16'] as const) {
    test(`${type} input`, async (context) => {
      const card = await inspect(context, pooled, { type, layout: 'NHWC' });
      assert.equal(card.input.type, type);
      assert.deepEqual(card.input.range, type === 'uint8' ? [0, 255] : [0, 1]);
    });
  }

  test('grey input of any size', async (context) => {
    const card = await inspect(context, pooled, { channels: 1, size: 'edge' });
    assert.deepEqual([card.input.size, card.input.mean], [[224, 224], [0]]);
  });

  test('a size that is left open, but fixed inside the model', async (context) => {
    const fixedInside = (graph: GraphBuilder, features: GraphValue) => {
      const flat = graph.op('Reshape', [features, graph.integers([0, FEATURES, 24, 24])]);
      pooled(graph, flat);
    };
    assert.deepEqual((await inspect(context, fixedInside, { size: 'edge' })).input.size, [96, 96]);
  });

  test('a fixed batch', async (context) => {
    const card = await inspect(context, pooled, { batch: 4 });
    assert.deepEqual([card.output.dim, card.batchIndependent], [FEATURES, true]);
  });

  test('feature maps and tokens', async (context) => {
    const map = await inspect(context, (graph, features) => {
      graph.output('features', features, 'float32', ['N', FEATURES, 4, 4]);
    });
    assert.deepEqual(map.output, { name: 'features', pooling: 'gap', dim: FEATURES });
    const tokens = await inspect(context, (graph, features) => {
      const sequence = graph.op('Reshape', [features, graph.integers([0, FEATURES, -1])]);
      const transposed = graph.op('Transpose', [sequence], { perm: [0, 2, 1] });
      graph.output('last_hidden_state', transposed, 'float32', ['N', 16, FEATURES]);
    });
    assert.deepEqual(tokens.output, { name: 'last_hidden_state', pooling: 'mean', dim: FEATURES });
  });

  test('several outputs, one of them without vectors', async (context) => {
    const card = await inspect(context, (graph, features) => {
      const mean = pooled(graph, features);
      graph.output('logits', graph.op('Mul', [mean, graph.floats([2])]), 'float32', ['N', FEATURES]);
      graph.output('class', graph.op('ArgMax', [mean], { axis: 1, keepdims: 0 }), 'int64', ['N']);
    });
    assert.equal(card.output.name, 'embedding');
  });

  test('a batch that is promised but does not work is not used', async (context) => {
    const forOneImage = (graph: GraphBuilder, features: GraphValue) => {
      const map = graph.op('Reshape', [features, graph.integers([1, FEATURES, 4, 4])]);
      pooled(graph, map);
    };
    assert.equal((await inspect(context, forOneImage)).batchIndependent, false);
  });

  test('a batch whose images influence each other is not used', async (context) => {
    const card = await inspect(context, (graph, features) => {
      const centred = graph.op('Sub', [features, graph.op('ReduceMean', [features], { axes: [0], keepdims: 1 })]);
      pooled(graph, graph.op('Add', [centred, features]));
    });
    assert.equal(card.batchIndependent, false);
  });
});

/** As `pooled`, under another name. */
function pooledAs(name: string) {
  return (graph: GraphBuilder, features: GraphValue) => {
    const mean = graph.op('ReduceMean', [features], { axes: [2, 3], keepdims: 0 });
    graph.output(name, mean, 'float32', ['N', FEATURES]);
  };
}

describe('models that are no image encoders', () => {
  async function refuse(
    context: Parameters<typeof temporaryFolder>[0],
    code: string,
    message: RegExp,
    ...args: Parameters<typeof smallModel>
  ) {
    const file = writeModel(temporaryFolder(context), 'tiny.onnx', smallModel(...args));
    await assert.rejects(inspectModel(file), (error) => {
      assert.ok(error instanceof LikenessError);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      // One sentence that names the file.
      assert.ok(error.message.startsWith(file) && error.message.endsWith('.'));
      return true;
    });
  }

  test('NaN', async (context) => {
    await refuse(
      context,
      ErrorCode.EncoderBadOutput,
      /"embedding" holds NaN or infinite numbers/,
      (graph, features) => {
        pooled(graph, graph.op('Sqrt', [graph.op('Sub', [graph.floats([-1]), features])]));
      },
    );
  });

  test('the same for every picture', async (context) => {
    await refuse(
      context,
      ErrorCode.EncoderBadOutput,
      /"embedding" is the same for every picture/,
      (graph, features) => {
        const nothing = graph.op('Mul', [features, graph.floats([0])]);
        pooled(graph, graph.op('Add', [nothing, graph.floats([1, 2, 3, 4, 5, 6], [1, 6, 1, 1])]));
      },
    );
  });

  test('all zero', async (context) => {
    await refuse(context, ErrorCode.EncoderBadOutput, /"embedding" is all zero/, (graph, features) => {
      pooled(graph, graph.op('Mul', [features, graph.floats([0])]));
    });
  });

  test('random', async (context) => {
    await refuse(context, ErrorCode.EncoderBadOutput, /drawn at random/, (graph, features) => {
      pooled(graph, graph.op('Add', [features, graph.op('RandomNormalLike', [features])]));
    });
  });

  test('two inputs', async (context) => {
    await refuse(context, ErrorCode.EncoderNotImage, /needs 2 inputs \("image", "input_ids"\)/, (graph, features) => {
      pooled(graph, graph.op('Add', [features, graph.input('input_ids', 'float32', [1])]));
    });
  });

  test('one number, or only integers', async (context) => {
    await refuse(context, ErrorCode.EncoderNotImage, /no output holds a vector for each image/, (graph, features) => {
      const score = graph.op('ReduceMean', [features], { axes: [1, 2, 3], keepdims: 0 });
      graph.output('score', score, 'float32', ['N']);
    });
    await refuse(context, ErrorCode.EncoderNotImage, /none of its outputs holds floating-point/, (graph, features) => {
      graph.output('best', graph.op('ArgMax', [features], { axis: 1 }));
    });
  });

  test('an operator that ONNX Runtime does not know', async (context) => {
    const advice =
      /uses the operator NoSuchOperator, which is not known here; update Likeness, or export it with a standard opset/;
    await refuse(context, ErrorCode.EncoderInvalid, advice, (graph, features) => {
      pooled(graph, graph.op('NoSuchOperator', [features]));
    });
    const ofOthers = /uses the operator some\.company:Special, which is not known here/;
    await refuse(context, ErrorCode.EncoderInvalid, ofOthers, (graph, features) => {
      pooled(graph, graph.op('Special', [features], {}, { domain: 'some.company' }));
    });
  });

  test('a format or an operator set that is newer than ONNX Runtime', async (context) => {
    const file = join(temporaryFolder(context), 'tiny.onnx');
    const newer: [change: Partial<OnnxModel>, message: RegExp][] = [
      [
        { irVersion: 99 },
        /is written in IR version 99 of ONNX, which is newer than what is known here; update Likeness/,
      ],
      [{ opsetImport: [{ version: 99 }] }, /is written in opset 99 of ONNX, which is newer/],
    ];
    for (const [change, message] of newer) {
      writeFileSync(file, encodeModel({ ...smallModel(pooled), ...change }));
      await assert.rejects(inspectModel(file), { code: ErrorCode.EncoderInvalid, message });
    }
  });

  test('detectors and segmenters, unless a card names an output', async (context) => {
    const folder = temporaryFolder(context);
    const boxes = (graph: GraphBuilder, features: GraphValue) => {
      graph.output('map', features, 'float32', ['N', FEATURES, 24, 24]);
      const rows = graph.op('Reshape', [features, graph.integers([0, FEATURES, -1])]);
      graph.output('output0', rows, 'float32', ['N', FEATURES, 576]);
    };
    const file = writeModel(folder, 'yolo.onnx', smallModel(boxes, { size: 96 }));
    await assert.rejects(inspectModel(file), {
      code: ErrorCode.EncoderNotImage,
      message: `${file} is not an image encoder: it is a detector: its output "output0" [1, ${FEATURES}, 576] holds a row for each object; export its backbone alone, or name an output that describes the whole picture in a card.json beside the model ("output": {"name": …}).`,
    });
    writeFileSync(join(folder, 'yolo.card.json'), '{"output":{"name":"map"}}');
    assert.deepEqual((await inspectModel(file)).card.output, { name: 'map', pooling: 'gap', dim: FEATURES });
    const segmenter = writeModel(folder, 'seg/onnx/model.onnx', smallModel(pooledAs('pooled_logits')));
    writeFileSync(join(folder, 'seg/config.json'), '{"architectures":["SegformerForSemanticSegmentation"]}');
    assert.equal((await inspectModel(segmenter)).card.output.name, 'pooled_logits', 'a name that says what it is');
    writeModel(folder, 'seg/onnx/model.onnx', smallModel(pooledAs('classes')));
    await assert.rejects(inspectModel(segmenter), {
      code: ErrorCode.EncoderNotImage,
      message:
        /its config\.json calls it SegformerForSemanticSegmentation, which gives no vector for a picture; export/,
    });
  });
});

describe('files', () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d7a21'.repeat(10)}\nsize 3882620\n`;

  test('garbage, nothing and a missing file', async (context) => {
    const folder = temporaryFolder(context);
    const garbage = join(folder, 'garbage.onnx');
    writeFileSync(
      garbage,
      Uint8Array.from({ length: 2000 }, (_, i) => (i * 73) % 251),
    );
    await assert.rejects(inspectModel(garbage), { code: ErrorCode.EncoderInvalid });
    const cut = join(folder, 'cut.onnx');
    writeFileSync(cut, encodeModel(smallModel(pooled)).subarray(0, 400));
    await assert.rejects(inspectModel(cut), {
      code: ErrorCode.EncoderInvalid,
      message: `${cut} is not an ONNX model, or a damaged or incomplete one; download or export it again.`,
    });
    await assert.rejects(inspectModel(join(folder, 'none.onnx')), { code: ErrorCode.FileNotFound });
  });

  test('a pointer of Git LFS', async (context) => {
    const file = join(temporaryFolder(context), 'pointer.onnx');
    writeFileSync(file, pointer);
    await assert.rejects(inspectModel(file), {
      code: ErrorCode.EncoderInvalid,
      message: `${file} can't be used, as it is only a pointer of Git LFS to what was never fetched; run "git lfs pull" in its repository, or download the file itself.`,
    });
  });

  test('external data: beside the model, missing, too short, outside its folder', async (context) => {
    const folder = temporaryFolder(context);
    const { model: split, data } = externalize(smallModel(pooled), 'weights/data.bin');
    const file = writeModel(folder, 'split/tiny.onnx', split);
    await assert.rejects(inspectModel(file), {
      code: ErrorCode.EncoderInvalid,
      message: `${file} keeps its weights in the file "weights/data.bin", which is missing; put it next to the model.`,
    });
    writeModel(folder, 'split/weights/data.bin', smallModel(pooled));
    writeFileSync(join(folder, 'split/weights/data.bin'), data.subarray(0, 8));
    await assert.rejects(inspectModel(file), {
      code: ErrorCode.EncoderInvalid,
      message: `${file} reads ${data.length} bytes of its weights from the file "weights/data.bin", which ends after 8: it is cut off, or another model's; download or copy it again.`,
    });
    writeFileSync(join(folder, 'split/weights/data.bin'), pointer);
    await assert.rejects(inspectModel(file), {
      code: ErrorCode.EncoderInvalid,
      message: /its file of weights "weights\/data\.bin" is only a pointer of Git LFS .* run "git lfs pull"/,
    });
    writeFileSync(join(folder, 'split/weights/data.bin'), data);
    assert.equal((await inspectModel(file)).card.output.dim, FEATURES);
    writeFileSync(join(folder, 'secret'), data);
    for (const location of ['../secret', 'weights/../../secret', join(folder, 'secret')]) {
      const escaping = writeModel(folder, 'split/escaping.onnx', externalize(smallModel(pooled), location).model);
      await assert.rejects(inspectModel(escaping), {
        code: ErrorCode.EncoderInvalid,
        message: /outside the model's folder/,
      });
    }
  });

  test('card.json decides over Hugging Face files, and those over habit', async (context) => {
    const folder = temporaryFolder(context);
    const file = writeModel(folder, 'my-encoder/onnx/model.onnx', smallModel(pooled));
    const bare = (await inspectModel(file)).card;
    assert.equal(bare.name, 'my-encoder');
    const processor = {
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.5, 0.5, 0.5],
      size: { height: 16, width: 16 },
      resample: 3,
    };
    writeFileSync(join(folder, 'my-encoder/preprocessor_config.json'), JSON.stringify(processor));
    const described = (await inspectModel(file)).card;
    assert.deepEqual([described.input.mean, described.input.interpolation], [[0.5, 0.5, 0.5], 'bicubic']);
    assert.notEqual(described.id, bare.id);
    const card = { name: 'Mine', licence: 'MIT', input: { interpolation: 'lanczos' } };
    writeFileSync(join(folder, 'my-encoder/onnx/model.card.json'), JSON.stringify(card));
    const overridden = (await inspectModel(file)).card;
    assert.deepEqual(
      [overridden.name, overridden.licence, overridden.input.interpolation, overridden.input.mean],
      ['Mine', 'MIT', 'lanczos', [0.5, 0.5, 0.5]],
    );
    assert.equal(overridden.sha256, bare.sha256);
  });

  test('a card that is wrong or contradicts the model is named', async (context) => {
    const folder = temporaryFolder(context);
    const file = writeModel(folder, 'tiny.onnx', smallModel(pooled));
    const cardFile = join(folder, 'card.json');
    const refusals: [card: string, message: RegExp][] = [
      ['{', /JSON/],
      ['{"input":{"crop":7}}', /input\.crop has to be a number above 0, at most 1/],
      ['{"input":{"size":[32,16]}}', /input\.size is 32 high, and the model takes 16/],
      ['{"input":{"mean":[0]}}', /input\.mean is for 1 channels, and the model takes 3/],
      ['{"input":{"layout":"NHWC"}}', /input\.layout is NHWC, and the model takes NCHW/],
      ['{"output":{"dim":7}}', /output\.dim is 7, and the model gives 6 numbers/],
    ];
    for (const [card, message] of refusals) {
      writeFileSync(cardFile, card);
      await assert.rejects(inspectModel(file), { code: ErrorCode.InvalidCard, message, path: cardFile });
    }
    writeFileSync(cardFile, '{"output":{"name":"nothing"}}');
    await assert.rejects(inspectModel(file), { code: ErrorCode.EncoderNotImage });
  });

  test('a complete card of just this model is taken without running it', async (context) => {
    const folder = temporaryFolder(context);
    const file = writeModel(folder, 'tiny.onnx', smallModel(pooled));
    const { card, identity } = await inspectModel(file);
    // Not what a run would show.
    const written = { ...card, output: { ...card.output, dim: 99 } };
    writeFileSync(join(folder, 'card.json'), JSON.stringify(written));
    const taken = await inspectModel(file);
    assert.equal(taken.card.output.dim, 99);
    assert.notEqual(taken.identity, identity);
    copyFileSync(writeModel(folder, 'other.onnx', smallModel(pooled, { size: 32 })), file);
    await assert.rejects(inspectModel(file), { code: ErrorCode.InvalidCard });
    assert.ok(readFileSync(file).length > 0);
  });
});
