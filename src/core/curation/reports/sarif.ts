import { findingKinds, type Finding, type Severity } from '../findings.ts';
import { kindTexts } from '../kindTexts.ts';

const levels: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' };

/**
 * Findings for code scanning, as SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/). Findings about the whole dataset
 * have no file and lie at its root.
 *
 * @param version of the product
 */
export function sarifReport(findings: readonly Finding[], version: string): string {
  const kinds = findingKinds.filter((kind) => findings.some((finding) => finding.kind === kind));
  const rules = kinds.map((kind) => ({
    id: kind,
    shortDescription: { text: kindTexts[kind].name },
    fullDescription: { text: kindTexts[kind].meaning },
  }));
  const report = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Likeness', version, rules } },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { ROOT: { description: { text: 'The folder of the data set' } } },
        results: findings.map(({ id, kind, severity, path, related, message }) => ({
          ruleId: kind,
          ruleIndex: kinds.indexOf(kind),
          level: levels[severity],
          message: { text: message },
          locations: [location(path)],
          ...(related.length > 0 && {
            relatedLocations: related.map((image, i) => ({ id: i + 1, ...location(image.path) })),
          }),
          partialFingerprints: { findingId: id },
        })),
      },
    ],
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

function location(path: string) {
  const uri = path === '' ? '.' : path.split('/').map(encodeURIComponent).join('/');
  return { physicalLocation: { artifactLocation: { uri, uriBaseId: 'ROOT' } } };
}
