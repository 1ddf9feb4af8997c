import type { LikenessError } from '../../errors.ts';
import type { CocoBox } from './cocoBoxes.ts';
import {
  crowdsLeftOut,
  shapesLeftOut,
  unstatedBoxes,
  wholeImageBoxes,
  withoutBox,
  withoutClass,
} from './objectErrors.ts';

/** What of COCO's annotations YOLO has no place for. */
export class LeftOut {
  readonly #counts = { crowd: 0, whole: 0, broken: 0, unstated: 0, classless: 0, shapes: 0 };
  /** The first image of each kind. */
  readonly #first = new Map<CocoBox['kind'], string>();

  /** Whether there is a box. @param box undefined of an annotation without a class */
  take(box: CocoBox | undefined, path: string): box is Extract<CocoBox, { readonly box: unknown }> {
    if (box === undefined) {
      this.#counts.classless++;
      return false;
    }
    if (box.kind === 'box') {
      if (box.hasShape) this.#counts.shapes++;
      return true;
    }
    if (this.#counts[box.kind]++ === 0) this.#first.set(box.kind, path);
    return box.kind === 'whole';
  }

  notices(): LikenessError[] {
    const { crowd, whole, broken, unstated, classless, shapes } = this.#counts;
    const firstOf = (kind: CocoBox['kind']) => this.#first.get(kind)!;
    return [
      ...(crowd > 0 ? [crowdsLeftOut(crowd, 'YOLO')] : []),
      ...(classless > 0 ? [withoutClass(classless, 'YOLO')] : []),
      ...(broken > 0 ? [withoutBox(broken, firstOf('broken'))] : []),
      ...(unstated > 0 ? [unstatedBoxes(unstated, firstOf('unstated'))] : []),
      ...(whole > 0 ? [wholeImageBoxes(whole, firstOf('whole'))] : []),
      ...(shapes > 0 ? [shapesLeftOut(shapes, 'YOLO')] : []),
    ];
  }
}
