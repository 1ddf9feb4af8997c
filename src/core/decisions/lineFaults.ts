import { messageOf } from '../likenessError.ts';
import { parseDecision } from './decisions.ts';

/** Why a line is no decision that anything follows, as the end of a sentence; undefined where it is one. */
export function faultOfLine(line: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return `it is not JSON (${messageOf(error)})`;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'it is not an object';
  if (!('path' in value) || typeof value.path !== 'string') return 'it names no "path"';
  if (!('action' in value) || typeof value.action !== 'string') return 'it names no "action"';
  const decision = parseDecision(line);
  if (decision === undefined) return `"${value.action}" is no action that this version knows`;
  const { action, value: named = '', with: partner, finding, path } = decision;
  if (['relabel', 'tag', 'untag'].includes(action) && named === '') return `"${action}" needs a "value"`;
  if (['same', 'different'].includes(action) && partner === undefined)
    return `"${action}" needs another image in "with"`;
  if (action === 'ignore' && finding === undefined) return '"ignore" needs the id of a "finding"';
  if (path === '' && action !== 'ignore') return 'its "path" is empty';
  return undefined;
}

/** Whether a path leads out of the dataset, or into what Likeness keeps there. */
export function isOutside(path: string): boolean {
  if (path === '') return false;
  const parts = path.split(/[/\\]/);
  return parts[0] === '' || parts[0] === '.likeness' || /^[A-Za-z]:$/.test(parts[0]!) || parts.includes('..');
}
