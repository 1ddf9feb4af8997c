import { resolve } from 'node:path';
import { usage } from '../../core/errors.ts';
import { DEFAULT_IMAGE_WEIGHT, describeQuery } from '../../core/neighbors/composedQuery.ts';
import { countOption, type Command, type Invocation } from '../command.ts';
import { encoderArgument, folderArgument } from '../paths.ts';
import { imagesWhere, labelNotes, whereOptions } from '../whereOption.ts';

export const searchCommand: Command = {
  name: 'search',
  usage:
    'search "TEXT"… [--captions] [--minus "TEXT"]… [--image FILE [--weight 0…1]] [--in folder] [-k 10] [--encoder ID|FILE.onnx]',
  summary:
    'List the indexed images that fit a text best, which needs an encoder that knows texts (CLIP, SigLIP, MobileCLIP), or those whose captions do.',
  options: {
    in: { type: 'string', value: 'FOLDER', help: 'where to search; default: the current folder' },
    k: { type: 'string', short: 'k', value: 'N', help: 'how many (default 10)' },
    captions: {
      type: 'boolean',
      help: 'compare with what is written about the images, by the encoder of captions; --image stands for its caption',
    },
    minus: { type: 'string', multiple: true, value: 'TEXT', help: 'what the images are not to show; repeatable' },
    image: { type: 'string', value: 'FILE', help: 'an image that they are to be like besides' },
    weight: {
      type: 'string',
      value: '0…1',
      help: `share of that image in what is looked for, the rest being the text's (default ${DEFAULT_IMAGE_WEIGHT})`,
    },
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
  async run(invocation, engine, job) {
    const texts = invocation.positionals;
    const image = invocation.text('image');
    if (texts.every((text) => text.trim() === '') && image === undefined) {
      throw usage(`search takes a text to look for, or an image.\nUsage: likeness ${this.usage}`);
    }
    const weight = weightOption(invocation);
    if (weight !== undefined && image === undefined) throw usage('--weight is that of an image: name it with --image.');
    const folder = folderArgument(invocation.text('in') ?? '.');
    const encoder = encoderArgument(invocation.text('encoder'));
    const captions = invocation.flag('captions');
    if (captions && encoder !== undefined) {
      throw usage(
        '--captions goes by the encoder of captions ("captionEncoder" in .likeness/config.json): leave --encoder out.',
      );
    }
    const classes = invocation.texts('class');
    const splits = invocation.texts('split');
    const matching = await imagesWhere(invocation, engine, folder);
    const request = {
      folder,
      texts,
      minus: invocation.texts('minus'),
      count: countOption(invocation, 'k', 10),
      filter: {
        ...(classes.length > 0 && { classes }),
        ...(splits.length > 0 && { splits }),
      },
      ...(image !== undefined && { image: resolve(image) }),
      ...(weight !== undefined && { imageWeight: weight }),
      ...(matching && { images: matching.paths }),
      ...(encoder !== undefined && { encoder }),
      ...(captions && { captions }),
    };
    const report = await engine.texts.search(request, job);
    const { query, approximate, recall, results } = report;
    return {
      json: {
        query: describeQuery(query),
        encoder: report.encoder.id,
        approximate,
        recall,
        results: results.map((image) => ({
          path: image.path,
          similarity: image.similarity,
          ...(image.captions && { captions: image.captions }),
        })),
      },
      lines: results.map(({ path, similarity, captions: [caption] = [] }) =>
        [similarity.toFixed(4), path, ...(caption === undefined ? [] : [`"${caption}"`])].join('  '),
      ),
      notes: [...(await labelNotes(invocation, engine, folder)), ...report.notices],
    };
  },
};

function weightOption(invocation: Invocation): number | undefined {
  const text = invocation.text('weight');
  if (text === undefined) return undefined;
  const weight = Number(text);
  if (text.trim() === '' || !(weight >= 0 && weight <= 1)) {
    throw usage(`--weight takes a number from 0 (the text alone) to 1 (the image alone), not "${text}".`);
  }
  return weight;
}
