import { latin } from '../../json/jsonPlaces.ts';

/** A part of a file that is replaced. */
export interface ByteEdit {
  /** Bytes from the beginning of the file; the part ends before `end`. */
  readonly start: number;
  readonly end: number;
  /** What comes in its place, a character for each byte. */
  readonly text: string;
}

/** The same text with the parts replaced. @param edits in their order, not overlapping */
export function withEdits(text: string, edits: readonly ByteEdit[]): string {
  const parts: string[] = [];
  let done = 0;
  for (const { start, end, text: own } of edits) {
    parts.push(text.slice(done, start), own);
    done = end;
  }
  return parts.join('') + text.slice(done);
}

/** The bytes of a text in UTF-8, a character for each. */
export function utf8Latin(text: string): string {
  return latin(encoder.encode(text));
}

const encoder = new TextEncoder();
