import * as vscode from 'vscode';
import type { Decision } from '../../core/decisions/decisions.ts';
import { undeclaredCommands } from '../contract.ts';
import { readThumbnails } from '../panels/thumbnails.ts';
import type { Services } from '../services.ts';
import { escapeMarkdown } from '../text/markdown.ts';
import { decisionSentence, imagesOfDecision } from './decisionSentence.ts';
import { decisionsOf, decisionsSelector, rootOfDecisions } from './decisionsDocument.ts';

/**
 * Above more decisions than these there are no lenses; hovers have the same links. The editor keeps an element for the lenses of
 * every line, seen or not, and goes through all of them whenever it scrolls or its text changes: only commands are resolved lazily.
 */
const MOST_LENSES = 2_000;
const PICTURE_WIDTH = 160;

interface LensTarget {
  readonly root: string;
  /** The document, as a text. */
  readonly uri: string;
  /** Counts from 0. */
  readonly line: number;
  readonly decision: Decision;
}

/** Links above each decision, and its images and what it does where the pointer rests on it. */
export function decisionLenses(services: Services): void {
  const { disposables } = services;
  disposables.add(
    vscode.languages.registerCodeLensProvider(decisionsSelector, {
      provideCodeLenses: (document) => lensesOf(document),
    }),
  );
  disposables.add(
    vscode.languages.registerHoverProvider(decisionsSelector, {
      provideHover: (document, { line }) => {
        const decision = decisionsOf(document)[line];
        return decision && hoverOf(services, targetOf(document, line, decision), document.lineAt(line).range);
      },
    }),
  );
}

function lensesOf(document: vscode.TextDocument): vscode.CodeLens[] {
  const decisions = decisionsOf(document);
  if (decisions.filter((decision) => decision !== undefined).length > MOST_LENSES) return [];
  return decisions.flatMap((decision, line) => {
    if (decision === undefined) return [];
    const range = new vscode.Range(line, 0, line, 0);
    return linksOf(targetOf(document, line, decision)).map(
      ({ icon, title, tooltip, command, arguments: given }) =>
        new vscode.CodeLens(range, { title: `$(${icon}) ${title}`, tooltip, command, arguments: [...given] }),
    );
  });
}

function targetOf({ uri }: vscode.TextDocument, line: number, decision: Decision): LensTarget {
  return { root: rootOfDecisions(uri), uri: uri.toString(), line, decision };
}

interface Link {
  readonly icon: string;
  readonly title: string;
  readonly tooltip: string;
  readonly command: string;
  readonly arguments: readonly unknown[];
}

/** What can be done about a decision. */
function linksOf({ root, uri, line, decision }: LensTarget): Link[] {
  const images = imagesOfDecision(decision);
  const [first] = images;
  const { openDecided, findSimilarToDecided, takeBackDecision } = undeclaredCommands;
  const isAside = decision.action === 'quarantine';
  return [
    ...(first === undefined || isAside
      ? []
      : [
          {
            icon: 'file-media',
            title: images.length > 1 ? 'Open Images' : 'Open Image',
            tooltip: images.join('\n'),
            command: openDecided,
            arguments: [root, images],
          },
          {
            icon: 'search',
            title: 'Show Similar',
            tooltip: `Find images similar to ${first}`,
            command: findSimilarToDecided,
            arguments: [root, first],
          },
        ]),
    {
      icon: 'discard',
      title: isAside ? 'Restore' : 'Take Back',
      tooltip: isAside ? `Move the file back to ${decision.path}` : 'Remove this line; undo brings it back',
      command: takeBackDecision,
      arguments: [uri, line, decision],
    },
  ];
}

async function hoverOf(services: Services, target: LensTarget, range: vscode.Range): Promise<vscode.Hover> {
  const { decision, root } = target;
  const images = imagesOfDecision(decision);
  // Of a dataset without an index, or in a restricted workspace, there are no pictures.
  const pictures = await readThumbnails(services.engine, root, images).catch(() => []);
  const shown = pictures.flatMap(({ bytes }) =>
    bytes === undefined
      ? []
      : [`![](data:image/webp;base64,${Buffer.from(bytes).toString('base64')}|width=${PICTURE_WIDTH})`],
  );
  const { note, at } = decision;
  const links = linksOf(target).map(
    ({ title, command, arguments: given }) =>
      `[${title}](command:${command}?${encodeURIComponent(JSON.stringify(given))})`,
  );
  const day = /^\d{4}-\d{2}-\d{2}/.exec(at)?.[0];
  const parts = [
    ...(shown.length > 0 ? [shown.join(' ')] : []),
    ...(images.length > 0 ? [`**${escapeMarkdown(images.join(' ↔ '))}**`] : []),
    escapeMarkdown([decisionSentence(decision), ...(day === undefined ? [] : [`Decided on ${day}.`])].join(' ')),
    ...(note === undefined ? [] : [`_${escapeMarkdown(note)}_`]),
    links.join(' · '),
  ];
  const text = new vscode.MarkdownString(parts.join('\n\n'));
  const { openDecided, findSimilarToDecided, takeBackDecision } = undeclaredCommands;
  text.isTrusted = { enabledCommands: [openDecided, findSimilarToDecided, takeBackDecision] };
  return new vscode.Hover(text, range);
}
