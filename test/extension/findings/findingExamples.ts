import path from 'node:path';
import { severityOf, type Finding, type FindingKind } from '../../../src/core/curation/findings.ts';
import type { CheckReport } from '../../../src/protocol/check.ts';

export const root = path.resolve('/data/pets');

/** A finding about images, the one to look at first; about none it is about a class. */
export function finding(kind: FindingKind, paths: readonly string[], id = `${kind} ${paths.join(' ')}`): Finding {
  const [first = '', ...related] = paths;
  const message = `${kind} of ${first === '' ? 'a class' : first}.`;
  return {
    ...{ id, kind, severity: severityOf(kind), path: first, score: 0.5 },
    related: related.map((other) => ({ path: other })),
    message,
  };
}

export function report(findings: readonly Finding[], more: Partial<CheckReport> = {}): CheckReport {
  return {
    ...{ root, encoder: { id: 'pixels', dim: 3 }, images: 1988, findings, accepted: 0, counts: {}, thresholds: {} },
    ...{ seconds: 1, notices: [], ...more },
  };
}
