import { open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { modelDataCut, modelIsPointer } from '../../core/encoders/modelErrors.ts';
import { encoderInvalid } from '../../core/errors.ts';
import { EXTERNAL_DATA, type OnnxModel, type OnnxTensor } from '../../core/onnx/model.ts';
import type { ModelFiles } from './modelFiles.ts';

/** Where a tensor lies in a file of weights; without a length up to its end. */
interface Extent {
  readonly location: string;
  readonly offset: number;
  readonly length: number | undefined;
}

/** What a file in Git begins with whose content Git LFS keeps elsewhere. */
const POINTER = 'version https://git-lfs.github.com/spec/';
/** A pointer is shorter than this, whatever else it says. */
const POINTER_BYTES = 1024;

export function isPointer(bytes: Uint8Array): boolean {
  return bytes.length < POINTER_BYTES && Buffer.from(bytes).toString('latin1').startsWith(POINTER);
}

/**
 * Checks that the files of weights of a model, which are there, hold all that it reads of them: ONNX Runtime would say it in
 * terms of its own source. Rejects with encoder-invalid.
 *
 * @param model as it was read from `file`
 * @param tensors with their data outside of the model
 */
export async function checkExternalData(file: string, tensors: readonly OnnxTensor[]): Promise<void> {
  const needed = new Map<string, number>();
  for (const tensor of tensors) {
    const { location, offset, length = 0 } = extentOf(file, tensor);
    needed.set(location, Math.max(needed.get(location) ?? 0, offset + length));
  }
  for (const [location, bytes] of needed) {
    const handle = await open(join(dirname(file), location));
    try {
      await refuseCut(handle, file, location, bytes);
    } finally {
      await handle.close();
    }
  }
}

/**
 * The model with all its weights within, so that it can be changed and written as one file. Rejects with encoder-invalid
 * where a file of weights is too short.
 */
export async function withExternalData({ model, file }: ModelFiles): Promise<OnnxModel> {
  const initializer: OnnxTensor[] = [];
  for (const tensor of model.graph.initializer) {
    initializer.push(tensor.dataLocation === EXTERNAL_DATA ? await readTensor(file, tensor) : tensor);
  }
  return { ...model, graph: { ...model.graph, initializer } };
}

async function readTensor(file: string, tensor: OnnxTensor): Promise<OnnxTensor> {
  const { location, offset, length: declared } = extentOf(file, tensor);
  const handle = await open(join(dirname(file), location));
  try {
    const length = declared ?? Math.max(0, (await handle.stat()).size - offset);
    await refuseCut(handle, file, location, offset + length);
    const rawData = new Uint8Array(length);
    await handle.read(rawData, 0, length, offset);
    const { dataLocation: _, ...rest } = tensor;
    return { ...rest, rawData, externalData: [] };
  } finally {
    await handle.close();
  }
}

async function refuseCut(handle: FileHandle, file: string, location: string, needed: number): Promise<void> {
  const { size } = await handle.stat();
  if (needed <= size) return;
  const { buffer, bytesRead } = await handle.read(new Uint8Array(Math.min(size, POINTER_BYTES)), 0);
  if (size < POINTER_BYTES && isPointer(buffer.subarray(0, bytesRead))) throw modelIsPointer(file, location);
  throw modelDataCut(file, location, needed, size);
}

/** Throws encoder-invalid. */
function extentOf(file: string, { name = '', externalData }: OnnxTensor): Extent {
  const entries = new Map(externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location') ?? '';
  const numberOf = (key: string) => {
    const value = Number(entries.get(key) ?? 0);
    if (Number.isSafeInteger(value) && value >= 0) return value;
    throw encoderInvalid(file, new Error(`the ${key} of "${name}" in "${location}" is ${entries.get(key)}`));
  };
  return { location, offset: numberOf('offset'), length: entries.has('length') ? numberOf('length') : undefined };
}
