import { formatQuantity } from '../progressText.ts';
import type { PairAction, ImageChoice } from './decisionLines.ts';

/** What a decision about some images is called in a menu of undo: "Exclude 2 images". */
export function decisionTitle(choice: ImageChoice, count: number, undo: boolean): string {
  const images = formatQuantity(count, 'image');
  switch (choice.action) {
    case 'keep':
      return undo ? `Take back that ${images} ${count === 1 ? 'is' : 'are'} kept` : `Keep ${images}`;
    case 'exclude':
      return undo ? `Include ${images} again` : `Exclude ${images}`;
    case 'quarantine':
      return undo ? `Bring ${images} back` : `Set ${images} aside`;
    case 'relabel':
      return undo ? `Take back the class of ${images}` : `Give ${images} the class "${choice.value}"`;
    case 'tag':
      return undo ? `Take the tag "${choice.value}" from ${images}` : `Tag ${images} "${choice.value}"`;
    case 'ignore':
      return ignoreTitle(1, undo);
  }
}

export function ignoreTitle(count: number, undo: boolean): string {
  const findings = formatQuantity(count, 'finding');
  return undo ? `Call ${findings} an issue again` : `Call ${findings} no issue`;
}

export function pairTitle(action: PairAction | undefined): string {
  return action === undefined
    ? 'Take back what is said of 2 images'
    : `Call 2 images ${action === 'same' ? 'the same' : 'different'}`;
}
