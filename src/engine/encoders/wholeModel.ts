import { createHash } from 'node:crypto';
import { twoHalves } from '../../core/encoders/twoHalves.ts';
import type { OnnxModel } from '../../core/onnx/model.ts';
import { withExternalData } from './externalData.ts';
import { hashModel, type ModelFiles } from './modelFiles.ts';
import { encodeModel } from './onnxFile.ts';
import type { ModelSource } from './onnxMessages.ts';

/** What of a model file runs as an image encoder. */
export interface ImageModel {
  readonly graph: OnnxModel;
  readonly source: ModelSource;
  /** Hex SHA-256 of the file with its external data, or of the half that was taken out of it. */
  readonly sha256: string;
  /** The text half, where the file holds both. */
  readonly textHalf: Uint8Array | undefined;
}

/** The model of a file, or its image half where it is one that takes a picture and a text at once. */
export async function imageModelOf(files: ModelFiles): Promise<ImageModel> {
  if (twoHalves(files.model) === undefined) {
    return { graph: files.model, source: { file: files.file }, sha256: await hashModel(files), textHalf: undefined };
  }
  const { image, text } = twoHalves(await withExternalData(files))!;
  const bytes = encodeModel(image);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { graph: image, source: { bytes }, sha256, textHalf: encodeModel(text) };
}
