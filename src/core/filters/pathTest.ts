import type { FilterValue } from './filter.ts';
import { escaped } from './patterns.ts';

const lowered = new WeakMap<readonly string[], readonly string[]>();

/** The same list is asked again with every letter that is typed. */
function lowerCase(paths: readonly string[]): readonly string[] {
  const known = lowered.get(paths);
  if (known) return known;
  const made = paths.map((path) => path.toLowerCase());
  lowered.set(paths, made);
  return made;
}

/**
 * Whether the path of a row is one of the values or lies below it, in whatever case. In a pattern `**` stands for anything and
 * `*` for anything but `/`; one without `/` is about the file's name alone, as in `.gitignore`.
 */
export function pathTest(paths: readonly string[], values: readonly FilterValue[]): (row: number) => boolean {
  const lower = lowerCase(paths);
  const tests = values.map(({ text, isPattern }) => {
    const wanted = text
      .toLowerCase()
      .replaceAll('\\', '/')
      .replace(/^\.?\/+/, '')
      .replace(/\/+$/, '');
    return isPattern ? globTest(wanted) : folderTest(wanted);
  });
  const [only] = tests;
  if (tests.length === 1) return (row) => only!(lower[row]!);
  return (row) => tests.some((test) => test(lower[row]!));
}

/** Whether the path of a row holds one of the words, in whatever case. */
export function wordTest(paths: readonly string[], values: readonly FilterValue[]): (row: number) => boolean {
  const lower = lowerCase(paths);
  const tests = values.map(({ text, isPattern }) => {
    const wanted = text.toLowerCase();
    if (!isPattern) return (path: string) => path.includes(wanted);
    const pattern = new RegExp(wanted.split(/\*+/).map(escaped).join('[^]*'));
    return (path: string) => pattern.test(path);
  });
  const [only] = tests;
  if (tests.length === 1) return (row) => only!(lower[row]!);
  return (row) => tests.some((test) => test(lower[row]!));
}

function folderTest(folder: string): (path: string) => boolean {
  const below = `${folder}/`;
  return (path) => path === folder || path.startsWith(below) || folder === '';
}

function globTest(pattern: string): (path: string) => boolean {
  const folder = /^([^*]+\/)\*\*$/.exec(pattern)?.[1];
  if (folder !== undefined) return (path) => path.startsWith(folder);
  const parts = pattern.split(/(\*\*\/|\*+)/).map((part) => {
    if (part === '**/') return '(?:[^]*/)?';
    if (part === '*') return '[^/]*';
    return part.startsWith('**') ? '[^]*' : escaped(part);
  });
  const whole = new RegExp(`${pattern.includes('/') || pattern.includes('**') ? '^' : '(?:^|/)'}${parts.join('')}$`);
  return (path) => whole.test(path);
}
