import { baselineOfPart, namedNotChecked } from '../../core/curation/checkErrors.ts';
import { classDistances } from '../../core/curation/classDistances.ts';
import { classEvidence, evidenceSteps, type ClassEvidence } from '../../core/curation/classEvidence.ts';
import { classIssues } from '../../core/curation/classIssues.ts';
import { compareFindings, severityOf, type Finding, type FindingKind } from '../../core/curation/findings.ts';
import { classIssueText, labelIssueText, outlierText, qualityTexts } from '../../core/curation/findingText.ts';
import { labelIssues, type LabelIssue } from '../../core/curation/labelIssues.ts';
import { outliers, type Outlier } from '../../core/curation/outliers.ts';
import { qualityIssues, type QualityIssue } from '../../core/curation/qualityIssues.ts';
import { usualThresholds } from '../../core/curation/thresholds.ts';
import type { ScenePair } from '../../core/curation/scenes.ts';
import type { Neighbors } from '../../core/evaluation/nearestNeighbors.ts';
import type { LikenessError } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import type { CheckReport, CheckRequest } from '../../protocol/check.ts';
import type { IndexReport, Notice } from '../../protocol/engine.ts';
import { failedFiles } from '../indexing/indexer.ts';
import { withProducts } from '../evaluation/onnxProducts.ts';
import { inPhase } from '../jobs/phase.ts';
import { embeddedEncoder, type MappingOptions } from '../maps/mapEncoder.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import type { StoredEncoder } from '../store/indexStore.ts';
import { acceptedFindings, assertBaselineFile, writeBaseline } from './acceptedFindings.ts';
import type { CaptionEncoder } from '../captions/captionVectors.ts';
import { captionFindings } from './captionFindings.ts';
import { changedImages } from './changedImages.ts';
import { keepChecked, nothingChecked, readCheckedBefore, type FormerImages } from './checkedBefore.ts';
import { readCuratedImages, type CuratedImages, type KnownImages } from './curatedImages.ts';
import { DuplicateFindings, mergedById } from './duplicateFindings.ts';
import { findDuplicates } from './duplicates.ts';
import { findingId, idOf } from './findingId.ts';
import { imageNeighbors, type ImageNeighbors } from './imageNeighbors.ts';
import { keepReport } from './lastFindings.ts';
import { noisyClusterFindings } from './noisyClusterFindings.ts';
import { findScenes } from './sceneSearch.ts';
import { storedSimilarity } from './storedSimilarity.ts';

/** Kinds that are found by neighbours, and those that pictures are compared for besides. */
const BY_NEIGHBORS: readonly FindingKind[] = ['label-issue', 'outlier', 'noisy-cluster'];
const OF_CAPTIONS: readonly FindingKind[] = ['caption-mismatch', 'duplicate-caption', 'empty-caption'];
/** What the labels or splits of images have a part in. */
const OF_LABELS: readonly FindingKind[] = [
  ...(['exact-duplicate', 'leak', 'label-issue', 'outlier'] as const),
  ...(['class-imbalance', 'small-class', 'spurious-correlation', 'noisy-cluster'] as const),
];
const BY_PICTURES: readonly FindingKind[] = ['exact-duplicate', 'near-duplicate', 'same-scene', 'leak'];

/** The label of an outlier is doubted below this likelihood: another class is nineteen times as likely. */
const RULED_OUT = 0.05;

export interface CheckOptions extends MappingOptions, Pick<IndexReport, 'notices'> {
  readonly loadText: CaptionEncoder['loadText'];
}

/**
 * Looks for what is worth deciding in the images below a folder. Images that people have excluded are not looked at.
 *
 * @param options with what was to be told of the index
 *
 * Rejects with usage where a part of the dataset is to be the baseline, the codes of `acceptedFindings`, `assertBaselineFile` and `changedFiles`, of encoders and of the store, or `cancelled`.
 */
