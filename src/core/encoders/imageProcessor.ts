import { asObject } from '../json/asObject.ts';
import type { EncoderInput } from './card.ts';
import { isFraction, numbers, positiveInteger, statistics } from './configValues.ts';

type Json = Readonly<Record<string, unknown>>;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Edges = EncoderInput['size'];

/** Pillow's numbers for resampling filters. */
const resampling: readonly EncoderInput['interpolation'][] = [
  'nearest',
  'lanczos',
  'bilinear',
  'bicubic',
  'bilinear',
  'bicubic',
];

/** What an image processor of transformers does that its file doesn't say. */
interface Processor {
  /** What a bare number as `size` stands for; by itself it depends on whether a centre is taken. */
  readonly size?: 'shortest edge' | 'square';
  /** Edge of the centre that is taken unless the file denies it. */
  readonly centre?: number;
  readonly resample?: EncoderInput['interpolation'];
}

const clip: Processor = { size: 'shortest edge', centre: 224, resample: 'bicubic' };
const mobile: Processor = { size: 'shortest edge', centre: 224, resample: 'bilinear' };
const square: Processor = { size: 'square' };
const processors: ReadonlyMap<string, Processor> = new Map([
  ['clip', clip],
  ['chineseclip', clip],
  ['bit', clip],
  ['vithybrid', clip],
  ['levit', clip],
  ['poolformer', clip],
  ['mobilenetv1', mobile],
  ['mobilenetv2', mobile],
  ['mobilevit', { ...mobile, centre: 256 }],
  ['deit', { size: 'square', centre: 224, resample: 'bicubic' }],
  ['vit', { size: 'square', resample: 'bilinear' }],
  ['siglip', { size: 'square', resample: 'bicubic' }],
  ['beit', square],
  ['blip', square],
  ['efficientnet', square],
  ['flava', square],
]);

/** Networks that are prepared for by the processor of another one, by `model_type` without its punctuation. */
const processorsOfModels: ReadonlyMap<string, string> = new Map([
  ['convnextv2', 'convnext'],
  ['cvt', 'convnext'],
  ['regnet', 'convnext'],
  ['resnet', 'convnext'],
  ['van', 'convnext'],
  ['dinov2', 'bit'],
  ['dinov2withregisters', 'bit'],
  ['focalnet', 'bit'],
  ['mobilevitv2', 'mobilevit'],
]);

/** Of ConvNeXt's processor, where its file doesn't say, and the edge from which on it squashes. */
const CONVNEXT_CROP = 224 / 256;
const CONVNEXT_SQUASHED = 384;
const POOLFORMER_CROP = 0.9;

/**
 * What a `preprocessor_config.json` of transformers says about a model's input. The class that it names decides what its fields
 * mean; old files say `feature_extractor_type`.
 *
 * @param modelType of `config.json`, for files that name no class
 */
export function processorInput(processor: Json, modelType: unknown): Partial<EncoderInput> {
  const kind = kindOf(processor, modelType);
  const known = processors.get(kind) ?? {};
  const input: Partial<Mutable<EncoderInput>> = geometry(kind, known, processor);
  const interpolation = typeof processor.resample === 'number' ? resampling[processor.resample] : known.resample;
  if (interpolation) input.interpolation = interpolation;
  if (processor.do_rescale === false) {
    input.range = [0, 255];
  } else if (typeof processor.rescale_factor === 'number') {
    const white = round(processor.rescale_factor * 255);
    input.range = processor.rescale_offset === true ? [-1, round(white - 1)] : [0, white];
  }
  const isFlipped = processor.do_flip_channel_order ?? kind === 'mobilevit';
  if (isFlipped === true) input.channelOrder = 'bgr';
  return { ...input, ...normalisation(kind, processor) };
}

/** `convnext` of a `ConvNextFeatureExtractor` or a `ConvNextImageProcessorFast`. */
function kindOf(processor: Json, modelType: unknown): string {
  const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const named = processor.image_processor_type ?? processor.feature_extractor_type;
  if (typeof named === 'string') return plain(named).replace(/(imageprocessor|featureextractor)(fast|pil)?$/, '');
  if (typeof modelType !== 'string') return isFraction(processor.crop_pct) ? ofCropShare(processor) : '';
  return processorsOfModels.get(plain(modelType)) ?? plain(modelType);
}

