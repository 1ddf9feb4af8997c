/** What a person typed to search in words. */
export interface TypedQuery {
  readonly texts: readonly string[];
  /** What the images are not to show. */
  readonly minus: readonly string[];
}

/** A dash before a word or before words in quotes; one within a word, as in "t-shirt", is none. */
const MINUS = /(?:^|\s)[-−](?:"([^"]*)"|(\S+))/g;

/**
 * Reads a query of one line: texts that stand beside each other are separated by `;`, and `-night` or `-"at night"` says what
 * is not wanted. `a red car; a lorry -"at night"`.
 */
export function parseTextQuery(line: string): TypedQuery {
  const minus: string[] = [];
  const rest = line.replaceAll(MINUS, (_, quoted: string | undefined, word: string | undefined) => {
    minus.push((quoted ?? word ?? '').trim());
    return ' ';
  });
  const texts = rest.split(';').map((text) => text.trim().replaceAll(/\s+/g, ' '));
  return { texts: texts.filter((text) => text !== ''), minus: minus.filter((text) => text !== '') };
}

/** The line that `parseTextQuery` reads as this query. */
export function formatTextQuery({ texts, minus }: TypedQuery): string {
  return [texts.join('; '), ...minus.map((text) => (/\s/.test(text) ? `-"${text}"` : `-${text}`))].join(' ').trim();
}
