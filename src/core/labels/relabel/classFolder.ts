import { isUnlabelledFolder, labelRules } from '../labelRules.ts';

/**
 * The folder that an image has to lie in to be of a class: beside its own one, or in the place of the folder
 * `unlabelled` or `unknown` that it lies in. Undefined where no folder can be called so.
 */
export function folderOfClass(path: string, name: string): string | undefined {
  if (/[/\\\p{Cc}]/u.test(name) || name === '.' || name === '..') return undefined;
  const own = path.split('/').slice(0, -1);
  const unlabelled = own.findIndex(isUnlabelledFolder);
  const isClass = labelRules({}).labelOf(path) !== undefined || own.at(-1)?.toLowerCase() === 'unknown';
  const parents = unlabelled >= 0 ? own.slice(0, unlabelled) : isClass ? own.slice(0, -1) : own;
  return [...parents, name].join('/');
}
