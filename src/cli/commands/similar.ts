import { resolve } from 'node:path';
import { usage } from '../../core/errors.ts';
import { countOption, type Command } from '../command.ts';
import { encoderArgument } from '../paths.ts';
import { imagesWhere, whereOptions } from '../whereOption.ts';

export const similarCommand: Command = {
  name: 'similar',
  usage: 'similar IMAGE [--in folder] [-k 10] [--encoder ID|FILE.onnx]',
  summary: 'List the indexed images most similar to one picture, in the dataset or from anywhere.',
  options: {
    in: { type: 'string', value: 'FOLDER', help: "where to search; default: the image's own dataset" },
    k: { type: 'string', short: 'k', value: 'N', help: 'how many (default 10)' },
    encoder: {
      type: 'string',
      short: 'e',
      value: 'ID|FILE.onnx',
      help: 'compare by this encoder; default: the one indexed with',
    },
    ...whereOptions,
    class: { type: 'string', multiple: true, value: 'NAME', help: 'only images of this class; repeatable' },
    split: { type: 'string', multiple: true, value: 'NAME', help: 'only images of this split; repeatable' },
  },
  async run(invocation, engine) {
    const [image, ...rest] = invocation.positionals;
    if (image === undefined || rest.length > 0) throw usage(`similar takes one image.\nUsage: likeness ${this.usage}`);
    const folder = invocation.text('in');
    const encoder = encoderArgument(invocation.text('encoder'));
    const classes = invocation.texts('class');
    const splits = invocation.texts('split');
    const searched = folder === undefined ? engine.rootOf(resolve(image)) : resolve(folder);
    const matching = await imagesWhere(invocation, engine, searched);
    const report = await engine.similar({
      image: resolve(image),
      count: countOption(invocation, 'k', 10),
      filter: {
        ...(classes.length > 0 ? { classes } : {}),
        ...(splits.length > 0 ? { splits } : {}),
      },
      ...(matching && { images: matching.paths }),
      ...(folder === undefined ? {} : { folder: resolve(folder) }),
      ...(encoder === undefined ? {} : { encoder }),
    });
    const { query, approximate, recall, results } = report;
    return {
      json: {
        query: query.path,
        encoder: report.encoder.id,
        approximate,
        recall,
        results: results.map(({ path, similarity }) => ({ path, similarity })),
      },
      lines: results.map(({ path, similarity }) => `${similarity.toFixed(4)}  ${path}`),
    };
  },
};
