import { hash } from 'node:crypto';
import type { FindingKind } from '../../core/curation/findings.ts';
import type { CuratedImages } from './curatedImages.ts';

/** Digits of a finding's id: enough that no two of a dataset are the same, few enough to be read. */
const DIGITS = 16;

/** The same as long as the images are, wherever they lie and whatever they are called. */
export function findingId(kind: FindingKind, { facts }: Pick<CuratedImages, 'facts'>, rows: readonly number[]): string {
  return idOf(
    kind,
    rows.map((row) => facts[row]?.content ?? ''),
  );
}

/** @param subjects contents of the images, or what else it is about, such as a class */
export function idOf(kind: FindingKind, subjects: readonly string[]): string {
  return hash('sha256', [kind, ...subjects.toSorted()].join('\n')).slice(0, DIGITS);
}
