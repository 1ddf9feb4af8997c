import { components } from '../curation/components.ts';
import { stratifiedParts } from '../evaluation/splits.ts';
import { RandomStream } from '../random.ts';

/** An image that is told of, with what is told of it. */
export interface CaptionedImage {
  readonly split: string | undefined;
  /** Numbers of its captions, one at least. */
  readonly captions: readonly number[];
}

/** Images by what they are for, as their numbers, ascending. */
export interface CaptionSplits {
  readonly training: Uint32Array;
  /** Tell which epoch is the best; none where there are too few images to spare any. */
  readonly validation: Uint32Array;
  /** Tell how good the result is, and nothing else; likewise. */
  readonly test: Uint32Array;
  /** Whether they are those of the dataset's own test split. */
  readonly isOwnTest: boolean;
}

/** Shares of the images that are held out where the dataset has no such split of its own. */
const TEST_SHARE = 0.2;
const VALIDATION_SHARE = 0.15;
/** Fewer tell nothing. */
const FEWEST_HELD_OUT = 10;
/** Keeps the choice apart from what else is drawn by the same seed. */
const SPLIT_STREAM = 0x63617074;

/**
 * Divides images by the dataset's own splits, and by the seed where it has none: images that share a caption, through others
 * too, stay together then, so that no caption that is tested has been learnt. Captions that the dataset's own splits share are
 * counted by `learntCaptions`. Nothing is ever trained on that belongs to the test split.
 */
export function captionSplits(images: readonly CaptionedImage[], seed: number): CaptionSplits {
  const of = (...splits: readonly string[]) =>
    Uint32Array.from(images.keys()).filter((image) => splits.includes(images[image]!.split ?? ''));
  const [test, validation] = [of('test'), of('validation')];
  const isOwnTest = test.length >= FEWEST_HELD_OUT;
  const isOwnValidation = validation.length >= FEWEST_HELD_OUT;
  const own = new Set([...test, ...(isOwnValidation ? validation : [])]);
  const others = Uint32Array.from(images.keys()).filter((image) => !own.has(image));
  const enough = (share: number) => share * others.length >= FEWEST_HELD_OUT;
  const shares = [
    !isOwnTest && enough(TEST_SHARE) ? TEST_SHARE : 0,
    !isOwnValidation && enough(VALIDATION_SHARE) ? VALIDATION_SHARE : 0,
  ] as const;
  const parts = dividedByCaption(images, others, shares, seed);
  return {
    training: parts[0],
    test: isOwnTest ? test : parts[1],
    validation: isOwnValidation ? validation : parts[2],
    isOwnTest,
  };
}

/**
 * How many images have a caption that an image of the training has, too.
 *
 * @param captionsOf numbers of the captions of each image
 */
export function learntCaptions(
  captionsOf: readonly (readonly number[])[],
  { training, tested }: { readonly training: Uint32Array; readonly tested: Uint32Array },
): number {
  const learnt = new Set<number>();
  for (const image of training) for (const caption of captionsOf[image]!) learnt.add(caption);
  return tested.filter((image) => captionsOf[image]!.some((caption) => learnt.has(caption))).length;
}

type Parts = readonly [training: Uint32Array, test: Uint32Array, validation: Uint32Array];

function dividedByCaption(
  images: readonly CaptionedImage[],
  rows: Uint32Array,
  shares: readonly [test: number, validation: number],
  seed: number,
): Parts {
  const groups = groupsByCaption(images);
  const labels = new Int32Array(images.length);
  const wanted = shares.filter((share) => share > 0);
  const [training, ...drawn] = stratifiedParts({ rows, labels, groups }, wanted, new RandomStream(seed, SPLIT_STREAM));
  const [test, validation] = shares.map((share) => (share > 0 ? drawn.shift()! : new Uint32Array()));
  return [training!, test!, validation!];
}

/** Equal for images that a chain of shared captions joins. */
function groupsByCaption(images: readonly CaptionedImage[]): Int32Array {
  const first = new Map<number, number>();
  const pairs = images.flatMap(({ captions }, second) =>
    captions.flatMap((caption) => {
      const known = first.get(caption);
      if (known === undefined) first.set(caption, second);
      return known === undefined ? [] : [{ first: known, second }];
    }),
  );
  return components(images.length, pairs);
}
