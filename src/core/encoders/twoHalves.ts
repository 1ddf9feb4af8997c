import { DataType, type OnnxModel } from '../onnx/model.ts';
import { inputsOfOutputs, partOf } from '../onnx/partOf.ts';

export interface TwoHalves {
  readonly image: OnnxModel;
  readonly text: OnnxModel;
}

const WHOLE_NUMBERS: ReadonlySet<number> = new Set([DataType.int64, DataType.int32]);

/**
 * The image half and the text half of a model that takes a picture and a text at once and gives a vector of each (CLIP as
 * `model.onnx`). Undefined for every other model.
 */
export function twoHalves(model: OnnxModel): TwoHalves | undefined {
  const { graph } = model;
  const stored = new Set(graph.initializer.map(({ name }) => name));
  const inputs = graph.input.filter(({ name }) => !stored.has(name));
  const isTokens = (name: string) => {
    const type = inputs.find((input) => input.name === name)?.type?.tensorType?.elemType;
    return type !== undefined && WHOLE_NUMBERS.has(type);
  };
  const pictures = inputs.filter(({ name }) => !isTokens(name));
  if (pictures.length !== 1 || inputs.length === 1) return undefined;
  const outputs = [...inputsOfOutputs(model)].map(([name, sources]) => ({ name, sources: [...sources] }));
  const image = outputs.filter(({ sources }) => sources.length > 0 && !sources.some(isTokens));
  const text = outputs.filter(({ sources }) => sources.length > 0 && sources.every(isTokens));
  if (image.length === 0 || text.length === 0) return undefined;
  const half = (part: readonly { readonly name: string }[]) =>
    partOf(
      model,
      part.map(({ name }) => name),
    );
  return { image: half(image), text: half(text) };
}
