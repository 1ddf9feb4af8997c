import { qualityScores } from '../../core/curation/qualityIssues.ts';
import { namedMissing, nothingToExport } from '../../core/export/exportErrors.ts';
import type { ExportImage } from '../../core/export/exportImage.ts';
import type { LikenessError } from '../../core/errors.ts';
import { namedImages } from '../../core/images/namedImages.ts';
import { noImagesBelow } from '../../core/labels/labelErrors.ts';
import type { ExportFormat, ExportRequest } from '../../protocol/exports.ts';
import type { Dataset } from '../dataset.ts';
import { decisionsByPath, tagsOf } from '../decisions/decidedOf.ts';
import { readDecisions } from '../decisions/decisionFile.ts';
import { decisionNotices } from '../decisions/problemsOfDecisions.ts';
import { readKnownLabels, readKnownLabelsIfAny } from '../labels/knownLabels.ts';
import { relativeToRoot } from '../store/findRoot.ts';

/** Formats whose point is the label of each image. */
const labelFormats: readonly ExportFormat[] = ['coco', 'yolo', 'imagefolder'];

/**
 * The images that a request asks for, in the order of their paths, with what people decided: those below its folder that
 * are readable and not excluded, less what its filters leave out. What an odd size is, is told by all of them before the
 * filters, as in a check.
 *
 * Rejects with folder-not-found, too-few-images where none is left, or the codes of `readKnownLabels`.
 */
export async function readExportImages(
  dataset: Dataset,
  request: ExportRequest,
): Promise<{ readonly images: readonly ExportImage[]; readonly notices: readonly LikenessError[] }> {
  const { root, store } = dataset;
  const below = relativeToRoot(root, request.folder) ?? '';
  const all = store.readImagePaths();
  const own = below === '' ? all : all.filter((path) => path.startsWith(`${below}/`));
  if (own.length === 0) throw noImagesBelow(request.folder, root);
  // A table of images is of use without labels too, but not one of those that are of a class.
  const needsLabels =
    labelFormats.includes(request.format) || request.classes !== undefined || request.splits !== undefined;
  const read = needsLabels ? readKnownLabels : readKnownLabelsIfAny;
  const known = await read(dataset, all);
  const decided = decisionsByPath(await readDecisions(root), store, all);
  const facts = store.readImageFacts();
  const paths = own.filter((path) => facts.has(path) && !known.isExcluded(path));
  const scores = qualityScores(
    paths.map((path) => {
      const { width, height, quality } = facts.get(path)!;
      return quality && { width, height, quality };
    }),
  );
  const images = paths.map((path, i): ExportImage => {
    const { content, bytes, width, height, format } = facts.get(path)!;
    return {
      path,
      label: known.labelOf(path),
      split: known.splitOf(path),
      tags: tagsOf(decided.get(path)),
      ...{ content, bytes, width, height, format },
      quality: scores[i],
    };
  });
  const { images: kept, missing } = filtered(images, request);
  if (kept.length === 0) throw nothingToExport(request.folder, wantedText(request));
  const ofDecisions = await decisionNotices(root, store);
  return { images: kept, notices: [...known.notices, ...ofDecisions, ...(missing > 0 ? [namedMissing(missing)] : [])] };
}

function filtered(images: readonly ExportImage[], { images: named, tags, classes, splits }: ExportRequest) {
  const chosen = named === undefined ? { images, missing: 0 } : namedImages(images, named);
  const isOf = (wanted: readonly string[] | undefined, own: readonly (string | undefined)[]) =>
    wanted === undefined || own.some((name) => name !== undefined && wanted.includes(name));
  return {
    images: chosen.images.filter(
      (image) => isOf(tags, image.tags) && isOf(classes, [image.label]) && isOf(splits, [image.split]),
    ),
    missing: chosen.missing,
  };
}

/** `that was named, is of the class "a" and is of the split "test" or "train"`; empty where nothing is asked for. */
function wantedText({ images, tags, classes, splits }: ExportRequest): string {
  const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(' or ');
  const parts = [
    ...(images ? ['was named'] : []),
    ...(tags ? [`is tagged ${quoted(tags)}`] : []),
    ...(classes ? [`is of the class ${quoted(classes)}`] : []),
    ...(splits ? [`is of the split ${quoted(splits)}`] : []),
  ];
  const last = parts.pop();
  if (last === undefined) return '';
  return `that ${parts.length === 0 ? last : `${parts.join(', ')} and ${last}`}`;
}