export async function checkDataset(
  request: CheckRequest,
  options: CheckOptions,
  context: JobContext,
): Promise<CheckReport> {
  const startedAt = performance.now();
  const { root, store, config } = options.dataset;
  const below = relativeToRoot(root, request.folder) ?? '';
  const isWhole = below === '';
  const isPart = !isWhole || request.since !== undefined || request.images !== undefined;
  if (request.writeBaseline === true && isPart) throw baselineOfPart();
  if (request.writeBaseline === true && request.baseline !== undefined) {
    await assertBaselineFile(request.baseline, options.dataset);
  }
  const encoder = await embeddedEncoder(request.encoder, below, options, context);
  const isWanted = (kind: FindingKind) => request.only === undefined || request.only.includes(kind);
  const thresholds: Readonly<Record<string, number>> = {
    ...usualThresholds,
    ...config.thresholds,
  };
  // Asked first, so that a revision that isn't there costs no time.
  const changed = request.since === undefined ? undefined : await changedImages(options.dataset, request.since, below);
  const isCompared = [...BY_NEIGHBORS, ...BY_PICTURES].some(isWanted);
  const before = isWhole && isCompared ? await readCheckedBefore(store, encoder.identity) : nothingChecked;
  const wish: Wish = {
    ...{ below, encoder, chosen: request.encoder, isWanted, isCompared, thresholds },
    former: before.former,
  };
  const compared = await compareVectors(wish, options, context);
  const { images, found } = compared;
  const findings = [...compared.findings];
  if (isWanted('unreadable')) findings.push(...unreadable(store, encoder.key, below));
  if (found) {
    let { pairs } = before;
    if (BY_PICTURES.some(isWanted)) {
      const cropRatio = thresholds['near-duplicate'];
      const same = await findDuplicates(images, found.neighbors, store, context, { known: pairs, cropRatio });
      pairs = same.known;
      const duplicates = new DuplicateFindings(images, same, storedSimilarity(store, encoder, images), findings);
      findings.push(...duplicates.exact(), ...duplicates.near(), ...duplicates.leaks());
      findings.push(...duplicates.scenes(compared.scenes));
    }
    if (isWhole) await keepChecked(store, encoder.identity, { ...images, ...found }, pairs);
  }
  const wanted = findings.filter(({ kind }) => isWanted(kind)).sort(compareFindings);
  if (request.writeBaseline === true) await writeBaseline(root, request.baseline, wanted, isWanted);
  const accepted = await acceptedFindings(root, request.baseline);
  const open = wanted.filter(({ id }) => !accepted.has(id));
  const wantedImages = request.images === undefined ? [] : [new Set(request.images)];
  const concerned = [...(changed === undefined ? [] : [changed.images]), ...wantedImages];
  const shown = open.filter((finding) => concerned.every((part) => concerns(finding, part)));
  const faults = OF_LABELS.some(isWanted) ? images.faults : [];
  const report: CheckReport = {
    root,
    encoder: { id: encoder.card.id, dim: images.dim },
    images: images.rows,
    findings: shown,
    accepted: wanted.length - open.length,
    counts: countsOf(shown),
    thresholds,
    ...(found && { neighbors: { approximate: found.recall < 1, recall: found.recall } }),
    seconds: Math.round(performance.now() - startedAt) / 1000,
    notices: [
      ...options.notices,
      ...[...compared.notices, ...(changed?.notices ?? []), ...unknownImages(store, request.images)].map(told),
    ],
    ...(faults.length > 0 && { faults: faults.map(told) }),
  };
  if (request.only === undefined && isWhole) {
    await keepReport(store, { ...report, findings: open, counts: countsOf(open) }, Date.now());
  }
  return report;
}

interface Wish {
  /** The folder, relative to the root; '' for all. */
  readonly below: string;
  readonly encoder: StoredEncoder;
  /** The encoder that was asked for. */
  readonly chosen: string | undefined;
  readonly isWanted: (kind: FindingKind) => boolean;
  /** Whether neighbours are needed. */
  readonly isCompared: boolean;
  readonly thresholds: Readonly<Record<string, number>>;
  readonly former: FormerImages | undefined;
}

interface ComparedVectors {
  readonly images: KnownImages & Pick<CuratedImages, 'dim'>;
  /** Absent where nobody asked for what neighbours tell. */
  readonly found: ImageNeighbors | undefined;
  readonly scenes: readonly ScenePair[];
  readonly findings: readonly Finding[];
  readonly notices: readonly LikenessError[];
}

