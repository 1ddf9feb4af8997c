import { noVectors, optionNotOfFormat, unknownFormat, withoutVectors } from '../../core/export/exportErrors.ts';
import { exportColumns } from '../../core/export/exportColumns.ts';
import type { ExportImage } from '../../core/export/exportImage.ts';
import { csvHeader, csvLine, jsonLine } from '../../core/export/tableLines.ts';
import { ErrorCode, LikenessError } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import { exportFormats, type ExportFormat, type ExportReport, type ExportRequest } from '../../protocol/exports.ts';
import { readCaptions } from '../captions/knownCaptions.ts';
import { orNotice } from '../orNotice.ts';
import type { Dataset } from '../dataset.ts';
import { searchEncoder } from '../encoders/encoderChoice.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { inPhase } from '../jobs/phase.ts';
import { assertOutputFile, streamOutput, type OutputFile } from '../store/outputFile.ts';
import { readExportImages } from './exportImages.ts';
import { readVectorsByPath, type VectorsByPath } from './imageVectors.ts';
import { writeCoco, writeImageFolder, writeYolo } from './labelledFormats.ts';
import { npyFile, npyPieces, pathLines, pathsFile } from './npyFile.ts';
import { hasObjects } from './objects/objectSource.ts';
import { assertOutputFolder } from './outputFolder.ts';
import { parquetPieces } from './parquetFile.ts';
import { joined } from './pieces.ts';
import type { Written } from './written.ts';

export interface ExportOptions {
  readonly dataset: Dataset;
  readonly registry: EncoderRegistry;
}

const folderFormats: readonly ExportFormat[] = ['yolo', 'imagefolder'];
const vectorFormats: readonly ExportFormat[] = ['jsonl', 'parquet'];

/**
 * Writes what is known of the indexed images below a folder, with what people decided, to a file or a folder. All of it
 * is there in the end, or nothing is.
 *
 * Rejects with usage, file-exists, folder-not-empty, file-not-found, read-only, disk-full, `cancelled`, or the codes of
 * `readExportImages`, `readObjects`, `searchEncoder` and the store; with images-changed where label files change meanwhile.
 */
export async function exportFolder(
  request: ExportRequest,
  options: ExportOptions,
  context: JobContext,
): Promise<ExportReport> {
  const startedAt = performance.now();
  const { dataset } = options;
  const { root, store } = dataset;
  const { format } = request;
  assertOptions(request);
  const out = format === 'npy' ? npyFile(request.out) : request.out;
  const target: OutputFile = { file: out, replace: request.replace === true };
  if (folderFormats.includes(format)) await assertOutputFolder(out, root);
  else await assertOutputFile(target, dataset);
  if (format === 'npy') await assertOutputFile({ ...target, file: pathsFile(out) }, dataset);
  const { images, notices } = await readExportImages(dataset, request);
  const written = await write(images, target, request, options, context);
  const told = [
    ...notices.filter(({ code }) => code !== ErrorCode.SeveralClasses || needsOneClass(request, dataset)),
    ...written.notices,
  ];
  return {
    root,
    out,
    format,
    images: written.images,
    seconds: Math.round(performance.now() - startedAt) / 1000,
    notices: [...store.notices, ...told.map(({ code, message }) => ({ code, message }))],
  };
}

/** Whether it matters which one of several classes an image is taken for: annotations keep their own. */
function needsOneClass({ format, classes }: ExportRequest, dataset: Dataset): boolean {
  return classes !== undefined || !(format === 'coco' || format === 'yolo') || !hasObjects(dataset);
}

function assertOptions({ format, vectors, link, encoder }: ExportRequest): void {
  if (!exportFormats.includes(format)) throw unknownFormat(format, exportFormats);
  if (vectors === true && !vectorFormats.includes(format)) throw optionNotOfFormat('--vectors', format, vectorFormats);
  if (link === true && !folderFormats.includes(format)) throw optionNotOfFormat('--link', format, folderFormats);
  const withVectors: readonly ExportFormat[] = [...vectorFormats, 'npy'];
  if (encoder !== undefined && !withVectors.includes(format)) {
    throw optionNotOfFormat('--encoder', format, withVectors);
  }
}

async function write(
  images: readonly ExportImage[],
  target: OutputFile,
  request: ExportRequest,
  options: ExportOptions,
  context: JobContext,
): Promise<Written> {
  const { dataset } = options;
  const { format, folder } = request;
  const isLinked = request.link === true;
  switch (format) {
    case 'csv':
    case 'jsonl':
    case 'parquet':
      return writeTable(images, target, request, options, context);
    case 'npy':
      return writeNpy(images, target, request, options, context);
    case 'coco':
      return writeCoco({ dataset, folder, images, target }, context);
    case 'yolo':
      return writeYolo({ dataset, folder, images, out: target.file, isLinked }, context);
    case 'imagefolder':
      return writeImageFolder({ dataset, folder, images, out: target.file, isLinked }, context);
  }
}

async function writeTable(
  images: readonly ExportImage[],
  target: OutputFile,
  request: ExportRequest,
  options: ExportOptions,
  context: JobContext,
): Promise<Written> {
  const { dataset } = options;
  const { store, config } = dataset;
  const captions = await orNotice(() => readCaptions(dataset, store.readImagePaths()));
  const areUnread = captions instanceof LikenessError;
  const columns = exportColumns(store.readColumns(), config.thresholds, areUnread ? undefined : captions?.captions);
  const vectors = request.vectors === true ? await readVectors(request, options) : undefined;
  function* lines(): Generator<string> {
    if (request.format === 'csv') yield csvHeader(columns);
    for (const image of images) {
      yield request.format === 'csv'
        ? csvLine(image, columns)
        : jsonLine(image, columns, vectors && (vectors.of(image.path) ?? null));
    }
  }
  await inPhase('Exporting', images.length, context, (between) =>
    streamOutput(
      target,
      request.format === 'parquet'
        ? parquetPieces(images, columns, vectors, between)
        : joined(lines(), (done) => between(Math.min(done, images.length))),
    ),
  );
  const missing = vectors === undefined ? 0 : images.filter(({ path }) => vectors.of(path) === undefined).length;
  return {
    images: images.length,
    notices: [
      ...(areUnread ? [captions] : (captions?.notices ?? [])),
      ...(missing > 0 ? [withoutVectors(missing, vectors!.encoder, true)] : []),
    ],
  };
}

/** Two files that belong together: the list is written when all vectors are, just before they get their name. */
async function writeNpy(
  images: readonly ExportImage[],
  target: OutputFile,
  request: ExportRequest,
  options: ExportOptions,
  context: JobContext,
): Promise<Written> {
  const vectors = await readVectors(request, options);
  const embedded = images.filter(({ path }) => vectors.of(path) !== undefined);
  if (embedded.length === 0) throw noVectors(request.folder, vectors.encoder);
  const list = () =>
    streamOutput(
      { ...target, file: pathsFile(target.file) },
      joined(pathLines(embedded), () => Promise.resolve()),
    );
  await inPhase('Exporting', embedded.length, context, (between) =>
    streamOutput(target, npyPieces(embedded, vectors, between), list),
  );
  const missing = images.length - embedded.length;
  return { images: embedded.length, notices: missing > 0 ? [withoutVectors(missing, vectors.encoder, false)] : [] };
}

async function readVectors({ encoder }: ExportRequest, { dataset, registry }: ExportOptions): Promise<VectorsByPath> {
  const { stored } = await searchEncoder(dataset, registry, encoder);
  return readVectorsByPath(dataset.store, stored);
}
