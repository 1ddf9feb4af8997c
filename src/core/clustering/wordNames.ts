/** Words whose vectors lie in the space of images. */
export interface NamingWords {
  readonly names: readonly string[];
  /** `names × dim`, of length 1. */
  readonly vectors: Float32Array;
}

/** Images of a group, as many as tell what it is like. */
export interface GroupSample {
  /** `images × dim`, of length 1. */
  readonly vectors: Float32Array;
  /** Images of the whole group. */
  readonly size: number;
}

/** Numbers and codes, as classes are called by programs: "7", "class_12", WordNet's "n02123045". */
const MEANINGLESS = /^(?:(?:class|cls|category|label|cluster|group|id|c)?[ _-]?\d+|n\d{8})$/i;

/** Whether what a group is called says nothing to a person. */
export function isMeaningless(name: string): boolean {
  return MEANINGLESS.test(name.trim());
}

/**
 * Names groups by the words that tell them from all groups together: those w with the largest inner product of w and the difference
 * of the group's mean and the mean of all. Images and words of such encoders lie apart, and every image is nearer to some words than
 * to others; both cancel out in the difference. One group alone goes by its own mean. Groups with the same word are told apart by
 * their second one.
 *
 * @returns a name for each group; '' for one without images
 */
export function wordNames(groups: readonly GroupSample[], words: NamingWords, dim: number): string[] {
  const means = groups.map(({ vectors }) => meanOf(vectors, dim));
  const common = new Float64Array(dim);
  const total = groups.reduce((sum, { size }) => sum + size, 0);
  const isAlone = means.filter((mean) => mean !== undefined).length < 2;
  means.forEach((mean, group) => {
    if (mean === undefined || isAlone) return;
    for (let d = 0; d < dim; d++) common[d]! += (groups[group]!.size / total) * mean[d]!;
  });
  const ranked = means.map((mean) => mean && rankedWords(mean, common, words, dim));
  const shared = (name: string) => ranked.filter((best) => best?.[0] === name).length > 1;
  return ranked.map((best) => {
    const [first = '', second] = best ?? [];
    return first !== '' && shared(first) && second !== undefined ? `${first}, ${second}` : first;
  });
}

/** The two best. */
function rankedWords(mean: Float64Array, common: Float64Array, { names, vectors }: NamingWords, dim: number): string[] {
  const scores = names.map((_, word) => {
    let score = 0;
    for (let d = 0; d < dim; d++) score += (mean[d]! - common[d]!) * vectors[word * dim + d]!;
    return score;
  });
  return [...names.keys()]
    .sort((a, b) => scores[b]! - scores[a]! || a - b)
    .slice(0, 2)
    .map((word) => names[word]!);
}

function meanOf(vectors: Float32Array, dim: number): Float64Array | undefined {
  const rows = vectors.length / dim;
  if (rows === 0) return undefined;
  const mean = new Float64Array(dim);
  for (let i = 0; i < vectors.length; i++) mean[i % dim]! += vectors[i]! / rows;
  return mean;
}
