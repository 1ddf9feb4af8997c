import { escaped } from './patterns.ts';

/** Scripts that put no spaces between words: there a word is whatever is written one after another. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
const LETTER = /[\p{L}\p{N}]/u;
const WORD = /[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu;

const vocabularies = new WeakMap<readonly (readonly string[])[], readonly (readonly string[])[]>();

/** The different words of each list of texts, in lower case. The same lists are asked about again with every letter that is typed. */
export function wordsOf(lists: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const known = vocabularies.get(lists);
  if (known) return known;
  const made = lists.map((texts) => [...new Set(texts.flatMap((text) => text.toLowerCase().match(WORD) ?? []))]);
  vocabularies.set(lists, made);
  return made;
}

/**
 * Whether a text holds a word, or several as they stand there, in whatever case. `red` is in "A red car." and not in "covered".
 *
 * @param isPattern `*` stands for anything: `red*` is in "redder"
 */
export function textTest(text: string, isPattern: boolean): (sentence: string) => boolean {
  if (text === '') return () => false;
  const source = isPattern ? text.split(/\*+/).map(escaped).join('[^]*') : escaped(text);
  const before = isOfWord(/^./su.exec(text)) ? '(?<![\\p{L}\\p{N}])' : '';
  const after = isOfWord(/.$/su.exec(text)) ? '(?![\\p{L}\\p{N}])' : '';
  const pattern = new RegExp(before + source + after, 'iu');
  return (sentence) => pattern.test(sentence);
}

/** Whether a character at an end of what is looked for is part of a word that has to end there. */
function isOfWord(found: RegExpExecArray | null): boolean {
  const [character = ''] = found ?? [];
  return LETTER.test(character) && !UNSPACED.test(character);
}
