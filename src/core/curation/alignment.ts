import { CONFIRM_EDGE, CONFIRM_STEPS, coveredAgreement, roughCrop, SAME_CROP } from './copies.ts';
import {
  agreement,
  findCrop,
  isSame,
  oriented,
  ORIENTATIONS,
  type Agreement,
  type Crop,
  type GreyPicture,
} from './samePicture.ts';

/** How two pictures lie upon each other. */
export interface Alignment {
  /** Which of the two is the part, or as much as the other: the picture that the other one is laid upon. */
  readonly part: 'first' | 'second';
  /** How the other picture is turned to lie upon that one; see `ORIENTATIONS`. */
  readonly orientation: number;
  /** Where in the other picture, turned, that one lies. */
  readonly crop: Crop;
  /** False where the two are not the same picture: they are laid upon each other as they are. */
  readonly isSame: boolean;
}

export const WHOLE: Crop = { left: 0, top: 0, width: 1, height: 1 };
/** Pixels are compared at several times that size: a crop has to be found more finely than to tell that it is one. */
const STEPS: readonly number[] = [...CONFIRM_STEPS, 0.0015, 0.0008];
const EDGE = 32;
/** Orientations that are worth being looked at for a crop, or for a patch: whichever agree best in the large. */
const LIKELY_ORIENTATIONS = 3;

/**
 * Finds how two pictures lie upon each other: turned, mirrored, cropped or as they are.
 *
 * @param first `CONFIRM_EDGE × CONFIRM_EDGE`, as the other
 */
export function alignPictures(first: GreyPicture, second: GreyPicture): Alignment {
  const [a, b] = [reduced(first), reduced(second)];
  const ranked = ORIENTATIONS.map((orientation) => ({
    orientation,
    agreed: agreement(a, oriented(b, orientation)),
  })).sort((x, y) => y.agreed.edges - x.agreed.edges);
  const best = ranked[0]!;
  const candidates: (Alignment & { readonly agreed: Agreement })[] = [];
  const consider = (part: Alignment['part'], orientation: number, from: Crop): void => {
    const [smaller, larger] = part === 'first' ? [first, second] : [second, first];
    const search = { from, steps: STEPS, isFine: true };
    const { crop, agreement: agreed } = findCrop(smaller, oriented(larger, orientation), search);
    candidates.push({ part, orientation, crop, agreed, isSame: isSame(agreed, SAME_CROP) });
  };
  if (isSame(best.agreed)) {
    consider('first', best.orientation, WHOLE);
    consider('second', inverse(best.orientation), WHOLE);
  } else {
    for (const { orientation } of ranked.slice(0, LIKELY_ORIENTATIONS)) {
      const agreed = coveredAgreement(first, oriented(second, orientation));
      if (agreed) candidates.push({ part: 'first', orientation, crop: WHOLE, agreed, isSame: true });
      const parts = [
        ['first', a, b, orientation],
        ['second', b, a, inverse(orientation)],
      ] as const;
      for (const [part, smaller, larger, turn] of parts) {
        const found = roughCrop(smaller, oriented(larger, turn));
        if (found) consider(part, turn, found.crop);
      }
    }
  }
  const same = candidates.filter((candidate) => candidate.isSame).sort((x, y) => y.agreed.edges - x.agreed.edges)[0];
  if (same === undefined) {
    // What agrees at 32 pixels and not at 96 is the same picture, edited a lot: it lies as it was found to.
    return {
      part: 'first',
      orientation: isSame(best.agreed) ? best.orientation : 0,
      crop: WHOLE,
      isSame: isSame(best.agreed),
    };
  }
  const { part, orientation, crop } = same;
  return { part, orientation, crop, isSame: true };
}

/** The orientation that undoes another: all are their own but the two quarter turns. */
function inverse(orientation: number): number {
  return orientation === 5 ? 6 : orientation === 6 ? 5 : orientation;
}

/** Means of 3 × 3 pixels. */
function reduced({ levels }: GreyPicture): GreyPicture {
  const factor = CONFIRM_EDGE / EDGE;
  const small = new Float32Array(EDGE * EDGE);
  for (let y = 0; y < CONFIRM_EDGE; y++) {
    for (let x = 0; x < CONFIRM_EDGE; x++) {
      small[Math.floor(y / factor) * EDGE + Math.floor(x / factor)]! += levels[y * CONFIRM_EDGE + x]! / factor ** 2;
    }
  }
  return { edge: EDGE, levels: small };
}
