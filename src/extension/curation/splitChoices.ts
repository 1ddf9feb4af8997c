import { splitNames, type SplitShares } from '../../core/curation/splitting/assignSplits.ts';
import type { Choice } from '../training/choices.ts';

/** `other`: entered by hand. */
export type SharesChoice = SplitShares | 'other';

export const USUAL_SHARES: SplitShares = { train: 0.8, validation: 0.1, test: 0.1 };

export const sharesOffered: readonly Choice<SharesChoice>[] = [
  {
    title: '80 % train, 10 % validation, 10 % test',
    description: 'the usual one',
    value: USUAL_SHARES,
  },
  { title: '70 % train, 15 % validation, 15 % test', value: { train: 0.7, validation: 0.15, test: 0.15 } },
  { title: '80 % train, 20 % test', value: { train: 0.8, validation: 0, test: 0.2 } },
  { title: 'Other shares…', icon: 'edit', value: 'other' },
];

/** Whether images that have a split get one anew. */
export const rests: readonly Choice<boolean>[] = [
  {
    title: 'Only those without a split',
    detail: 'Others stay in the split of their folder or of the configuration, and their copies go with them',
    value: false,
  },
  { title: 'All anew', detail: 'Mends leaks: copies that lie in different splits come together', value: true },
];

/** Shares as they are entered: "80 10 10", "80/10/10", "80, 10, 10 %". */
export function sharesText(shares: SplitShares): string {
  return splitNames.map((name) => String(Number((100 * shares[name]).toFixed(6)))).join(' / ');
}

/** What is meant by that, or what is wrong with it in a sentence. */
export function parseShares(text: string): SplitShares | { readonly problem: string } {
  const parts = text.split(/[\s/,;%]+/).filter((part) => part !== '');
  const values = parts.map(Number);
  const [train = NaN, validation = NaN, test = NaN] = values;
  if (values.length !== 3 || values.some((value) => !(value >= 0 && value <= 100))) {
    return { problem: 'Enter three numbers in per cent: of train, validation and test, such as 80 / 10 / 10.' };
  }
  const sum = train + validation + test;
  if (Math.abs(sum - 100) > 1e-4) return { problem: `They have to add up to 100, not ${Number(sum.toFixed(4))}.` };
  return { train: train / 100, validation: validation / 100, test: test / 100 };
}

/** What is wrong with a seed that was entered; undefined where nothing is. */
export function seedProblem(text: string): string | undefined {
  const seed = Number(text);
  const fits = text.trim() !== '' && Number.isSafeInteger(seed) && seed >= 0;
  return fits ? undefined : 'Enter a whole number from 0.';
}
