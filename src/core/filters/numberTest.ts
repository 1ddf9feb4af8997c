import type { FilterValue } from './filter.ts';

const sizes: Readonly<Record<string, number>> = { k: 1e3, kb: 1e3, m: 1e6, mb: 1e6, g: 1e9, gb: 1e9, b: 1 };

/**
 * What a value such as `0.3`, `<0.3` or `0.2..0.5` (both ends belong to it, and one may be `*`) asks of numbers; undefined where
 * it asks nothing that can be understood. What is not known (NaN) is never let through.
 *
 * @param isSize `20kb` and the like are numbers too
 */
export function numberTest(
  { sign, text, isPattern }: FilterValue,
  isSize: boolean,
): ((value: number) => boolean) | undefined {
  const ends = text.split('..');
  if (ends.length === 2 && sign === '=') {
    const [low, high] = ends.map((end) => (end === '*' || end === '' ? undefined : numberOf(end, isSize)));
    const isOpen = (end: string | undefined) => end === '*' || end === '';
    if ((low === undefined && !isOpen(ends[0])) || (high === undefined && !isOpen(ends[1]))) return undefined;
    if (isOpen(ends[0]) && isOpen(ends[1])) return undefined;
    const [least, most] = [low ?? -Infinity, high ?? Infinity];
    return (value) => value >= least && value <= most;
  }
  const number = isPattern ? undefined : numberOf(text, isSize);
  if (number === undefined) return undefined;
  switch (sign) {
    case '=':
      return (value) => value === number;
    case '<':
      return (value) => value < number;
    case '<=':
      return (value) => value <= number;
    case '>':
      return (value) => value > number;
    case '>=':
      return (value) => value >= number;
  }
}

function numberOf(text: string, isSize: boolean): number | undefined {
  const found = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([kmg]?b?)$/i.exec(text);
  if (!found) return undefined;
  const [, digits, unit] = found;
  if (unit === '') return Number(digits);
  return isSize ? Number(digits) * sizes[unit!.toLowerCase()]! : undefined;
}
