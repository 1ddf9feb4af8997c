import { ErrorCode, LikenessError, NoGradientError } from '../../errors.ts';
import { isKnownOperator } from '../../onnx/importing/fusedOperators.ts';
import { operatorName } from '../../onnx/model.ts';
import type { NetworkShape } from '../networkShape.ts';
import { encoderNotDifferentiable, encoderNotImportable, type LessToTrain } from '../trainingErrors.ts';

/**
 * What a function gives that writes a network. Where an encoder of others is to blame that it can't be written, throws
 * encoder-not-trainable, which names it and says what to do.
 *
 * @param less what can be trained instead
 */
export function withImportFaults<T>({ imported }: NetworkShape, less: LessToTrain, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (imported === undefined) throw error;
    if (error instanceof NoGradientError) throw encoderNotDifferentiable(imported.id, error.operator, less);
    if (error instanceof LikenessError && error.code === ErrorCode.InvalidGraph) {
      // Behind an operator of which nothing is known all sorts of things can't be written.
      const unknown = imported.model.graph.node.find((node) => !isKnownOperator(node));
      throw unknown === undefined
        ? encoderNotImportable(imported.id, error.message, error)
        : encoderNotDifferentiable(imported.id, operatorName(unknown), less);
    }
    throw error;
  }
}
