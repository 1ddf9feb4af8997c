import type { QualityKind } from '../curation/qualityIssues.ts';

/** An image as it is exported: what is known of it, with what people decided. */
export interface ExportImage {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly label: string | undefined;
  readonly split: string | undefined;
  /** Sorted. */
  readonly tags: readonly string[];
  /** In pixels, after the EXIF orientation was applied. */
  readonly width: number;
  readonly height: number;
  /** `jpeg`, `png`, … */
  readonly format: string;
  /** Of the file. */
  readonly bytes: number;
  /** SHA-256 of the file's bytes, in lower-case hex. */
  readonly content: string;
  /** Scores from 0, bad, to 1; undefined where the image was not measured. */
  readonly quality: Readonly<Record<QualityKind, number>> | undefined;
}

/** The classes of the images, sorted. */
export function classesOf(images: readonly ExportImage[]): string[] {
  return [...new Set(images.flatMap(({ label }) => label ?? []))].sort((a, b) => (a < b ? -1 : 1));
}
