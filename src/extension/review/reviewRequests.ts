import * as vscode from 'vscode';
import { asLikenessError, isCancellation } from '../../core/errors.ts';
import type { RequestHandlers } from '../../protocol/rpc.ts';
import type { ReviewDecision, ReviewPageAction, ReviewViewRequests, ShownImage } from '../../protocol/reviewView.ts';
import type { ReviewedImage } from '../../protocol/review.ts';
import { runCommand } from './runCommand.ts';
import { Latest } from '../async/latest.ts';
import { commands } from '../contract.ts';
import { decisionsUri } from '../decisionsFile/decisionsDocument.ts';
import { resolveInside } from '../files/rootPaths.ts';
import { findingsMarkdown, reportName } from '../findings/findingsText.ts';
import { showUnawaited } from '../notifications.ts';
import { columnsBeside, placesBeside } from '../panels/columnsBeside.ts';
import { readThumbnails } from '../panels/thumbnails.ts';
import type { Services } from '../services.ts';
import { openImages } from '../similar/openImage.ts';
import { openInViewer } from '../viewer/openInViewer.ts';
import { editCaption } from './editCaption.ts';
import type { ReviewModel } from './reviewModel.ts';
import { askForClass, askForTag } from './reviewQuestions.ts';

/** What the panel's parts share. */
export interface ReviewContext {
  readonly services: Services;
  readonly model: ReviewModel;
  /** Where the panel is. */
  readonly column: () => vscode.ViewColumn | undefined;
  /** Where the page finds a file. @param file absolute */
  readonly addressOf: (file: string) => string | undefined;
}

/** Pictures that browsers show by themselves. */
const shownFormats: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp', 'gif', 'avif', 'bmp', 'svg']);
/** Larger ones would keep the page busy: it gets a reduced one. */
const MOST_PIXELS = 24e6;

/** Images that are shown beside one that is judged by them. */
const NEIGHBORS = 6;

/** Answers the panel's page. What it names is checked against the dataset's root. */
export function reviewRequests(context: ReviewContext): RequestHandlers<ReviewViewRequests> {
  const { services, model, addressOf } = context;
  const { engine } = services;
  const latest = new Latest();
  const neighbors = new Latest();
  const shown = (root: string, image: ReviewedImage): ShownImage => {
    const { file } = image;
    const isShown = file && shownFormats.has(file.format) && file.width * file.height <= MOST_PIXELS;
    return { ...image, url: isShown ? addressOf(resolveInside(root, image.path)) : undefined };
  };
  return {
    'review/state': () => model.state,
    'review/findings': ({ version }) => model.findingsOf(version),
    'review/answers': ({ version, since }) => model.answersSince(version, since),
    'review/filter': async ({ filter }) => {
      const { root } = model;
      if (root === undefined) return [];
      try {
        const { paths } = await engine.call('filters/match', { folder: root, filter });
        return model.findingsWith(new Set(paths));
      } catch (error) {
        return asLikenessError(error).message;
      }
    },
    'review/images': async ({ paths }) => {
      const { root } = model;
      if (root === undefined) return [];
      const images = await engine.call('review/images', { root, paths });
      return images.map((image) => shown(root, image));
    },
    'review/thumbnails': ({ paths }) => (model.root === undefined ? [] : readThumbnails(engine, model.root, paths)),
    'review/neighbors': async ({ path }) => {
      const { root } = model;
      if (root === undefined) return [];
      const request = { image: resolveInside(root, path), folder: root, count: NEIGHBORS };
      // What can't be told is missing beside the finding, which stands without it.
      const report = await engine.call('search/similar', request).catch(() => undefined);
      return report?.results ?? [];
    },
    'review/captionNeighbors': async ({ path }) => {
      const { root } = model;
      if (root === undefined) return undefined;
      const request = { root, path, count: NEIGHBORS };
      try {
        return await neighbors.run((signal) => engine.call('captions/neighbors', request, { signal }));
      } catch (error) {
        return isCancellation(error) ? undefined : asLikenessError(error).message;
      }
    },
    'review/preview': async ({ path }) => {
      const { root } = model;
      if (root === undefined) return undefined;
      const picture = await engine.call('review/preview', { root, path }).catch(() => undefined);
      // VS Code hands plain typed arrays to a webview as they are, but not Node's own kind of them.
      return picture && { ...picture, bytes: picture.bytes && new Uint8Array(picture.bytes) };
    },
    'review/difference': async ({ paths }) => {
      const { root } = model;
      if (root === undefined) return undefined;
      try {
        const report = await latest.run((signal) => engine.call('review/difference', { root, paths }, { signal }));
        return report && { ...report, picture: new Uint8Array(report.picture) };
      } catch (error) {
        return isCancellation(error) ? undefined : asLikenessError(error).message;
      }
    },
    'review/decide': async (decision) => {
      try {
        return (await decide(model, decision, services)) ? model.answersOf(decision.ids) : undefined;
      } catch (error) {
        showUnawaited(error);
        return undefined;
      }
    },
    'review/tag': async ({ paths }) => {
      try {
        return await tag(context, paths);
      } catch (error) {
        showUnawaited(error);
        return false;
      }
    },
    'review/repeat': async ({ direction }) => {
      try {
        return await model.repeat(direction);
      } catch (error) {
        showUnawaited(error);
        return undefined;
      }
    },
    'review/open': async ({ paths }) => {
      await open(context, paths).catch(showUnawaited);
      return undefined;
    },
    'review/view': async ({ path }) => {
      await view(context, path).catch(showUnawaited);
      return undefined;
    },
    'review/editCaption': async ({ path }) => {
      await correctCaption(context, path).catch(showUnawaited);
      return undefined;
    },
    'review/similar': async ({ path }) => {
      const { root } = model;
      if (root !== undefined) await runCommand(commands.findSimilar, resolveInside(root, path));
      return undefined;
    },
    'review/act': async ({ action }) => {
      await act(context, action).catch(showUnawaited);
      return undefined;
    },
  };
}

