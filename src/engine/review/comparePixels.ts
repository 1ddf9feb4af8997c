import { alignPictures, WHOLE } from '../../core/curation/alignment.ts';
import { CONFIRM_EDGE } from '../../core/curation/copies.ts';
import { isMirrored, type Crop, type GreyPicture } from '../../core/curation/samePicture.ts';
import {
  comparedSize,
  laidUpon,
  otherSize,
  pixelDifference,
  type PixelDifference,
} from '../../core/images/pixelDifference.ts';
import { greyFromRgb } from '../../core/images/pixels.ts';
import type { JobContext } from '../../core/progress.ts';
import type { DifferenceReport } from '../../protocol/review.ts';
import { encodeImage } from '../images/codec.ts';
import { scaleWhole } from '../images/imageDecoder.ts';
import type { ReducedPicture } from './reviewPictures.ts';

/** Less than this of a picture's width and height is no crop: it was cut to whole pixels. */
const NEARLY_WHOLE = 0.985;

/** Lays two pictures upon each other and tells how their pixels differ. Rejects with `cancelled`. */
export async function comparePixels(
  first: ReducedPicture,
  second: ReducedPicture,
  { signal }: Pick<JobContext, 'signal'>,
): Promise<DifferenceReport> {
  const [a, b] = await Promise.all([squashed(first), squashed(second)]);
  signal.throwIfAborted();
  const alignment = alignPictures(a, b);
  const [part, other] = alignment.part === 'first' ? [first, second] : [second, first];
  // A crop of next to nothing may be what resampling has moved: the pixels tell.
  const isNearlyWhole = Math.min(alignment.crop.width, alignment.crop.height) > NEARLY_WHOLE;
  const crops = isNearlyWhole ? [WHOLE, alignment.crop] : [alignment.crop];
  let best: { readonly crop: Crop; readonly difference: PixelDifference } | undefined;
  for (const crop of crops) {
    const placement = { orientation: alignment.orientation, crop };
    const size = comparedSize(part.image, other.image, placement);
    const [below, above] = await Promise.all([
      scaleWhole(part.image, size, 'lanczos3'),
      scaleWhole(other.image, otherSize(size, placement), 'lanczos3'),
    ]);
    signal.throwIfAborted();
    const difference = pixelDifference(below, laidUpon(size, above, placement));
    if (best === undefined || difference.mean < best.difference.mean) best = { crop, difference };
  }
  const { image, mean, changed, range } = best!.difference;
  const picture = await encodeImage(image.data, image.width, image.height, { format: 'webp' });
  signal.throwIfAborted();
  return {
    picture: new Uint8Array(picture),
    isSame: alignment.isSame,
    undone: alignment.isSame ? undone({ ...alignment, crop: best!.crop }, part, other) : [],
    ...{ mean, changed, range },
  };
}

function undone(
  { orientation, crop }: ReturnType<typeof alignPictures>,
  { full: part }: ReducedPicture,
  { full: other }: ReducedPicture,
): string[] {
  const isCrop = Math.min(crop.width, crop.height) < NEARLY_WHOLE;
  const area = (size: typeof part): number => size.width * size.height;
  return [
    ...(orientation === 0 ? [] : [isMirrored(orientation) ? 'mirrored' : 'turned']),
    ...(isCrop ? ['cropped'] : []),
    ...(!isCrop && area(part) !== area(other) ? ['resized'] : []),
  ];
}

async function squashed({ image }: ReducedPicture): Promise<GreyPicture> {
  const { data } = await scaleWhole(image, { width: CONFIRM_EDGE, height: CONFIRM_EDGE }, 'lanczos3');
  return { edge: CONFIRM_EDGE, levels: Float32Array.from(greyFromRgb(data)) };
}
