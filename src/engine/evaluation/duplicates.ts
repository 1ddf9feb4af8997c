import { setImmediate as breathe } from 'node:timers/promises';
import { cancelled } from '../../core/errors.ts';
import { PIXELS_BLANK, PIXELS_DIM } from '../../core/encoders/pixelsModel.ts';
import { runInSteps } from '../../core/evaluation/steps.ts';
import { nearDuplicateGroups } from '../../core/images/nearDuplicates.ts';

/** How duplicates are told, for people. */
export const DUPLICATE_RULE =
  'equal bytes, or 8 × 8 colours that differ by 4 of 255 or less (root mean square, apart from brightness), mirror images included, or by 8 or less where the handcrafted similarity is .96 or more';

export interface DuplicateEvidence {
  /** Vectors of the encoder `pixels`, which hold every picture as 8 × 8 colours. */
  readonly pixels: Float32Array;
  /** Vectors of the encoder `handcrafted`, `images × dim`. */
  readonly handcrafted: Float32Array;
  readonly dim: number;
  /** Equal where files hold the same bytes. */
  readonly contentKeys: readonly number[];
}

/**
 * Groups images that are exact or near duplicates.
 *
 * @returns a number per image, equal within a group
 */
export function duplicateGroups(
  { pixels, handcrafted, dim, contentKeys }: DuplicateEvidence,
  signal: AbortSignal,
): Promise<Int32Array> {
  const count = contentKeys.length;
  const length = PIXELS_DIM - 1;
  const colours = new Float32Array(count * length);
  for (let row = 0; row < count; row++) {
    const vector = pixels.subarray(row * PIXELS_DIM, (row + 1) * PIXELS_DIM);
    // The last component was the same for all before the vectors were brought to length 1.
    const scale = (255 * PIXELS_BLANK) / vector[length]!;
    for (let i = 0; i < length; i++) colours[row * length + i] = vector[i]! * scale;
  }
  const steps = nearDuplicateGroups({ count, colours, descriptors: handcrafted, dim, known: contentKeys });
  return runInSteps(steps, async () => {
    await breathe();
    if (signal.aborted) throw cancelled();
  });
}
