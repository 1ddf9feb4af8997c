/** What large files are written of: a piece at a time, none of them large. */

/** Texts are joined to about so many characters: a write for every line would cost more than making it. */
const PIECE_LENGTH = 1 << 16;
/** Images between two looks at whether to stop. */
const STEP = 256;

/**
 * Joins texts to pieces.
 *
 * @param between is told how many texts there were, and rejects to stop
 */
export async function* joined(
  texts: Iterable<string> | AsyncIterable<string>,
  between: (done: number) => Promise<void>,
): AsyncGenerator<string> {
  let piece = '';
  let done = 0;
  for await (const text of texts) {
    piece += text;
    if (++done % STEP === 0) await between(done);
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

/** The numbers from 0 in runs of at most `size`: [start, end). */
export function* runsOf(count: number, size: number): Generator<readonly [start: number, end: number]> {
  for (let start = 0; start < count; start += size) yield [start, Math.min(count, start + size)];
}
