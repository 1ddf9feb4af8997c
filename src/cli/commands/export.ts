import { resolve } from 'node:path';
import { usage } from '../../core/errors.ts';
import { formatDuration, formatQuantity } from '../../core/progressText.ts';
import { exportFormats, type ExportFormat } from '../../protocol/exports.ts';
import type { Command } from '../command.ts';
import { readImageList } from '../imageList.ts';
import { encoderArgument, folderArgument } from '../paths.ts';
import { imagesWhere, whereOptions } from '../whereOption.ts';

export const exportCommand: Command = {
  name: 'export',
  usage: `export [folder] --format ${exportFormats.join('|')} --out PATH [--images FILE|--where FILTER] [--tag NAME] [--class NAME] [--split NAME]`,
  summary:
    'Write the indexed images, with what was decided of them, as other tools read it: a table, vectors, or a data set to train on. Excluded images are left out, and no image is changed.',
  options: {
    format: {
      type: 'string',
      short: 'f',
      value: 'FORMAT',
      help: 'csv, jsonl, parquet: a row per image; npy: the vectors, and their paths beside them; coco: JSON, with the annotations of a label file of COCO or YOLO, else the class as a box of the whole image; yolo: images, labels and data.yaml, the same; imagefolder: SPLIT/CLASS/NAME',
    },
    out: {
      type: 'string',
      short: 'o',
      value: 'PATH',
      help: 'the file; of yolo and imagefolder a folder, new or empty and outside of the data set',
    },
    force: { type: 'boolean', help: 'replace the file of --out where it exists; folders are never replaced' },
    images: {
      type: 'string',
      value: 'FILE',
      help: 'only these images: a text file with a path a line, from the root or the current folder; -: standard input',
    },
    ...whereOptions,
    tag: { type: 'string', multiple: true, value: 'NAME', help: 'only images with this tag; repeated: or that one' },
    class: { type: 'string', multiple: true, value: 'NAME', help: 'only images of this class; repeated: or that one' },
    split: { type: 'string', multiple: true, value: 'NAME', help: 'only images of this split; repeated: or that one' },
    vectors: { type: 'boolean', help: 'jsonl, parquet: with the vector of each image' },
    encoder: {
      type: 'string',
      short: 'e',
      value: 'ID|FILE.onnx',
      help: 'vectors of this encoder (default: the one indexed with)',
    },
    link: {
      type: 'boolean',
      help: 'yolo, imagefolder: hard links instead of copies, which take no space; who edits one edits the original',
    },
  },
  async run(invocation, engine, job) {
    const [named = '.', ...rest] = invocation.positionals;
    if (rest.length > 0) throw usage(`export takes one folder.\nUsage: likeness ${this.usage}`);
    const folder = folderArgument(named);
    const [format, out] = [invocation.text('format'), invocation.text('out')];
    if (format === undefined || out === undefined) {
      throw usage(`export needs a format and a place to write to.\nUsage: likeness ${this.usage}`);
    }
    const list = invocation.text('images');
    const [tags, classes, splits] = [invocation.texts('tag'), invocation.texts('class'), invocation.texts('split')];
    const matching = await imagesWhere(invocation, engine, folder);
    const encoder = encoderArgument(invocation.text('encoder'));
    const report = await engine.exchange.export(
      {
        folder,
        // Which ones there are is the engine's to say.
        format: format as ExportFormat,
        out: resolve(out),
        replace: invocation.flag('force'),
        ...(list !== undefined && { images: await readImageList(list, engine.rootOf(folder)) }),
        ...(matching && { images: matching.paths }),
        ...(tags.length > 0 && { tags }),
        ...(classes.length > 0 && { classes }),
        ...(splits.length > 0 && { splits }),
        vectors: invocation.flag('vectors'),
        link: invocation.flag('link'),
        ...(encoder !== undefined && { encoder }),
      },
      job,
    );
    const { images, seconds, notices } = report;
    return {
      json: { out: report.out, images },
      lines: [`${formatQuantity(images, 'image')} exported to ${report.out} in ${formatDuration(seconds)}.`],
      notes: notices.map(({ message }) => message),
    };
  },
};
