import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  encoderDataMissing,
  encoderDataOutside,
  encoderWithoutModel,
  fileNotFound,
  systemCodeOf,
  unreadableFile,
} from '../../core/errors.ts';
import { modelDamaged, modelIsPointer } from '../../core/encoders/modelErrors.ts';
import { textWithoutImage } from '../../core/encoders/textErrors.ts';
import { EXTERNAL_DATA, type OnnxModel, type OnnxTensor } from '../../core/onnx/model.ts';
import { allTensors } from '../../core/onnx/traverse.ts';
import { checkExternalData, isPointer } from './externalData.ts';
import { decodeModel } from './onnxFile.ts';

/** A model file and the files of weights that belong to it. */
export interface ModelFiles {
  readonly model: OnnxModel;
  readonly file: string;
  /** Relative to the model's folder, as the model names them, in the order of their names. */
  readonly externalData: readonly string[];
}

/** Where a Hugging Face style folder keeps its model. The image half of a two-sided model comes first. */
const HUGGING_FACE_MODELS = [
  ...['onnx/vision_model.onnx', 'visual/model.onnx', 'onnx/model.onnx', 'vision_model.onnx', 'model.onnx'],
];
/** Where the other half is, which is of no use alone. */
const TEXT_MODELS = ['onnx/text_model.onnx', 'textual/model.onnx', 'text_model.onnx'];

/** The model file that a path means: itself, or the one in a folder. Rejects if there is none. */
export async function locateModel(path: string): Promise<string> {
  if (await isFile(path)) return path;
  let names: string[];
  try {
    names = await readdir(path);
  } catch (error) {
    throw systemCodeOf(error) === 'ENOENT' ? fileNotFound(path) : unreadableFile(path, error);
  }
  for (const candidate of HUGGING_FACE_MODELS) {
    if (await isFile(join(path, candidate))) return join(path, candidate);
  }
  const models = names.filter((name) => name.toLowerCase().endsWith('.onnx'));
  const [only] = models;
  for (const half of models.length > 1 ? [] : TEXT_MODELS) {
    if (await isFile(join(path, half))) throw textWithoutImage(join(path, half));
  }
  if (models.length === 1 && only !== undefined) return join(path, only);
  throw encoderWithoutModel(path);
}

/** Reads a model and finds its external data. Rejects with encoder-invalid, file-not-found or unreadable-file. */
export async function readModel(file: string): Promise<ModelFiles> {
  const model = await readGraph(file);
  const tensors = externalTensors(model);
  const externalData = locationsOf(tensors);
  for (const location of externalData) {
    if (!staysInside(location)) throw encoderDataOutside(file, location);
    if (!(await isFile(join(dirname(file), location)))) throw encoderDataMissing(file, location);
  }
  await checkExternalData(file, tensors);
  return { model, file, externalData };
}

/** The files of weights that a model names, whether they are there or not. Rejects as `readModel`. */
export async function namedData(file: string): Promise<string[]> {
  const locations = locationsOf(externalTensors(await readGraph(file)));
  for (const location of locations) if (!staysInside(location)) throw encoderDataOutside(file, location);
  return locations;
}

async function readGraph(file: string): Promise<OnnxModel> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw systemCodeOf(error) === 'ENOENT' ? fileNotFound(file) : unreadableFile(file, error);
  }
  if (isPointer(bytes)) throw modelIsPointer(file, file);
  try {
    return decodeModel(bytes);
  } catch (error) {
    throw modelDamaged(file, error);
  }
}

/** Hex SHA-256 of the model file, followed by its external data files in the order of their names. */
export async function hashModel({ file, externalData }: ModelFiles): Promise<string> {
  const hash = createHash('sha256');
  for (const part of [file, ...externalData.map((location) => join(dirname(file), location))]) {
    await pipeline(createReadStream(part), hash, { end: false });
  }
  return hash.digest('hex');
}

/** Those that say which file they lie in. */
function externalTensors(model: OnnxModel): OnnxTensor[] {
  return [...allTensors(model)].filter(
    ({ dataLocation, externalData }) =>
      dataLocation === EXTERNAL_DATA && externalData.some(({ key }) => key === 'location'),
  );
}

function locationsOf(tensors: readonly OnnxTensor[]): string[] {
  const named = tensors.flatMap(({ externalData }) => externalData.filter(({ key }) => key === 'location'));
  return [...new Set(named.map(({ value }) => value))].sort();
}

/** A model is data from anywhere; it must not make us read files that aren't its own. */
function staysInside(location: string): boolean {
  const path = normalize(location);
  return path !== '.' && path !== '..' && !isAbsolute(path) && !path.startsWith(`..${sep}`);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
