import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { formatHubReference, isHubReference, typedHubReference } from '../core/hub/hubReference.ts';
import { invalidHubReference } from '../core/hub/hubErrors.ts';
import { folderNotFound, notAFolder, unreadableFolder } from '../core/errors.ts';
import { statIfPresent } from '../engine/fileStatus.ts';

/** A folder as typed, absolute: of one that isn't there nothing would be found, and that looks like good news. Throws folder-not-found. */
export function folderArgument(text: string): string {
  const folder = resolve(text);
  const kind = kindOf(folder);
  if (kind === undefined) throw folderNotFound(folder);
  if (kind === 'file') throw notAFolder(folder);
  return folder;
}

/** What there is at a path, absolute. Throws unreadable-folder where nobody may look. */
export function kindOf(path: string): 'file' | 'folder' | undefined {
  try {
    const status = statIfPresent(path);
    return status && (status.isDirectory() ? 'folder' : 'file');
  } catch (error) {
    throw unreadableFolder(path, error);
  }
}

/**
 * An encoder as typed: a repository of the hub, a path where such a file or folder exists or it looks like one, else an id.
 * Throws usage.
 */
export function encoderArgument(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const reference = hubArgument(text);
  if (reference !== undefined) return reference;
  const path = resolve(text);
  return text.endsWith('.onnx') || /[\\/]/.test(text) || existsSync(path) ? path : text;
}

/**
 * What names a repository of the hub, as `hf:OWNER/NAME`: that, the address of its page, or `OWNER/NAME` where there is no such
 * file, nor a folder that it could be a mistyped path in. Undefined for all else. Throws usage for other addresses.
 */
export function hubArgument(text: string): string | undefined {
  if (isHubReference(text)) return text;
  const reference = typedHubReference(text);
  const isAddress = /^https?:\/\//i.test(text);
  if (isAddress && reference === undefined) throw invalidHubReference(text);
  if (reference === undefined) return undefined;
  const isPath = reference.file === undefined && text.endsWith('.onnx');
  if (!isAddress && (isPath || existsSync(text) || existsSync(text.split('/')[0]!))) return undefined;
  return formatHubReference(reference);
}

/** A TensorFlow.js as typed: a path where such a folder exists or it begins with a dot, else a package's name. */
export function tensorFlowArgument(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  return text.startsWith('.') || existsSync(text) ? resolve(text) : text;
}
