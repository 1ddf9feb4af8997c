import { compareCopies, heldOutSplits, reasonToKeep, type CopyFacts } from '../../core/curation/bestCopy.ts';
import type { CopyPair } from '../../core/curation/copies.ts';
import { severityOf, type BestCopy, type Finding, type RelatedImage } from '../../core/curation/findings.ts';
import { exactDuplicateText, leakText, nearDuplicateText, sameSceneText } from '../../core/curation/findingText.ts';
import { grouped } from '../../core/grouped.ts';
import { groupsAround, type Group, type RowPair } from '../../core/curation/groups.ts';
import { isMirrored } from '../../core/curation/samePicture.ts';
import type { ScenePair } from '../../core/curation/scenes.ts';
import type { KnownImages } from './curatedImages.ts';
import type { Duplicates } from './duplicates.ts';
import { findingId } from './findingId.ts';

/** Cosine similarity of two rows, to six decimals; undefined where it isn't known. */
export type SimilarityOf = (first: number, second: number) => number | undefined;

/** Findings about images that are the same, or of the same scene. */
export class DuplicateFindings {
  readonly #images: KnownImages;
  readonly #duplicates: Duplicates;
  readonly #similarity: SimilarityOf;
  readonly #doubted: ReadonlySet<string>;
  /** Rows by the row that they are the same as. */
  readonly #rowsOf: ReadonlyMap<number | undefined, readonly number[]>;

  /** @param found by other means: what they doubt the label of is not the copy to keep */
  constructor(images: KnownImages, duplicates: Duplicates, similarity: SimilarityOf, found: readonly Finding[] = []) {
    this.#images = images;
    this.#duplicates = duplicates;
    this.#similarity = similarity;
    const issues = found.filter(({ kind }) => kind === 'label-issue');
    this.#doubted = new Set(issues.flatMap(({ path, related }) => [path, ...related.map((image) => image.path)]));
    this.#rowsOf = grouped(duplicates.sameAs.keys(), (row) => duplicates.sameAs[row]);
  }

