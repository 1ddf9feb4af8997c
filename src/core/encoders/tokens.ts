/** A text as a text encoder takes it. */
export interface TokenizedText {
  readonly ids: readonly number[];
  /** Tokens that the whole text has, special ones included; more than `ids` where it was cut. */
  readonly length: number;
}

/**
 * Cuts a text to what a model reads. Its last words go; the special tokens that stand before and behind a text stay, as a
 * model that reads its vector at the end token needs that.
 *
 * @param ids of the whole text, with special tokens
 * @param content of the text alone; where it isn't a part of `ids`, the end of these is cut
 * @param contextLength special tokens included
 */
export function cutToContext(ids: readonly number[], content: readonly number[], contextLength: number): TokenizedText {
  const { length } = ids;
  if (length <= contextLength) return { ids, length };
  const before = startOf(content, ids);
  const behind = before === -1 ? [] : ids.slice(before + content.length);
  const kept = ids.slice(0, Math.max(0, contextLength - behind.length));
  return { ids: [...kept, ...behind].slice(0, contextLength), length };
}

/** Where a list begins within another, or −1. */
function startOf(part: readonly number[], whole: readonly number[]): number {
  for (let start = 0; start + part.length <= whole.length; start++) {
    if (part.every((id, i) => whole[start + i] === id)) return start;
  }
  return -1;
}

/** What people are told of a text that was cut. */
export interface CutText {
  readonly text: string;
  /** Tokens of the whole text and of what was read of it, special ones included. */
  readonly tokens: number;
  readonly read: number;
}

/** The beginning of a text, for a sentence about it. */
export function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40).trimEnd()}…` : text;
}

/** @param encoder its name */
export function cutSentence({ text, tokens, read }: CutText, encoder: string): string {
  return `"${shortened(text)}" has ${tokens} tokens, and ${encoder} reads ${read}: the last ${tokens - read} are left out.`;
}
