import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxSparseTensor, OnnxTensor } from './model.ts';

/** Every node of a model: of its graph, of the graphs inside nodes (branches, loop bodies) and of its functions. */
export function* allNodes(model: OnnxModel): Generator<OnnxNode> {
  yield* nodesBelow(model.graph.node);
  for (const definition of model.functions) yield* nodesBelow(definition.node);
}

/** Every tensor that a model stores: initializers and attribute values, at any depth. */
export function* allTensors(model: OnnxModel): Generator<OnnxTensor> {
  yield* initializersOf(model.graph);
  for (const node of allNodes(model)) yield* attributeTensors(node.attribute);
  for (const definition of model.functions) yield* attributeTensors(definition.attributeProto);
}

function* nodesBelow(nodes: readonly OnnxNode[]): Generator<OnnxNode> {
  for (const node of nodes) {
    yield node;
    for (const graph of node.attribute.flatMap(graphsOf)) yield* nodesBelow(graph.node);
  }
}

function* attributeTensors(attributes: readonly OnnxAttribute[]): Generator<OnnxTensor> {
  for (const attribute of attributes) {
    if (attribute.t) yield attribute.t;
    yield* attribute.tensors;
    if (attribute.sparseTensor) yield* partsOf(attribute.sparseTensor);
    for (const sparse of attribute.sparseTensors) yield* partsOf(sparse);
    for (const graph of graphsOf(attribute)) yield* initializersOf(graph);
  }
}

function* initializersOf(graph: OnnxGraph): Generator<OnnxTensor> {
  yield* graph.initializer;
  for (const sparse of graph.sparseInitializer) yield* partsOf(sparse);
}

function graphsOf(attribute: OnnxAttribute): OnnxGraph[] {
  return attribute.g ? [attribute.g, ...attribute.graphs] : attribute.graphs;
}

function partsOf({ values, indices }: OnnxSparseTensor): OnnxTensor[] {
  return [values, indices].filter((tensor) => tensor !== undefined);
}
