import { formatCount } from '../progressText.ts';
import { fieldNamed } from './filter.ts';
import type { FilterSubject } from './filterSubjects.ts';
import { nameTerm } from './formatFilter.ts';

/** Something that could follow. */
export interface Completion {
  /** What it is called in a list: `class`, `cat`. */
  readonly label: string;
  /** How many images, or what it is about. */
  readonly detail: string;
  /** What takes the place of the text from `from` to `to`; where it ends with a space the term is complete. */
  readonly insert: string;
}

export interface Completions {
  readonly from: number;
  readonly to: number;
  readonly items: readonly Completion[];
}

/** Where a cursor is in a filter that needn't be complete. */
interface Place {
  /** Of the field, without its sign; undefined while it is being written. */
  readonly field: string | undefined;
  /** Of what is being written, up to the cursor. */
  readonly from: number;
  readonly written: string;
  /** After `<` and the like. */
  readonly isCompared: boolean;
  /** Within quotes. */
  readonly isQuoted: boolean;
}

const MOST_ITEMS = 100;

/** What could follow in a filter at a cursor: names of fields, and behind one what there is of it, the most frequent first. */
export function completeFilter(text: string, cursor: number, subjects: readonly FilterSubject[]): Completions {
  const { field, from, written, isCompared, isQuoted } = placeOf(text, cursor);
  const behind = text.slice(cursor);
  // The rest of the word is replaced too, in quotes up to where they close.
  const quoted = isQuoted ? /^[^"]*"(?=[\s,]|$)/.exec(behind) : null;
  const rest = (quoted ?? /^[^\s,:<>="]*/.exec(behind)!)[0];
  const to = cursor + rest.length;
  const next = text[to] ?? '';
  const id =
    field === undefined
      ? undefined
      : fieldNamed(
          field,
          subjects.map((subject) => subject.id),
        );
  const subject = subjects.find((one) => one.id === id);
  const found =
    field === undefined ? fieldsFor(written, subjects) : subject && !isCompared ? valuesFor(written, subject) : [];
  return { from, to, items: found.slice(0, MOST_ITEMS).flatMap((item) => before(next, item)) };
}

/** As it fits before what stands there already: the sign of a field, or another value. */
function before(next: string, item: Completion): Completion[] {
  if (next === ',') return [{ ...item, insert: item.insert.trimEnd() }];
  if (!/[:<>=]/.test(next)) return [item];
  // The sign is there: only a field goes before it.
  return /[:<]$/.test(item.insert) ? [{ ...item, insert: item.insert.slice(0, -1) }] : [];
}

function placeOf(text: string, cursor: number): Place {
  let [field, from, isQuoted, isCompared]: [string | undefined, number, boolean, boolean] = [
    undefined,
    0,
    false,
    false,
  ];
  for (let i = 0; i < cursor; i++) {
    const character = text[i]!;
    if (isQuoted) {
      if (character === '\\') i++;
      else if (character === '"') isQuoted = false;
    } else if (character === '"' && i === from) {
      isQuoted = true;
    } else if (/\s/.test(character)) {
      [field, from, isCompared] = [undefined, i + 1, false];
    } else if (character === '-' && i === from && field === undefined) {
      from = i + 1;
    } else if (field === undefined && /[:<>=]/.test(character)) {
      [field, from, isCompared] = [unquoted(text.slice(from, i)), i + 1, character !== ':' && character !== '='];
    } else if (field !== undefined && i === from && /[<>=]/.test(character)) {
      [from, isCompared] = [i + 1, true];
    } else if (character === ',') {
      [from, isCompared] = [i + 1, false];
    }
  }
  return { field, from, written: unquoted(text.slice(from, cursor)), isCompared, isQuoted };
}

function unquoted(text: string): string {
  return text.replace(/^"/, '').replace(/"$/, '').replaceAll(/\\(.)/g, '$1');
}

/** Fields that begin so, then names of classes, tags and the like that do. */
function fieldsFor(written: string, subjects: readonly FilterSubject[]): Completion[] {
  const fields = subjects
    .filter(({ id, name }) => hasWordWith(id, written) || (written !== '' && hasWordWith(name, written)))
    .map(({ id, name, kind, range, values }): Completion => {
      const start = fieldText(id);
      if (kind === 'numbers') return { label: id, insert: `${start}<`, detail: `${name}${rangeText(range)}` };
      const many = kind === 'names' && values.length > 0 ? `, ${formatCount(values.length)}` : '';
      return { label: id, insert: `${start}:`, detail: `${name}${many}` };
    });
  if (written === '') return fields;
  const named = subjects
    .filter(({ kind }) => kind === 'names')
    .flatMap((subject) =>
      valuesFor(written, subject).map((item) => ({
        ...item,
        label: `${subject.id}:${item.label}`,
        insert: `${fieldText(subject.id)}:${item.insert}`,
      })),
    );
  return [...fields, ...named];
}

function fieldText(id: string): string {
  return nameTerm(id, 'x').slice(0, -':x'.length);
}

function valuesFor(written: string, { kind, values, range }: FilterSubject): Completion[] {
  if (kind === 'numbers') {
    if (range === undefined || written !== '') return [];
    return ['<', '>', '<=', '>='].map((sign) => ({
      label: sign,
      insert: sign,
      detail: rangeText(range).replace(/^, /, ''),
    }));
  }
  const wanted = written.toLowerCase();
  const fitting = values.filter(({ name }) => name.toLowerCase().includes(wanted));
  const begin = fitting.filter(({ name }) => name.toLowerCase().startsWith(wanted));
  const others = fitting.filter((value) => !begin.includes(value));
  return [...begin, ...others].slice(0, MOST_ITEMS).map(({ name, count }) => ({
    label: name,
    insert: `${valueText(name)} `,
    detail: kind === 'presence' ? '' : formatCount(count),
  }));
}

/** In quotes where it needs them. */
function valueText(text: string): string {
  return nameTerm('x', text).slice('x:'.length);
}

function rangeText(range: FilterSubject['range']): string {
  return range === undefined ? '' : `, ${shortNumber(range[0])} to ${shortNumber(range[1])}`;
}

function shortNumber(value: number): string {
  return Math.abs(value) >= 100 ? formatCount(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** One of its words begins so: "low" and "info" of `lowInformation`. */
function hasWordWith(name: string, written: string): boolean {
  const wanted = written.toLowerCase();
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u);
  return name.toLowerCase().startsWith(wanted) || words.some((word) => word.startsWith(wanted));
}
