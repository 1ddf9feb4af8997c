import type { OnnxGraph, OnnxModel, OnnxNode } from './model.ts';

/** The inputs that each output of a model depends on, constants left out. */
export function inputsOfOutputs({ graph }: OnnxModel): Map<string, ReadonlySet<string>> {
  const stored = new Set(graph.initializer.map(({ name }) => name));
  const dependsOn = new Map<string, ReadonlySet<string>>(
    graph.input.filter(({ name }) => !stored.has(name)).map(({ name }) => [name, new Set([name])]),
  );
  for (const node of graph.node) {
    const sources = new Set(namesUsed(node).flatMap((name) => [...(dependsOn.get(name) ?? [])]));
    for (const name of node.output) dependsOn.set(name, sources);
  }
  return new Map(graph.output.map(({ name }) => [name, dependsOn.get(name) ?? new Set()]));
}

/** The part of a model that computes some of its outputs: the nodes, constants and inputs that these need, and no others. */
export function partOf(model: OnnxModel, outputs: readonly string[]): OnnxModel {
  const { graph } = model;
  const needed = new Set(outputs);
  const node: OnnxNode[] = [];
  for (const candidate of graph.node.toReversed()) {
    if (!candidate.output.some((name) => name !== '' && needed.has(name))) continue;
    for (const name of namesUsed(candidate)) needed.add(name);
    node.push(candidate);
  }
  const isNeeded = ({ name }: { name?: string }) => name !== undefined && needed.has(name);
  return {
    ...model,
    graph: {
      ...graph,
      node: node.reverse(),
      initializer: graph.initializer.filter(isNeeded),
      sparseInitializer: graph.sparseInitializer.filter(({ values }) => values !== undefined && isNeeded(values)),
      input: graph.input.filter(isNeeded),
      output: graph.output.filter(({ name }) => outputs.includes(name)),
      valueInfo: graph.valueInfo.filter(isNeeded),
      quantizationAnnotation: graph.quantizationAnnotation.filter(({ tensorName }) => needed.has(tensorName ?? '')),
    },
  };
}

/** Values that a node takes, those of the graphs inside it included, which may take any value from around them. */
function namesUsed({ input, attribute }: OnnxNode): string[] {
  const inner = attribute.flatMap(({ g, graphs }) => [...(g ? [g] : []), ...graphs]).flatMap(namesWithin);
  return [...input.filter((name) => name !== ''), ...inner];
}

function namesWithin({ node, output }: OnnxGraph): string[] {
  return [...node.flatMap(namesUsed), ...output.map(({ name }) => name)];
}
