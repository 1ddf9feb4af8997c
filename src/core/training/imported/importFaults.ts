import { ErrorCode, LikenessError, NoGradientError } from '../../errors.ts';
import type { NetworkShape } from '../networkShape.ts';
import { encoderNotDifferentiable, encoderNotImportable } from '../trainingErrors.ts';

/**
 * What a function gives that writes a network. Where an encoder of others is to blame that it can't be written, throws
 * encoder-not-trainable, which names it and says what to do.
 *
 * @param layersTrain whether some of the encoder is to be trained
 */
export function withImportFaults<T>({ imported }: NetworkShape, layersTrain: boolean, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (imported === undefined) throw error;
    if (error instanceof NoGradientError) throw encoderNotDifferentiable(imported.id, error.operator, layersTrain);
    if (error instanceof LikenessError && error.code === ErrorCode.InvalidGraph) {
      throw encoderNotImportable(imported.id, error.message, error);
    }
    throw error;
  }
}