/** Two kinds have a share that is cropped to, and only one says what it crops to. */
function ofCropShare({ crop_size: size, do_center_crop: isCropped }: Json): string {
  return size === undefined && isCropped !== true ? 'convnext' : 'poolformer';
}

function geometry(kind: string, known: Processor, processor: Json): Partial<EncoderInput> {
  const size = asObject(processor.size);
  const bare = positiveInteger(processor.size);
  const centre = centreOf(known, processor);
  const isShortest = known.size === undefined ? centre !== undefined : known.size === 'shortest edge';
  const shortest = positiveInteger(size.shortest_edge) ?? (isShortest ? bare : undefined);
  const crop = isFraction(processor.crop_pct) ? processor.crop_pct : undefined;
  switch (kind) {
    case 'convnext':
      return convNext(shortest ?? bare, crop ?? CONVNEXT_CROP);
    case 'levit':
      if (shortest !== undefined) return middle(centre, Math.trunc((256 / 224) * shortest));
      break;
    case 'poolformer': {
      const edge = shortest ?? sameEdge(edgesOf(processor.size));
      if (edge !== undefined && processor.crop_pct !== null) {
        return middle(centre, Math.trunc(edge / (crop ?? POOLFORMER_CROP)));
      }
      break;
    }
  }
  if (shortest !== undefined) return middle(centre, shortest);
  const longest = positiveInteger(size.longest_edge);
  if (longest !== undefined) return { size: [longest, longest], resize: 'pad' };
  const whole = edgesOf(processor.size);
  if (!whole) return {};
  return processor.do_pad === true ? { size: whole, resize: 'pad' } : squashed(whole, centre);
}

/** Edges of the centre that is taken; undefined where none is. */
function centreOf({ centre }: Processor, processor: Json): Edges | undefined {
  const isTaken = processor.do_center_crop ?? centre !== undefined;
  return isTaken === true ? (edgesOf(processor.crop_size) ?? edgesOf(centre)) : undefined;
}

function convNext(edge: number | undefined, crop: number): Partial<EncoderInput> {
  if (edge === undefined) return {};
  const size: Edges = [edge, edge];
  return edge < CONVNEXT_SQUASHED
    ? { size, resize: 'shortest-edge', crop, cropOffset: 'down' }
    : { size, resize: 'squash' };
}

/** The shortest edge scaled to `scaled`, and the centre of that. */
function middle(centre: Edges | undefined, scaled: number): Partial<EncoderInput> {
  const size = centre ?? [scaled, scaled];
  return { size, resize: 'shortest-edge', crop: Math.min(1, Math.max(...size) / scaled), cropOffset: 'down' };
}

/** Both sides scaled, and the centre of that where it isn't all. */
function squashed(whole: Edges, centre: Edges | undefined): Partial<EncoderInput> {
  const crop = centre ? Math.max(centre[0] / whole[0], centre[1] / whole[1]) : 1;
  if (centre === undefined || crop >= 1) return { size: centre ?? whole, resize: 'squash' };
  return { size: centre, resize: 'squash-crop', crop, cropOffset: 'down' };
}

function sameEdge(edges: Edges | undefined): number | undefined {
  return edges?.[0] === edges?.[1] ? edges?.[0] : undefined;
}

function normalisation(kind: string, processor: Json): Partial<EncoderInput> {
  const said = statistics(processor.image_mean, processor.image_std);
  const isNormalised = processor.do_normalize !== false && !(kind === 'mobilevit' && said === undefined);
  const channels = numbers(processor.image_mean)?.length ?? 3;
  const once = isNormalised
    ? said
    : { mean: new Array<number>(channels).fill(0), std: new Array<number>(channels).fill(1) };
  if (kind !== 'efficientnet' || processor.include_top === false || !once || !said) return { ...once };
  // What is meant for the whole classifier is divided by the deviation once more.
  return { mean: once.mean, std: once.std.map((value, i) => Number((value * said.std[i]!).toPrecision(12))) };
}

/** `224` or `{"height": 224, "width": 224}` */
export function edgesOf(value: unknown): Edges | undefined {
  const edge = positiveInteger(value);
  if (edge !== undefined) return [edge, edge];
  const { height, width } = asObject(value);
  const [h, w] = [positiveInteger(height), positiveInteger(width)];
  return h !== undefined && w !== undefined ? [h, w] : undefined;
}

/** 255 / 255 as written in decimal, 0.00392156862745098 × 255, is a hair off. */
function round(value: number): number {
  return Number(value.toPrecision(6));
}
