/** Similarities below are all as far: about what unrelated pictures have, or chance. */
const NOTHING_ALIKE = 0.01;

/**
 * How far something is from what it is compared with: −ln of their mean cosine similarity, at most 4.6. Where much is alike that is the
 * cosine distance. Where little is, as with encoders that put unrelated pictures at right angles, cosine distances end at 1, and what
 * is alike to nothing is hardly further than what is alike to little; this tells them apart.
 *
 * @param similarity mean of cosine similarities; NaN: of none
 */
export function remoteness(similarity: number): number {
  return Math.log(1 / Math.min(1, Math.max(NOTHING_ALIKE, similarity)));
}