  exact(): Finding[] {
    const { byPixels } = this.#duplicates;
    return [...this.#rowsOf.values()]
      .filter((rows) => rows.length > 1)
      .map((rows) => {
        const labels = this.#labelsOf(rows);
        const inOrder = labels.length > 1 ? this.#undoubtedFirst : this.#keptFirst;
        const [kept, ...others] = rows.toSorted(inOrder) as [number, ...number[]];
        const equal = rows.some((row) => byPixels.has(row)) ? 'pixels' : 'bytes';
        return this.#finding('exact-duplicate', kept, others, {
          severity: severityOf('exact-duplicate', labels.length > 1),
          score: labels.length > 1 ? 0 : 0.1,
          message: exactDuplicateText(others.length, equal, labels),
        });
      });
  }

  near(): Finding[] {
    const { copies: all, meant } = this.#duplicates;
    const copies = all.filter(({ first, second }) => !meant(first, second));
    const pairOf = new Map(copies.map((pair) => [pairKey(pair.first, pair.second), pair]));
    return groupsAround(copies, this.#keptFirst).map(({ kept, others }) => {
      const pairs = others.map((other) => pairOf.get(pairKey(kept, other))!);
      const ways = [...new Set(pairs.flatMap((pair) => this.#waysOf(pair)))];
      const weakest = Math.min(...pairs.map(({ agreement }) => agreement));
      return this.#finding('near-duplicate', kept, others, {
        severity: severityOf('near-duplicate'),
        score: 0.2 + 0.3 * (1 - weakest),
        message: nearDuplicateText(
          others.length,
          ways,
          this.#bestOf([kept, ...others]).reason,
          this.#labelsOf([kept, ...others]),
        ),
      });
    });
  }

  /** @param pairs those that are no copies */
  scenes(pairs: readonly ScenePair[]): Finding[] {
    return this.sceneGroups(pairs).map(({ kept, others, ratio }) =>
      this.#finding('same-scene', kept, others, {
        severity: severityOf('same-scene'),
        score: 0.5 + ratio / 2,
        message: sameSceneText(others.length),
      }),
    );
  }

  /** The rows of each scene, of images that are the same one of them, and how close the closest two are. */
  sceneGroups(pairs: readonly ScenePair[]): (Group & { readonly ratio: number })[] {
    const { sameAs, copies, apart, meant } = this.#duplicates;
    const isDecided = (first: number, second: number) => apart(first, second) || meant(first, second);
    const isCopy = new Set(copies.map(({ first, second }) => pairKey(first, second)));
    const others = pairs
      .map(({ first, second, ratio }) => ({ first: sameAs[first]!, second: sameAs[second]!, ratio }))
      .filter(
        ({ first, second }) => first !== second && !isCopy.has(pairKey(first, second)) && !isDecided(first, second),
      );
    // The closest of each pair of groups is the last to be set.
    const ratioOf = new Map(others.toReversed().map(({ first, second, ratio }) => [pairKey(first, second), ratio]));
    return groupsAround(others, this.#keptFirst).map((group) => ({
      ...group,
      ratio: Math.min(...group.others.map((shot) => ratioOf.get(pairKey(group.kept, shot))!)),
    }));
  }

  /** Of each held-out image that is also, as it is, edited, or by what a person said, in a split that it is to be kept apart from. */
  leaks(): Finding[] {
    const { sameAs, copies, joined } = this.#duplicates;
    const { splits } = this.#images;
    const partners = (pairs: readonly RowPair[]) =>
      grouped(
        pairs.flatMap(({ first, second }) => [[first, second] as const, [second, first] as const]),
        ([group]) => group,
      );
    const editedOf = partners(copies);
    const saidOf = partners(joined.map(({ first, second }) => ({ first: sameAs[first]!, second: sameAs[second]! })));
    const leaks = splits.flatMap((split, row): Finding[] => {
      if (split === undefined || !heldOutSplits.includes(split)) return [];
      const same = this.#rowsOf.get(sameAs[row])!;
      const [edited, said] = [editedOf, saidOf].map((byGroup) =>
        (byGroup.get(sameAs[row]) ?? []).flatMap(([, partner]) => this.#rowsOf.get(partner)!),
      );
      const crossing = (other: number) => splits[other] !== undefined && rank(splits[other]) > rank(split);
      const [exact, near] = [same.filter(crossing), edited!.filter(crossing)];
      const others = [...new Set([...exact, ...near, ...said!.filter(crossing)])];
      if (others.length === 0) return [];
      const leak = this.#finding('leak', row, others, {
        severity: severityOf('leak'),
        score: exact.length > 0 ? 0 : 0.1,
        message: leakText(
          split,
          others.map((other) => splits[other]!),
          exact.length > 0 ? 'equal' : near.length > 0 ? 'edited' : 'said',
        ),
      });
      return [{ ...leak, measured: [leak.path] }];
    });
    return mergedById(leaks);
  }

  #finding(
    kind: Finding['kind'],
    row: number,
    others: readonly number[],
    rest: Pick<Finding, 'severity' | 'score' | 'message'>,
  ): Finding {
    const { paths } = this.#images;
    const related = others.map((other): RelatedImage => {
      const similarity = this.#similarity(row, other);
      return { path: paths[other]!, ...(similarity !== undefined && { similarity }) };
    });
    const { severity, score, message } = rest;
    const id = findingId(kind, this.#images, [row, ...others]);
    const best = this.#bestOf([row, ...others]);
    return { id, kind, severity, path: paths[row]!, score, related, message, best };
  }

  /** Of those that are the same picture under different labels, whatever else the finding is about, that is better which nobody doubts. */
  #bestOf(rows: readonly number[]): BestCopy {
    const { sameAs } = this.#duplicates;
    const bySame = grouped(rows, (row) => sameAs[row]);
    const facts = [...bySame.values()].flatMap((same) =>
      same.map((row) => (this.#labelsOf(same).length > 1 ? this.#labelled(row) : this.#copy(row))),
    );
    const [best, ...others] = facts.sort(compareCopies) as [CopyFacts, ...CopyFacts[]];
    const reason = reasonToKeep(best, others);
    return { path: best.path, ...(reason !== undefined && { reason }) };
  }

  #labelsOf(rows: readonly number[]): string[] {
    return [...new Set(rows.flatMap((row) => this.#images.labels[row] ?? []))].sort();
  }

  readonly #keptFirst = (a: number, b: number): number => compareCopies(this.#copy(a), this.#copy(b));

  /** Of those that have different labels. */
  readonly #undoubtedFirst = (a: number, b: number): number => compareCopies(this.#labelled(a), this.#labelled(b));

  #labelled(row: number): CopyFacts {
    return { ...this.#copy(row), isDoubted: this.#doubted.has(this.#images.paths[row]!) };
  }

  #copy(row: number): CopyFacts {
    const { paths, facts, splits } = this.#images;
    const { width, height, bytes, format } = facts[row] ?? { width: 0, height: 0, bytes: 0, format: '' };
    return { path: paths[row]!, width, height, bytes, format, split: splits[row] };
  }

  #waysOf({ orientation, isCrop, isCovered, first, second }: CopyPair): string[] {
    const [a, b] = [this.#images.facts[first], this.#images.facts[second]];
    const turned = orientation === 0 ? [] : [isMirrored(orientation) ? 'mirrored' : 'turned'];
    const resized =
      a && b && !isCrop && this.#area(first) !== this.#area(second) && turned.length === 0 ? ['resized'] : [];
    return [...turned, ...(isCrop ? ['cropped'] : []), ...(isCovered ? ['partly covered'] : []), ...resized];
  }

  #area(row: number): number {
    const facts = this.#images.facts[row];
    return facts ? facts.width * facts.height : 0;
  }
}

function rank(split: string): number {
  const place = heldOutSplits.indexOf(split);
  return place < 0 ? heldOutSplits.length : place;
}

/** Images of the same content are in one finding: nobody could decide of one of them alone. */
export function mergedById(findings: readonly Finding[]): Finding[] {
  const byId = new Map<string, Finding>();
  for (const finding of findings) {
    const known = byId.get(finding.id);
    const paths = new Set([known?.path, ...(known?.related ?? []).map(({ path }) => path)]);
    const others = [{ path: finding.path, similarity: 1 }, ...finding.related].filter(({ path }) => !paths.has(path));
    const measured = [...new Set([...(known?.measured ?? []), ...(finding.measured ?? [])])];
    const merged = known && { ...known, related: [...known.related, ...others] };
    byId.set(finding.id, { ...(merged ?? finding), ...(measured.length > 0 && { measured }) });
  }
  return [...byId.values()];
}

function pairKey(a: number, b: number): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
