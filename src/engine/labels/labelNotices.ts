import type { LikenessError } from '../../core/errors.ts';
import {
  classesAllSeen,
  classesNotLabelled,
  classesNotShown,
  classifierNotShown,
  labelsNotLearnt,
  onlySingleLabels,
  precisionNotShown,
  singleLabels,
} from '../../core/labels/labelErrors.ts';
import type { ClassProposals, LabelProposals } from '../../core/labels/labelProposals.ts';
import { couldShowPrecision } from '../../core/labels/precisionCurve.ts';

/** What a person should know of classes that nothing is proposed for. Throws not-enough-labels where no class can be. */
export function noticesOf(
  { perClass, curve, heldOut }: LabelProposals,
  names: readonly string[],
  precision: number,
  root: string,
): LikenessError[] {
  const namesOf = selection(names, perClass);
  const single = namesOf(({ pictures }) => pictures === 1);
  if (single.length === names.length) throw onlySingleLabels(root);
  const notices = single.length > 0 ? [singleLabels(single)] : [];
  const unshown = namesOf(({ heldOut: checked, threshold }) => checked > 0 && threshold === undefined);
  if (unshown.length === 0) return notices;
  if (unshown.length + single.length < names.length) return [...notices, classesNotShown(unshown, precision)];
  return [...notices, precisionNotShown(heldOut.count, precision, bestOf(curve))];
}

/**
 * The same of labels by a classifier.
 *
 * @param names of all classes, those of the encoder among them
 */
export function classifierNotices(
  { perClass, curve, heldOut }: LabelProposals,
  names: readonly string[],
  encoder: { readonly id: string; readonly classes: readonly string[] },
  precision: number,
): LikenessError[] {
  const known = new Set(encoder.classes);
  const namesOf = selection(names, perClass);
  const notLearnt = namesOf((_, name) => !known.has(name));
  const notLabelled = namesOf(({ pictures }) => pictures === 0);
  const allSeen = namesOf(({ pictures, heldOut: checked }, name) => known.has(name) && pictures > 0 && checked === 0);
  const isShown = perClass.some(({ threshold }) => threshold !== undefined);
  const unshown = namesOf(
    ({ heldOut: checked, threshold }, name) => known.has(name) && checked > 0 && threshold === undefined,
  );
  const areTooFew = !couldShowPrecision(heldOut.count, precision);
  return [
    ...(notLearnt.length > 0 ? [labelsNotLearnt(notLearnt, encoder.id)] : []),
    ...(notLabelled.length > 0 ? [classesNotLabelled(notLabelled, encoder.id)] : []),
    ...(allSeen.length > 0 && isShown ? [classesAllSeen(allSeen)] : []),
    ...(unshown.length > 0 && isShown ? [classesNotShown(unshown, precision)] : []),
    ...(isShown ? [] : [classifierNotShown(heldOut.count, precision, bestOf(curve), areTooFew)]),
  ];
}

function selection(names: readonly string[], perClass: readonly ClassProposals[]) {
  return (isMeant: (which: ClassProposals, name: string) => boolean) =>
    names.filter((name, label) => isMeant(perClass[label]!, name));
}

/** The highest precision that is shown at any threshold. */
export function bestOf(curve: LabelProposals['curve']): number {
  return curve.reduce((most, { precisionBound }) => Math.max(most, precisionBound), 0);
}
