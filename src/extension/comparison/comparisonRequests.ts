import * as vscode from 'vscode';
import { usage } from '../../core/errors.ts';
import type { ComparisonAction, ComparisonViewRequests } from '../../protocol/comparisonView.ts';
import type { RequestHandlers } from '../../protocol/rpc.ts';
import { commands } from '../contract.ts';
import { useEncoder } from '../encoders/useEncoder.ts';
import { resolveInside } from '../files/rootPaths.ts';
import { showUnawaited } from '../notifications.ts';
import { placesBeside } from '../panels/columnsBeside.ts';
import { readThumbnails } from '../panels/thumbnails.ts';
import type { Services } from '../services.ts';
import { openImages } from '../similar/openImage.ts';
import { comparisonMarkdown } from '../text/comparisonMarkdown.ts';
import type { ComparisonModel } from './comparisonModel.ts';

/** What the panel's parts share. */
export interface ComparisonContext {
  readonly services: Services;
  readonly model: ComparisonModel;
  /** Where the panel is. */
  readonly column: () => vscode.ViewColumn | undefined;
}

/** Answers the panel's page. What it names is checked against the dataset's root and what is shown. */
export function comparisonRequests(context: ComparisonContext): RequestHandlers<ComparisonViewRequests> {
  const { services, model } = context;
  const root = (): string | undefined => model.report?.protocol.root;
  return {
    'comparison/state': () => model.state,
    'comparison/queries': (params) => model.queries(params),
    'comparison/thumbnails': ({ paths }) => {
      const folder = root();
      return folder === undefined ? [] : readThumbnails(services.engine, folder, paths);
    },
    'comparison/change': (change) => {
      model.change(change);
      return undefined;
    },
    'comparison/open': async ({ paths }) => {
      const folder = root();
      if (folder === undefined) return undefined;
      const files = paths.map((path) => resolveInside(folder, path));
      await openImages(services.followed, files, placesBeside(context.column())).catch(showUnawaited);
      return undefined;
    },
    'comparison/use': ({ encoder }) => {
      use(context, encoder).catch(showUnawaited);
      return undefined;
    },
    'comparison/act': async ({ action }) => {
      await act(context, action).catch(showUnawaited);
      return undefined;
    },
  };
}

/** The page learns of it by the state. */
async function use({ services, model }: ComparisonContext, encoder: string): Promise<void> {
  const root = model.report?.protocol.root;
  if (root === undefined || !model.state.usable.includes(encoder)) {
    throw usage(`${encoder} is not among the encoders of the data set; add it with "Likeness: Choose Encoder" first.`);
  }
  await useEncoder(services, { folder: root, encoder }, 'index');
}

async function act({ services, model }: ComparisonContext, action: ComparisonAction): Promise<void> {
  const root = model.report?.protocol.root ?? model.subject?.root;
  const run = vscode.commands.executeCommand;
  switch (action) {
    case 'choose':
      await run(commands.compareEncoders, root === undefined ? undefined : { folder: root });
      break;
    case 'retry':
      await model.refresh();
      break;
    case 'cancel':
      model.cancel();
      break;
    case 'trust':
      await run('workbench.trust.manage');
      break;
    case 'log':
      await run(commands.showLog);
      break;
    case 'index':
      await run(commands.indexFolder, root === undefined ? undefined : vscode.Uri.file(root));
      break;
    case 'document':
      if (model.report) {
        await services.reports.show(
          `Comparison of encoders on ${model.state.name ?? 'images'}`,
          comparisonMarkdown(model.report),
        );
      }
      break;
  }
}
