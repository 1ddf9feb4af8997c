import { asObject } from '../json/asObject.ts';

/** How the two halves of an image–text encoder are told apart by their names. */
const HALVES: readonly (readonly [image: RegExp, text: string])[] = [
  [/visual/gi, 'textual'],
  [/vision|visual|image|img/gi, 'text'],
];
const VARIANT = /[._-](fp32|fp16|bf16|int8|uint8|quantized|q8|q4|q4f16|bnb4)$/i;

/** Where a stored encoder has its text half, beside `encoder.onnx`. */
export const STORED_TEXT = 'text/model.onnx';

/**
 * Where the text half of an image encoder may be, the likeliest place first: named like the image half, in the same
 * precision, or in full precision.
 *
 * @param model path of the image half, with `/`: `onnx/vision_model_fp16.onnx`, `visual/model.onnx`
 */
export function textModelNames(model: string): string[] {
  const whole = model.replace(/\.onnx$/i, '');
  const plain = whole.replace(VARIANT, '');
  const names = [whole, plain].flatMap((stem) =>
    HALVES.flatMap(([image, text]) => {
      const [file, folder, ...above] = stem.split('/').reverse() as [string, ...string[]];
      // Only what is nearest tells the halves apart: `vision/models/image.onnx` has its other half beside it.
      const inFile = file.replace(image, text);
      if (inFile !== file) return [[...above.reverse(), folder, inFile].filter((part) => part !== undefined).join('/')];
      const inFolder = folder?.replace(image, text);
      return inFolder === folder ? [] : [[...above.reverse(), inFolder, file].join('/')];
    }),
  );
  const folder = model.split('/').slice(0, -1);
  const stored = /(^|\/)encoder\.onnx$/.test(model) ? [[...folder, STORED_TEXT].join('/')] : [];
  return [...stored, ...new Set(names.map((name) => `${name}.onnx`))].filter((name) => name !== model);
}

/** Folders that may hold what describes a text half: its own, the one above `onnx/` or `textual/`, the image half's. */
export function textHomes(textModel: string, imageHome: string): string[] {
  const own = textModel.split('/').slice(0, -1);
  const homes = [own.join('/'), own.slice(0, -1).join('/'), imageHome];
  return [...new Set(own.length === 0 ? [homes[0]!, imageHome] : homes)];
}

/** What `config.json` says of the text half of a model. */
export interface TextConfig {
  /** Tokens that it reads at most. */
  readonly contextLength: number | undefined;
  readonly vocabulary: number | undefined;
  /** True where every text was filled up to the whole context in training, and the network looks at all of it. */
  readonly fillsContext: boolean;
  /** The token that it was filled up with, where that is said here. */
  readonly padding: number | undefined;
  /** True where texts were written small in training, whether or not the tokenizer does that. */
  readonly lowerCases: boolean;
}

/** SigLIP's context where nothing is said of it, which is the default of transformers; its exports often say nothing. */
const SIGLIP_CONTEXT = 64;

/** Reads the forms of transformers (CLIP, SigLIP, MobileCLIP) and of OpenCLIP. */
export function textConfig(config: unknown): TextConfig {
  const model = asObject(config);
  const text = {
    ...asObject(model.text_cfg),
    ...asObject(asObject(model.model_cfg).text_cfg),
    ...asObject(model.text_config),
  };
  const kind = [model.model_type, text.model_type, text.hf_tokenizer_name].map(String).join(' ');
  const isSiglip = /siglip/i.test(kind);
  const stated = positive(text.max_position_embeddings) ?? positive(text.context_length);
  const { pad_id: padding } = text;
  return {
    contextLength: stated ?? (isSiglip ? SIGLIP_CONTEXT : undefined),
    vocabulary: positive(text.vocab_size),
    fillsContext: isSiglip || /mobileclip/i.test(kind) || text.no_causal_mask === true,
    padding: typeof padding === 'number' && Number.isInteger(padding) && padding >= 0 ? padding : undefined,
    lowerCases: isSiglip,
  };
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;
}
