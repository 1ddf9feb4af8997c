import type * as vscode from 'vscode';
import type { EncoderCard } from '../../core/encoders/card.ts';
import { recommendedSize } from '../../core/hub/hubPlan.ts';
import type { DownloadedModel, RecommendedOffer } from '../../core/hub/hubPlan.ts';
import { hubSource, isMeantBy, parseHubReference } from '../../core/hub/hubReference.ts';
import { formatBytes } from '../../core/progressText.ts';
import { encoderItem } from '../commands/encoderItem.ts';
import { shortName } from './hubChoices.ts';

/** What a row of the list of encoders stands for. */
export type EncoderChoice =
  | { readonly kind: 'encoder'; readonly id: string }
  | { readonly kind: 'hub'; readonly reference: string }
  /** These lead to a question of their own. */
  | { readonly kind: 'repository' | 'file' | 'folder' };

export interface EncoderRow extends vscode.QuickPickItem {
  readonly choice: EncoderChoice;
}

/** Rows below a heading. */
export interface EncoderSection {
  readonly title: string;
  readonly rows: readonly EncoderRow[];
}

const BUILT_IN_SOURCE = 'built-in';

/** What there is to choose from, what is here already first; sections without rows are left out. */
export function encoderSections({
  cards,
  current,
  recommended,
  downloaded,
}: {
  /** Those of the folder, and the built-in ones. */
  readonly cards: readonly EncoderCard[];
  /** Id of the one in use. */
  readonly current: string | undefined;
  readonly recommended: readonly RecommendedOffer[];
  /** What is on this machine already. */
  readonly downloaded: readonly DownloadedModel[];
}): EncoderSection[] {
  const row = (card: EncoderCard): EncoderRow => ({
    ...encoderItem(card, card.id === current),
    choice: { kind: 'encoder', id: card.id },
  });
  const others = cards.filter(({ id }) => id !== current);
  const own = others.filter(({ source, encodes }) => source !== BUILT_IN_SOURCE && encodes === undefined);
  const missing = recommended.filter((offer) => !cards.some((card) => isOf(card, offer)));
  const known = downloaded.filter(
    (model) =>
      !cards.some((card) => isOf(card, model)) && !recommended.some(({ reference }) => reference === model.reference),
  );
  const isRun = ({ source }: EncoderCard) => source.startsWith('run ');
  const sections: EncoderSection[] = [
    { title: 'in use', rows: cards.filter(({ id }) => id === current).map(row) },
    { title: 'trained here', rows: own.filter(isRun).map(row) },
    { title: 'of this folder', rows: own.filter((card) => !isRun(card)).map(row) },
    { title: 'of captions', rows: others.filter(({ encodes }) => encodes === 'texts').map(row) },
    { title: 'built in', rows: others.filter(({ source }) => source === BUILT_IN_SOURCE).map(row) },
    { title: 'downloaded before', rows: known.map(downloadedRow) },
    // Before the long section, as nobody scrolls for what they don't know of.
    { title: 'others', rows: otherWays },
    { title: 'recommended', rows: missing.filter(({ encodes }) => encodes === undefined).map(recommendedRow) },
    {
      title: 'recommended for captions',
      rows: missing.filter(({ encodes }) => encodes === 'texts').map(recommendedRow),
    },
  ];
  return sections.filter(({ rows }) => rows.length > 0);
}

/** Whether an encoder of the folder came from what is offered. */
function isOf({ source }: EncoderCard, { reference }: Pick<RecommendedOffer, 'reference'>): boolean {
  const origin = hubSource(source);
  return origin !== undefined && isMeantBy(parseHubReference(reference), origin);
}

function downloadedRow({ reference, repository, model, bytes, licence }: DownloadedModel): EncoderRow {
  return {
    label: `$(cloud) ${shortName({ repository, model })}`,
    description: `${formatBytes(bytes)}, downloaded already · ${licenceText(licence)}`,
    detail: reference,
    choice: { kind: 'hub', reference },
  };
}

function licenceText(licence: string | undefined): string {
  return licence === undefined ? 'licence not stated' : `licence ${licence}`;
}

function recommendedRow(offer: RecommendedOffer) {
  const { name, goodAt, dim, licence, repository, reference, isHere } = offer;
  const size = recommendedSize(offer);
  const facts = [`${dim} dimensions`, isHere ? `${size}, downloaded already` : size, licenceText(licence)];
  return {
    label: `$(cloud-download) ${name}`,
    description: facts.join(' · '),
    detail: `${goodAt} (${repository})`,
    choice: { kind: 'hub', reference },
  } as const;
}

const otherWays: readonly EncoderRow[] = [
  {
    label: '$(repo) Hugging Face repository…',
    description: 'any with an encoder of images, or of sentences, as an ONNX file',
    choice: { kind: 'repository' },
    alwaysShow: true,
  },
  {
    label: '$(file-binary) Choose an ONNX file…',
    choice: { kind: 'file' },
    alwaysShow: true,
  },
  {
    label: '$(folder-opened) Choose a folder with an ONNX file…',
    description: 'as Hugging Face has them, with its preprocessing',
    choice: { kind: 'folder' },
    alwaysShow: true,
  },
];
