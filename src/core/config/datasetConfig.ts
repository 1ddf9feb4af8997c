import ignore from 'ignore';
import type { AugmentationRecipe } from '../augmentation/recipe.ts';
import { findingKinds } from '../curation/findings.ts';
import { usualThresholds } from '../curation/thresholds.ts';
import { augmentationFault } from '../augmentation/recipeRules.ts';
import type { SplitRules } from './splitRules.ts';

export type LabelSource = 'folder' | 'csv' | 'coco' | 'yolo' | 'none';
export type CaptionSource = 'txt' | 'csv' | 'jsonl' | 'coco';

/** A dataset's `config.json`. Everything is optional. */
export interface DatasetConfig {
  /** Absent: the parent folder's name. */
  readonly labels?: {
    readonly source: LabelSource;
    /** Of `csv`, `coco` and `yolo`: relative to the root. Of `csv` and `coco` it may be several: a file for each split. */
    readonly file?: string | readonly string[];
    /** Of `csv`: the column that holds the label. */
    readonly column?: string;
  };
  /** Absent: nobody has written anything about the images. */
  readonly captions?: {
    /** `txt`: a text of the image's name beside each image. */
    readonly source: CaptionSource;
    /** Of all but `txt`: relative to the root. It may be several: a file for each split. */
    readonly file?: string | readonly string[];
    /** Of `csv` and `jsonl`: the column that holds the caption. */
    readonly column?: string;
  };
  /**
   * `.gitignore`-style patterns of the images of each split, and `file`, a table of images and their splits; images that
   * neither knows go by the file of labels or by their folders' names.
   */
  readonly splits?: SplitRules;
  /** `.gitignore`-style patterns of what isn't part of the dataset. */
  readonly exclude?: readonly string[];
  /** By kind of finding. */
  readonly thresholds?: Readonly<Record<string, number>>;
  /** The id of the encoder to use. */
  readonly encoder?: string;
  /**
   * The id of the encoder of captions: a sentence encoder, or an image–text encoder whose text half it is. Absent: the one
   * sentence encoder that was added, else the text half of the encoder in use.
   */
  readonly captionEncoder?: string;
  /** What pretraining does to images where it is set to `custom`. */
  readonly augmentation?: AugmentationRecipe;
  /** Filters by the names that they are saved under. */
  readonly views?: Readonly<Record<string, string>>;
  /** What clusters may be called, or a text file with a word a line, relative to the root. Absent: the usual words. */
  readonly words?: readonly string[] | string;
}

/** The known keys, in the order in which they are written. */
export const configKeys = [
  'labels',
  'captions',
  'splits',
  'exclude',
  'thresholds',
  'encoder',
  'captionEncoder',
  'augmentation',
  'views',
  'words',
] as const;

/** Of a view: it has to be read in a list. */
const MOST_NAME_LETTERS = 100;

const labelSources: readonly string[] = ['folder', 'csv', 'coco', 'yolo', 'none'] satisfies LabelSource[];
const captionSources: readonly string[] = ['txt', 'csv', 'jsonl', 'coco'] satisfies CaptionSource[];
const TABLES = ['csv', 'jsonl'];

/** Checks a parsed `config.json`. Returns it, or what is wrong with it: the key and what it should be. */
export function parseConfig(value: unknown): { readonly config: DatasetConfig } | { readonly fault: string } {
  if (!isRecord(value)) return { fault: 'it must hold an object' };
  const fault =
    labelsFault(value.labels) ??
    captionsFault(value.captions) ??
    splitsFault(value.splits) ??
    patternsFault('exclude', value.exclude) ??
    thresholdsFault(value.thresholds) ??
    encoderFault('encoder', value.encoder) ??
    encoderFault('captionEncoder', value.captionEncoder) ??
    ownAugmentationFault(value.augmentation) ??
    viewsFault(value.views) ??
    wordsFault(value.words);
  if (fault !== undefined) return { fault };
  const known = configKeys.filter((key) => value[key] !== undefined).map((key) => [key, value[key]]);
  return { config: Object.fromEntries(known) as DatasetConfig };
}

/** The keys of a parsed `config.json` that nobody reads, but for remarks (`$schema`, `_why`, `//`). */
export function unknownKeys(value: object): string[] {
  return Object.keys(value).filter((key) => !/^(\$|_|\/\/)/.test(key) && !configKeys.some((known) => known === key));
}

function labelsFault(labels: unknown): string | undefined {
  if (labels === undefined) return undefined;
  if (!isRecord(labels)) return '"labels" must be an object with a "source"';
  if (typeof labels.source !== 'string' || !labelSources.includes(labels.source)) {
    return `"labels.source" must be one of ${labelSources.join(', ')}`;
  }
  const { file } = labels;
  if (file !== undefined && !isText(file) && !isPaths(file)) {
    return '"labels.file" must be a path relative to the dataset, or a list of such paths';
  }
  if (isPaths(file) && labels.source === 'yolo')
    return '"labels.file" must be one file, data.yaml, which names the splits itself';
  if (labels.column !== undefined && !isText(labels.column)) return '"labels.column" must be the name of a column';
  const needsFile = labels.source !== 'folder' && labels.source !== 'none';
  return needsFile && labels.file === undefined
    ? `"labels.file" is missing, which "${labels.source}" needs`
    : undefined;
}