/** All that is found with the vectors of the images at hand. They are let go of with it: pictures take as much memory. */
async function compareVectors(
  { below, encoder, chosen, isWanted, isCompared, thresholds, former }: Wish,
  options: CheckOptions,
  context: JobContext,
): Promise<ComparedVectors> {
  const { dataset, threads } = options;
  const { vectors, ...known } = await readCuratedImages(dataset, encoder, below);
  const images: CuratedImages = { vectors, ...known };
  const odd = oddImages(images, thresholds);
  const findings = [...ofQuality(images, odd), ...ofClasses(images, thresholds)];
  let found: ImageNeighbors | undefined;
  let scenes: ScenePair[] = [];
  if (isCompared && images.rows > 1) {
    found = await imageNeighbors(images, threads, context, former);
    if (isWanted('same-scene')) {
      scenes = await findScenes(images, found.neighbors, thresholds['same-scene'], threads, context);
    }
    // Which of two equal files with different labels is the one to keep is told by which label is doubted.
    const hasCopies = isWanted('exact-duplicate') || isWanted('leak');
    if (BY_NEIGHBORS.some(isWanted) || (hasCopies && hasContradiction(images))) {
      const kinds = { isWanted, thresholds, threads };
      findings.push(...(await byNeighbors(images, found.neighbors, odd, kinds, context)));
    }
  }
  if (!OF_CAPTIONS.some(isWanted)) return { images: known, found, scenes, findings, notices: known.notices };
  const of = (kind: FindingKind) => (isWanted(kind) ? thresholds[kind] : undefined);
  const captionKinds = { fit: of('caption-mismatch'), copies: of('duplicate-caption') };
  const captions = await captionFindings(images, captionKinds, { ...options, stored: encoder }, chosen, context);
  const notices = [...known.notices, ...captions.notices];
  return { images: known, found, scenes, findings: [...findings, ...captions.findings], notices };
}

/** Whether files of the same bytes have different labels. */
function hasContradiction({ contentKeys, labels }: CuratedImages): boolean {
  const labelOf = new Map<number, string>();
  return labels.some((label, row) => {
    if (label === undefined) return false;
    const known = labelOf.get(contentKeys[row]!);
    labelOf.set(contentKeys[row]!, label);
    return known !== undefined && known !== label;
  });
}

/** Of images that are named one by one, those that are no part of the dataset: of them there is nothing to find. */
function unknownImages(store: MappingOptions['dataset']['store'], named: readonly string[] = []): LikenessError[] {
  const known = store.readFiles(named);
  const unknown = named.filter((path) => !known.has(path));
  return unknown.length === 0 ? [] : [namedNotChecked(store.root, unknown.length, unknown.slice(0, 3))];
}

function told({ code, message }: LikenessError): Notice {
  return { code, message };
}

