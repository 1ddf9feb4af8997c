import { modelOperatorUnknown, modelTooNew } from '../../core/encoders/modelErrors.ts';
import { LikenessError, encoderInvalid, messageOf } from '../../core/errors.ts';
import { withoutSource } from './providers/runtimeMessage.ts';

/** ONNX Runtime has no codes for these, only words. */
const UNKNOWN_OPERATORS = [
  /No Op registered for (\S+) with domain_version/,
  /Fatal error: (\S+?)\(-?\d+\) is not a registered function\/op/,
  /Could not find an implementation for (\w+)\(\d+\) node/,
];
const TOO_NEW_FORMAT = /Unsupported model (IR version: \d+)/;
const TOO_NEW_OPSET = /(Opset \d+) is under development/;

/** What a model is refused with that ONNX Runtime doesn't load or run: a sentence for its words. @param file the model, or its encoder's name */
export function modelFailure(file: string, error: unknown): LikenessError {
  if (error instanceof LikenessError) return error;
  const message = messageOf(error);
  for (const pattern of UNKNOWN_OPERATORS) {
    const operator = pattern.exec(message)?.[1];
    if (operator !== undefined) return modelOperatorUnknown(file, operator.replace(/^:/, ''), error);
  }
  const format = TOO_NEW_FORMAT.exec(message)?.[1]?.replace(':', '');
  if (format !== undefined) return modelTooNew(file, format, error);
  const opset = TOO_NEW_OPSET.exec(message)?.[1]?.toLowerCase();
  if (opset !== undefined) return modelTooNew(file, opset, error);
  return encoderInvalid(file, new Error(withoutSource(message), { cause: error }));
}
