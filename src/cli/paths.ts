import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** An encoder as typed: a path where such a file or folder exists or it looks like one, else an id. */
export function encoderArgument(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const path = resolve(text);
  return text.endsWith('.onnx') || /[\\/]/.test(text) || existsSync(path) ? path : text;
}
