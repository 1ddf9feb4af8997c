import type { FilterTerm, FilterValue } from './filter.ts';

/** The text of a filter, which reads as the same. */
export function formatFilter(terms: readonly Pick<FilterTerm, 'field' | 'negated' | 'values'>[]): string {
  return terms.map(formatTerm).join(' ');
}

/** A term for images that have one of these names: `class:"tabby cat"`. */
export function nameTerm(field: string, ...names: readonly string[]): string {
  const values = names.map((text): FilterValue => ({ sign: '=', text, isPattern: false }));
  return formatTerm({ field, negated: false, values });
}

function formatTerm({ field, negated, values }: Pick<FilterTerm, 'field' | 'negated' | 'values'>): string {
  const [first, ...others] = values.map((value, i) => formatValue(value, field === undefined && i === 0));
  const start = field === undefined ? '' : /[\s,:<>="*]|^-|^$/.test(field) ? quoted(field, true) : field;
  const colon = field === undefined || values[0]!.sign !== '=' ? '' : ':';
  return [`${negated ? '-' : ''}${start}${colon}${first!}`, ...others].join(',');
}

function formatValue({ sign, text, isPattern }: FilterValue, isWord: boolean): string {
  const isLiteral = !isPattern && text.includes('*');
  const needsQuotes = isLiteral || (isWord ? /[\s,:<>="]|^-|^$/ : /[\s,"]|^[<>=]|^$/).test(text);
  return `${sign === '=' ? '' : sign}${needsQuotes ? quoted(text, !isPattern) : text}`;
}

function quoted(text: string, isLiteral: boolean): string {
  return `"${text.replaceAll(isLiteral ? /["\\*]/g : /["\\]/g, '\\$&')}"`;
}
