import { extname } from 'node:path';
import { LikenessError, usage } from '../../core/errors.ts';
import { drawMap } from '../../core/drawing/mapPicture.ts';
import type { JobContext } from '../../core/progress.ts';
import { mapFileKinds, type MapReport } from '../../protocol/maps.ts';
import type { KnownCaptions } from '../captions/knownCaptions.ts';
import { encodeImage } from '../images/codec.ts';
import { inPhase } from '../jobs/phase.ts';
import type { IndexStore } from '../store/indexStore.ts';
import { writeOutput, type OutputFile } from '../store/outputFile.ts';
import { mapPage } from './mapPage.ts';
import { mapTitle, mapTrust } from './mapText.ts';

const PICTURE_SIZE = { width: 1800, height: 1200 } as const;

type MapFileKind = (typeof mapFileKinds)[number];

/** Refuses other kinds of file than a map is written as. Throws usage. */
export function assertMapFile(file: string): void {
  kindOf(file);
}

function kindOf(file: string): MapFileKind {
  const kind = mapFileKinds.find((ending) => ending === extname(file).toLowerCase());
  if (kind === undefined)
    throw usage(`${file} has to end in ${mapFileKinds.join(', ')}: a map is written as one of these.`);
  return kind;
}

/** The document of `.json`. A point without a label or a cluster has null there. */
export interface MapDocument {
  readonly points: readonly {
    readonly path: string;
    readonly x: number;
    readonly y: number;
    readonly cluster: number | null;
    readonly label: string | null;
  }[];
  readonly clusters: readonly { readonly id: number; readonly name: string; readonly size: number }[];
  readonly trustworthiness: number;
  /** Share of the true nearest neighbours that the map was made from, where they were found approximately. */
  readonly recall?: number;
}

export function mapDocument(report: MapReport): MapDocument {
  const { points, x, y, cluster, labels, clusters, trustworthiness, recall } = report;
  return {
    points: points.map((path, i) => ({
      path,
      x: Number(x[i]!.toFixed(4)),
      y: Number(y[i]!.toFixed(4)),
      cluster: cluster[i]! < 0 ? null : cluster[i]!,
      label: labels[i] ?? null,
    })),
    clusters: clusters.map(({ id, name, size }) => ({ id, name, size })),
    trustworthiness,
    ...(recall < 1 && { recall }),
  };
}

/** What a map is written with. */
export interface WritingSource {
  readonly store: Pick<IndexStore, 'readThumbnails'>;
  /** What is written about the images, with notices that haven't been told; why that can't be read, which is a notice too. */
  readonly captions: () => Promise<KnownCaptions | LikenessError | undefined>;
}

/** Writes a map as what its file's ending says. Rejects as `writeOutput`, or with `cancelled`. Returns notices. */
export async function writeMap(
  target: OutputFile,
  report: MapReport,
  { store, captions }: WritingSource,
  context: JobContext,
): Promise<readonly LikenessError[]> {
  switch (kindOf(target.file)) {
    case '.json':
      await writeOutput(target, `${JSON.stringify(mapDocument(report))}\n`);
      return [];
    case '.png':
      await writeOutput(target, await mapPng(report));
      return [];
    case '.html': {
      const known = await captions();
      const passedOver = known instanceof LikenessError ? [known] : (known?.notices ?? []);
      const source = { store, captions: known instanceof LikenessError ? undefined : known?.captions };
      const { html, notices } = await inPhase('Collecting thumbnails', report.points.length, context, (between) =>
        mapPage(report, source, between),
      );
      await writeOutput(target, html);
      return [...passedOver, ...notices];
    }
  }
}

async function mapPng(report: MapReport): Promise<Uint8Array> {
  // Where nothing has a label, clusters take the place of classes.
  const isLabelled = report.labels.some((label) => label !== undefined);
  const labels = isLabelled ? report.labels : Array.from(report.cluster, (id) => report.clusters[id]?.name);
  const withoutLabel = isLabelled ? 'no label' : 'no cluster';
  const { width, height, pixels } = drawMap(
    { ...report, labels, withoutLabel, title: mapTitle(report), subtitle: mapTrust(report) },
    PICTURE_SIZE,
  );
  return encodeImage(pixels, width, height, { format: 'png' });
}
