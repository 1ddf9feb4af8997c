import { grouped } from '../grouped.ts';
import { formatQuantity } from '../progressText.ts';
import type { PairAction, ImageChoice } from './decisionLines.ts';

/** What is decided of some images, or taken back of them. */
export interface TitledDecision {
  /** Relative to the root; '' for a finding about the dataset as a whole. */
  readonly paths: readonly string[];
  readonly decision: ImageChoice;
  readonly undo?: boolean;
}

/** What decisions that are one step are called in a menu of undo: "Keep 1 image and exclude 2 images". */
export function stepTitle(decisions: readonly TitledDecision[]): string {
  const alike = grouped(decisions, ({ decision, undo = false }) => {
    // Each tag is its own; how many images get one class or another is told together.
    return `${decision.action} ${undo} ${decision.action === 'tag' ? decision.value : ''}`;
  });
  const titles = [...alike.values()].map(titleOfAlike);
  const [first = '', ...others] = titles;
  const more = others.map((title) => `${title.charAt(0).toLowerCase()}${title.slice(1)}`);
  const last = more.pop();
  return last === undefined ? first : `${[first, ...more].join(', ')} and ${last}`;
}

/** @param decisions of one action; at least one */
function titleOfAlike(decisions: readonly TitledDecision[]): string {
  const { decision, undo = false } = decisions[0]!;
  if (decision.action === 'ignore') {
    const ids = decisions.flatMap((one) => (one.decision.action === 'ignore' ? one.decision.finding : []));
    const findings = formatQuantity(new Set(ids).size, 'finding');
    return undo ? `Call ${findings} an issue again` : `Call ${findings} no issue`;
  }
  const count = new Set(decisions.flatMap(({ paths }) => paths)).size;
  const images = formatQuantity(count, 'image');
  switch (decision.action) {
    case 'keep':
      return undo ? `Take back that ${images} ${count === 1 ? 'is' : 'are'} kept` : `Keep ${images}`;
    case 'exclude':
      return undo ? `Include ${images} again` : `Exclude ${images}`;
    case 'quarantine':
      return undo ? `Bring ${images} back` : `Set ${images} aside`;
    case 'relabel': {
      if (undo) return `Take back the class of ${images}`;
      const classes = new Set(decisions.flatMap((one) => ('value' in one.decision ? one.decision.value : [])));
      return classes.size === 1 ? `Relabel ${images} as "${decision.value}"` : `Relabel ${images}`;
    }
    case 'tag':
      return undo ? `Take the tag "${decision.value}" from ${images}` : `Tag ${images} "${decision.value}"`;
  }
}

export function pairTitle(action: PairAction | undefined): string {
  return action === undefined
    ? 'Take back what is said of 2 images'
    : `Call 2 images ${action === 'same' ? 'the same' : 'different'}`;
}
