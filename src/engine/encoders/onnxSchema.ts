/**
 * The messages of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) that hold a model for inference,
 * in camel case: a field is `[type, number]`, `['repeated', type, number]` or, for lists of numbers that are written
 * without a tag each, `['packed', type, number]`. Training information and device configurations are left out.
 */
type FieldSpec =
  readonly [type: string, number: number] | readonly [rule: 'repeated' | 'packed', type: string, number: number];

const messages: Readonly<Record<string, Readonly<Record<string, FieldSpec>>>> = {
  ModelProto: {
    irVersion: ['int64', 1],
    producerName: ['string', 2],
    producerVersion: ['string', 3],
    domain: ['string', 4],
    modelVersion: ['int64', 5],
    docString: ['string', 6],
    graph: ['GraphProto', 7],
    opsetImport: ['repeated', 'OperatorSetIdProto', 8],
    metadataProps: ['repeated', 'StringStringEntryProto', 14],
    functions: ['repeated', 'FunctionProto', 25],
  },
  OperatorSetIdProto: { domain: ['string', 1], version: ['int64', 2] },
  StringStringEntryProto: { key: ['string', 1], value: ['string', 2] },
  GraphProto: {
    node: ['repeated', 'NodeProto', 1],
    name: ['string', 2],
    initializer: ['repeated', 'TensorProto', 5],
    docString: ['string', 10],
    input: ['repeated', 'ValueInfoProto', 11],
    output: ['repeated', 'ValueInfoProto', 12],
    valueInfo: ['repeated', 'ValueInfoProto', 13],
    quantizationAnnotation: ['repeated', 'TensorAnnotation', 14],
    sparseInitializer: ['repeated', 'SparseTensorProto', 15],
    metadataProps: ['repeated', 'StringStringEntryProto', 16],
  },
  NodeProto: {
    input: ['repeated', 'string', 1],
    output: ['repeated', 'string', 2],
    name: ['string', 3],
    opType: ['string', 4],
    attribute: ['repeated', 'AttributeProto', 5],
    docString: ['string', 6],
    domain: ['string', 7],
    overload: ['string', 8],
    metadataProps: ['repeated', 'StringStringEntryProto', 9],
  },
  FunctionProto: {
    name: ['string', 1],
    input: ['repeated', 'string', 4],
    output: ['repeated', 'string', 5],
    attribute: ['repeated', 'string', 6],
    node: ['repeated', 'NodeProto', 7],
    docString: ['string', 8],
    opsetImport: ['repeated', 'OperatorSetIdProto', 9],
    domain: ['string', 10],
    attributeProto: ['repeated', 'AttributeProto', 11],
    valueInfo: ['repeated', 'ValueInfoProto', 12],
    overload: ['string', 13],
    metadataProps: ['repeated', 'StringStringEntryProto', 14],
  },
  AttributeProto: {
    name: ['string', 1],
    f: ['float', 2],
    i: ['int64', 3],
    s: ['bytes', 4],
    t: ['TensorProto', 5],
    g: ['GraphProto', 6],
    floats: ['repeated', 'float', 7],
    ints: ['repeated', 'int64', 8],
    strings: ['repeated', 'bytes', 9],
    tensors: ['repeated', 'TensorProto', 10],
    graphs: ['repeated', 'GraphProto', 11],
    docString: ['string', 13],
    tp: ['TypeProto', 14],
    typeProtos: ['repeated', 'TypeProto', 15],
    type: ['int32', 20],
    refAttrName: ['string', 21],
    sparseTensor: ['SparseTensorProto', 22],
    sparseTensors: ['repeated', 'SparseTensorProto', 23],
  },
  TensorProto: {
    dims: ['repeated', 'int64', 1],
    dataType: ['int32', 2],
    floatData: ['packed', 'float', 4],
    int32Data: ['packed', 'int32', 5],
    stringData: ['repeated', 'bytes', 6],
    int64Data: ['packed', 'int64', 7],
    name: ['string', 8],
    rawData: ['bytes', 9],
    doubleData: ['packed', 'double', 10],
    uint64Data: ['packed', 'uint64', 11],
    docString: ['string', 12],
    externalData: ['repeated', 'StringStringEntryProto', 13],
    dataLocation: ['int32', 14],
    metadataProps: ['repeated', 'StringStringEntryProto', 16],
  },
  SparseTensorProto: { values: ['TensorProto', 1], indices: ['TensorProto', 2], dims: ['repeated', 'int64', 3] },
  TensorAnnotation: {
    tensorName: ['string', 1],
    quantParameterTensorNames: ['repeated', 'StringStringEntryProto', 2],
  },
  ValueInfoProto: {
    name: ['string', 1],
    type: ['TypeProto', 2],
    docString: ['string', 3],
    metadataProps: ['repeated', 'StringStringEntryProto', 4],
  },
  TypeProto: {
    tensorType: ['TensorTypeProto', 1],
    sequenceType: ['ElementTypeProto', 4],
    mapType: ['MapTypeProto', 5],
    denotation: ['string', 6],
    sparseTensorType: ['TensorTypeProto', 8],
    optionalType: ['ElementTypeProto', 9],
  },
  TensorTypeProto: { elemType: ['int32', 1], shape: ['TensorShapeProto', 2] },
  ElementTypeProto: { elemType: ['TypeProto', 1] },
  MapTypeProto: { keyType: ['int32', 1], valueType: ['TypeProto', 2] },
  TensorShapeProto: { dim: ['repeated', 'DimensionProto', 1] },
  DimensionProto: { dimValue: ['int64', 1], dimParam: ['string', 2], denotation: ['string', 3] },
};

/** The schema in the form that protobufjs reads. */
export function onnxDescriptor() {
  const nested = Object.entries(messages).map(([message, fields]) => {
    const described = Object.entries(fields).map(([field, spec]) => [field, describe(spec)] as const);
    // Fields of proto2 know whether they were set, so that an attribute of value 0 is kept.
    return [message, { edition: 'proto2', fields: Object.fromEntries(described) }] as const;
  });
  return { nested: Object.fromEntries(nested) };
}

function describe(spec: FieldSpec) {
  if (spec.length === 2) return { type: spec[0], id: spec[1] };
  const [rule, type, id] = spec;
  return { rule: 'repeated', type, id, options: { packed: rule === 'packed' } };
}
