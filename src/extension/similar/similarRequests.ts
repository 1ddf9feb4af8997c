import path from 'node:path';
import * as vscode from 'vscode';
import { extensionOf } from '../../core/images/fileKinds.ts';
import type { RequestHandlers } from '../../protocol/rpc.ts';
import type { Picture } from '../../protocol/panels.ts';
import type { SimilarAction, SimilarViewRequests } from '../../protocol/similarView.ts';
import { commands } from '../contract.ts';
import { isInside, resolveInside } from '../files/rootPaths.ts';
import { readThumbnails } from '../panels/thumbnails.ts';
import type { Services } from '../services.ts';
import { writeSetting } from '../settings.ts';
import { openImage } from './openImage.ts';

/** Pictures that have no thumbnail in an index are shown from their file up to this size. */
const MAX_PICTURE_BYTES = 16 * 2 ** 20;
const pictureTypes: Readonly<Record<string, string>> = {
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.jpe': 'image/jpeg',
  '.jfif': 'image/jpeg',
  '.png': 'image/png',
  '.apng': 'image/apng',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.avif': 'image/avif',
  '.bmp': 'image/bmp',
  '.dib': 'image/bmp',
  '.svg': 'image/svg+xml',
};

/** Answers the Similar webview. What it names is checked against the dataset's root. */
export function similarRequests(services: Services): RequestHandlers<SimilarViewRequests> {
  const { similar, followed } = services;
  return {
    'similar/state': () => similar.state,
    'similar/thumbnails': async ({ paths }) => {
      const root = similar.state.results?.root;
      if (root === undefined) return [];
      return readThumbnails(services.engine, root, paths);
    },
    'similar/queryPicture': () => readQueryPicture(services),
    'similar/setRelation': async ({ relation }) => {
      await similar.narrow({ relation });
    },
    'similar/setImageWeight': async ({ imageWeight }) => {
      await similar.weigh(imageWeight);
    },
    'similar/setCount': async ({ count }) => {
      await writeSetting('likeness.similar.count', count);
    },
    'similar/open': async ({ path: relative, preserveFocus }) => {
      const root = similar.state.results?.root;
      if (root !== undefined) await openImage(followed, resolveInside(root, relative), { preserveFocus });
    },
    'similar/openQuery': async () => {
      const { query, text } = similar.state;
      const file = query?.file ?? text?.image;
      if (file !== undefined) await openImage(followed, file, {});
    },
    'similar/act': async ({ action }) => {
      await act(services, action);
    },
  };
}

async function act({ similar }: Services, action: SimilarAction): Promise<void> {
  switch (action) {
    case 'index': {
      const { query, text } = similar.state;
      const place = query?.file ?? text?.folder;
      const folder = place === undefined ? undefined : vscode.workspace.getWorkspaceFolder(vscode.Uri.file(place));
      await vscode.commands.executeCommand(commands.indexFolder, folder?.uri);
      break;
    }
    case 'words':
      await vscode.commands.executeCommand(commands.searchByText);
      break;
    case 'encoder': {
      const folder = similar.state.text?.folder;
      await vscode.commands.executeCommand(commands.chooseEncoder, folder && vscode.Uri.file(folder));
      break;
    }
    case 'retry':
      await similar.search();
      break;
    case 'trust':
      await vscode.commands.executeCommand('workbench.trust.manage');
      break;
    case 'pick':
      await vscode.commands.executeCommand(commands.findSimilar);
      break;
    case 'log':
      await vscode.commands.executeCommand(commands.showLog);
      break;
    case 'clear-filter':
      await similar.narrow({ filter: {} });
      break;
    case 'show-all':
      await similar.narrow({ filter: {}, relation: 'all' });
      break;
  }
}

/** The thumbnail of the image asked about, or the picture itself where it lies outside of the index. */
async function readQueryPicture(services: Services): Promise<Picture | undefined> {
  const { query, text, results } = services.similar.state;
  const file = query?.file ?? text?.image;
  if (file === undefined) return undefined;
  if (results && isInside(results.root, file)) {
    const relative = path.relative(results.root, file).split(path.sep).join('/');
    const [thumbnail] = await readThumbnails(services.engine, results.root, [relative]);
    if (thumbnail?.bytes) return thumbnail;
  }
  const type = pictureTypes[extensionOf(path.basename(file))];
  if (type === undefined || !vscode.workspace.isTrusted) return undefined;
  const uri = vscode.Uri.file(file);
  const { size } = await vscode.workspace.fs.stat(uri);
  if (size > MAX_PICTURE_BYTES) return undefined;
  return { path: file, bytes: new Uint8Array(await vscode.workspace.fs.readFile(uri)), type };
}
