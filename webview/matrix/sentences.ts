import { formatCount, formatQuantity } from '../../src/core/progressText.ts';
import { MOST_CELLS, type ClassOverlap, type MatrixOrder } from '../../src/protocol/matrix.ts';
import type { FarPair } from '../../src/protocol/captions.ts';
import type { CaptionFigures, ListedPair, MatrixFigures, MatrixShow } from '../../src/protocol/matrixView.ts';
import type { CellImages } from './cells.ts';

export const orderTitles: Readonly<Record<MatrixOrder, string>> = {
  class: 'Class',
  cluster: 'Cluster',
  hierarchy: 'Dendrogram',
};

/** "0.613", "−0.296" */
export function figure(value: number): string {
  return Number.isNaN(value) ? '–' : value.toFixed(3).replace('-', '−');
}

/** What a cell of the matrix is. */
export function cellsSentence(
  { images, clusters, encoder }: Pick<MatrixFigures, 'images' | 'clusters' | 'encoder'>,
  order: MatrixOrder,
  show: MatrixShow,
  cells: number,
): string {
  const by = { class: 'by class', cluster: 'by cluster', hierarchy: 'so that alike ones lie together' }[order];
  const compared = `${formatQuantity(images, 'image')} compared by ${encoder.id}, ordered ${by}`;
  const found = order === 'cluster' && clusters === 0 ? ' No clusters stand out.' : '';
  if (show === 'groups') {
    return `${compared}. A cell is the mean similarity of two ${order === 'cluster' ? 'clusters' : 'classes'}, on the diagonal that within one.${found}`;
  }
  if (cells < images) {
    return `${compared}. Beyond ${formatCount(MOST_CELLS)} images a cell is a mean: here over all pairs of two of ${formatCount(cells)} blocks of about ${formatCount(Math.round(images / cells))} images.${found}`;
  }
  return `${compared}. Each cell is a pair.${found}`;
}

/** What a cell of images against captions is. */
export function captionCellsSentence({ images, encoder }: Pick<CaptionFigures, 'images' | 'encoder'>): string {
  return `${formatQuantity(images, 'image')} compared with their captions by ${encoder}. Rows are images, columns captions in the same order: the diagonal has the images with their own.`;
}

/** How well images and captions find each other, and what that means. */
export function captionSentence({
  images,
  different,
  imageToCaption,
  captionToImage,
  meanOwn,
  meanOther,
}: CaptionFigures): string {
  const percent = (share: number): string => `${Math.round(100 * share)} %`;
  const first = `${percent(imageToCaption.recallAt1)} of the images find their own caption first among ${formatQuantity(different, 'caption')} (${percent(imageToCaption.recallAt5)} among the first 5, ${percent(imageToCaption.recallAt10)} among the first 10)`;
  const second = `${percent(captionToImage.recallAt1)} of the captions their image among ${formatCount(images)} (${percent(captionToImage.recallAt5)}, ${percent(captionToImage.recallAt10)})`;
  const means = `Similarity is ${figure(meanOwn)} on average to the own caption and ${figure(meanOther)} to others.`;
  return `${first}, and ${second}. ${means} ${captionMeaning((imageToCaption.recallAt1 + captionToImage.recallAt1) / 2)}`;
}

function captionMeaning(recall: number): string {
  if (recall >= 0.7) {
    return 'This encoder tells these captions apart: a dark cell on the diagonal is worth a look, often it is a wrong caption.';
  }
  if (recall >= 0.3) {
    return 'Captions and images find each other in part: captions that say nearly the same, and wrong ones, hold the others back.';
  }
  return 'To this encoder these captions hardly say which image they are of: they say too little, are in words that it does not know, or another encoder is needed.';
}

