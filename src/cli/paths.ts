import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isHubReference } from '../core/hub/hubReference.ts';

/** An encoder as typed: a path where such a file or folder exists or it looks like one, else an id or `hf:OWNER/NAME`. */
export function encoderArgument(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (isHubReference(text)) return text;
  const path = resolve(text);
  return text.endsWith('.onnx') || /[\\/]/.test(text) || existsSync(path) ? path : text;
}

/** A TensorFlow.js as typed: a path where such a folder exists or it begins with a dot, else a package's name. */
export function tensorFlowArgument(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  return text.startsWith('.') || existsSync(text) ? resolve(text) : text;
}
