import { resolve } from 'node:path';
import { usage } from '../../core/errors.ts';
import { formatCount, formatDuration, formatQuantity } from '../../core/progressText.ts';
import { mapDocument } from '../../engine/maps/mapFile.ts';
import { mapTitle, mapTrust } from '../../engine/maps/mapText.ts';
import { mapMeaning } from '../../protocol/mapMeaning.ts';
import type { MapMethod, MapReport, MapSubject } from '../../protocol/maps.ts';
import type { Command, Invocation } from '../command.ts';
import { encoderArgument, folderArgument } from '../paths.ts';
import { imagesWhere, whereOptions } from '../whereOption.ts';
import { wordList } from '../wordList.ts';

/** Clusters shown to a person; `--json` has them all. */
const MAX_CLUSTERS_SHOWN = 30;

export const mapCommand: Command = {
  name: 'map',
  usage: 'map [folder] [--of images|captions] [--out FILE.json|.html|.png] [--method umap|pca]',
  summary:
    'Lay out all images by how alike an encoder finds them, find clusters, and write the map as data, as a page with thumbnails that opens from disk, or as a picture.',
  options: {
    out: { type: 'string', value: 'FILE', help: 'write the map, by its ending as .json, .html or .png' },
    of: {
      type: 'string',
      value: 'SUBJECT',
      help: 'images (default): by how alike they look; captions: by how alike they are described, by the encoder of captions',
    },
    force: { type: 'boolean', help: 'replace the file of --out where it exists' },
    ...whereOptions,
    encoder: {
      type: 'string',
      short: 'e',
      value: 'ID|FILE.onnx',
      help: 'lay out by this encoder (default: the one indexed with)',
    },
    method: {
      type: 'string',
      value: 'METHOD',
      help: 'umap (default): keeps neighbours together; pca: the two directions in which embeddings differ most, to check it by',
    },
    neighbors: {
      type: 'string',
      value: 'N',
      help: 'images in a neighbourhood: few show detail, many the whole (default 15)',
    },
    'min-dist': {
      type: 'string',
      value: 'D',
      help: 'how close images may lie on the map: 0 for tight clumps, 0.5 for an even spread (default 0.1)',
    },
    seed: {
      type: 'string',
      value: 'N',
      help: 'of all that is drawn at random (default 0); the same seed gives the same map',
    },
    words: {
      type: 'string',
      value: 'WORD,…|FILE',
      help: 'name all clusters by the nearest of these words, where the encoder reads texts; without, classes name them, and words of config.json or the usual ones those without a class or with a number for one',
    },
    fresh: {
      type: 'boolean',
      help: 'lay out anew, even if a map of the same images and settings was made before',
    },
  },
  async run(invocation, engine, job) {
    const [named = '.', ...rest] = invocation.positionals;
    if (rest.length > 0) throw usage(`map takes one folder.\nUsage: likeness ${this.usage}`);
    const folder = folderArgument(named);
    const encoder = encoderArgument(invocation.text('encoder'));
    const method = invocation.text('method');
    const of = subjectOption(invocation);
    if (of === 'captions' && encoder !== undefined) {
      throw usage(
        'Captions go by the encoder of captions ("captionEncoder" in .likeness/config.json): leave --encoder out.',
      );
    }
    const [neighbors, minimumDistance, seed] = ['neighbors', 'min-dist', 'seed'].map((name) =>
      numberOption(invocation, name),
    );
    const out = invocation.text('out');
    const given = invocation.text('words');
    const words = given === undefined ? undefined : await wordList(given);
    const matching = await imagesWhere(invocation, engine, folder);
    const report = await engine.map(
      {
        folder,
        kept: !invocation.flag('fresh'),
        ...(encoder !== undefined && { encoder }),
        ...(of !== undefined && { of }),
        ...(matching && { images: matching.paths }),
        ...(method !== undefined && { method: method as MapMethod }),
        ...(neighbors !== undefined && { neighbors }),
        ...(minimumDistance !== undefined && { minimumDistance }),
        ...(seed !== undefined && { seed }),
        ...(words && { words }),
        ...(out !== undefined && { out: { file: resolve(out), replace: invocation.flag('force') } }),
      },
      job,
    );
    return {
      json: mapDocument(report),
      lines: describe(report),
      notes: report.notices.map(({ message }) => message),
    };
  },
};

function subjectOption(invocation: Invocation): MapSubject | undefined {
  const of = invocation.text('of');
  const subjects: readonly string[] = ['images', 'captions'] satisfies MapSubject[];
  if (of !== undefined && !subjects.includes(of)) throw usage(`--of takes ${subjects.join(' or ')}, not "${of}".`);
  return of as MapSubject | undefined;
}

/** What range it has to be in is the engine's to say. */
function numberOption(invocation: Invocation, name: string): number | undefined {
  const text = invocation.text(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw usage(`--${name} takes a number, not "${text}".`);
  return value;
}

/** "2026-03-01 14:05", in the machine's time zone. */
function formatTime(milliseconds: number): string {
  const time = new Date(milliseconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

function describe(report: MapReport): string[] {
  const { clusters, cluster, out, seconds, keptSince } = report;
  const alone = cluster.filter((id) => id < 0).length;
  const hidden = clusters.length - MAX_CLUSTERS_SHOWN;
  return [
    mapTitle(report),
    `  ${mapTrust(report)}`,
    `  ${mapMeaning(report.method)}`,
    ...clusters
      .slice(0, MAX_CLUSTERS_SHOWN)
      .map(
        ({ name, size, representative }) =>
          `  ${name}: ${formatQuantity(size, 'image')}, most typical ${representative}`,
      ),
    ...(hidden > 0 ? [`  … and ${formatQuantity(hidden, 'more cluster')}; --json has them all`] : []),
    ...(alone > 0 ? [`  in no cluster: ${formatCount(alone)}`] : []),
    ...(keptSince === undefined
      ? []
      : [`  Laid out on ${formatTime(keptSince)} with the same images and settings; --fresh lays out anew.`]),
    out === undefined
      ? `${keptSince === undefined ? 'Laid out' : 'Read'} in ${formatDuration(seconds)}; --out FILE.html, .png or .json writes the map.`
      : `Written to ${out} in ${formatDuration(seconds)}.`,
  ];
}
