import type { Box, Point } from '../../src/core/images/boxes.ts';
import { formatBytes, formatCount } from '../../src/core/progressText.ts';
import type { SimilarImage } from '../../src/protocol/engine.ts';
import type { ViewedImage, ViewedPicture } from '../../src/protocol/viewer.ts';
import { captionLines } from '../shared/captionText.ts';

/** "1,200 × 800 px · JPEG · 245 kB" */
export function fileText({ width, height, format, fileBytes }: Omit<ViewedPicture, 'bytes'>): string {
  return `${formatCount(width)} × ${formatCount(height)} px · ${format.toUpperCase()} · ${formatBytes(fileBytes)}`;
}

export function boxText({ x, y, width, height }: Box): string {
  return `x ${x}, y ${y}, ${width} × ${height} px`;
}

/** What of an image a search matched. */
export function matchText({ region }: SimilarImage): string {
  return region ? 'part' : 'whole image';
}

export function matchDescription({ path, similarity, label, split, region, captions }: SimilarImage): string {
  return [
    path,
    `similarity ${similarity.toFixed(4)}, ${region ? `its part at ${boxText(region.box)}` : 'the whole image'}`,
    ...(label === undefined ? [] : [`class ${label}`]),
    ...(split === undefined ? [] : [`split ${split}`]),
    ...captionLines(captions),
  ].join('\n');
}

/** "x 12, y 7 · 255 128 0 · #ff8000", with alpha where there is any. */
export function pixelText({ x, y }: Point, values: readonly number[] | undefined): string {
  const place = `x ${x}, y ${y}`;
  if (values === undefined) return place;
  const [red, green, blue, alpha] = values as [number, number, number, number];
  const shown = alpha === 255 ? [red, green, blue] : [red, green, blue, alpha];
  const hex = shown.map((value) => value.toString(16).padStart(2, '0')).join('');
  return `${place} · ${shown.join(' ')} · #${hex}`;
}

/** "200 %" */
export function scaleText(scale: number): string {
  const percent = scale * 100;
  return `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** Why little is known of an image; undefined where it is in the index. */
export function indexText({ root, indexed }: ViewedImage): string | undefined {
  if (root === undefined) return 'The folder of this image is not indexed yet: index it to see what is similar.';
  if (!indexed) return 'This image is not in the index; index the folder again to have it compared with others.';
  return undefined;
}

/** What a search by a region was compared with. */
export function regionsText({ images, of }: ViewedImage['regions']): string {
  if (images === 0) return 'Compared with whole images only.';
  if (images < of) return `Regions of ${formatCount(images)} of ${formatCount(of)} images are indexed.`;
  return 'Compared with whole images and their indexed regions.';
}
