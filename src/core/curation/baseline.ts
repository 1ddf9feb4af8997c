import type { Finding } from './findings.ts';

/** Findings that a team has accepted, so that a check only tells of new ones: `baseline.json`. */
export interface Baseline {
  /** Sorted by kind and path, which are for people; the id decides. */
  readonly findings: readonly Pick<Finding, 'id' | 'kind' | 'path'>[];
}

export function baselineOf(findings: Baseline['findings']): Baseline {
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
  const baseline = parseBaselineFindings(text);
  return baseline && new Set(baseline.findings.map(({ id }) => id));
}

/** The same with kinds and paths, which are '' and of no kind where they were taken out by hand. */
export function parseBaselineFindings(text: string): Baseline | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('findings' in value) || !Array.isArray(value.findings)) {
    return undefined;
  }
  const findings = value.findings.map((finding: unknown) => {
    const { id, kind = '', path = '' } = (finding ?? {}) as Readonly<Record<string, unknown>>;
    return { id, kind, path };
  });
  const isText = (text: unknown) => typeof text === 'string';
  if (!findings.every(({ id, kind, path }) => [id, kind, path].every(isText))) return undefined;
  return { findings: findings as Baseline['findings'] };
}