function countsOf(findings: readonly Finding[]): CheckReport['counts'] {
  const counts: Partial<Record<FindingKind, number>> = {};
  for (const { kind } of findings) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** Findings about whole classes are not of some images alone. */
function concerns({ path, related }: Finding, images: ReadonlySet<string>): boolean {
  return images.has(path) || related.some((image) => images.has(image.path));
}

function unreadable(store: MappingOptions['dataset']['store'], encoderKey: number, below: string): Finding[] {
  return failedFiles(store, encoderKey)
    .filter(({ path }) => below === '' || path.startsWith(`${below}/`))
    .map(({ path, message }) => ({
      id: idOf('unreadable', [path]),
      kind: 'unreadable',
      severity: severityOf('unreadable'),
      path,
      score: 0,
      related: [],
      message,
    }));
}

/** Whose quality or size is worth a finding. */
function oddImages(images: CuratedImages, thresholds: Readonly<Record<string, number>>): QualityIssue[] {
  const measured = images.facts.map(
    (facts) => facts?.quality && { width: facts.width, height: facts.height, quality: facts.quality },
  );
  const grey = measured.filter((image) => image?.quality.grayscale).length;
  return qualityIssues(measured, thresholds).filter(({ kind }) => kind !== 'grayscale' || grey < images.rows / 2);
}

function ofQuality(images: CuratedImages, odd: readonly QualityIssue[]): Finding[] {
  return mergedById(odd.map(({ row, kind, score }) => single(kind, images, row, score, qualityTexts[kind])));
}

interface NeighborKinds {
  readonly isWanted: (kind: FindingKind) => boolean;
  readonly thresholds: Readonly<Record<string, number>>;
  readonly threads: number;
}

/** Outliers, doubtful labels and groups of these. */
async function byNeighbors(
  images: CuratedImages,
  neighbors: Neighbors,
  odd: readonly QualityIssue[],
  { isWanted, thresholds, threads }: NeighborKinds,
  context: JobContext,
): Promise<Finding[]> {
  const { names, classOf } = classesOf(images);
  const explained = new Set(odd.map(({ row }) => row));
  const reach = thresholds['outlier']!;
  if (names.length === 0) return ofOutliers(images, outliers(neighbors, { reach, explained }));
  // A handful of labels doesn't make it a labelled data set.
  const isLabelled = 2 * classOf.filter((label) => label >= 0).length >= images.rows;
  const { evidence, away } = await withProducts(threads, async (products) => {
    const classed = { ...images, neighbors, classOf, classes: names.length };
    const known = await inPhase('Learning the classes', evidenceSteps(images.rows), context, (between) =>
      classEvidence(classed, products, between),
    );
    if (!isLabelled) return { evidence: known, away: undefined };
    const distances = await inPhase('Comparing images with their classes', 2 * images.rows, context, (between) =>
      classDistances({ ...images, classOf, otherClassOf: known.otherSeen }, products, between),
    );
    return { evidence: known, away: distances };
  });
  const alone = outliers(neighbors, { reach, explained, classDistances: away });
  const issues = doubtfulLabels(evidence, classOf, alone, thresholds['label-issue']!);
  const findings = [...ofLabels(images, issues, names), ...ofOutliers(images, alone)];
  if (!isWanted('noisy-cluster')) return findings;
  const doubted = { images, seenClassOf: evidence.most, issues };
  return [...findings, ...(await noisyClusterFindings(doubted, thresholds['noisy-cluster']!, threads, context))];
}

interface Classes {
  readonly names: readonly string[];
  /** Of each image; −1 for none. */
  readonly classOf: Int32Array;
}

function classesOf({ labels }: CuratedImages): Classes {
  const names = [...new Set(labels.flatMap((label) => label ?? []))].sort();
  const codes = new Map(names.map((name, code) => [name, code]));
  return { names, classOf: Int32Array.from(labels, (label) => (label === undefined ? -1 : codes.get(label)!)) };
}

/**
 * Of outliers, for which often no label would be right, only labels that are as good as ruled out, or that a copy contradicts: these are
 * listed as both.
 */
function doubtfulLabels(
  evidence: ClassEvidence,
  classOf: Int32Array,
  alone: readonly Outlier[],
  doubt: number,
): LabelIssue[] {
  const isAlone = new Set(alone.map(({ row }) => row));
  const isSure = ({ score, isCopied }: LabelIssue) => isCopied || score < RULED_OUT;
  return labelIssues(evidence, classOf, doubt).filter((issue) => !isAlone.has(issue.row) || isSure(issue));
}

function ofLabels(images: CuratedImages, issues: readonly LabelIssue[], names: readonly string[]): Finding[] {
  const findings = issues.map(({ row, score, share, otherShare, suggested, isCopied }) => {
    const label = images.labels[row]!;
    const other = names[suggested]!;
    const message = labelIssueText(label, other, [share, otherShare], isCopied);
    const finding = single('label-issue', images, row, score, message);
    // Copies of a picture may have different labels, each of which is an issue of its own.
    const id = idOf('label-issue', [images.facts[row]?.content ?? '', label]);
    return { ...finding, id, suggested: other };
  });
  return mergedById(findings);
}

function ofOutliers(images: CuratedImages, alone: readonly Outlier[]): Finding[] {
  return mergedById(alone.map(({ row, score }) => single('outlier', images, row, score, outlierText)));
}

function ofClasses(images: CuratedImages, thresholds: Readonly<Record<string, number>>): Finding[] {
  const { facts, labels } = images;
  const measure = (of: (facts: NonNullable<CuratedImages['facts'][number]>) => number | undefined) =>
    Float64Array.from(facts, (known) => (known ? (of(known) ?? Number.NaN) : Number.NaN));
  const measures = {
    Brightness: measure((known) => known.quality?.dark),
    Sharpness: measure((known) => known.quality?.blurry),
    Information: measure((known) => known.quality?.lowInformation),
    'The size of the picture': measure(({ width, height }) => width * height),
    'The shape of the picture': measure(({ width, height }) => width / height),
    'The size of the file': measure(({ bytes }) => bytes),
  };
  return classIssues({ labels, measures }, thresholds).map((issue) => ({
    id: idOf(issue.kind, [issue.label, issue.measure ?? '']),
    kind: issue.kind,
    severity: severityOf(issue.kind),
    path: '',
    score: Math.min(1, issue.score),
    related: [],
    message: classIssueText(issue),
  }));
}

function single(kind: FindingKind, images: CuratedImages, row: number, score: number, message: string): Finding {
  return {
    id: findingId(kind, images, [row]),
    kind,
    severity: severityOf(kind),
    path: images.paths[row]!,
    score: Math.round(score * 1e6) / 1e6,
    related: [],
    message,
  };
}
