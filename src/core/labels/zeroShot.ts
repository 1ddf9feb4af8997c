import type { LabelGuesses } from './labelGuesses.ts';

/** Ways to say that a picture shows something; `{}` is its name. The mean of several is nearer to pictures than any of them. */
export const DEFAULT_TEMPLATES: readonly string[] = ['a photo of a {}', 'a picture of a {}', '{}'];

/** What CLIP multiplies cosines by, in all published sizes; for encoders that don't say. */
export const USUAL_LOGIT_SCALE = 100;

/** The texts that stand for a class. */
export function promptsFor(name: string, templates: readonly string[]): string[] {
  return templates.map((template) => template.replaceAll('{}', name));
}

/**
 * One L2-normalised vector for each class: the mean of its prompts' (A. Radford et al., https://arxiv.org/abs/2103.00020,
 * section 3.1.4).
 *
 * @param prompts `classes × templates × dim`, each of length 1
 * @returns `classes × dim`
 */
export function classPrototypes(prompts: Float32Array, classes: number, dim: number): Float32Array {
  const prototypes = new Float32Array(classes * dim);
  const templates = prompts.length / (classes * dim);
  for (let label = 0; label < classes; label++) {
    const sum = new Float64Array(dim);
    for (let i = 0; i < templates * dim; i++) sum[i % dim]! += prompts[label * templates * dim + i]!;
    const length = Math.hypot(...sum) || 1;
    for (let d = 0; d < dim; d++) prototypes[label * dim + d] = sum[d]! / length;
  }
  return prototypes;
}

/**
 * The class whose words fit an image best; its share is the softmax of the scaled cosines, and an image is as familiar as
 * the cosine to it is high.
 *
 * @param vectors `rows × dim`, L2-normalised
 * @param prototypes of `classPrototypes`
 */
export function guessByWords(
  { vectors, rows, dim }: { readonly vectors: Float32Array; readonly rows: number; readonly dim: number },
  prototypes: Float32Array,
  logitScale: number,
): LabelGuesses {
  const count = prototypes.length / dim;
  const classes = new Int32Array(rows);
  const shares = new Float64Array(rows);
  const familiarity = new Float64Array(rows);
  const cosines = new Float64Array(count);
  for (let row = 0; row < rows; row++) {
    let best = 0;
    for (let label = 0; label < count; label++) {
      let cosine = 0;
      for (let d = 0; d < dim; d++) cosine += vectors[row * dim + d]! * prototypes[label * dim + d]!;
      cosines[label] = cosine;
      if (cosine > cosines[best]!) best = label;
    }
    const total = cosines.reduce((sum, cosine) => sum + Math.exp(logitScale * (cosine - cosines[best]!)), 0);
    classes[row] = best;
    shares[row] = 1 / total;
    familiarity[row] = cosines[best]!;
  }
  return { classes, shares, familiarity };
}
