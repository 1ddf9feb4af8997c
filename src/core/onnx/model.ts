/**
 * ONNX models as plain objects, in the names of the specification (https://onnx.ai/onnx/repo-docs/IR.html) written in
 * camel case. A field that a file leaves out is missing here too; repeated fields are always there.
 *
 * 64-bit integers are numbers: exact up to 2⁵³, and ±2⁶³, the usual "to the end" of `Slice`, survives reading and writing.
 */
export interface OnnxModel {
  irVersion: number;
  opsetImport: OnnxOperatorSet[];
  producerName?: string;
  producerVersion?: string;
  domain?: string;
  modelVersion?: number;
  docString?: string;
  graph: OnnxGraph;
  metadataProps: OnnxStringEntry[];
  /** Operators that the model defines itself. */
  functions: OnnxFunction[];
}

export interface OnnxOperatorSet {
  /** Missing or empty for the standard operators. */
  domain?: string;
  version: number;
}

export interface OnnxStringEntry {
  key: string;
  value: string;
}

export interface OnnxGraph {
  name?: string;
  /** In topological order. */
  node: OnnxNode[];
  initializer: OnnxTensor[];
  sparseInitializer: OnnxSparseTensor[];
  /** Before IR version 4, initializers are listed here as well. */
  input: OnnxValueInfo[];
  output: OnnxValueInfo[];
  valueInfo: OnnxValueInfo[];
  quantizationAnnotation: OnnxTensorAnnotation[];
  docString?: string;
  metadataProps: OnnxStringEntry[];
}

export interface OnnxNode {
  /** Names of values; an empty name is an optional input left out. */
  input: string[];
  output: string[];
  name?: string;
  opType: string;
  domain?: string;
  overload?: string;
  attribute: OnnxAttribute[];
  docString?: string;
  metadataProps: OnnxStringEntry[];
}

export interface OnnxFunction {
  name: string;
  domain?: string;
  overload?: string;
  input: string[];
  output: string[];
  attribute: string[];
  attributeProto: OnnxAttribute[];
  node: OnnxNode[];
  opsetImport: OnnxOperatorSet[];
  valueInfo: OnnxValueInfo[];
  docString?: string;
  metadataProps: OnnxStringEntry[];
}

/** Kinds of attribute (`AttributeProto.AttributeType`); `type` says which of the fields below it is meant. */
export const AttributeType = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
  sparseTensor: 11,
  sparseTensors: 12,
  typeProto: 13,
  typeProtos: 14,
} as const;

export interface OnnxAttribute {
  name: string;
  /** Within a function: the attribute of the calling node that this one takes its value from. */
  refAttrName?: string;
  docString?: string;
  type?: number;
  f?: number;
  i?: number;
  /** UTF-8. */
  s?: Uint8Array;
  t?: OnnxTensor;
  g?: OnnxGraph;
  sparseTensor?: OnnxSparseTensor;
  tp?: OnnxType;
  floats: number[];
  ints: number[];
  strings: Uint8Array[];
  tensors: OnnxTensor[];
  graphs: OnnxGraph[];
  sparseTensors: OnnxSparseTensor[];
  typeProtos: OnnxType[];
}

/** Element types (`TensorProto.DataType`), by the names that ONNX Runtime uses. */
export const DataType = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;
export type DataTypeName = keyof typeof DataType;

/** `TensorProto.DataLocation.EXTERNAL`: the values lie in another file. */
export const EXTERNAL_DATA = 1;

/** Values are in `rawData` (little-endian) or in the one typed field that belongs to `dataType`, or in another file. */
export interface OnnxTensor {
  dims: number[];
  dataType: number;
  name?: string;
  docString?: string;
  rawData?: Uint8Array;
  floatData: number[];
  int32Data: number[];
  stringData: Uint8Array[];
  int64Data: number[];
  doubleData: number[];
  uint64Data: number[];
  /** Keys `location`, `offset`, `length`, `checksum`. */
  externalData: OnnxStringEntry[];
  dataLocation?: number;
  metadataProps: OnnxStringEntry[];
}

export interface OnnxSparseTensor {
  values?: OnnxTensor;
  indices?: OnnxTensor;
  dims: number[];
}

export interface OnnxTensorAnnotation {
  tensorName?: string;
  quantParameterTensorNames: OnnxStringEntry[];
}

export interface OnnxValueInfo {
  name: string;
  type?: OnnxType;
  docString?: string;
  metadataProps: OnnxStringEntry[];
}

/** One of the kinds of type is set. */
export interface OnnxType {
  tensorType?: OnnxTensorType;
  sequenceType?: { elemType?: OnnxType };
  mapType?: { keyType?: number; valueType?: OnnxType };
  optionalType?: { elemType?: OnnxType };
  sparseTensorType?: OnnxTensorType;
  denotation?: string;
}

export interface OnnxTensorType {
  elemType: number;
  /** Missing where even the rank is unknown. */
  shape?: { dim: OnnxDimension[] };
}

/** A number, a name for a size that is known at run time only, or neither. */
export interface OnnxDimension {
  dimValue?: number;
  dimParam?: string;
  denotation?: string;
}

/** An operator's name, with its domain before it where it is none of the standard ones. */
export function operatorName({
  opType,
  domain = '',
}: Readonly<Pick<OnnxNode, 'opType'>> & { domain?: string | undefined }) {
  return domain === '' || domain === 'ai.onnx' ? opType : `${domain}.${opType}`;
}
