import type { AugmentationRecipe } from '../augmentation/recipe.ts';
import type { ErrorCode } from '../likenessError.ts';

/** How an encoder takes its pictures and gives its vectors. Stored as `card.json` beside the ONNX file. */
export interface EncoderCard {
  /** Unique within a dataset, safe in a file name and on a command line. */
  readonly id: string;
  readonly name: string;
  /** Where the weights came from: a file, a repository, a run, or `built-in`. */
  readonly source: string;
  /** Hex SHA-256 of the ONNX file, followed by its external data files in the order of their names. */
  readonly sha256: string;
  readonly input: EncoderInput;
  readonly output: EncoderOutput;
  /** The half that takes texts, of an encoder that was trained on pictures with captions. It shapes no image's vector. */
  readonly text?: EncoderText;
  /** Cosine similarity below which 99 % of unrelated pairs lie. */
  readonly unrelatedSimilarity?: number;
  readonly classes?: readonly string[];
  readonly licence?: string;
  readonly trainedOn?: string;
  readonly training?: EncoderTraining;
  /** True of vectors that came from a file: there is no model, and `input` means nothing. Kept in an index only. */
  readonly imported?: true;
  /** True where nothing said how the model takes pictures, and what is usual was assumed; `colours`: only how they are normalised. */
  readonly inputAssumed?: true | 'colours';
  /** Of a sentence encoder: it takes texts instead of pictures, by its `text`, and `input` means nothing. */
  readonly encodes?: 'texts';
  /** False where an image's vector depends on its batch (dynamic quantisation): such models run one image at a time. */
  readonly batchIndependent: boolean;
}

/** An encoder that was just added to a dataset. */
export interface AddedEncoder extends EncoderCard {
  /** Why its text half can't be used, where it came with one. Its pictures can be compared all the same. */
  readonly textProblem?: { readonly code: ErrorCode; readonly message: string };
}

/** An encoder as it is listed. */
export interface ListedEncoder extends EncoderCard {
  /** True of a model that is none of our networks, also where a run has trained it further: training asks other things of it. */
  readonly ofOthers?: true;
}

/** How an encoder came to be, and how good it turned out. */
export interface EncoderTraining {
  /** What trains it again. */
  readonly command: string;
  /** What `--augmentation custom` stands for there. */
  readonly augmentation?: AugmentationRecipe;
  /** Of the last training: drawn patterns that lay beside the pictures, so many of each kind. */
  readonly patterns?: { readonly kinds: number; readonly perKind: number; readonly seed: number };
  /** Id of the network. */
  readonly network: string;
  readonly seed: number;
  readonly seconds: number;
  /** What became of the trained network before it shipped, step by step. */
  readonly finishing?: EncoderFinishing;
  /** By names that say what was measured on what; shares from 0 to 1, similarities, and images a second. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The same of other encoders in the same run, by their ids. */
  readonly beside?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Steps that no training does, in their order. */
export interface EncoderFinishing {
  /** Weight of the nearest pixel on either side, in both directions, in what the network sees. */
  readonly softness: number;
  /** Put beside the network's vectors: how many numbers, and how long they are where the network's are 1. */
  readonly gradientHistograms: { readonly numbers: number; readonly share: number };
  /** Of both together, fitted on pictures whose classes it was told. */
  readonly projection: {
    readonly components: number;
    readonly shrinkage: number;
    readonly pictures: number;
    readonly classes: number;
  };
  /** Bits that convolutions compute in, and the pictures that ranges were measured on; the share that is cut off at either end of these. */
  readonly convolutions: {
    readonly bits: number;
    readonly weightBits: number;
    readonly pictures: number;
    readonly cutOff: number;
  };
  /** What the other large constants are kept as. */
  readonly constants: 'float16';
}

export interface EncoderInput {
  readonly name: string;
  readonly layout: 'NCHW' | 'NHWC';
  readonly type: 'float32' | 'float16' | 'uint8';
  /** Height and width of the tensor, in pixels. */
  readonly size: readonly [height: number, width: number];
  /**
   * `shortest-edge` scales the picture so that the crop below covers the tensor, keeping the aspect ratio, and takes
   * the centre; `squash` scales both axes to the tensor; `squash-crop` scales both axes so that the crop covers the tensor,
   * and takes the centre; `pad` fits the whole picture and fills the rest with grey.
   */
  readonly resize: 'shortest-edge' | 'squash' | 'squash-crop' | 'pad';
  /** Where the centre is taken: tensor edge / scaled edge, in (0, 1]; torchvision's 256 → 224 is 0.875. */
  readonly crop: number;
  /**
   * Where the centre begins when an odd number of pixels is cut off: a half is rounded `down`, as by transformers, or to the
   * even number, as by torchvision (and with it timm and OpenCLIP), which is meant where it is absent.
   */
  readonly cropOffset?: 'down';
  readonly interpolation: 'nearest' | 'bilinear' | 'bicubic' | 'lanczos';
  /** Absent: red comes first. `mean` and `std` are in the order of the tensor. */
  readonly channelOrder?: 'bgr';
  /** One number per channel, applied after `range`: (value − mean) / std. One channel means greyscale input. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** What black and white become before `mean` and `std`: `[0, 1]`, `[0, 255]` or `[-1, 1]`. */
  readonly range: readonly [black: number, white: number];
}

/** Where there is no model that would take a picture. */
export const noPictures: EncoderInput = {
  name: '',
  layout: 'NCHW',
  type: 'float32',
  size: [1, 1],
  resize: 'squash',
  crop: 1,
  interpolation: 'bilinear',
  mean: [0, 0, 0],
  std: [1, 1, 1],
  range: [0, 1],
};

export interface EncoderOutput {
  readonly name: string;
  /** `none` [N, D]; `gap` mean over space of [N, D, H, W] (or NHWC); `cls` first token, `mean` all tokens of [N, T, D]. */
  readonly pooling: 'none' | 'cls' | 'mean' | 'gap';
  readonly dim: number;
}

/** The half of an image–text encoder that gives a text a vector in the space of the images'. */
export interface EncoderText {
  /** The ONNX file, relative to the folder of the image half, with `/`. */
  readonly file: string;
  /** Its `tokenizer.json`, likewise; what describes it (`tokenizer_config.json`) lies beside it. */
  readonly tokenizer: string;
  /** Hex SHA-256 of the ONNX file with its external data, followed by the tokenizer's bytes. */
  readonly sha256: string;
  /** Tokens that it reads at most, special ones included. */
  readonly contextLength: number;
  /** The token that fills a text up to the context's length; absent: texts run as long as they are. */
  readonly padding?: number;
  readonly output: EncoderOutput;
  /** What training multiplied cosines by (exp of CLIP's `logit_scale`), and what SigLIP's added to that. */
  readonly logitScale?: number;
  readonly logitBias?: number;
}
