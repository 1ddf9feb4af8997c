import type { BetweenBlocks } from '../evaluation/neighborsByProducts.ts';
import { WeighedEvidence, type ClassedImages, type RowEvidence } from '../evidence/weighedEvidence.ts';
import { grouped } from '../grouped.ts';
import type { MatrixProducts } from '../linearAlgebra/products.ts';

/**
 * So many times as likely as all else says is a class for being an image's label: nothing is doubted below that. Labels of its copies
 * are worth as much each, so that two different ones come to nothing, and of three the two that agree outweigh the third.
 */
export const LABEL_WORTH = 3;
/** A trifle less, so that where nothing else parts two copies neither is doubted. */
const WORTH = Math.log(LABEL_WORTH) - 1e-9;

/** What is known of the class of each image without its own label. */
export interface ClassEvidence {
  /** The class that most speaks for, be it the image's own or not; −1 where nothing is known. */
  readonly most: Int32Array;
  /** The same but for the image's own class. */
  readonly otherSeen: Int32Array;
  /** That, or the label of a copy where more speaks for it with what a label is worth. */
  readonly other: Int32Array;
  /** ln of how many times as likely that other class is as the own one; 0 without either. */
  readonly lead: Float64Array;
  /** 1 where that other class is the label of an image of the same content, which speaks for it. */
  readonly copied: Uint8Array;
  /** Of the neighbours' votes: for the own class, and for the other one. */
  readonly share: Float64Array;
  readonly otherShare: Float64Array;
}

/**
 * Weighs what the neighbours of each image vote for and what a linear classifier answers that hasn't seen it. Of labels flipped at
 * random, both together put far more first than neighbours alone (average precision on clothing 0.76 → 0.89, on 50 classes of tiny
 * ImageNet 0.59 → 0.68 and on 200 with 20 images each 0.37 → 0.48, with the encoder that ships).
 *
 * @param between is told the rows that are done, of `evidenceSteps`
 */
export async function classEvidence(
  images: ClassedImages,
  products: MatrixProducts,
  between: BetweenBlocks,
): Promise<ClassEvidence> {
  const { rows, classOf } = images;
  const copiesOf = contradictingCopies(images);
  const known = {
    most: new Int32Array(rows).fill(-1),
    otherSeen: new Int32Array(rows).fill(-1),
    other: new Int32Array(rows).fill(-1),
    lead: new Float64Array(rows),
    copied: new Uint8Array(rows),
    share: new Float64Array(rows),
    otherShare: new Float64Array(rows),
  };
  const evidence = await WeighedEvidence.learnt(images, products, between);
  try {
    await evidence.forEach(
      (found) => {
        const copies = copiesOf.get(found.row);
        note(known, found, { label: classOf[found.row]!, copies, knowsAll: evidence.knowsWithoutVotes });
      },
      (done) => between(rows + done),
    );
  } finally {
    await evidence.release();
  }
  return known;
}

/** What `classEvidence` tells of its progress in all. */
export function evidenceSteps(rows: number): number {
  return 2 * rows;
}

/** Of images whose copies have other labels than they: how many there are of each label, the image itself left out. */
function contradictingCopies({ rows, classOf, contentKeys }: ClassedImages): Map<number, ReadonlyMap<number, number>> {
  const labelled = Array.from({ length: rows }, (_, row) => row).filter((row) => classOf[row]! >= 0);
  const result = new Map<number, ReadonlyMap<number, number>>();
  for (const copies of grouped(labelled, (row) => contentKeys[row]!).values()) {
    const counts = new Map<number, number>();
    for (const row of copies) counts.set(classOf[row]!, (counts.get(classOf[row]!) ?? 0) + 1);
    if (counts.size < 2) continue;
    for (const row of copies) result.set(row, new Map([...counts, [classOf[row]!, counts.get(classOf[row]!)! - 1]]));
  }
  return result;
}

interface GivenLabels {
  /** The image's own; −1 for none. */
  readonly label: number;
  /** Of `contradictingCopies`; undefined where none contradicts. */
  readonly copies: ReadonlyMap<number, number> | undefined;
  /** Whether anything is known of classes without a vote. */
  readonly knowsAll: boolean;
}

/** Writes what is known of one image. */
function note(known: ClassEvidence, { row, sums, shares }: RowEvidence, given: GivenLabels): void {
  const { label: own, copies, knowsAll } = given;
  let seen = -1;
  for (let label = 0; label < sums.length; label++) {
    if (label === own || (shares[label] === 0 && !knowsAll)) continue;
    if (seen < 0 || sums[label]! > sums[seen]!) seen = label;
  }
  const byLabels = (label: number) => WORTH * ((copies?.get(label) ?? 0) - (copies?.get(own) ?? 0));
  const leadOf = (label: number) => sums[label]! - sums[own]! + byLabels(label);
  let other = seen;
  for (const label of copies?.keys() ?? []) {
    if (label !== own && (other < 0 || leadOf(label) > leadOf(other))) other = label;
  }
  known.otherSeen[row] = seen;
  known.other[row] = other;
  known.otherShare[row] = shares[other] ?? 0;
  known.copied[row] = (copies?.get(other) ?? 0) > 0 ? 1 : 0;
  if (own < 0) {
    known.most[row] = seen;
    return;
  }
  known.share[row] = shares[own]!;
  known.lead[row] = other < 0 ? 0 : leadOf(other);
  // What an image looks like, no label of a copy tells.
  if (seen >= 0 || shares[own]! > 0 || knowsAll) known.most[row] = seen >= 0 && sums[seen]! > sums[own]! ? seen : own;
}
