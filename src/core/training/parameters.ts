import { RandomStream } from '../random.ts';

/**
 * What a parameter is for: recipes treat them differently (weight decay, trust ratios). A classifier's weights start at zero
 * or with the classes' means, so that their length says nothing about the step they need.
 */
export type ParameterRole = 'weight' | 'classifier' | 'bias' | 'normalization';

/** How a parameter starts. */
export type Initializer =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly standardDeviation: number };

export interface ParameterSpec {
  /** Unique within a network, with dots between the parts: `stage1.block1.convolution1.weight`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: ParameterRole;
  readonly initializer: Initializer;
}

/** Running statistics of a normalisation: learned from the batches, not through gradients. */
export interface StatisticSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: number;
}

/** Numbers of parameters, statistics and optimiser state by name, each row-major in its shape. */
export type TensorMap = ReadonlyMap<string, Float32Array>;

/**
 * The first values of parameters: a pure function of the seed and of each parameter's name, so that a network with an
 * additional layer starts with the same values elsewhere.
 */
export function initialParameters(specs: readonly ParameterSpec[], seed: number): Map<string, Float32Array> {
  return new Map(specs.map((spec) => [spec.name, initialValues(spec, seed)]));
}

function initialValues({ name, shape, initializer }: ParameterSpec, seed: number): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  if (initializer.kind === 'constant') return values.fill(initializer.value);
  const random = new RandomStream(seed, hashOfName(name));
  return values.map(() => initializer.standardDeviation * random.normal());
}

export function initialStatistics(specs: readonly StatisticSpec[]): Map<string, Float32Array> {
  return new Map(specs.map(({ name, shape, initial }) => [name, new Float32Array(sizeOf(shape)).fill(initial)]));
}

/** Number of elements. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), 32 bits. */
function hashOfName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
