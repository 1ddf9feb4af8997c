import { resolve } from 'node:path';
import type { EncoderCard } from '../../core/encoders/card.ts';
import { usage } from '../../core/errors.ts';
import type { Command } from '../command.ts';

export const encodersCommand: Command = {
  name: 'encoders',
  usage: 'encoders list|add FILE.onnx|remove ID [--in folder]',
  summary: 'List the known encoders, add an ONNX file to a dataset, or remove one.',
  options: { in: { type: 'string', value: 'FOLDER', help: 'the dataset; default: the current folder' } },
  async run(invocation, engine) {
    const [action = 'list', subject, ...rest] = invocation.positionals;
    const folder = resolve(invocation.text('in') ?? '.');
    const complete = action === 'list' ? subject === undefined : subject !== undefined;
    if (!complete || rest.length > 0) throw usage(`Usage: likeness ${this.usage}`);
    switch (action) {
      case 'list':
        break;
      case 'add':
        await engine.addEncoder(resolve(subject!), folder);
        break;
      case 'remove':
        await engine.removeEncoder(subject!, folder);
        break;
      default:
        throw usage(`encoders can list, add or remove, not "${action}".`);
    }
    const encoders = await engine.listEncoders({ folder, imported: true });
    return { json: { encoders }, lines: encoders.map(describe) };
  },
};

function describe({ id, name, source, input, output, imported }: EncoderCard): string {
  if (imported === true) return `${id}  ${name}, vectors of ${output.dim} dimensions, ${source}`;
  return `${id}  ${name}, ${input.size[1]} × ${input.size[0]} px → ${output.dim} dimensions, ${source}`;
}
