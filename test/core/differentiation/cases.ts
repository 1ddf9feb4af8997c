import { activationCases } from './cases/activations.ts';
import { arrangingCases } from './cases/arranging.ts';
import { convolutionCases } from './cases/convolution.ts';
import { elementwiseCases } from './cases/elementwise.ts';
import type { GradientCase } from './cases/gradientCase.ts';
import { indexingCases } from './cases/indexing.ts';
import { networkCases } from './cases/networks.ts';
import { normalizationCases } from './cases/normalization.ts';
import { poolingCases } from './cases/pooling.ts';
import { productCases } from './cases/products.ts';
import { reducingCases } from './cases/reducing.ts';
import { resizingCases } from './cases/resizing.ts';

/** Every operator with a gradient, in its forms, and small networks. */
export const gradientCases: readonly GradientCase[] = [
  ...activationCases,
  ...arrangingCases,
  ...convolutionCases,
  ...elementwiseCases,
  ...indexingCases,
  ...networkCases,
  ...normalizationCases,
  ...poolingCases,
  ...productCases,
  ...reducingCases,
  ...resizingCases,
];
