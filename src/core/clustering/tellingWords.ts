/** Words in a name. */
const WORDS = 3;
/** A word that fewer of a group's texts have is not what they are about. */
const LEAST_SHARE = 0.3;
/** English words that name nothing by themselves; of other languages they are left to their share. */
const FILLING = new Set(
  'a an the this that these those there here it its is are was be of in on at to by for from with without and or as'.split(
    ' ',
  ),
);
/** Scripts that leave no spaces between words. */
const WITHOUT_SPACES =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

/**
 * Names groups of texts by the words that tell them apart: those with the largest share · log(share / share of all), where a share
 * is that of the texts that have the word, in the order in which the texts have them. '' of a group that has no such word.
 *
 * @param members rows of each group
 * @param texts of each row
 */
export function namesByWords(
  members: readonly (readonly number[])[],
  texts: readonly (string | undefined)[],
): string[] {
  const words = texts.map((text) => (text === undefined ? [] : wordsOf(text)));
  const written = words.filter((own) => own.length > 0).length;
  const all = countsOf(words);
  return members.map((rows) => {
    const own = rows.flatMap((row) => (words[row]!.length > 0 ? [words[row]!] : []));
    const telling = [...countsOf(own)]
      .map(([word, count]) => {
        const share = count / own.length;
        return { word, share, score: share * Math.log(share / (all.get(word)! / written)) };
      })
      .filter(({ word, share, score }) => !FILLING.has(word) && share >= LEAST_SHARE && score > Number.EPSILON)
      .sort((a, b) => b.score - a.score || (a.word < b.word ? -1 : 1))
      .slice(0, WORDS)
      .map(({ word }) => word);
    return telling.sort((a, b) => meanPlace(own, a) - meanPlace(own, b)).join(' ');
  });
}

/** Different words of a text, in lower case, in their order. */
function wordsOf(text: string): string[] {
  const lower = text.toLowerCase();
  if (!WITHOUT_SPACES.test(lower)) return [...new Set(lower.match(/[\p{L}\p{N}]+/gu))];
  const segments = new Intl.Segmenter(undefined, { granularity: 'word' }).segment(lower);
  return [
    ...new Set(Array.from(segments).flatMap(({ segment, isWordLike }) => (isWordLike === true ? [segment] : []))),
  ];
}

function countsOf(texts: readonly (readonly string[])[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const words of texts) for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

function meanPlace(texts: readonly (readonly string[])[], word: string): number {
  const places = texts.map((words) => words.indexOf(word)).filter((place) => place >= 0);
  return places.reduce((sum, place) => sum + place, 0) / places.length;
}
