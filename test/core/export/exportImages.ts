import type { ExportImage } from '../../../src/core/export/exportImage.ts';

/** An image of which only what a test is about is said. */
export function exportImage(path: string, about: Partial<ExportImage> = {}): ExportImage {
  return {
    path,
    label: 'cat',
    split: undefined,
    tags: [],
    width: 40,
    height: 30,
    format: 'png',
    bytes: 1200,
    content: 'a'.repeat(64),
    quality: undefined,
    ...about,
  };
}
