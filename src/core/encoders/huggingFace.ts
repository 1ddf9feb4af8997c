import { asObject } from '../json/asObject.ts';
import type { EncoderInput } from './card.ts';
import type { CardOverrides } from './cardOverrides.ts';

type Json = Readonly<Record<string, unknown>>;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Pillow's numbers for resampling filters. */
const resampling: readonly EncoderInput['interpolation'][] = [
  'nearest',
  'lanczos',
  'bilinear',
  'bicubic',
  'bilinear',
  'bicubic',
];

/**
 * What `preprocessor_config.json` and `config.json` of a Hugging Face model say about its input: size, crop, resampling,
 * rescaling, mean and std, in the forms of transformers' image processors and of timm. Fields that are missing or of an
 * unexpected form are left to inspection.
 */
export function huggingFaceOverrides(preprocessor: unknown, config: unknown): CardOverrides {
  const processor = asObject(preprocessor);
  const model = asObject(config);
  const timm = asObject(model.pretrained_cfg);
  const input = preprocessor === undefined ? {} : fromProcessor(processor);
  return { input: { ...fromTimm(timm), ...fromModel(model), ...input } };
}

function fromModel(model: Json): Partial<EncoderInput> {
  const size = model.image_size ?? asObject(model.vision_config).image_size;
  const edges = edgesOf(size);
  return edges ? { size: edges } : {};
}

function fromTimm(timm: Json): Partial<EncoderInput> {
  const input: Partial<Mutable<EncoderInput>> = {};
  const size = numbers(timm.input_size);
  if (size?.length === 3) input.size = [size[1]!, size[2]!];
  Object.assign(input, statistics(timm.mean, timm.std));
  if (isFraction(timm.crop_pct)) {
    input.crop = timm.crop_pct;
    input.resize = timm.crop_mode === 'squash' ? 'squash' : 'shortest-edge';
  }
  const interpolation = resampling.find((name) => name === timm.interpolation);
  if (interpolation) input.interpolation = interpolation;
  return input;
}

function fromProcessor(processor: Json): Partial<EncoderInput> {
  const input: Partial<Mutable<EncoderInput>> = geometry(processor);
  if (typeof processor.resample === 'number') {
    const interpolation = resampling[processor.resample];
    if (interpolation) input.interpolation = interpolation;
  }
  if (processor.do_rescale === false) {
    input.range = [0, 255];
  } else if (typeof processor.rescale_factor === 'number') {
    const white = round(processor.rescale_factor * 255);
    input.range = processor.rescale_offset === true ? [-1, round(white - 1)] : [0, white];
  }
  if (processor.do_normalize !== false) {
    Object.assign(input, statistics(processor.image_mean, processor.image_std));
  } else {
    const channels = numbers(processor.image_mean)?.length ?? 3;
    input.mean = new Array<number>(channels).fill(0);
    input.std = new Array<number>(channels).fill(1);
  }
  return input;
}

function geometry(processor: Json): Partial<EncoderInput> {
  const size = asObject(processor.size);
  const crop = processor.do_center_crop === true ? edgesOf(processor.crop_size) : undefined;
  const shortest = number(size.shortest_edge) ?? (crop ? number(processor.size) : undefined);
  if (shortest !== undefined) {
    const target = crop ?? [shortest, shortest];
    // ConvNeXt's processor scales up by `crop_pct` before it crops to the named size.
    const ratio = crop ? Math.max(...crop) / shortest : isFraction(processor.crop_pct) ? processor.crop_pct : 1;
    return { size: target, resize: 'shortest-edge', crop: Math.min(1, ratio) };
  }
  const longest = number(size.longest_edge);
  if (longest !== undefined) return { size: [longest, longest], resize: 'pad' };
  const whole = edgesOf(processor.size);
  if (!whole) return {};
  if (processor.do_pad === true) return { size: whole, resize: 'pad' };
  return crop
    ? { size: crop, resize: 'shortest-edge', crop: Math.min(1, Math.max(...crop) / Math.max(...whole)) }
    : { size: whole, resize: 'squash' };
}

/** `224` or `{"height": 224, "width": 224}` */
function edgesOf(value: unknown): readonly [height: number, width: number] | undefined {
  const edge = number(value);
  if (edge !== undefined) return [edge, edge];
  const { height, width } = asObject(value);
  const [h, w] = [number(height), number(width)];
  return h !== undefined && w !== undefined ? [h, w] : undefined;
}

function statistics(meanValue: unknown, stdValue: unknown): Partial<EncoderInput> {
  const mean = numbers(meanValue);
  const std = numbers(stdValue);
  return mean && std && mean.length === std.length && std.every((value) => value > 0) ? { mean, std } : {};
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;
}

function numbers(value: unknown): readonly number[] | undefined {
  return Array.isArray(value) && value.every((item) => typeof item === 'number') ? value : undefined;
}

function isFraction(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= 1;
}

/** 255 / 255 as written in decimal, 0.00392156862745098 × 255, is a hair off. */
function round(value: number): number {
  return Number(value.toPrecision(6));
}
