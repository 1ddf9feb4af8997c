import { asObject } from '../json/asObject.ts';
import type { EncoderInput } from './card.ts';
import type { CardOverrides } from './cardOverrides.ts';
import { edgesOfList, isFraction, numbers, statistics } from './configValues.ts';
import { edgesOf, processorInput } from './imageProcessor.ts';
import { openClipInput } from './openClip.ts';

type Json = Readonly<Record<string, unknown>>;

/** What a timm configuration stands for where it says nothing of it. */
const TIMM_CROP = 0.875;

/** Where OpenCLIP says how a model takes its pictures: beside an exported image half, or for both halves. */
export const OPEN_CLIP_FILES = ['preprocess_cfg.json', 'open_clip_config.json'] as const;

/** The files that may say how a model takes its pictures, as JSON.parse gave them; undefined where there is none. */
export interface DescribingFiles {
  /** `preprocessor_config.json` of transformers */
  readonly preprocessor?: unknown;
  /** `config.json`, of transformers or timm */
  readonly config?: unknown;
  /** One of `OPEN_CLIP_FILES` */
  readonly openClip?: unknown;
}

/**
 * What the files of a Hugging Face model say about its input: size, crop, resampling, rescaling, mean, std and order of the
 * channels, in the forms of transformers' image processors, of timm and of OpenCLIP. Fields that are missing or of an
 * unexpected form are left to inspection.
 */
export function huggingFaceOverrides({ preprocessor, config, openClip }: DescribingFiles): CardOverrides {
  const processor = asObject(preprocessor);
  const model = asObject(config);
  const input = preprocessor === undefined ? {} : processorInput(processor, model.model_type);
  return {
    input: { ...openClipInput(openClip), ...timmInput(timmConfig(processor, model)), ...fromModel(model), ...input },
  };
}

function fromModel(model: Json): Partial<EncoderInput> {
  const size = model.image_size ?? asObject(model.vision_config).image_size;
  const edges = edgesOf(size);
  return edges ? { size: edges } : {};
}

/** Where timm's part is: below a key of either file or, as it was once written, in `config.json` itself. */
function timmConfig(processor: Json, model: Json): Json {
  const nested = [processor.pretrained_cfg, model.pretrained_cfg].find((value) => typeof value === 'object');
  return asObject(nested ?? ('architecture' in model ? model : undefined));
}

/** As timm's `create_transform` for evaluation. */
function timmInput(timm: Json): Partial<EncoderInput> {
  const [, ...planes] = numbers(timm.input_size) ?? [];
  const size = edgesOfList(planes);
  if (size === undefined) return {};
  const crop = isFraction(timm.crop_pct) ? timm.crop_pct : TIMM_CROP;
  const interpolation = timm.interpolation;
  return {
    size,
    ...statistics(timm.mean, timm.std),
    ...timmGeometry(timm.crop_mode, crop),
    interpolation:
      interpolation === 'nearest' || interpolation === 'bilinear' || interpolation === 'lanczos'
        ? interpolation
        : 'bicubic',
  };
}

function timmGeometry(mode: unknown, crop: number): Pick<EncoderInput, 'resize' | 'crop'> {
  if (mode === 'border') return { resize: 'pad', crop };
  if (mode !== 'squash') return { resize: 'shortest-edge', crop };
  return { resize: crop < 1 ? 'squash-crop' : 'squash', crop };
}
