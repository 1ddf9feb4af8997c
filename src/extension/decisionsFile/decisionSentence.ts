import type { Decision } from '../../core/decisions/decisions.ts';

/** What a decision does, in a sentence for a person. */
export function decisionSentence({ action, value = '', with: partner, finding = '' }: Decision): string {
  switch (action) {
    case 'keep':
      return 'Stays: of files that hold the same bytes this is the one to have.';
    case 'exclude':
      return 'Left out of trainings, evaluations and automatic labels.';
    case 'relabel':
      return `Of the class “${value}”, whatever its folder or table says.`;
    case 'tag':
      return `Tagged “${value}”.`;
    case 'untag':
      return `Not tagged “${value}” any more.`;
    case 'quarantine':
      return 'Set aside: the file is in the quarantine of the dataset, and comes back when this is taken back.';
    case 'same':
      return `Shows the same as ${partner?.path ?? 'another image'}.`;
    case 'different':
      return `Shows something else than ${partner?.path ?? 'another image'}, however alike they look.`;
    case 'ignore':
      return `Finding ${finding} is no issue: checks don’t list it any more.`;
  }
}

/** The images that a decision names: none of one about the dataset as a whole. */
export function imagesOfDecision({ path, with: partner }: Decision): string[] {
  return [path, partner?.path ?? ''].filter((name) => name !== '');
}
