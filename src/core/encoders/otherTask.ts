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
  'export its backbone alone, or name an output that describes the whole picture in a card beside the model ("output": {"name": …})';

/** Names of vectors and feature maps. */
const TELLING = /embed|pool|feature|representation|latent|encod|hidden|token/i;
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
 * follow "is not an image encoder: "; undefined where nothing says so. An output that is a vector for each picture by its
 * name and its shape makes it an encoder, whatever else it gives.
 */
export function otherTask(
  outputs: readonly RunOutput[],
  batch: number,
  { size, architectures }: TaskEvidence,
): string | undefined {
  if (outputs.some((output) => TELLING.test(output.name) && isVector(output, batch))) return undefined;
  const named = (kind: string, { name, dims }: RunOutput, what: string) =>
    `it is a ${kind}: its output "${name}" [${dims.join(', ')}] holds ${what}; ${ADVICE}`;
  const boxes = outputs.find((output) => isNamedBoxes(output) || isListOfBoxes(output, batch, size));
  if (boxes !== undefined) return named('detector', boxes, 'a row for each object');
  const masks = outputs.find(({ name, dims }) => MASKS.test(words(name)) && dims.length >= 3);
  if (masks !== undefined) return named('segmenter', masks, 'masks');
  const maps = outputs.filter((output) => isOfPixels(output, batch, size));
  if (maps.length > 0 && maps.length === outputs.length) {
    return named('network for each pixel, not for pictures', maps[0]!, 'numbers for every place of the picture');
  }
  const other = architectures.find((name) => OTHER_ARCHITECTURE.test(name));
  if (other === undefined || outputs.some(({ name }) => TELLING.test(name))) return undefined;
  return `its config.json calls it ${other}, which gives no vector for a picture; ${ADVICE}`;
}

/** [N, D], also with axes of 1. */
function isVector({ dims }: RunOutput, batch: number): boolean {
  return dims[0] === batch && dims.slice(1).filter((size) => size !== 1).length === 1;
}

/** A corner or a centre with its extent takes 4 numbers; a score, a class and the place in the batch come on top. */
function isBoxLength(size: number): boolean {
  return size >= 4 && size <= 7;
}

function isNamedBoxes({ name, dims }: RunOutput): boolean {
  return dims.length >= 2 && BOXES.test(words(name)) && dims.some(isBoxLength);
}

/** Fewer rows than this may be anything. */
const FEW_BOXES = 100;
/** So many candidates only a detector with a grid of them has. */
const MANY_BOXES = 1_000;
/** Dimensions of features are multiples of this, where they are that many. */
const FEATURE_STEP = 64;

/**
 * True for [N, 4 + classes, boxes] and its transpose without a telling name, told from tokens by the number of boxes: it is
 * no grid of patches, but several grids together, or a round number of queries.
 */
function isListOfBoxes({ name, dims }: RunOutput, batch: number, size: readonly [number, number]): boolean {
  if (TELLING.test(name) || dims.length !== 3 || dims[0] !== batch) return false;
  const [, second, third] = dims as [number, number, number];
  const boxes = Math.max(second, third);
  const numbers = Math.min(second, third);
  if (boxes < FEW_BOXES || numbers < 4) return false;
  if (isBoxLength(numbers)) return true;
  if (isTokenCount(boxes, size)) return false;
  if (boxes >= MANY_BOXES) return boxes % FEATURE_STEP !== 0 || isSeveralGrids(boxes, size);
  return boxes === second && boxes % 100 === 0 && !isTokenCount(numbers, size);
}

/** Patches have edges of 4 to 64 pixels; a class token comes on top, and 1 or 4 further ones. */
function isTokenCount(count: number, [height, width]: readonly [number, number]): boolean {
  for (let patch = 4; patch <= 64; patch++) {
    const extra = count - Math.floor(height / patch) * Math.floor(width / patch);
    if (extra === 0 || extra === 1 || extra === 2 || extra === 5) return true;
  }
  return false;
}

/** Detectors look at grids with cells of 8, 16, 32 and sometimes 64 pixels, with one box or three in each cell. */
function isSeveralGrids(count: number, [height, width]: readonly [number, number]): boolean {
  const cells = (stride: number) => Math.ceil(height / stride) * Math.ceil(width / stride);
  const three = cells(8) + cells(16) + cells(32);
  return [three, three + cells(64)].some((sum) => count === sum || count === 3 * sum);
}

/** Smaller pictures than this have feature maps of their own size. */
const SMALL_EDGE = 32;

/** Classes, depths or colours of all pixels, in [N, C, h, w], [N, h, w, C] or [N, h, w]. */
function isOfPixels({ name, dims }: RunOutput, batch: number, [height, width]: readonly [number, number]): boolean {
  if (TELLING.test(name) || dims[0] !== batch || height < SMALL_EDGE || width < SMALL_EDGE) return false;
  const has = (at: number, h: number, w: number) => dims[at] === h && dims[at + 1] === w;
  if (dims.length === 3) return has(1, height, width);
  if (dims.length !== 4) return false;
  if (has(2, height, width) || has(1, height, width)) return true;
  const isOnePixel = dims.slice(1).filter((size) => size !== 1).length <= 1;
  return OF_PIXELS.test(name) && !isOnePixel;
}

/** `predBoxes` as `pred_Boxes`. */
function words(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1_$2');
}
