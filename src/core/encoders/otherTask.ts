import { asObject } from '../json/asObject.ts';
import type { RunOutput } from './imageOutput.ts';

/** What is known of a model beside its outputs. */
export interface TaskEvidence {
  /** Height and width of its pictures. */
  readonly size: readonly [number, number];
  /** Class names of `config.json`, such as `DetrForObjectDetection`. */
  readonly architectures: readonly string[];
}

/** What a person can do about all of them. */
const ADVICE =
  'export its backbone alone, or name an output that describes the whole picture in a card.json beside the model ("output": {"name": …})';

/** Names of vectors and feature maps. */
const TELLING = /embed|pool|feature|representation|latent|encod|hidden|token/i;
/** The same of what is called after boxes besides: `box_encodings` are boxes. */
const FEATURES_OF_BOXES = /embed|pool|feature|representation|latent|hidden|token/i;
/** Names of what a classifier says of the whole picture, where it is long enough to tell pictures apart. */
const SCORES = /logit|prob|output/i;
const MANY_SCORES = 64;
const BOXES = /(^|[^a-z])(b?box(es)?|dets?|detections?|rois?|keypoints?)([^a-z]|$)/i;
const MASKS = /(^|[^a-z])(pred_masks?|masks?_queries_logits|seg(mentation)?(_logits)?|masks)([^a-z]|$)/i;
const OF_PIXELS = /logit|prob|softmax|score|mask|seg|depth/i;
const OTHER_ARCHITECTURE = /(Detection|Segmentation|DepthEstimation|Matting|PoseEstimation)$/;

/** The `architectures` of a `config.json`; empty where it names none. */
export function architecturesOf(config: unknown): string[] {
  const { architectures } = asObject(config);
  return Array.isArray(architectures) ? architectures.filter((name) => typeof name === 'string') : [];
}

/**
 * Why a model that takes one picture is a detector, a segmenter or another network without a vector for the whole picture, to
 * follow "is not an image encoder: "; undefined where nothing says so: an encoder that is refused can't be used, while of a
 * detector that is taken for one a person sees soon enough that it finds nothing. An output that is a vector for each picture
 * by its name and its shape makes it an encoder, whatever else it gives.
 */
export function otherTask(
  outputs: readonly RunOutput[],
  batch: number,
  { size, architectures }: TaskEvidence,
): string | undefined {
  if (outputs.some((output) => TELLING.test(output.name) && isVector(output, batch))) return undefined;
  const named = (kind: string, { name, dims }: RunOutput, what: string) =>
    `it is a ${kind}: its output "${name}" [${dims.join(', ')}] holds ${what}; ${ADVICE}`;
  const namedBoxes = outputs.find(isNamedBoxes);
  if (namedBoxes === undefined && outputs.some((output) => isScores(output, batch))) return undefined;
  const boxes = namedBoxes ?? outputs.find((output) => isListOfBoxes(output, batch, size));
  if (boxes !== undefined) return named('detector', boxes, 'a row for each object');
  const givesFeatures = outputs.some(({ name }) => TELLING.test(name));
  const masks = givesFeatures
    ? undefined
    : outputs.find(({ name, dims }) => MASKS.test(words(name)) && dims.length >= 3);
  if (masks !== undefined) return named('segmenter', masks, 'masks');
  const maps = outputs.filter((output) => isOfPixels(output, batch, size));
  if (maps.length > 0 && maps.length === outputs.length) {
    return named('network for each pixel, not for pictures', maps[0]!, 'numbers for every place of the picture');
  }
  const other = architectures.find((name) => OTHER_ARCHITECTURE.test(name));
  if (other === undefined || givesFeatures) return undefined;
  return `its config.json calls it ${other}, which gives no vector for a picture; ${ADVICE}`;
}

/** [N, D], also with axes of 1. */
function isVector({ dims }: RunOutput, batch: number): boolean {
  return dims[0] === batch && dims.slice(1).filter((size) => size !== 1).length === 1;
}

/** A number for each of many classes, of the whole picture. */
function isScores(output: RunOutput, batch: number): boolean {
  return SCORES.test(output.name) && isVector(output, batch) && Math.max(...output.dims.slice(1)) >= MANY_SCORES;
}

/** A corner or a centre with its extent takes 4 numbers; a score, a class and the place in the batch come on top. */
function isBoxLength(size: number): boolean {
  return size >= 4 && size <= 7;
}

/** [boxes, 4], with further axes before; or [N, 4, boxes]. */
function isNamedBoxes({ name, dims }: RunOutput): boolean {
  if (dims.length < 2 || !BOXES.test(words(name)) || FEATURES_OF_BOXES.test(name)) return false;
  return isBoxLength(dims.at(-1)!) || (dims.length === 3 && isBoxLength(dims[1]!));
}