async function decide(model: ReviewModel, decision: ReviewDecision, services: Services): Promise<boolean> {
  const { root } = model;
  const findings = decision.ids.flatMap((id) => model.finding(id) ?? []);
  const [finding, ...others] = findings;
  if (root === undefined || finding === undefined) return false;
  const isKnown = decision.label !== undefined || decision.isAsSuggested === true;
  if (decision.action !== 'relabel' || isKnown) return model.decide(decision);
  const image = others.length === 0 ? (decision.focused ?? finding.path) : undefined;
  const chosen = await askForClass(services, root, image, findings);
  return chosen === undefined ? false : model.decide({ ...decision, ...chosen });
}

/** Tags images, which answers no finding. @returns whether it was done */
async function tag({ services, model }: ReviewContext, paths: readonly string[]): Promise<boolean> {
  const { root } = model;
  if (root === undefined || paths.length === 0) return false;
  const value = await askForTag(services, root, paths.length);
  if (value === undefined) return false;
  await model.tag(paths, value);
  return true;
}

async function open({ services, model, column }: ReviewContext, paths: readonly string[]): Promise<void> {
  const { root } = model;
  if (root === undefined) return;
  const files = paths.map((path) => resolveInside(root, path));
  await openImages(services.followed, files, placesBeside(column()));
}

async function view({ services, model, column }: ReviewContext, path: string): Promise<void> {
  const { root } = model;
  if (root === undefined) return;
  const file = resolveInside(root, path);
  const [viewColumn] = columnsBeside(column());
  services.followed.opening([file]);
  await openInViewer(file, { viewColumn });
}

async function correctCaption({ services, model, column }: ReviewContext, path: string): Promise<void> {
  const { root } = model;
  if (root === undefined) return;
  // Throws for what lies outside.
  resolveInside(root, path);
  const [viewColumn] = columnsBeside(column());
  await editCaption(services, root, path, viewColumn);
}

async function act({ services, model, column }: ReviewContext, action: ReviewPageAction): Promise<void> {
  const { root } = model;
  switch (action) {
    case 'check':
    case 'index':
      await model.check();
      break;
    case 'retry':
      await model.refresh();
      break;
    case 'trust':
      await runCommand('workbench.trust.manage');
      break;
    case 'log':
      await runCommand(commands.showLog);
      break;
    case 'pick':
      await runCommand(commands.reviewFindings);
      break;
    case 'cancel':
      model.cancel();
      break;
    case 'decisions':
      if (root !== undefined) {
        const document = await vscode.workspace.openTextDocument(decisionsUri(root));
        await vscode.window.showTextDocument(document, columnsBeside(column())[0]);
      }
      break;
    case 'report': {
      const report = root === undefined ? undefined : services.findings.reportOf(root);
      if (report) await services.reports.show(reportName(report.root), findingsMarkdown(report));
      break;
    }
  }
}