/** An image and a caption in words. */
export function describeCaptionCell(
  image: CellImages,
  caption: CellImages,
  similarity: number,
  isDiagonal: boolean,
): string {
  const whose = isDiagonal ? 'its own caption' : `the caption of ${caption.path},`;
  return `${image.path}${classText(image.label)} and ${whose} “${caption.caption ?? ''}”: similarity ${figure(similarity)}`;
}

/** How far down an image and its caption are in each other's lists. */
export function rankText({ captionRank, imageRank }: Pick<FarPair, 'captionRank' | 'imageRank'>): string {
  return `${formatQuantity(captionRank - 1, 'caption')} and ${formatQuantity(imageRank - 1, 'image')} are nearer`;
}

/** How far pairs of a class and pairs of two classes are told apart, and what that means for this data set. */
export function overlapSentence({ separation, meanWithin, meanBetween }: ClassOverlap): string {
  const share = Math.round(100 * separation);
  const facts = `Two images of one class are more alike than two of different classes in ${share} of 100 comparisons (AUC ${separation.toFixed(2)}); similarity is ${figure(meanWithin)} on average within classes and ${figure(meanBetween)} between them.`;
  return `${facts} ${overlapMeaning(separation)}`;
}

function overlapMeaning(separation: number): string {
  if (separation >= 0.95) {
    return 'This encoder tells these classes apart nearly by itself: what is on the wrong side below is worth a look, often it is a wrong label.';
  }
  if (separation >= 0.8) {
    return 'The classes are clearly visible to this encoder, and overlap: fine-tuning sharpens them, and the pairs below show where they meet.';
  }
  if (separation >= 0.6) {
    return 'To this encoder the classes are a tendency: images are often more alike for other reasons, such as background or colour; fine-tuning teaches it the difference.';
  }
  return 'To this encoder the classes hardly matter: what makes images alike here is something else. Fine-tune it, choose another encoder, or question the labels.';
}

/** Why there is nothing to tell about classes. */
export function noOverlapSentence({ classes, withoutClass }: Pick<MatrixFigures, 'classes' | 'withoutClass'>): string {
  if (classes.length === 0) {
    return 'None of these images has a class, so that nothing can be said within and between classes. Put the images of each class in a folder of its own, or name a file of labels in .likeness/config.json.';
  }
  if (classes.length === 1) {
    const rest = withoutClass > 0 ? ` (${formatQuantity(withoutClass, 'image')} without a class)` : '';
    return `All of these images are of one class, “${classes[0]!}”${rest}, so that there is nothing between classes; choose images of two classes at least.`;
  }
  return 'No class has two images here, so that there is nothing within classes; choose more images.';
}

/** A pair or a block in words, for the eye and for screen readers. */
export function describeCell(first: CellImages, second: CellImages, similarity: number, isDiagonal: boolean): string {
  if (first.images.length === 1 && second.images.length === 1) {
    if (isDiagonal) return `${first.path}${classText(first.label)}, with itself`;
    return `${first.path}${classText(first.label)} and ${second.path}${classText(second.label)}: similarity ${figure(similarity)}`;
  }
  if (isDiagonal) {
    const value = Number.isNaN(similarity) ? 'no pair' : `mean similarity ${figure(similarity)}`;
    return `within ${blockName(first)}: ${value}`;
  }
  return `${blockName(first)} and ${blockName(second)}: mean similarity ${figure(similarity)}`;
}

export function blockName({ band, images }: CellImages): string {
  return `${band ?? 'a block'} (${formatQuantity(images.length, 'image')})`;
}

function classText(label: string | undefined): string {
  return label === undefined ? '' : ` (${label})`;
}

/** The classes of a pair, as they are told below its pictures. */
export function pairClasses({
  paths,
  labels,
  relabelled,
}: Pick<ListedPair, 'paths' | 'labels' | 'relabelled'>): string {
  const [first, second] = paths.map(
    (path, i) => relabelled.find((given) => given.path === path)?.label ?? labels[i] ?? 'no class',
  );
  return first === second ? first! : `${first!} ≠ ${second!}`;
}
