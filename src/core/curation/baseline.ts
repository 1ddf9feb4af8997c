import type { Finding } from './findings.ts';

/** Findings that a team has accepted, so that a check only tells of new ones: `baseline.json`. */
export interface Baseline {
  /** Sorted by kind and path, which are for people; the id decides. */
  readonly findings: readonly Pick<Finding, 'id' | 'kind' | 'path'>[];
}

export function baselineOf(findings: readonly Finding[]): Baseline {
  const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return {
    findings: findings
      .map(({ id, kind, path }) => ({ id, kind, path }))
      .sort((a, b) => order(a.kind, b.kind) || order(a.path, b.path) || order(a.id, b.id)),
  };
}

/** One finding a line, so that a change shows in a review. */
export function formatBaseline({ findings }: Baseline): string {
  if (findings.length === 0) return '{"findings":[]}\n';
  return `{"findings":[\n${findings.map((finding) => JSON.stringify(finding)).join(',\n')}\n]}\n`;
}

/** Ids of what is accepted; undefined where the text is none of ours. */
export function parseBaseline(text: string): ReadonlySet<string> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('findings' in value) || !Array.isArray(value.findings)) {
    return undefined;
  }
  const ids = value.findings.map((finding: unknown) =>
    typeof finding === 'object' && finding !== null && 'id' in finding ? finding.id : undefined,
  );
  return ids.every((id) => typeof id === 'string') ? new Set(ids) : undefined;
}
