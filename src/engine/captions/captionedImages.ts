import { imagesWithoutCaption } from '../../core/captions/captionErrors.ts';
import type { CaptionPairs } from '../../core/curation/captionFit.ts';
import type { LikenessError } from '../../core/errors.ts';
import type { KnownCaptions } from './knownCaptions.ts';

/** Images with what is written about them; rows are those of the paths. */
export interface CaptionedImages extends CaptionPairs {
  /** Different ones, none of them empty. */
  readonly captions: readonly string[];
  /** Rows of images that have an empty caption and no other. */
  readonly empty: readonly number[];
  readonly notices: readonly LikenessError[];
}

/** Joins captions with images. @param root of the dataset, for messages */
export function captionedImages(
  { captions: known, notices }: KnownCaptions,
  paths: readonly string[],
  root: string,
): CaptionedImages {
  const numbers = new Map<string, number>();
  const imageOf: number[] = [];
  const captionOf: number[] = [];
  const empty: number[] = [];
  const without: string[] = [];
  paths.forEach((path, row) => {
    const own = known.get(path);
    if (own === undefined) without.push(path);
    else if (own.every((caption) => caption === '')) empty.push(row);
    for (const caption of own ?? []) {
      if (caption === '') continue;
      const number = numbers.get(caption) ?? numbers.size;
      numbers.set(caption, number);
      imageOf.push(row);
      captionOf.push(number);
    }
  });
  return {
    imageOf: Int32Array.from(imageOf),
    captionOf: Int32Array.from(captionOf),
    captions: [...numbers.keys()],
    empty,
    notices: [
      ...notices,
      ...(without.length > 0 ? [imagesWithoutCaption(root, without.length, without.slice(0, 3))] : []),
    ],
  };
}

/** The same without some captions; images stay, whatever is left of theirs. */
export function withoutCaptions(
  captioned: CaptionedImages,
  left: ReadonlySet<string>,
): CaptionedImages & { /** Which of the captions each one was before. */ readonly numbers: Uint32Array } {
  const { captions, imageOf, captionOf } = captioned;
  const numbers = Uint32Array.from(captions.keys()).filter((number) => !left.has(captions[number]!));
  const numberOf = new Map(Array.from(numbers, (before, number) => [before, number]));
  const kept = [...captionOf.keys()].filter((pair) => numberOf.has(captionOf[pair]!));
  return {
    ...captioned,
    captions: Array.from(numbers, (number) => captions[number]!),
    imageOf: Int32Array.from(kept, (pair) => imageOf[pair]!),
    captionOf: Int32Array.from(kept, (pair) => numberOf.get(captionOf[pair]!)!),
    numbers,
  };
}
