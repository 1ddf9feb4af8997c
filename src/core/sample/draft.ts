import type { RgbImage } from '../images/pixels.ts';
import { RandomStream } from '../random.ts';
import { drawScene, sampleClasses, type SampleClass } from './scenes.ts';

/** Kinds of finding that the sample data set plants; names as everywhere else. */
export type PlantedKind =
  | 'exact-duplicate'
  | 'near-duplicate'
  | 'same-scene'
  | 'leak'
  | 'label-issue'
  | 'outlier'
  | 'dark'
  | 'light'
  | 'blurry'
  | 'low-information'
  | 'odd-aspect-ratio'
  | 'odd-size'
  | 'grayscale'
  | 'unreadable'
  | 'caption-mismatch'
  | 'duplicate-caption'
  | 'empty-caption';

/**
 * One thing that is wrong with the data set on purpose, and that a finder should report.
 *
 * - Kinds about several images list the original first, then its copies; other kinds list one path.
 * - A `leak` is an exact or near duplicate across splits, so its pair is listed under that kind as well.
 * - An exact duplicate whose labels differ is listed as `exact-duplicate`, and its copy, which lies in the wrong
 *   folder, as `label-issue`.
 * - An `outlier` shows none of the classes, so that no label would be right; it is not listed as `label-issue`.
 * - A file is listed under every kind of quality issue whose definition it meets, and under no other.
 */
export interface PlantedFinding {
  readonly kind: PlantedKind;
  /** Relative to the data set's folder, with `/`. */
  readonly paths: readonly string[];
}

export interface Encoding {
  readonly format: 'jpeg' | 'png' | 'webp';
  /** 1 to 100; WebP without it is lossless. */
  readonly quality?: number;
  /** One channel instead of three. */
  readonly grayscale?: boolean;
}

/** Where the bytes of a file come from. */
export type FileSource =
  | {
      readonly draw: () => RgbImage;
      readonly encoding: Encoding;
      readonly damage?: (encoded: Uint8Array) => Uint8Array;
    }
  | { readonly bytes: () => Uint8Array }
  /** Path of a file earlier in the plan with the same bytes. */
  | { readonly copyOf: string };

export interface PlannedFile {
  /** Relative to the data set's folder, with `/`. */
  readonly path: string;
  readonly source: FileSource;
}

/** Everything there is to know about a sample data set before it is drawn. */
export interface SamplePlan {
  /** Originals before their copies. */
  readonly files: readonly PlannedFile[];
  /** Sorted by kind, then by paths. */
  readonly findings: readonly PlantedFinding[];
}

export type Split = 'train' | 'validation' | 'test';

/** A picture of a class that can be drawn any number of times. */
export interface Picture {
  readonly label: SampleClass;
  readonly split: Split;
  readonly scene: number;
  readonly width: number;
  readonly height: number;
}

/** A file of the plan before all names are known. */
export interface DraftFile {
  readonly folder: SampleClass;
  readonly split: Split;
  readonly extension: string;
  readonly source: Exclude<FileSource, { copyOf: string }> | { readonly copyOf: DraftFile };
}

/** Number of images per class at which the counts of planted issues apply as they are written. */
export const DEFAULT_IMAGES_PER_CLASS = 36;

const PLAN_STREAM = 0;

/** The plan while it grows: pictures without a role yet, files and findings so far. */
export class SampleDraft {
  readonly seed: number;
  readonly random: RandomStream;
  readonly #imagesPerClass: number;
  readonly #files: DraftFile[] = [];
  readonly #findings: { readonly kind: PlantedKind; readonly files: readonly DraftFile[] }[] = [];
  #unused: Picture[];
  #scenes = 0;

  constructor(seed: number, imagesPerClass: number) {
    this.seed = seed;
    this.random = new RandomStream(seed, PLAN_STREAM);
    this.#imagesPerClass = imagesPerClass;
    const splits = splitsOf(imagesPerClass);
    const pictures = sampleClasses.flatMap((label) =>
      splits.map((split) => ({ label, split, scene: this.nextScene(), ...this.randomSize() })),
    );
    this.#unused = this.random.shuffled(pictures);
  }

