/** Labels of whole images from the files of YOLO: `data.yaml`, and a text file for each image. */
import { AnnotatedClasses } from './annotatedClasses.ts';
import { startOfText } from '../tables/delimitedText.ts';

/** A line of an image's text file, and where the number of its class stands in it. */
export interface YoloLine {
  readonly code: number;
  /** Part of the image; 0 where the line doesn't tell. */
  readonly area: number;
  /** From 1. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
  /** What stands behind the class, without spaces around it. */
  readonly rest: string;
}

export interface YoloLines {
  readonly lines: readonly YoloLine[];
  /** Numbers of lines that are none. */
  readonly faults: readonly number[];
}

/**
 * The annotations of one image: `class x y width height`, or `class x1 y1 x2 y2 …` for an outline, each number a part of
 * the image's width or height.
 */
export function parseYoloLines(text: string): YoloLines {
  const lines: YoloLine[] = [];
  const faults: number[] = [];
  let start = startOfText(text);
  for (let line = 1; start < text.length; line++) {
    const end = text.indexOf('\n', start) < 0 ? text.length : text.indexOf('\n', start);
    const own = text.slice(start, end);
    const tokens = own.trim().split(/\s+/);
    const [first = '', ...numbers] = tokens;
    if (first !== '') {
      const code = Number(first);
      const values = numbers.map(Number);
      if (!Number.isInteger(code) || code < 0 || values.length < 4 || values.some((value) => !Number.isFinite(value))) {
        faults.push(line);
      } else {
        const at = start + own.indexOf(first);
        const rest = own.slice(own.indexOf(first) + first.length).trim();
        lines.push({ code, area: areaOf(values), line, start: at, end: at + first.length, rest });
      }
    }
    start = end + 1;
  }
  return { lines, faults };
}

/** Of a box, with or without a confidence behind it, or of an outline. */
function areaOf(values: readonly number[]): number {
  return isOutline(values) ? outlineArea(values) : values[2]! * values[3]!;
}

/** Whether the numbers of a line are corners, x and y in turn, rather than those of a box. */
export function isOutline({ length }: readonly number[]): boolean {
  return length >= 6 && length % 2 === 0;
}

/** @param values x and y in turn */
export function outlineArea(values: readonly number[]): number {
  let twice = 0;
  for (let i = 0; i < values.length; i += 2) {
    const next = (i + 2) % values.length;
    twice += values[i]! * values[next + 1]! - values[next]! * values[i + 1]!;
  }
  return Math.abs(twice) / 2;
}

/** The classes of an image's lines, by their number. */
export function classesOfLines({ lines }: YoloLines): AnnotatedClasses<number> {
  const classes = new AnnotatedClasses<number>();
  for (const { code, area } of lines) classes.add(code, area);
  return classes;
}

/** The text file of an image: `labels` in the place of the last folder `images`, and `.txt` in that of the ending. */
export function yoloLabelPath(path: string): string {
  const at = `/${path}`.lastIndexOf('/images/');
  const moved = at < 0 ? path : `${path.slice(0, at)}labels/${path.slice(at + 'images/'.length)}`;
  return `${moved.replace(/\.[^./]*$/, '')}.txt`;
}

/** What `data.yaml` says. */
export interface YoloDescription {
  /** Where its paths begin; '' where it doesn't say. */
  readonly path: string;
  /** Names of classes by number. */
  readonly names: ReadonlyMap<number, string>;
  /** Folders or lists of images, by key: `train`, `val`, `test` or another one. */
  readonly parts: readonly { readonly key: string; readonly places: readonly string[] }[];
  /** What else tells how the numbers of lines are to be read, as it stands there: keypoints, channels. */
  readonly reading: Readonly<Record<string, unknown>>;
}

/** What a description may say of how lines are read. */
export const readingKeys = ['kpt_shape', 'flip_idx', 'kpt_names', 'channels'] as const;

/** Keys that are no part of the data. */
const otherKeys: ReadonlySet<string> = new Set(['path', 'names', 'nc', 'download', 'yaml_file', ...readingKeys]);

/** Reads a parsed `data.yaml`. Returns it, or what is wrong with it. */
export function yoloDescriptionOf(value: unknown): YoloDescription | { readonly fault: string } {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { fault: 'it must hold keys and values' };
  const record = value as Readonly<Record<string, unknown>>;
  const { names: given, path = '' } = record;
  if (typeof given !== 'object' || given === null)
    return { fault: 'it has no "names", which says how its classes are called' };
  const names = new Map<number, string>();
  for (const [key, name] of Object.entries(given as Readonly<Record<string, unknown>>)) {
    const code = Number(key);
    const isName = typeof name === 'string' || typeof name === 'number' || typeof name === 'boolean';
    if (!Number.isInteger(code) || code < 0) return { fault: `"names" holds "${key}", which is no number of a class` };
    if (!isName || String(name) === '') return { fault: `"names" gives the class ${key} no name` };
    names.set(code, String(name));
  }
  if (names.size === 0) return { fault: '"names" holds no class' };
  if (path !== null && typeof path !== 'string') return { fault: '"path" must be a folder' };
  const parts = Object.entries(record).flatMap(([key, place]) => {
    if (otherKeys.has(key)) return [];
    const places = Array.isArray(place) ? (place as readonly unknown[]) : [place];
    const named = places.filter((one): one is string => typeof one === 'string' && one !== '');
    return named.length > 0 && named.length === places.length ? [{ key, places: named }] : [];
  });
  const reading = Object.fromEntries(readingKeys.flatMap((key) => (key in record ? [[key, record[key]]] : [])));
  return { path: typeof path === 'string' ? path : '', names, parts, reading };
}
