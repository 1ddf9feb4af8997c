import type { EncoderInput } from './card.ts';
import type { CardOverrides } from './cardOverrides.ts';
import type { DeclaredImageInput } from './imageInput.ts';

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** Edge that is tried first where a model takes any, then those that fixed position embeddings are often made for. */
const COMMON_SIZES = [224, 256, 384, 336, 448, 512, 518, 299, 160, 128, 96, 64, 32];

/**
 * The inputs that a model may take, the likeliest first; one for a model that declares everything. What the declaration
 * leaves open comes from `overrides`, then from habit: ImageNet's mean and std for RGB floats, [0, 1] for grey ones,
 * bytes as they are. A model that has its normalisation built in doesn't say so: that takes an override.
 */
export function inputCandidates(declared: DeclaredImageInput, overrides: CardOverrides['input'] = {}): EncoderInput[] {
  const { size: wantedSize, ...given } = overrides;
  const givenChannels = given.mean?.length ?? given.std?.length;
  const channelChoices = declared.channels ? [declared.channels] : givenChannels ? [givenChannels] : [3, 1];
  const sizes = sizeCandidates(declared, wantedSize);
  return sizes.flatMap((size) =>
    channelChoices.map((channels) => {
      const { name, layout, type } = declared;
      return { name, layout, type, size, ...defaults(type, channels, size), ...given };
    }),
  );
}

function sizeCandidates({ height, width }: DeclaredImageInput, wanted: EncoderInput['size'] | undefined) {
  if (height !== undefined && width !== undefined) return [[height, width] as const];
  if (wanted) return [[height ?? wanted[0], width ?? wanted[1]] as const];
  const known = height ?? width;
  return known === undefined ? COMMON_SIZES.map((edge) => [edge, edge] as const) : [[known, known] as const];
}

function defaults(type: EncoderInput['type'], channels: number, [height, width]: EncoderInput['size']) {
  const cropped = height === width && height >= 160;
  const geometry = {
    resize: cropped ? 'shortest-edge' : 'squash',
    crop: cropped && height === 224 ? 0.875 : 1,
    interpolation: 'bilinear',
  } as const;
  if (type === 'uint8') return { ...geometry, ...constantStatistics(channels), range: [0, 255] as const };
  const range = [0, 1] as const;
  return channels === 3 ? { ...geometry, ...IMAGENET, range } : { ...geometry, ...constantStatistics(channels), range };
}

function constantStatistics(channels: number) {
  return { mean: new Array<number>(channels).fill(0), std: new Array<number>(channels).fill(1) };
}
