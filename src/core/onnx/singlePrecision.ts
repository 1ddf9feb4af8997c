import {
  DataType,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
} from './model.ts';
import { numbersOfTensor, numericTensor } from './tensors.ts';

/**
 * The same model computing in float32 where it computed in float16: steps of training are too small for 11 bits. Constants are
 * widened, casts to float16 lead to float32, and inputs and outputs are float32. Numbers that lie in other files stay there.
 */
export function inSinglePrecision(model: OnnxModel): OnnxModel {
  const { graph } = model;
  return {
    ...model,
    graph: {
      ...graph,
      node: graph.node.map(withoutHalves),
      initializer: graph.initializer.map(widened),
      input: graph.input.map(declaredSingle),
      output: graph.output.map(declaredSingle),
      valueInfo: [],
    },
  };
}

function withoutHalves(node: OnnxNode): OnnxNode {
  return { ...node, attribute: node.attribute.map((attribute) => attributeWithoutHalves(node.opType, attribute)) };
}

/** Operators with an attribute that names the element type of what they give. */
const TYPED: Readonly<Record<string, string>> = { Cast: 'to', EyeLike: 'dtype', RandomNormalLike: 'dtype' };

function attributeWithoutHalves(opType: string, attribute: OnnxAttribute): OnnxAttribute {
  if (attribute.t !== undefined) return { ...attribute, t: widened(attribute.t) };
  const isType = TYPED[opType] === attribute.name && attribute.i === DataType.float16;
  return isType ? { ...attribute, i: DataType.float32 } : attribute;
}

function widened(tensor: OnnxTensor): OnnxTensor {
  if (tensor.dataType !== DataType.float16) return tensor;
  const numbers = numbersOfTensor(tensor);
  if (numbers === undefined) return tensor;
  const single = numericTensor('float32', tensor.dims, numbers);
  return tensor.name === undefined ? single : { ...single, name: tensor.name };
}

function declaredSingle(declared: OnnxValueInfo): OnnxValueInfo {
  const tensorType = declared.type?.tensorType;
  if (tensorType?.elemType !== DataType.float16) return declared;
  return { ...declared, type: { ...declared.type, tensorType: { ...tensorType, elemType: DataType.float32 } } };
}
