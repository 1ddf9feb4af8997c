/** Where the images of an exported folder go. */
import { readingKeys } from '../labels/yoloLabels.ts';
import { classesOf, type ExportImage } from './exportImage.ts';
import { fileNames, folderNames, parted } from './fileNames.ts';

/** Images without a label: none of a class, and known to nothing that takes folders for classes. */
const UNLABELLED = 'unlabelled';
const NO_SPLIT = 'no-split';

/** A class or a split whose folder is called otherwise. */
export interface RenamedFolder {
  readonly of: 'class' | 'split';
  readonly name: string;
  readonly folder: string;
}

export interface PlacedImage {
  readonly image: ExportImage;
  /** Relative to the exported folder, with `/`. */
  readonly target: string;
}

/**
 * `SPLIT/CLASS/NAME`, or `CLASS/NAME` where no image is of a split; images without a label go to `unlabelled/`, by
 * split too, and those without a split, where others have one, to `no-split/CLASS`.
 *
 * @returns beside the places the names that no folder can have, since whatever takes folders for classes finds others there
 */
export function planImageFolder(images: readonly ExportImage[]): {
  readonly placed: readonly PlacedImage[];
  readonly renamed: readonly RenamedFolder[];
} {
  const splits = [...new Set(images.flatMap(({ split }) => split ?? []))].sort();
  const splitFolder = folderNames(splits, [UNLABELLED, NO_SPLIT]);
  const classFolder = folderNames(classesOf(images), [UNLABELLED, 'unlabeled']);
  const placed = named(images, ({ label, split }) => {
    const ofSplit = splits.length === 0 ? [] : [split === undefined ? NO_SPLIT : splitFolder.get(split)!];
    const folders = label === undefined ? [UNLABELLED, ...ofSplit] : [...ofSplit, classFolder.get(label)!];
    return folders.join('/');
  });
  const renamed = (of: RenamedFolder['of'], folders: ReadonlyMap<string, string>) =>
    [...folders].flatMap(([name, folder]) => (name === folder ? [] : [{ of, name, folder }]));
  return { placed, renamed: [...renamed('class', classFolder), ...renamed('split', splitFolder)] };
}

/** A part of a YOLO data set. */
export interface YoloSplit {
  /** Its key in `data.yaml`. */
  readonly name: string;
  /** Its folder in `images` and in `labels`. */
  readonly folder: string;
}

export interface YoloPlan {
  readonly splits: readonly YoloSplit[];
  /** `labels` is the image's label file, relative to the exported folder. */
  readonly images: readonly (PlacedImage & { readonly labels: string })[];
}

/** What a data set of YOLO's says beside where its images are. */
export interface YoloNames {
  /** The classes, by their number. */
  readonly names: ReadonlyMap<number, string>;
  /** Of where the lines come from: a comment in `data.yaml`. */
  readonly comment: string;
  /** What else `data.yaml` says. */
  readonly reading: Readonly<Record<string, unknown>>;
}

/** With what is in the label file of an image. */
export interface YoloContent extends YoloNames {
  /** Undefined where it can't say what is in the image: an empty file would say that nothing is. */
  readonly textOf: (image: ExportImage) => string | undefined | Promise<string | undefined>;
}

/** Lines of whole images: one box around each. @param images all with a label */
export function wholeImageLines(images: readonly ExportImage[]) {
  const names = classesOf(images);
  const codes = new Map(names.map((name, code) => [name, code]));
  return {
    names: new Map(names.map((name, code) => [code, name])),
    comment: 'Classes of whole images, written as one box around each: no box was drawn around an object.',
    reading: {},
    textOf: ({ label }: ExportImage) => `${codes.get(label!)!} 0.5 0.5 1 1\n`,
  } satisfies YoloContent;
}

/**
 * `images/SPLIT/NAME` and `labels/SPLIT/STEM.txt`, which YOLO finds by putting `labels` in the place of the last `images`
 * in a path. Images of no split are taken for `train`.
 */
export function planYolo(images: readonly ExportImage[]): YoloPlan {
  const splitOf = ({ split }: ExportImage) => (split === undefined ? 'train' : split === 'validation' ? 'val' : split);
  const splits = [...new Set(images.map(splitOf))].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const folders = folderNames(splits, ['images', 'labels']);
  const placed = named(
    images,
    (image) => `images/${folders.get(splitOf(image))!}`,
    (name) => parted(name).stem,
  );
  return {
    splits: splits.map((name) => ({
      name: otherKeys.has(name) ? `${name}_split` : name,
      folder: folders.get(name)!,
    })),
    images: placed.map(({ image, target }) => ({
      image,
      target,
      labels: `labels/${parted(target.slice('images/'.length)).stem}.txt`,
    })),
  };
}

/** What `data.yaml` says beside its splits. */
const otherKeys: ReadonlySet<string> = new Set(['path', 'names', 'nc', 'download', ...readingKeys]);
const yoloSplits = ['train', 'val', 'test'];
const rank = (split: string) => (yoloSplits.includes(split) ? yoloSplits.indexOf(split) : yoloSplits.length);

/** The text of `data.yaml`; paths are relative to it, so that the folder can be moved. Strings of JSON are strings of YAML. */
export function yoloDescription({ splits }: Pick<YoloPlan, 'splits'>, { names, comment, reading }: YoloNames): string {
  return [
    `# ${comment.replace(/\s+/g, ' ')}`,
    ...splits.map(({ name, folder }) => `${JSON.stringify(name)}: ${JSON.stringify(`images/${folder}`)}`),
    ...Object.entries(reading).map(([key, value]) => `${key}: ${JSON.stringify(value)}`),
    `nc: ${names.size}`,
    'names:',
    ...[...names].map(([code, name]) => `  ${code}: ${JSON.stringify(name)}`),
    '',
  ].join('\n');
}

/** With a name of its own for each image in its folder. */
function named(
  images: readonly ExportImage[],
  folderOf: (image: ExportImage) => string,
  keyOf?: (name: string) => string,
): PlacedImage[] {
  const byFolder = new Map<string, ExportImage[]>();
  for (const image of images) {
    const folder = folderOf(image);
    const own = byFolder.get(folder);
    if (own === undefined) byFolder.set(folder, [image]);
    else own.push(image);
  }
  const targets = new Map<ExportImage, string>();
  for (const [folder, own] of byFolder) {
    const files = own.map(({ path, content }) => ({ name: path.slice(path.lastIndexOf('/') + 1), content }));
    fileNames(files, keyOf).forEach((name, i) => targets.set(own[i]!, `${folder}/${name}`));
  }
  return images.map((image) => ({ image, target: targets.get(image)! }));
}
