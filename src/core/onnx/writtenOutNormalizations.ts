import { writeAttribute, type Attributes } from './attributes.ts';
import type { OnnxModel, OnnxNode, OnnxTensor } from './model.ts';
import { floatTensor, integerTensor } from './tensors.ts';

/** What the operator has where a node doesn't say. */
const USUAL = { epsilon: 1e-5, momentum: 0.9 };

/**
 * The same model with each batch normalisation that takes the statistics of its batch written out as means, differences and
 * products: of ONNX Runtime's providers only the CPU has the operator in that form.
 */
export function withNormalizationsWrittenOut(model: OnnxModel): OnnxModel {
  const { graph } = model;
  const constants: OnnxTensor[] = [];
  const node = graph.node.flatMap((entry) => {
    const trains = entry.attribute.find(({ name }) => name === 'training_mode')?.i === 1;
    return entry.opType === 'BatchNormalization' && trains ? writtenOut(entry, constants) : entry;
  });
  return constants.length === 0
    ? model
    : { ...model, graph: { ...graph, node, initializer: [...graph.initializer, ...constants] } };
}

/** @param constants takes what is added */
function writtenOut({ input, output, attribute }: OnnxNode, constants: OnnxTensor[]): OnnxNode[] {
  const [x, scale, shift, runningMean, runningVariance] = input as [string, string, string, string, string];
  const [result, nextMean = '', nextVariance = ''] = output as [string, string?, string?];
  const number = (name: keyof typeof USUAL) => attribute.find((entry) => entry.name === name)?.f ?? USUAL[name];
  const nodes: OnnxNode[] = [];
  const named = (part: string) => `${result}/${part}`;
  const op = (opType: string, inputs: readonly string[], to: string, attributes: Attributes = {}): string => {
    const entries = Object.entries(attributes).map(([name, value]) => writeAttribute(name, value));
    nodes.push({ opType, name: to, input: [...inputs], output: [to], attribute: entries, metadataProps: [] });
    return to;
  };
  const constant = (part: string, tensor: OnnxTensor): string => {
    constants.push({ ...tensor, name: named(part) });
    return named(part);
  };

  // In three dimensions, however many there are.
  const rows = op('Reshape', [x, constant('rowsShape', integerTensor([0, 0, -1]))], named('rows'));
  const channels = constant('channelsShape', integerTensor([1, -1, 1]));
  const perChannel = (value: string, part: string) => op('Reshape', [value, channels], named(part));
  const overPictures = { axes: [0, 2], keepdims: 1 };
  const mean = op('ReduceMean', [rows], named('mean'), overPictures);
  const centred = op('Sub', [rows, mean], named('centred'));
  const variance = op('ReduceMean', [op('Mul', [centred, centred], named('squares'))], named('variance'), overPictures);
  const epsilon = constant('epsilon', floatTensor([number('epsilon')], []));
  const deviation = op('Sqrt', [op('Add', [variance, epsilon], named('raised'))], named('deviation'));
  const normalized = op('Div', [centred, deviation], named('normalized'));
  const scaled = op('Mul', [normalized, perChannel(scale, 'scale')], named('scaled'));
  const shifted = op('Add', [scaled, perChannel(shift, 'shift')], named('shifted'));
  op('Reshape', [shifted, op('Shape', [x], named('shape'))], result);

  const momentum = number('momentum');
  const flat = constant('flat', integerTensor([-1]));
  const next = (running: string, ofBatch: string, to: string) => {
    if (to === '') return;
    const own = op('Reshape', [ofBatch, flat], momentum === 0 ? to : `${to}/ofBatch`);
    if (momentum === 0) return;
    const [kept, added] = [momentum, 1 - momentum].map((share, i) =>
      constant(`${i === 0 ? 'kept' : 'added'} ${to}`, floatTensor([share], [])),
    ) as [string, string];
    op('Add', [op('Mul', [running, kept], `${to}/kept`), op('Mul', [own, added], `${to}/added`)], to);
  };
  next(runningMean, mean, nextMean);
  next(runningVariance, variance, nextVariance);
  return nodes;
}
