import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EncoderInput } from '../../../src/core/encoders/card.ts';
import { huggingFaceOverrides, type DescribingFiles } from '../../../src/core/encoders/huggingFace.ts';
import { parseCardOverrides } from '../../../src/core/encoders/cardOverrides.ts';
import { scaledShortestEdge } from '../../../src/core/images/geometry.ts';
import { encoderInput } from '../../cards.ts';

// The configurations are those of the models named, shortened to what describes the input.

const imageNet = { image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225] };
const half = { image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };
const openAi = {
  image_mean: [0.48145466, 0.4578275, 0.40821073],
  image_std: [0.26862954, 0.26130258, 0.27577711],
};
const bytes = { do_rescale: true, rescale_factor: 0.00392156862745098 };
const resizes = { do_normalize: true, do_resize: true };
const square = (edge: number) => ({ height: edge, width: edge });
const timm = {
  input_size: [3, 256, 256],
  interpolation: 'bicubic',
  crop_pct: 0.95,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

type Geometry = Pick<EncoderInput, 'size' | 'resize'> & {
  /** Edge that is scaled to, where a part of it is taken. */
  readonly scaled?: number;
  /** Of transformers, which rounds down. */
  readonly down?: boolean;
};

function inputOf(files: DescribingFiles): Partial<EncoderInput> {
  const overrides = huggingFaceOverrides(files);
  parseCardOverrides(overrides);
  return overrides.input!;
}

const edges = (edge: number): EncoderInput['size'] => [edge, edge];
const middle = (size: number, scaled: number): Geometry => ({
  size: edges(size),
  resize: 'shortest-edge',
  scaled,
  down: true,
});
const squashed = (size: number): Geometry => ({ size: edges(size), resize: 'squash' });
const middleOfSquashed = (size: number, scaled: number): Geometry => ({
  size: edges(size),
  resize: 'squash-crop',
  scaled,
  down: true,
});

describe('the picture is scaled and cropped as its own image processor does it:', () => {
  const processors: readonly (readonly [name: string, processor: object, Geometry, config?: object])[] = [
    [
      'ResNet-50, which was saved by an early version',
      { ...resizes, ...imageNet, feature_extractor_type: 'ConvNextFeatureExtractor', crop_pct: 0.875, size: 224 },
      middle(224, 256),
    ],
    [
      'ConvNeXt',
      { ...resizes, ...imageNet, image_processor_type: 'ConvNextImageProcessor', size: { shortest_edge: 224 } },
      middle(224, 256),
    ],
    [
      'ConvNeXt, that crops to another share',
      { image_processor_type: 'ConvNextImageProcessorFast', crop_pct: 0.95, size: { shortest_edge: 288 } },
      middle(288, 303),
    ],
    [
      'ConvNeXt of 384, which squashes',
      { image_processor_type: 'ConvNextImageProcessor', crop_pct: 1, size: { shortest_edge: 384 } },
      squashed(384),
    ],
    ['ConvNeXt by its model', { size: { shortest_edge: 224 } }, middle(224, 256), { model_type: 'convnextv2' }],
    ['ConvNeXt by its share', { crop_pct: 0.875, size: { shortest_edge: 224 } }, middle(224, 256)],
    [
      'DeiT, which was saved by an early version',
      { feature_extractor_type: 'DeiTFeatureExtractor', crop_size: 224, do_center_crop: true, size: 256 },
      middleOfSquashed(224, 256),
    ],
    [
      'DeiT',
      {
        image_processor_type: 'DeiTImageProcessor',
        crop_size: square(224),
        do_center_crop: true,
        size: square(256),
      },
      middleOfSquashed(224, 256),
    ],
    [
      'Chinese-CLIP',
      {
        image_processor_type: 'ChineseCLIPImageProcessor',
        crop_size: square(224),
        do_center_crop: true,
        size: square(224),
      },
      squashed(224),
    ],
    ['LeViT', { feature_extractor_type: 'LevitFeatureExtractor', do_center_crop: true, size: 224 }, middle(224, 256)],
    [
      'LeViT of now',
      { image_processor_type: 'LevitImageProcessor', size: { shortest_edge: 224 }, crop_size: square(224) },
      middle(224, 256),
    ],
    [
      'PoolFormer',
      {
        image_processor_type: 'PoolFormerImageProcessor',
        crop_pct: 0.9,
        crop_size: square(224),
        do_center_crop: true,
        size: { shortest_edge: 224 },
      },
      middle(224, 248),
    ],
    [
      'PoolFormer, which was saved by an early version',
      { feature_extractor_type: 'PoolFormerFeatureExtractor', crop_pct: 0.95, size: 224 },
      middle(224, 235),
    ],
    [
      'MobileViT',
      {
        image_processor_type: 'MobileViTImageProcessor',
        crop_size: square(256),
        do_center_crop: true,
        size: { shortest_edge: 288 },
      },
      middle(256, 288),
    ],
    [
      'MobileNetV2',
      {
        image_processor_type: 'MobileNetV2ImageProcessor',
        crop_size: square(224),
        do_center_crop: true,
        size: { shortest_edge: 256 },
      },
      middle(224, 256),
    ],
    [
      'EfficientNet',
      {
        image_processor_type: 'EfficientNetImageProcessor',
        crop_size: square(289),
        do_center_crop: false,
        size: square(224),
      },
      squashed(224),
    ],
    [
      'DINOv2',
      {
        image_processor_type: 'BitImageProcessor',
        crop_size: square(224),
        do_center_crop: true,
        size: { shortest_edge: 256 },
      },
      middle(224, 256),
      { model_type: 'dinov2', image_size: 518 },
    ],
    [
      'CLIP, which was saved by an early version',
      { feature_extractor_type: 'CLIPFeatureExtractor', crop_size: 336, do_center_crop: true, size: 336 },
      middle(336, 336),
    ],
    ['SigLIP', { image_processor_type: 'SiglipImageProcessor', size: square(256) }, squashed(256)],
    ['ViT', { ...half, size: square(224) }, squashed(224), { image_size: 224 }],
    ['ViT, which was saved by an early version', { ...half, size: 224 }, squashed(224), { image_size: 224 }],
    ['what nobody knows', { do_center_crop: true, crop_size: 192, size: 200 }, middle(192, 200)],
  ];
  for (const [name, preprocessor, expected, config] of processors) {
    test(name, () => {
      assertGeometry(inputOf({ preprocessor, config }), expected);
    });
  }

  const others: readonly (readonly [name: string, files: DescribingFiles, Geometry])[] = [
    ['timm', { config: { architecture: 'x', pretrained_cfg: timm } }, { ...middle(256, 269), down: false }],
    ['timm, as it was once written', { config: { architecture: 'x', ...timm } }, { ...middle(256, 269), down: false }],
    ['timm within transformers', { preprocessor: { pretrained_cfg: timm } }, { ...middle(256, 269), down: false }],
    [
      'timm, squashing all of it',
      { config: { pretrained_cfg: { ...timm, crop_pct: 1, crop_mode: 'squash' } } },
      squashed(256),
    ],
    [
      'timm, squashing more than it takes',
      { config: { pretrained_cfg: { ...timm, crop_pct: 0.9, crop_mode: 'squash' } } },
      { ...middleOfSquashed(256, 284), down: false },
    ],
    [
      'timm, which says little',
      { config: { pretrained_cfg: { input_size: [3, 224, 224] } } },
      { ...middle(224, 256), down: false },
    ],
    [
      'OpenCLIP beside an image half',
      { openClip: { size: [224, 224], mode: 'RGB', resize_mode: 'shortest', interpolation: 'bicubic', fill_color: 0 } },
      { ...middle(224, 224), down: false },
    ],
    [
      'OpenCLIP, squashing',
      { openClip: { model_cfg: { vision_cfg: { image_size: 384 } }, preprocess_cfg: { resize_mode: 'squash' } } },
      squashed(384),
    ],
    [
      'OpenCLIP beside what transformers says, which decides',
      {
        openClip: { preprocess_cfg: { resize_mode: 'squash' } },
        preprocessor: { do_center_crop: true, crop_size: square(224), size: { shortest_edge: 224 } },
      },
      middle(224, 224),
    ],
  ];
  for (const [name, files, expected] of others) {
    test(name, () => {
      assertGeometry(inputOf(files), expected);
    });
  }

  function assertGeometry(input: Partial<EncoderInput>, { size, resize, scaled, down }: Geometry): void {
    assert.deepEqual([input.size, input.resize], [size, resize]);
    assert.equal(input.cropOffset === 'down', down === true);
    if (scaled !== undefined) assert.equal(scaledShortestEdge(encoderInput(input)), scaled);
  }
});

describe('the numbers that a model takes:', () => {
  test('CLIP, whole', () => {
    const preprocessor = {
      ...openAi,
      ...resizes,
      ...bytes,
      crop_size: square(224),
      do_center_crop: true,
      resample: 3,
      size: { shortest_edge: 224 },
    };
    assert.deepEqual(inputOf({ preprocessor, config: { model_type: 'clip', vision_config: { image_size: 224 } } }), {
      size: [224, 224],
      resize: 'shortest-edge',
      crop: 1,
      cropOffset: 'down',
      interpolation: 'bicubic',
      range: [0, 1],
      mean: openAi.image_mean,
      std: openAi.image_std,
    });
  });

  test('without rescaling or normalisation, and those that end in [-1, 1]', () => {
    assert.deepEqual(inputOf({ preprocessor: { do_rescale: false } }).range, [0, 255]);
    const plain = inputOf({ preprocessor: { do_normalize: false, image_mean: [0.5, 0.5, 0.5] } });
    assert.deepEqual(
      [plain.mean, plain.std],
      [
        [0, 0, 0],
        [1, 1, 1],
      ],
    );
    const offset = inputOf({ preprocessor: { rescale_factor: 1 / 127.5, rescale_offset: true } });
    assert.deepEqual(offset.range, [-1, 1]);
  });

  test('EfficientNet, which is divided by the deviation twice', () => {
    const efficientNet = {
      ...imageNet,
      ...bytes,
      image_processor_type: 'EfficientNetImageProcessor',
      size: square(224),
    };
    const { mean, std } = inputOf({ preprocessor: efficientNet });
    assert.deepEqual([mean, std], [imageNet.image_mean, [0.052441, 0.050176, 0.050625]]);
    const features = inputOf({ preprocessor: { ...efficientNet, include_top: false } });
    assert.deepEqual(features.std, imageNet.image_std);
    const bare = inputOf({ preprocessor: { ...efficientNet, do_normalize: false } });
    assert.deepEqual([bare.mean, bare.std], [[0, 0, 0], imageNet.image_std]);
  });

  test('MobileViT, which takes blue first and knows no mean', () => {
    const mobile = { image_processor_type: 'MobileViTImageProcessor', size: { shortest_edge: 288 } };
    const { channelOrder, mean, std, size, interpolation } = inputOf({ preprocessor: mobile });
    assert.deepEqual([channelOrder, mean, std], ['bgr', [0, 0, 0], [1, 1, 1]]);
    assert.deepEqual([size, interpolation], [[256, 256], 'bilinear']);
    const straight = inputOf({ preprocessor: { ...mobile, do_flip_channel_order: false } });
    assert.ok(!('channelOrder' in straight));
  });

  test('one number for every channel', () => {
    const { mean, std } = inputOf({ preprocessor: { image_mean: 0.5, image_std: 0.25 } });
    assert.deepEqual(
      [mean, std],
      [
        [0.5, 0.5, 0.5],
        [0.25, 0.25, 0.25],
      ],
    );
  });

  test('timm', () => {
    assert.deepEqual(inputOf({ config: { pretrained_cfg: timm } }), {
      size: [256, 256],
      mean: timm.mean,
      std: timm.std,
      crop: 0.95,
      resize: 'shortest-edge',
      interpolation: 'bicubic',
    });
  });

  test('OpenCLIP, which means its own mean where it names none', () => {
    assert.deepEqual(inputOf({ openClip: { model_cfg: { vision_cfg: { image_size: 224 } } } }), {
      size: [224, 224],
      mean: openAi.image_mean,
      std: openAi.image_std,
      resize: 'shortest-edge',
      crop: 1,
      interpolation: 'bicubic',
    });
    const said = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], interpolation: 'bilinear', resize_mode: 'longest' };
    const { mean, interpolation, resize } = inputOf({ openClip: { ...said, size: 256 } });
    assert.deepEqual([mean, interpolation, resize], [[0.5, 0.5, 0.5], 'bilinear', 'pad']);
  });
});

test('whatever the files hold, what is taken from them is valid', () => {
  const odd = [
    undefined,
    null,
    3,
    'x',
    [],
    { size: 'big' },
    { image_mean: [1], image_std: [0] },
    { resample: 99 },
    { crop_pct: 7, size: { shortest_edge: -1 }, image_processor_type: 3 },
    { image_processor_type: 'PoolFormerImageProcessor', size: [], crop_size: 'x' },
    { pretrained_cfg: null, architecture: [], input_size: [3, 0.5, -2] },
    { model_cfg: 3, preprocess_cfg: { size: [1], mean: 'x' } },
  ];
  for (const preprocessor of odd) {
    for (const config of odd) {
      for (const openClip of odd) parseCardOverrides(huggingFaceOverrides({ preprocessor, config, openClip }));
    }
  }
});