function captionsFault(captions: unknown): string | undefined {
  if (captions === undefined) return undefined;
  if (!isRecord(captions)) return '"captions" must be an object with a "source"';
  const { source, file, column } = captions;
  if (typeof source !== 'string' || !captionSources.includes(source)) {
    return `"captions.source" must be one of ${captionSources.join(', ')}`;
  }
  if (source === 'txt' && file !== undefined) return '"captions.file" is named, and "txt" has a file beside each image';
  if (source !== 'txt' && file === undefined) return `"captions.file" is missing, which "${source}" needs`;
  if (file !== undefined && !isText(file) && !isPaths(file)) {
    return '"captions.file" must be a path relative to the dataset, or a list of such paths';
  }
  if (column === undefined) return undefined;
  if (!TABLES.includes(source)) return `"captions.column" is named, and "${source}" has no columns`;
  return isText(column) ? undefined : '"captions.column" must be the name of a column';
}

function splitsFault(splits: unknown): string | undefined {
  if (splits === undefined) return undefined;
  if (!isRecord(splits)) return '"splits" must be an object of lists of patterns';
  for (const [name, patterns] of Object.entries(splits)) {
    if (name === 'file' && !Array.isArray(patterns)) {
      if (!isText(patterns)) return '"splits.file" must be the path of a table, relative to the dataset';
      continue;
    }
    const fault = patternsFault(`splits.${name}`, patterns);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function patternsFault(key: string, patterns: unknown): string | undefined {
  if (patterns === undefined) return undefined;
  if (!Array.isArray(patterns) || !patterns.every((pattern) => typeof pattern === 'string')) {
    return `"${key}" must be a list of patterns`;
  }
  const broken = patterns.find((pattern) => !isPattern(pattern));
  return broken === undefined ? undefined : `"${key}" holds the pattern "${broken}", which can't be understood`;
}

function isPattern(pattern: string): boolean {
  try {
    ignore().add(pattern).ignores('a');
    return true;
  } catch {
    return false;
  }
}

function thresholdsFault(thresholds: unknown): string | undefined {
  if (thresholds === undefined) return undefined;
  if (!isRecord(thresholds)) return '"thresholds" must be an object of numbers';
  const wrong = Object.entries(thresholds).find(([, number]) => !Number.isFinite(number));
  if (wrong !== undefined) return `"thresholds.${wrong[0]}" must be a number`;
  const unknown = Object.keys(thresholds).find((kind) => !(kind in usualThresholds));
  if (unknown === undefined) return undefined;
  const why = (findingKinds as readonly string[]).includes(unknown)
    ? 'which no number decides'
    : 'which is no kind of finding';
  return `"thresholds" names "${unknown}", ${why}; there are ${Object.keys(usualThresholds).join(', ')}`;
}

function encoderFault(key: string, encoder: unknown): string | undefined {
  return encoder === undefined || isText(encoder) ? undefined : `"${key}" must be the id of an encoder`;
}

function ownAugmentationFault(augmentation: unknown): string | undefined {
  const fault = augmentation === undefined ? undefined : augmentationFault(augmentation);
  return fault === undefined ? undefined : `"augmentation" is no recipe: ${fault}`;
}

/** Whether a view's filter can be understood is told when it is used: one that isn't must not stop anything else. */
function viewsFault(views: unknown): string | undefined {
  if (views === undefined) return undefined;
  if (!isRecord(views)) return '"views" must be an object of filters by their names';
  for (const [name, filter] of Object.entries(views)) {
    const fault = viewNameFault(name);
    if (fault !== undefined) return `"views" holds a name that can't be used, as ${fault}`;
    if (typeof filter !== 'string') return `"views.${name}" must be a filter, such as "class:cat"`;
  }
  return undefined;
}

function wordsFault(words: unknown): string | undefined {
  if (words === undefined || isText(words) || isPaths(words)) return undefined;
  return '"words" must be a list of words, or the path of a text file with a word a line';
}

/** What is wrong with the name of a view. */
export function viewNameFault(name: string): string | undefined {
  if (name.trim() === '') return 'it is empty';
  if (name !== name.trim()) return `“${name}” begins or ends with a space`;
  if (/[\u0000-\u001f]/.test(name)) return 'it has a line break or another control character in it';
  return name.length > MOST_NAME_LETTERS ? `it has more than ${MOST_NAME_LETTERS} letters` : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPaths(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every(isText);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
