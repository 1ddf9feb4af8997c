import { utf8Latin, type ByteEdit } from './byteEdits.ts';

/**
 * The edits that add classes to the `names` of a `data.yaml`, behind those that are there; undefined where the text is
 * written in a way that they can't be added to. Whoever calls checks what comes out.
 *
 * @param text a character for each byte
 * @param names those that are there, by number
 * @param added names of classes that get the next numbers
 */
export function addedNames(
  text: string,
  names: ReadonlyMap<number, string>,
  added: readonly string[],
): ByteEdit[] | undefined {
  const key = /^(?:names|"names"|'names')[ \t]*:/m.exec(text);
  if (key === null) return undefined;
  const next = Math.max(...names.keys()) + 1;
  const at = key.index + key[0].length;
  const rest = /[ \t]*(?:#[^\n]*)?(\r?\n|[[{])/y;
  rest.lastIndex = at;
  const begins = rest.exec(text)?.[1];
  const place =
    begins === '[' || begins === '{'
      ? inFlow(text, rest.lastIndex, begins === '{', next, added)
      : begins === undefined
        ? undefined
        : inBlock(text, rest.lastIndex, next, added);
  if (place === undefined) return undefined;
  const count = new RegExp(`^(nc[ \\t]*:[ \\t]*)${names.size}(?=[ \\t]*(?:#.*)?\\r?$)`, 'm').exec(text);
  const edits = [place];
  if (count !== null) {
    const start = count.index + count[1]!.length;
    edits.push({ start, end: start + String(names.size).length, text: String(names.size + added.length) });
  }
  return edits.sort((a, b) => a.start - b.start);
}

/** `[a, b]` or `{0: a, 1: b}`. @param from behind the opening bracket */
function inFlow(
  text: string,
  from: number,
  isMap: boolean,
  next: number,
  added: readonly string[],
): ByteEdit | undefined {
  const end = endOfFlow(text, from, isMap ? '}' : ']');
  if (end === undefined) return undefined;
  // Behind the last name, before spaces, line breaks and a comma that may end the list.
  const inner = text.slice(from, end).replace(/\s+$/, '');
  const hasComma = inner.endsWith(',');
  const items = added.map((name, i) => (isMap ? `${next + i}: ${scalar(name)}` : scalar(name)));
  const start = from + inner.length;
  return { start, end: start, text: `${hasComma ? ' ' : ', '}${items.join(', ')}` };
}

function endOfFlow(text: string, from: number, bracket: string): number | undefined {
  let isBegun = false;
  for (let i = from; i < text.length; i++) {
    const character = text[i]!;
    if (character === bracket) return i;
    // Inside of a plain name a quote is a character like others.
    if (!isBegun && (character === '"' || character === "'")) {
      const closing = text.indexOf(character, i + 1);
      if (closing < 0) return undefined;
      i = closing;
      isBegun = true;
    } else if (character === ',' || character === ':' || character === '\n') isBegun = false;
    else if (!/\s/.test(character)) isBegun = true;
    if (character === '#' || character === '\\') return undefined;
  }
  return undefined;
}

/** `- a` or `0: a`, a line each. @param from the first line of them */
function inBlock(text: string, from: number, next: number, added: readonly string[]): ByteEdit | undefined {
  const line = /([ \t]*)(?:(-[ \t]+)|(\d+)([ \t]*:[ \t]+))?([^\r\n]*)(\r?\n|$)/y;
  let last: { end: number; indent: string; dash: string | undefined; colon: string | undefined } | undefined;
  let ending = '\n';
  for (let at = from; at < text.length;) {
    line.lastIndex = at;
    const found = line.exec(text);
    if (found === null) break;
    const [whole, indent = '', dash, , colon, rest = '', newline = ''] = found;
    if (dash === undefined && colon === undefined && rest.trim() !== '' && !rest.startsWith('#')) break;
    if (dash !== undefined || colon !== undefined) {
      if (last !== undefined && last.indent !== indent) return undefined;
      if (indent === '' && colon !== undefined) break;
      last = { end: at + whole.length - newline.length, indent, dash, colon };
    }
    if (newline !== '') ending = newline;
    at += whole.length;
    if (newline === '') break;
  }
  if (last === undefined) return undefined;
  const { end, indent, dash, colon } = last;
  const lines = added.map((name, i) => `${ending}${indent}${dash ?? `${next + i}${colon!}`}${scalar(name)}`);
  return { start: end, end, text: lines.join('') };
}

const wordsOfYaml = /^(?:true|false|yes|no|on|off|null|y|n|nan|inf)$/i;

/** As YAML takes it, in quotes where it could be taken for something else. */
function scalar(name: string): string {
  const isPlain = /^[A-Za-z_][\w .-]*$/.test(name) && !name.endsWith(' ') && !wordsOfYaml.test(name);
  return isPlain ? name : utf8Latin(JSON.stringify(name));
}
