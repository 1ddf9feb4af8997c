import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Engine } from '../../../../src/engine/engine.ts';
import { encodeImage } from '../../../../src/engine/images/codec.ts';
import type { ExportFormat, ExportRequest } from '../../../../src/protocol/exports.ts';
import { temporaryFolder } from '../../../temporaryFolder.ts';
import { withOrientation } from '../../images/discs.ts';
import { picture, write } from '../../indexing/dataset.ts';
import { openEngine } from '../../labels/labelFixtures.ts';
import { job } from '../../training/job.ts';

/** A picture of 24 by 16 pixels that a camera has turned: it is shown with 16 by 24. */
async function turnedPicture(): Promise<Uint8Array> {
  const pixels = Uint8Array.from({ length: 24 * 16 * 3 }, (_, i) => (i * 7) % 251);
  return withOrientation(await encodeImage(pixels, 24, 16, { format: 'jpeg' }), 6);
}

/** An indexed dataset of pictures of 24 by 16 pixels, in which those called `turned` are turned, with its label files. */
export async function objectsDataset(
  context: TestContext,
  paths: readonly string[],
  labels: { readonly source: 'coco' | 'yolo'; readonly file: string | readonly string[] },
  files: Readonly<Record<string, unknown>>,
) {
  const root = temporaryFolder(context);
  for (const [i, path] of paths.entries()) {
    write(
      root,
      path,
      path.includes('turned') ? await turnedPicture() : await picture([200 - 9 * i, 30 + 8 * i, 40], i),
    );
  }
  for (const [file, content] of Object.entries(files)) {
    write(root, file, typeof content === 'string' ? content : JSON.stringify(content, undefined, 1));
  }
  write(root, '.likeness/config.json', JSON.stringify({ labels }));
  const engine = openEngine(context);
  await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
  const decide = (path: string, decision: Parameters<Engine['decisions']['decide']>[0]['decision']) =>
    engine.decisions.decide({ root, paths: [path], decision, undo: false });
  const out = temporaryFolder(context);
  const exportTo = async (format: ExportFormat, name: string, request: Partial<ExportRequest> = {}, work = job()) => {
    mkdirSync(out, { recursive: true });
    const { notices, images } = await engine.exchange.export(
      { folder: root, format, out: join(out, name), ...request },
      work,
    );
    return { images, notices: notices.map(({ message }) => message.replaceAll(root, 'ROOT')) };
  };
  const text = (file: string) => readFileSync(join(out, file), 'utf8');
  return { root, engine, decide, out, exportTo, text, document: (file: string) => JSON.parse(text(file)) as Coco };
}

/** What is read of a document of COCO's. */
export interface Coco {
  readonly info: Readonly<Record<string, unknown>>;
  readonly licenses: readonly unknown[];
  readonly categories: readonly { readonly id: number; readonly name: string; readonly [other: string]: unknown }[];
  readonly images: readonly {
    readonly id: number;
    readonly file_name: string;
    readonly width: number;
    readonly height: number;
    readonly [other: string]: unknown;
  }[];
  readonly annotations: readonly {
    readonly id: number;
    readonly image_id: number;
    readonly category_id: number;
    readonly [other: string]: unknown;
  }[];
}

/** The annotations by the names of their images and categories, without ids. */
export function annotationsOf({ images, categories, annotations }: Coco) {
  return annotations.map(({ id: _, image_id, category_id, ...more }) => ({
    image: images.find(({ id }) => id === image_id)?.file_name,
    category: categories.find(({ id }) => id === category_id)?.name,
    ...more,
  }));
}