/** Fewer rows than this may be anything. */
const FEW_BOXES = 100;
/** So many candidates only a detector with a grid of them has. */
const MANY_BOXES = 1_000;
/** Dimensions of features are multiples of this, where they are that many and nothing else tells. */
const FEATURE_STEP = 64;
/** Those of any network are multiples of this, and no more than that. */
const SMALLEST_FEATURE_STEP = 8;
const MOST_FEATURES = 8_192;

/**
 * True for [N, 4 + classes, boxes] and its transpose without a telling name, told from tokens by the number of boxes: it is
 * no grid of patches, but several grids together, or a round number of queries.
 */
export function isListOfBoxes({ name, dims }: RunOutput, batch: number, size: readonly [number, number]): boolean {
  if (TELLING.test(name) || dims.length !== 3 || dims[0] !== batch) return false;
  const [, second, third] = dims as [number, number, number];
  const boxes = Math.max(second, third);
  const numbers = Math.min(second, third);
  if (boxes < FEW_BOXES || numbers < 4) return false;
  if (isTokenCount(boxes, size) && !isBoxLength(numbers)) return false;
  if (boxes >= MANY_BOXES && isSeveralGrids(boxes, size)) return true;
  // Small pictures have few tokens, and some networks dimensions that are no multiples of 64, or scores for every token.
  const isFeatures = boxes % SMALLEST_FEATURE_STEP === 0 && boxes <= MOST_FEATURES;
  if (isFeatures && isTokenCount(numbers, size, USUAL_COARSEST_PATCH)) return false;
  if (isBoxLength(numbers)) return true;
  if (boxes >= MANY_BOXES) return boxes % FEATURE_STEP !== 0;
  return boxes === second && boxes % 100 === 0 && !isTokenCount(numbers, size);
}

/** A class token comes on top of the patches, and registers. */
const MOST_EXTRA_TOKENS = 9;

/** Edges of patches in pixels, and what networks reduce pictures by to the last grid of features. */
const FINEST_PATCH = 4;
const USUAL_COARSEST_PATCH = 32;
const COARSEST_PATCH = 64;

/** There are no more further tokens than patches. */
function isTokenCount(count: number, [height, width]: readonly [number, number], coarsest = COARSEST_PATCH): boolean {
  for (let patch = FINEST_PATCH; patch <= coarsest; patch++) {
    const patches = Math.floor(height / patch) * Math.floor(width / patch);
    const extra = count - patches;
    if (extra >= 0 && extra <= Math.min(MOST_EXTRA_TOKENS, patches)) return patches > 0;
  }
  return false;
}

/** Detectors look at grids with cells of 8, 16, 32 and sometimes 64 pixels, with one box or three in each cell. */
function isSeveralGrids(count: number, [height, width]: readonly [number, number]): boolean {
  const cells = (stride: number) => Math.ceil(height / stride) * Math.ceil(width / stride);
  const three = cells(8) + cells(16) + cells(32);
  return [three, three + cells(64)].some((sum) => count === sum || count === 3 * sum);
}

/** Feature maps of pictures up to this edge may be as large as they are. */
const SMALL_EDGE = 64;
/** In smaller ones nothing is to be seen of what is for every pixel. */
const SMALLEST_EDGE = 32;
/** Of red, green, blue and opacity. */
const MOST_COLOURS = 4;

/** Classes, depths or colours of all pixels, in [N, C, h, w], [N, h, w, C] or [N, h, w]. */
function isOfPixels({ name, dims }: RunOutput, batch: number, size: readonly [number, number]): boolean {
  const [height, width] = size;
  const edge = Math.min(height, width);
  if (TELLING.test(name) || dims[0] !== batch || edge < SMALLEST_EDGE) return false;
  const isNamed = OF_PIXELS.test(name);
  const has = (at: number, h: number, w: number) => dims[at] === h && dims[at + 1] === w;
  // 16 patches of 16 pixels make an edge of 256, so that [N, 256, 256] may be tokens too.
  if (dims.length === 3) return has(1, height, width) && (isNamed || !isTokenCount(height, size));
  if (dims.length !== 4) return false;
  const channels = has(2, height, width) ? dims[1]! : has(1, height, width) ? dims[3]! : undefined;
  if (channels !== undefined && (edge > SMALL_EDGE || channels <= MOST_COLOURS)) return true;
  const isOnePixel = dims.slice(1).filter((length) => length !== 1).length <= 1;
  return isNamed && !isOnePixel;
}

/** `predBoxes` as `pred_Boxes`. */
function words(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1_$2');
}