  /** How many issues to plant where the default size has `count`: at least one. */
  scaled(count: number): number {
    return Math.max(1, Math.round((count * this.#imagesPerClass) / DEFAULT_IMAGES_PER_CLASS));
  }

  /** A number that no other scene has. */
  nextScene(): number {
    return this.#scenes++;
  }

  /** Width and height of an ordinary picture. */
  randomSize(): { readonly width: number; readonly height: number } {
    const edge = this.random.uniform(235, 310);
    const stretch = Math.sqrt(this.random.pick([1, 4 / 3, 4 / 3, 3 / 2, 5 / 4, 3 / 4, 4 / 5]));
    return { width: Math.round(edge * stretch), height: Math.round(edge / stretch) };
  }

  /** Takes up to `count` pictures out of those without a role. */
  take(count: number, accept: (picture: Picture) => boolean = () => true): Picture[] {
    const taken = this.#unused.filter(accept).slice(0, count);
    const gone = new Set(taken);
    this.#unused = this.#unused.filter((picture) => !gone.has(picture));
    return taken;
  }

  /** Adds a picture as it is, or in another encoding. */
  addPicture(picture: Picture, encoding: Encoding = this.randomEncoding()): DraftFile {
    return this.addDrawn(picture, () => this.draw(picture), encoding);
  }

  addDrawn(
    place: { readonly label: SampleClass; readonly split: Split },
    draw: () => RgbImage,
    encoding = this.randomEncoding(),
  ): DraftFile {
    return this.add({
      folder: place.label,
      split: place.split,
      extension: extensions[encoding.format],
      source: { draw, encoding },
    });
  }

  add(file: DraftFile): DraftFile {
    this.#files.push(file);
    return file;
  }

  plant(kind: PlantedKind, ...files: readonly DraftFile[]): void {
    this.#findings.push({ kind, files });
  }

  draw(picture: Picture, shot = 0): RgbImage {
    return drawScene(picture.label, this.seed, picture.scene, shot, picture.width, picture.height);
  }

  randomEncoding(): Encoding {
    const kind = this.random.uniform();
    if (kind < 0.1) return { format: 'png' };
    if (kind < 0.2) return { format: 'webp', quality: 80 + this.random.integer(12) };
    return { format: 'jpeg', quality: 84 + this.random.integer(10) };
  }

  /** Numbers the files of each class in random order, so that no name tells what was planted. */
  finish(): SamplePlan {
    const paths = new Map<DraftFile, string>();
    for (const label of sampleClasses) {
      const files = this.random.shuffled(this.#files.filter((file) => file.folder === label));
      for (const [index, file] of files.entries()) {
        const name = `${label}-${String(index + 1).padStart(3, '0')}.${file.extension}`;
        paths.set(file, `${file.split}/${label}/${name}`);
      }
    }
    const findings = this.#findings.map(({ kind, files }) => ({ kind, paths: files.map((file) => paths.get(file)!) }));
    return {
      files: this.#files.map((file) => {
        const { source } = file;
        return {
          path: paths.get(file)!,
          source: 'copyOf' in source ? { copyOf: paths.get(source.copyOf)! } : source,
        };
      }),
      findings: findings.sort((a, b) => compare(a.kind, b.kind) || compare(a.paths.join('\n'), b.paths.join('\n'))),
    };
  }
}

export const extensions: Readonly<Record<Encoding['format'], string>> = { jpeg: 'jpg', png: 'png', webp: 'webp' };

/** 70, 15 and 15 % of the images of one class. */
function splitsOf(count: number): Split[] {
  const held = Math.max(1, Math.round(0.15 * count));
  return Array.from({ length: count }, (_, index) =>
    index < held ? 'test' : index < 2 * held ? 'validation' : 'train',
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
