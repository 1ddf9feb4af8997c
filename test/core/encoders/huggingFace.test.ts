import assert from 'node:assert/strict';
import { test } from 'node:test';
import { huggingFaceOverrides } from '../../../src/core/encoders/huggingFace.ts';
import { parseCardOverrides } from '../../../src/core/encoders/cardOverrides.ts';

// The configurations are those of the models named, shortened to what describes the input.

test('reads CLIP', () => {
  const { input } = huggingFaceOverrides(
    {
      crop_size: { height: 224, width: 224 },
      do_center_crop: true,
      do_normalize: true,
      do_rescale: true,
      image_mean: [0.48145466, 0.4578275, 0.40821073],
      image_std: [0.26862954, 0.26130258, 0.27577711],
      resample: 3,
      rescale_factor: 0.00392156862745098,
      size: { shortest_edge: 224 },
    },
    { model_type: 'clip', vision_config: { image_size: 224 } },
  );
  assert.deepEqual(input, {
    size: [224, 224],
    resize: 'shortest-edge',
    crop: 1,
    interpolation: 'bicubic',
    range: [0, 1],
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  });
});

test('reads DINOv2, which scales to 256 and takes the middle 224', () => {
  const { input } = huggingFaceOverrides(
    { crop_size: { height: 224, width: 224 }, do_center_crop: true, resample: 3, size: { shortest_edge: 256 } },
    { image_size: 518 },
  );
  assert.deepEqual([input!.size, input!.crop, input!.resize], [[224, 224], 0.875, 'shortest-edge']);
});

test('reads ViT, which squashes, in the old form too', () => {
  const statistics = { image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5], resample: 2 };
  for (const size of [{ height: 224, width: 224 }, 224]) {
    const { input } = huggingFaceOverrides({ ...statistics, size }, { image_size: 224 });
    assert.deepEqual([input!.size, input!.resize, input!.interpolation], [[224, 224], 'squash', 'bilinear']);
    assert.deepEqual(input!.mean, [0.5, 0.5, 0.5]);
  }
});

test('reads ConvNeXt, which names the size it crops to', () => {
  const { input } = huggingFaceOverrides({ crop_pct: 0.875, size: { shortest_edge: 224 }, resample: 3 }, {});
  assert.deepEqual([input!.size, input!.crop, input!.resize], [[224, 224], 0.875, 'shortest-edge']);
});

test('reads models without rescaling or normalisation, and those that end in [-1, 1]', () => {
  assert.deepEqual(huggingFaceOverrides({ do_rescale: false }, undefined).input!.range, [0, 255]);
  const plain = huggingFaceOverrides({ do_normalize: false, image_mean: [0.5, 0.5, 0.5] }, undefined).input!;
  assert.deepEqual(
    [plain.mean, plain.std],
    [
      [0, 0, 0],
      [1, 1, 1],
    ],
  );
  const offset = huggingFaceOverrides({ rescale_factor: 1 / 127.5, rescale_offset: true }, undefined).input!;
  assert.deepEqual(offset.range, [-1, 1]);
});

test('reads timm', () => {
  const { input } = huggingFaceOverrides(undefined, {
    pretrained_cfg: {
      input_size: [3, 256, 256],
      interpolation: 'bicubic',
      crop_pct: 0.95,
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    },
  });
  assert.deepEqual(input, {
    size: [256, 256],
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
    crop: 0.95,
    resize: 'shortest-edge',
    interpolation: 'bicubic',
  });
});

test('whatever the files hold, what is taken from them is valid', () => {
  const odd = [undefined, null, 3, 'x', [], { size: 'big' }, { image_mean: [1], image_std: [0] }, { resample: 99 }];
  for (const preprocessor of odd) {
    for (const config of odd) parseCardOverrides(huggingFaceOverrides(preprocessor, config));
  }
});
