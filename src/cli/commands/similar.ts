import { resolve } from 'node:path';
import { usage } from '../../core/errors.ts';
import { parseBox, type Box } from '../../core/images/boxes.ts';
import { formatCount } from '../../core/progressText.ts';
import type { SimilarImage, SimilarReport, SimilarRequest } from '../../protocol/engine.ts';
import { countOption, type Command, type Invocation } from '../command.ts';
import { encoderArgument, folderArgument } from '../paths.ts';
import { imagesWhere, labelNotes, whereOptions } from '../whereOption.ts';

export const similarCommand: Command = {
  name: 'similar',
  usage: 'similar IMAGE [--region x,y,width,height] [--regions] [--in folder] [-k 10] [--encoder ID|FILE.onnx]',
  summary: 'List the indexed images most similar to one picture or a part of it, in the dataset or from anywhere.',
  options: {
    region: {
      type: 'string',
      value: 'x,y,width,height',
      help: 'what is like this part of the image, in pixels from its upper left corner as it is shown',
    },
    regions: {
      type: 'boolean',
      help: 'search among the parts of images as well, which "likeness index --regions" has indexed',
    },
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
  async run(invocation, engine, { signal }) {
    const [image, ...rest] = invocation.positionals;
    if (image === undefined || rest.length > 0) throw usage(`similar takes one image.\nUsage: likeness ${this.usage}`);
    const place = invocation.text('in');
    const folder = place === undefined ? undefined : folderArgument(place);
    const region = regionOption(invocation);
    const encoder = encoderArgument(invocation.text('encoder'));
    const classes = invocation.texts('class');
    const splits = invocation.texts('split');
    const searched = folder ?? engine.rootOf(resolve(image));
    const matching = await imagesWhere(invocation, engine, searched);
    const request: SimilarRequest = {
      image: resolve(image),
      count: countOption(invocation, 'k', 10),
      filter: {
        ...(classes.length > 0 ? { classes } : {}),
        ...(splits.length > 0 ? { splits } : {}),
      },
      ...(region && { region }),
      ...(invocation.flag('regions') && { regions: 'required' }),
      ...(matching && { images: matching.paths }),
      ...(folder === undefined ? {} : { folder }),
      ...(encoder === undefined ? {} : { encoder }),
    };
    const report = await engine.similar(request, signal);
    const { query, approximate, recall, results } = report;
    return {
      json: {
        query: query.path,
        ...(report.region && { region: report.region }),
        encoder: report.encoder.id,
        approximate,
        recall,
        results: results.map(({ path, similarity, region: part }) => ({
          path,
          similarity,
          ...(part && { region: part.box }),
        })),
      },
      lines: results.map(describe),
      notes: [...(await labelNotes(invocation, engine, searched)), ...incompleteNote(report)],
    };
  },
};

function regionOption(invocation: Invocation): Box | undefined {
  const text = invocation.text('region');
  if (text === undefined) return undefined;
  const box = parseBox(text);
  if (box === undefined) {
    throw usage(`--region takes four whole numbers of pixels, x,y,width,height, not "${text}".`);
  }
  return box;
}

/** "0.9123  train/cat/1.jpg  in 10,20 100 × 80" */
function describe({ path, similarity, region }: SimilarImage): string {
  const line = `${similarity.toFixed(4)}  ${path}`;
  if (region === undefined) return line;
  const { x, y, width, height } = region.box;
  return `${line}  in ${x},${y} ${width} × ${height}`;
}

function incompleteNote({ root, searchedRegions }: SimilarReport): string[] {
  if (searchedRegions === undefined || searchedRegions.images >= searchedRegions.of) return [];
  const { images, of } = searchedRegions;
  return [
    `The regions of ${formatCount(images)} of ${formatCount(of)} images are indexed; likeness index ${root} --regions adds the others.`,
  ];
}
