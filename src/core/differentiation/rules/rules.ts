import type { GradientRules } from '../gradientStep.ts';
import { activationRules } from './activations.ts';
import { arrangingRules } from './arranging.ts';
import { convolutionRules } from './convolution.ts';
import { elementwiseRules } from './elementwise.ts';
import { indexingRules } from './indexing.ts';
import { normalizationRules } from './normalization.ts';
import { poolingRules } from './pooling.ts';
import { productRules } from './products.ts';
import { reducingRules } from './reducing.ts';
import { resizingRules } from './resizing.ts';

export const gradientRules: GradientRules = {
  ...activationRules,
  ...arrangingRules,
  ...convolutionRules,
  ...elementwiseRules,
  ...indexingRules,
  ...normalizationRules,
  ...poolingRules,
  ...productRules,
  ...reducingRules,
  ...resizingRules,
};

/** Operators whose results don't change with small changes of their inputs: nothing is passed back through them. */
export const constantOperators: ReadonlySet<string> = new Set([
  ...['And', 'Equal', 'Greater', 'GreaterOrEqual', 'IsInf', 'IsNaN', 'Less', 'LessOrEqual', 'Not', 'Or', 'Xor'],
  ...['Ceil', 'Floor', 'Round', 'Sign'],
  ...['ArgMax', 'ArgMin', 'NonZero', 'Shape', 'Size'],
  ...['Constant', 'ConstantOfShape', 'EyeLike', 'Range', 'RandomNormalLike', 'RandomUniformLike'],
]);
