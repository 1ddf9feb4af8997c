import { literalOf } from '../../../../core/onnx/importing/foldConstants.ts';
import type { Operator, Operators } from '../operator.ts';
import { constantTensor } from '../tensors.ts';
import { activationOperators } from './activations.ts';
import { arrangingOperators } from './arranging.ts';
import { convolutionOperators } from './convolution.ts';
import { elementwiseOperators } from './elementwise.ts';
import { indexingOperators } from './indexing.ts';
import { normalizationOperators } from './normalization.ts';
import { poolingOperators } from './pooling.ts';
import { productOperators } from './products.ts';
import { reducingOperators } from './reducing.ts';
import { resizingOperators } from './resizing.ts';

const constant: Operator = (node) => {
  const literal = literalOf(node.view);
  const tensor = literal && constantTensor(node.tf, literal);
  if (tensor === undefined) throw node.unsupported('it holds no numbers');
  return tensor;
};

/** Everything that TensorFlow.js is taught to compute. */
export const operators: Operators = {
  ...activationOperators,
  ...arrangingOperators,
  ...convolutionOperators,
  ...elementwiseOperators,
  ...indexingOperators,
  ...normalizationOperators,
  ...poolingOperators,
  ...productOperators,
  ...reducingOperators,
  ...resizingOperators,
  Constant: constant,
};
