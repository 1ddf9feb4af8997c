import { writeAttribute } from './attributes.ts';
import { DataType, type OnnxModel, type OnnxNode } from './model.ts';
import { numbersOfTensor, numericTensor } from './tensors.ts';

/** Smaller constants cost nothing, and some of them are shapes of scalars that operators insist on. */
const FEWEST_NUMBERS = 256;

/**
 * The same model with its large float32 constants kept as float16, half as long in a file. They are cast back when the model
 * is loaded, so that it computes in float32 as before; the constants keep their names. Numbers are rounded to 11 bits.
 */
export function withHalfPrecisionConstants(model: OnnxModel): OnnxModel {
  const { graph } = model;
  const halved = new Map(
    graph.initializer.flatMap((tensor) => {
      const { name, dims, dataType } = tensor;
      if (dataType !== DataType.float32 || name === undefined) return [];
      if (dims.reduce((product, length) => product * length, 1) < FEWEST_NUMBERS) return [];
      const numbers = numbersOfTensor(tensor);
      return numbers === undefined ? [] : [[name, { ...numericTensor('float16', dims, numbers), name }] as const];
    }),
  );
  for (const { name } of graph.output) halved.delete(name);
  const casts = [...halved.keys()].map((name): OnnxNode => {
    return {
      input: [name],
      output: [castName(name)],
      name: castName(name),
      opType: 'Cast',
      attribute: [writeAttribute('to', DataType.float32)],
      metadataProps: [],
    };
  });
  const node = graph.node.map((entry) => {
    return { ...entry, input: entry.input.map((name) => (halved.has(name) ? castName(name) : name)) };
  });
  const initializer = graph.initializer.map((tensor) => halved.get(tensor.name ?? '') ?? tensor);
  return { ...model, graph: { ...graph, initializer, node: [...casts, ...node] } };
}

function castName(name: string): string {
  return `${name}/float32`;
}
