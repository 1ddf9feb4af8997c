import { SampleDraft, type SamplePlan } from './draft.ts';
import {
  plantCopies,
  plantLabelIssues,
  plantLeaks,
  plantOutliers,
  plantQualityIssues,
  plantUnreadable,
} from './planting.ts';

/** With fewer there are not enough originals for one issue of each kind. */
export const MINIMUM_IMAGES_PER_CLASS = 6;

/**
 * Decides what a sample data set holds: a pure function of its arguments. Nothing is drawn yet.
 *
 * @param imagesPerClass different pictures of each class; copies, outliers and unreadable files come on top
 */
export function planSample(seed: number, imagesPerClass: number): SamplePlan {
  const draft = new SampleDraft(seed, imagesPerClass);
  // Leaks first: they need originals of the training split.
  plantLeaks(draft);
  plantCopies(draft);
  plantQualityIssues(draft);
  plantLabelIssues(draft);
  plantOutliers(draft);
  plantUnreadable(draft);
  for (const picture of draft.take(Infinity)) draft.addPicture(picture);
  return draft.finish();
}
