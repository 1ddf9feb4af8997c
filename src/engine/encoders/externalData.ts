import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encoderInvalid } from '../../core/errors.ts';
import { EXTERNAL_DATA, type OnnxModel, type OnnxTensor } from '../../core/onnx/model.ts';
import type { ModelFiles } from './modelFiles.ts';

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
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location') ?? '';
  const handle = await open(join(dirname(file), location));
  try {
    const { size } = await handle.stat();
    const offset = Number(entries.get('offset') ?? 0);
    const length = Number(entries.get('length') ?? size - offset);
    const inside = Number.isInteger(offset) && Number.isInteger(length) && offset >= 0 && length >= 0;
    if (!inside || offset + length > size) {
      throw encoderInvalid(file, new Error(`"${location}" doesn't hold all of "${tensor.name ?? ''}"`));
    }
    const rawData = new Uint8Array(length);
    await handle.read(rawData, 0, length, offset);
    const { dataLocation: _, ...rest } = tensor;
    return { ...rest, rawData, externalData: [] };
  } finally {
    await handle.close();
  }
}
