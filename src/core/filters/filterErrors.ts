/** What a filter can be wrong in beside its spelling; the sentences name the word and what would be understood. */
import { closestName } from './closestName.ts';
import { formatFilter } from './formatFilter.ts';
import type { FilterFault, FilterTerm, FilterValue } from './filter.ts';

export function unknownField(term: FilterTerm, name: string, fields: readonly string[]): FilterFault {
  return at(term, `“${name}” is nothing to filter by; ${meantOr(name, fields)}.`);
}

export function unknownName(term: FilterTerm, column: string, name: string, known: readonly string[]): FilterFault {
  const article = /^[aeiou]/.test(column) ? 'an' : 'a';
  return at(term, `“${name}” is not ${article} ${column}; ${meantOr(name, known)}.`);
}

export function numberWanted(term: FilterTerm, { sign, text }: FilterValue): FilterFault {
  const field = term.field!;
  return at(
    term,
    `“${field}” takes a number, such as ${field}<0.5 or ${field}:0.2..0.8, not “${sign === '=' ? '' : sign}${text}”.`,
  );
}

export function nameWanted(term: FilterTerm): FilterFault {
  const whole = formatFilter([term]);
  const what = term.field === undefined ? 'A word' : `“${term.field}”`;
  return at(
    term,
    `${what} can't be compared by <, > and the like, as in “${whole}”; put what is to be found in quotes.`,
  );
}

/** "did you mean “class”?", or all that there is. */
function meantOr(written: string, names: readonly string[]): string {
  const meant = closestName(written, names);
  return meant === undefined
    ? `there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`
    : `did you mean “${meant}”`;
}

function at({ from, to }: FilterTerm, sentence: string): FilterFault {
  // A question ends with its own mark.
  const message = /did you mean “[^”]*”\.$/.test(sentence) ? `${sentence.slice(0, -1)}?` : sentence;
  return { message, from, to };
}
