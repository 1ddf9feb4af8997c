import type { Size } from '../images/geometry.ts';
import type { AugmentationPlan } from './plan.ts';
import type { RgbPlanes } from './planes.ts';
import type { Placement } from './resample.ts';

type Turning = Pick<AugmentationPlan, 'horizontalFlip' | 'verticalFlip' | 'quarterTurns'>;

/** The size that a picture has before its quarter turns, if it has `view` afterwards. */
export function sizeBeforeTurns({ width, height }: Size, { quarterTurns }: Turning): Size {
  return quarterTurns % 2 === 0 ? { width, height } : { width: height, height: width };
}

/**
 * Where the pixels of a picture go in a view when it is flipped horizontally, then vertically, and then turned
 * counter-clockwise: all of these only change the direction in which rows and columns are written.
 */
export function placementOf(view: RgbPlanes, turning: Turning): Placement {
  const before = sizeBeforeTurns(view, turning);
  const indexOf = (column: number, row: number): number => {
    let x = turning.horizontalFlip ? before.width - 1 - column : column;
    let y = turning.verticalFlip ? before.height - 1 - row : row;
    let { width, height } = before;
    for (let turn = 0; turn < turning.quarterTurns; turn++) {
      [x, y] = [y, width - 1 - x];
      [width, height] = [height, width];
    }
    return view.offset + y * width + x;
  };
  const start = indexOf(0, 0);
  return {
    start,
    rowStep: indexOf(0, 1) - start,
    columnStep: indexOf(1, 0) - start,
    planeStep: view.width * view.height,
  };
}
