/** Runs in the browser before the page's own script: a host that has compared three encoders. */
import { comparePair, disagreedQueries } from '../../../src/core/evaluation/neighborhoods.ts';
import { figuresOf } from '../../../src/extension/comparison/comparisonFigures.ts';
import {
  comparisonChanged,
  type ComparisonChange,
  type ComparisonState,
  type ComparisonViewRequests,
} from '../../../src/protocol/comparisonView.ts';
import { serveRequests } from '../../../src/protocol/rpc.ts';
import { comparedExample } from '../../extension/comparison/comparisonExample.ts';
import { bitmap, connectToPage } from '../shared/fakeVsCode.ts';

/** What the page asked for, by method, for tests to look at. */
const calls: { readonly method: string; readonly params: unknown }[] = [];
const report = comparedExample();

class FakeComparison {
  kept: unknown;
  state: ComparisonState = {
    ...{ revision: 1, trusted: true, name: 'pets', asked: ['pets_1', 'dino'], progress: undefined, failure: undefined },
    ...{ figures: figuresOf(report, 10), version: 1, inUse: 'pets_1', usable: ['pets_1', 'pixels'] },
    ...{ pair: [0, 2], neighbors: 10, order: 'different' },
  };
  readonly #connection;

  constructor() {
    this.#connection = connectToPage(this);
    const noted = (method: string) => {
      return (params: unknown): undefined => {
        calls.push({ method, params });
      };
    };
    serveRequests<ComparisonViewRequests>(this.#connection, {
      'comparison/state': () => this.state,
      'comparison/queries': ({ pair, neighbors, order }) =>
        disagreedQueries(report.neighborhoods!, comparePair(report.neighborhoods!, pair, neighbors), {
          ...{ count: neighbors, order, most: 20 },
        }),
      'comparison/thumbnails': ({ paths }) => {
        calls.push({ method: 'thumbnails', params: paths });
        return paths.map((path) => ({ path, ...bitmap(path.startsWith('cat') ? 200 : 60, 90, 120) }));
      },
      'comparison/change': (change: ComparisonChange) => {
        calls.push({ method: 'change', params: change });
        const neighbors = 'neighbors' in change ? change.neighbors : this.state.neighbors;
        this.state = { ...this.state, ...change, figures: figuresOf(report, neighbors) };
        this.show({});
        return undefined;
      },
      'comparison/open': noted('open'),
      'comparison/use': noted('use'),
      'comparison/act': noted('act'),
    });
    this.#connection.listen();
  }

  /** Shows another state, as the host would when something has happened. */
  show(change: Partial<ComparisonState>): void {
    this.state = { ...this.state, ...change, revision: this.state.revision + 1 };
    void this.#connection.sendNotification(comparisonChanged, { revision: this.state.revision });
  }
}

export interface Fake {
  readonly host: FakeComparison;
  readonly calls: typeof calls;
}

Object.assign(globalThis, { fake: { host: new FakeComparison(), calls } });
