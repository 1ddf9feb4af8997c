import { asObject } from '../json/asObject.ts';
import type { EncoderInput } from './card.ts';
import { edgesOfList, statistics } from './configValues.ts';

/** What OpenCLIP takes where a file says nothing. */
const OPENAI = { mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711] };

const resizeModes: Readonly<Record<string, EncoderInput['resize']>> = {
  shortest: 'shortest-edge',
  longest: 'pad',
  squash: 'squash',
};

/**
 * What OpenCLIP says about a model's pictures: `preprocess_cfg` of its `open_clip_config.json`, or a file of just that, as it
 * lies beside exported image halves.
 */
export function openClipInput(content: unknown): Partial<EncoderInput> {
  const whole = asObject(content);
  const isWhole = 'model_cfg' in whole || 'preprocess_cfg' in whole;
  const said = isWhole ? asObject(whole.preprocess_cfg) : whole;
  if (!isWhole && !['mean', 'resize_mode', 'interpolation'].some((key) => key in said)) return {};
  const size = edgesOfList(said.size) ?? edgesOfList(asObject(asObject(whole.model_cfg).vision_cfg).image_size);
  return {
    ...(size && { size }),
    ...(statistics(said.mean, said.std) ?? OPENAI),
    resize: resizeModes[String(said.resize_mode)] ?? 'shortest-edge',
    crop: 1,
    interpolation: said.interpolation === 'bilinear' ? 'bilinear' : 'bicubic',
  };
}
