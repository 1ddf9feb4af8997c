import { ErrorCode } from '../../../src/core/errors.ts';
import { codeOf } from '../../../src/core/evaluation/similarityCodes.ts';
import { MatrixModel, type SavedMatrix } from '../../../src/extension/matrix/matrixModel.ts';
import type { SelectedImages } from '../../../src/extension/selection/imageSelection.ts';
import type { CaptionMatrix } from '../../../src/protocol/captions.ts';
import type { DecideRequest } from '../../../src/protocol/decisions.ts';
import type { MatrixGrid, MatrixReport, MatrixRequest } from '../../../src/protocol/matrix.ts';
import type { CallOptions } from '../../../src/protocol/rpc.ts';
import { FakeCaller } from '../fakeCaller.ts';

const gridOf = (cells: number, high: number): MatrixGrid => ({
  codes: new Uint16Array((cells * (cells + 1)) / 2).fill(codeOf(high)),
  order: Uint32Array.of(0, 1, 2),
  starts: Uint32Array.from({ length: cells + 1 }, (_, i) => i),
  bands: [],
  classOf: new Int32Array(cells),
  tree: undefined,
  low: 0,
  high,
});

const pair = (first: string, second: string) =>
  ({
    paths: [first, second],
    labels: ['cat', 'dog'],
    similarity: 0.9,
    copies: false,
    decided: undefined,
  }) as const;

export const reportOf = ({ root, paths = ['a.png', 'b.png', 'c.png'] }: MatrixRequest): MatrixReport => ({
  root,
  encoder: { id: 'handcrafted', dim: 4 },
  encoders: [{ id: 'handcrafted', name: 'Handcrafted' }],
  paths,
  classes: ['cat', 'dog'],
  classOf: Int32Array.of(0, 1, -1),
  clusters: 0,
  arrangements: {
    class: { cells: gridOf(3, 0.5), groups: gridOf(2, 0.25) },
    cluster: { cells: gridOf(3, 0.75), groups: undefined },
    hierarchy: { cells: gridOf(3, 1), groups: undefined },
  },
  overlap: undefined,
  table: [],
  mostBetween: [pair('a.png', 'b.png')],
  leastWithin: [pair('a.png', 'c.png')],
  mostUnlabelled: [],
  missing: 0,
  notices: [{ code: ErrorCode.EmbeddingInvalid, message: 'One is left out.' }],
  seconds: 1,
});

/** Of two of the images, in another order than theirs; codes are 10 × row + column. */
export const captionsOf = (): CaptionMatrix => ({
  root: '/data',
  encoder: { id: 'pair' },
  paths: ['c.png', 'a.png'],
  captions: ['a moon', 'a star'],
  codes: Uint16Array.of(0, 1, 10, 11),
  ...{ low: 0, high: 1, different: 2, meanOwn: 0.5, meanOther: 0.25, farthest: [] },
  imageToCaption: { recallAt1: 0.5, recallAt5: 1, recallAt10: 1 },
  captionToImage: { recallAt1: 1, recallAt5: 1, recallAt10: 1 },
  notices: [{ code: ErrorCode.CaptionsUnmatched, message: '1 image has no caption.' }],
});

interface Given {
  readonly captions?: (options: CallOptions) => CaptionMatrix | Promise<CaptionMatrix>;
  readonly compare?: (request: MatrixRequest, options: CallOptions) => MatrixReport | Promise<MatrixReport>;
  readonly decide?: (request: DecideRequest) => Promise<unknown>;
  readonly saved?: SavedMatrix;
  readonly trusted?: boolean;
}

export function fixture({
  compare = reportOf,
  captions = captionsOf,
  decide = () => Promise.resolve(),
  saved,
  trusted = true,
}: Given = {}) {
  const engine = new FakeCaller({
    'captions/matrix': (_, options) => captions(options),
    'matrix/compare': compare,
    'decisions/pair': ({ paths }) => ({ changed: paths }),
  });
  const saves: SavedMatrix[] = [];
  const decided: DecideRequest[] = [];
  let selected: SelectedImages | undefined;
  const model = new MatrixModel(
    {
      engine,
      decide: (request) => {
        decided.push(request);
        return decide(request);
      },
      trusted: () => trusted,
      indexing: () => false,
      selection: () => selected,
      select: (images) => (selected = images),
      save: (saving) => saves.push(saving),
    },
    saved,
  );
  const asked = (method: string) => engine.asked.filter((call) => call.method === method).map(({ params }) => params);
  return { model, saves, decided, asked, selection: () => selected };
}

export const later = (milliseconds = 5) => new Promise((resolve) => setTimeout(resolve, milliseconds));
