/** What a filter can be wrong in beside its spelling; the sentences name the word and what would be understood. */
import { ErrorCode, LikenessError } from '../likenessError.ts';
import { closestName } from './closestName.ts';
import { formatFilter } from './formatFilter.ts';
import type { FilterFault, FilterTerm, FilterValue } from './filter.ts';

export function unknownField(term: FilterTerm, name: string, fields: readonly string[]): FilterFault {
  return at(term, `“${name}” is nothing to filter by; ${meantOr(name, fields)}.`);
}

/** @param why there is nothing, and what to do: the end of a sentence */
export function lackingField(term: FilterTerm, name: string, why: string): FilterFault {
  return at(term, `There is no “${name}” to filter by: ${why}`);
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

// ---- failures that a person sees ----------------------------------------------------------------------------------

export const filterNotUnderstood = (filter: string, { message }: FilterFault) =>
  new LikenessError(ErrorCode.Usage, `The filter ${filter} can't be understood: ${message}`);
export const unknownView = (name: string, root: string, names: readonly string[]) => {
  const meant = closestName(name, names);
  const known =
    names.length === 0 ? 'none is saved yet' : `there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`;
  const advice = meant === undefined ? `${known}.` : `did you mean “${meant}”?`;
  return new LikenessError(ErrorCode.Usage, `${root} has no view “${name}”; ${advice}`);
};
export const unusableViewName = (fault: string) =>
  new LikenessError(ErrorCode.Usage, `A view can't be called so: ${fault}; choose another name.`);
/** @param filter that it stands for */
export const viewExists = (name: string, filter: string) =>
  new LikenessError(
    ErrorCode.Usage,
    `There is a view “${name}” already, of ${filter}; choose another name, or remove that one first.`,
  );
export const emptyView = (name: string) =>
  new LikenessError(
    ErrorCode.Usage,
    `The view “${name}” needs a filter, such as class:cat; an empty one shows all images.`,
  );
/** @param faults why, in sentences */
export const filterUnsure = (filter: string, root: string, faults: readonly string[]) =>
  new LikenessError(
    ErrorCode.InvalidLabels,
    `Nobody can tell which images of ${root} match ${filter}, and nothing is done with them: ${faults.join(' ')}`,
    { path: root },
  );
/** @param hints what may be the reason, in sentences */
export const nothingMatches = (filter: string, root: string, hints: readonly string[]) =>
  new LikenessError(
    ErrorCode.TooFewImages,
    `No image of ${root} matches ${filter}. ${hints.length > 0 ? hints.join(' ') : 'Ask for less.'}`,
    { path: root },
  );
